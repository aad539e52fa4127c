/* Fills the page. */

const tasks = readTasks();
showSummary(tasks);
prepareDetails();
document.querySelectorAll("nav, main > section").forEach((section) => {
    section.hidden = !tasks.length;
});
if (tasks.length) {
    showFailures(tasks);
    showGroups(tasks);
    showLongest(tasks);
    prepareTable(tasks);
    prepareTimeline(tasks);
}
