/* The tasks by type, user and object, the slowest tasks, and those that waited longest. */

const GROUPS_FIRST = 12;
const LONGEST = 10;

/* What a table groups by: its section, its first heading, what identifies a group, how it is shown, and its id. */
const GROUPINGS = [
    ["types", "Type", (task) => task.typeId, (task) => task.type, (task) => task.typeId],
    ["users", "Started by", (task) => task.by, (task) => task.by || "Unknown", () => ""],
    ["objects", "Object", (task) => task.object, (task) => task.entity || "No object", (task) => task.object],
];

function showGroups(tasks) {
    GROUPINGS.forEach((grouping) => showGrouping(tasks, ...grouping));
}

function showGrouping(tasks, section, heading, key, name, id) {
    const groups = grouped(tasks, key);
    const rows = element("tbody");
    const headings = [heading, "Tasks", "Failed", "Median duration", "Longest duration"];
    byId(section).querySelector("table").replaceChildren(
        element("thead", {}, element("tr", {}, ...headings.map((text, index) => element(
            "th", { scope: "col", class: index ? "number" : null }, text)))),
        rows);
    showFirst(rows, groups, GROUPS_FIRST,
        (group) => groupRow(group, groups[0].length, name(group[0]), id(group[0])));
}

function groupRow(group, most, name, id) {
    const failed = ofState(group, "error").length;
    const share = failed && hasAllEnds() ? element("span", { class: "part" }, ` (${percent(failed, group.length)})`) : "";
    const ran = group.filter((task) => task.ran !== null && !task.runs).map((task) => task.ran);
    ran.sort((one, other) => one - other);
    return element("tr", {},
        element("th", { scope: "row" }, button(breakable(name), () => showOnly(group, name), { class: "link", title: id || null })),
        element("td", { class: "number" }, shareBar(group.length / most), number(group.length)),
        element("td", { class: "number", "data-state": failed ? "error" : null }, number(failed), share),
        element("td", { class: "number" }, ran.length ? duration(ran[Math.floor(ran.length / 2)]) : "–"),
        element("td", { class: "number" }, ran.length ? duration(ran[ran.length - 1]) : "–"));
}

function showLongest(tasks) {
    ranking("slowest-list", tasks, (task) => task.ran || 0, (task) => task.runs, "No task ran.");
    ranking("queued-list", tasks, (task) => task.waited, (task) => task.waits, "No task waited to start.");
}

function ranking(id, tasks, length, goesOn, none) {
    const longest = tasks.filter((task) => length(task) > 0).sort((one, other) => length(other) - length(one));
    const rows = longest.slice(0, LONGEST).map((task) => element("li", {},
        element("span", { class: "what" }, taskButton(task), quoted(" on ", task.entity)),
        element("span", { class: "length" }, durationSoFar(length(task), goesOn(task))),
        element("span", { class: "note" }, badge(task), timeElement(task.begin), quoted(" by ", task.by)),
        shareBar(length(task) / length(longest[0]), task.state)));
    byId(id).replaceChildren(...(rows.length ? rows : [element("li", { class: "none" }, none)]));
}
