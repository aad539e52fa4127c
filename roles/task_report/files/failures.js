/* Failures by their message, the most frequent first. */

const FAILURES_FIRST = 12;
const OCCURRENCES = 20;

function showFailures(tasks) {
    const groups = grouped(ofState(tasks, "error"), (task) => `${task.fault}\n${task.message}`);
    const list = byId("failure-list");
    if (groups.length) showFirst(list, groups, FAILURES_FIRST, failure);
    else list.replaceChildren(element("li", { class: "none" }, "No task failed."));
}

function failure(group) {
    const { fault, message } = group[0];
    const shown = element("details", { toggle: () => fillOnce(shown, group) },
        element("summary", {},
            element("span", { class: "count" }, `${number(group.length)}×`),
            element("span", { class: "message" }, message || "No message"),
            element("span", { class: "note" }, [fault, where(group)].filter(Boolean).join(" · "))));
    return element("li", {}, shown);
}

/** The types and the entities that a failure hit, the most frequent first. */
function where(group) {
    const types = grouped(group, (task) => task.type).map((tasks) => tasks[0].type);
    const entities = grouped(group.filter((task) => task.entity), (task) => task.entity).map((tasks) => tasks[0].entity);
    return [types, entities].filter((names) => names.length).map(some).join(" on ");
}

function some(names) {
    const rest = names.length - 3;
    return names.slice(0, 3).join(", ") + (rest > 0 ? ` and ${number(rest)} more` : "");
}

function fillOnce(shown, group) {
    if (shown.childElementCount > 1) return;
    const latest = [...group].reverse();
    const { fault, message } = group[0];
    shown.append(element("ol", {}, ...latest.slice(0, OCCURRENCES).map((task) => element("li", {},
        timeElement(task.begin), " ", taskButton(task), quoted(" on ", task.entity),
        element("span", { class: "note" }, quoted(" by ", task.by))))));
    shown.append(button(`Show ${group.length === 1 ? "the task" : `all ${number(group.length)} tasks`} in the table`,
        () => showOnly(group, message || fault), { class: "more" }));
}
