/* The types of tasks, the slowest tasks, and those that waited longest. */

const TYPES_FIRST = 12;
const LONGEST = 10;

function showTypes(tasks) {
    const groups = grouped(tasks, (task) => task.typeId);
    showFirst(byId("type-rows"), groups, TYPES_FIRST, (group) => typeRow(group, groups[0].length));
}

function typeRow(group, most) {
    const { type, typeId } = group[0];
    const failed = ofState(group, "error").length;
    const ran = group.filter((task) => task.ran !== null && !task.runs).map((task) => task.ran);
    ran.sort((one, other) => one - other);
    return element("tr", {},
        element("th", { scope: "row" }, button(type, () => showOnly(group, type), { class: "link", title: typeId || null })),
        element("td", { class: "number" }, shareBar(group.length / most), number(group.length)),
        element("td", { class: "number", "data-state": failed ? "error" : null },
            number(failed), failed ? element("span", { class: "part" }, ` (${percent(failed, group.length)})`) : ""),
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
