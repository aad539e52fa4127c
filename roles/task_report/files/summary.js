/* The summary: the sentence at the top, and the counts by state. */

function showSummary(tasks) {
    byId("summary").replaceChildren(...sentences(tasks));
    byId("states").replaceChildren(
        tile("Tasks", tasks.length, tasks, null),
        ...Object.entries(STATES).map(([state, name]) => tile(name, ofState(tasks, state).length, tasks, state)),
    );
    const parts = Object.keys(STATES).filter((state) => ofState(tasks, state).length);
    byId("proportions").replaceChildren(
        ...parts.map((state) => shareBar(ofState(tasks, state).length / tasks.length, state)),
    );
}

function sentences(tasks) {
    if (!tasks.length) return ["No tasks were found in this span."];
    const from = tasks[0].begin;
    const to = tasks.reduce((latest, task) => Math.max(latest, task.end), from);
    const { most, at } = busiest(tasks);
    const told = [`${counted(tasks.length, "task")} from `, timeElement(from), " to ", timeElement(to), " UTC. "];
    const failed = ofState(tasks, "error").length;
    const ended = failed + ofState(tasks, "success").length;
    if (ended && hasAllEnds()) told.push(failed ? `${percent(failed, ended)} of the tasks that ended failed. ` : "No task failed. ");
    if (most > 1) told.push(`At most ${number(most)} tasks were queued or running at the same time, first at `, timeElement(at), ".");
    return told;
}

function tile(name, count, tasks, state) {
    const note = element("dd", { class: "note" }, tileNote(tasks, state));
    return element("div", { "data-state": state || "all", "data-none": !count },
        element("dt", {}, name), element("dd", { class: "count" }, number(count)), note);
}

function tileNote(tasks, state) {
    const those = state ? ofState(tasks, state) : tasks;
    if (!those.length) return "";
    if (state === "error") {
        const cancelled = those.filter((task) => task.fault === "RequestCanceled").length;
        return cancelled ? `${number(cancelled)} of them cancelled` : "";
    }
    if (state === "running") return `longest ${duration(Math.max(...those.map((task) => task.ran || 0)))}`;
    if (state === "queued") return `longest ${duration(Math.max(...those.map((task) => task.waited)))}`;
    return state ? "" : `of ${counted(grouped(tasks, (task) => task.typeId).length, "type")}`;
}
