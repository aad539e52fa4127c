/* The table of all tasks: searched, narrowed, sorted, and shown page by page. */

const PAGE = 50;

const SORTS = {
    state: (task) => Object.keys(STATES).indexOf(task.state),
    type: (task) => task.type.toLowerCase(),
    entity: (task) => task.entity.toLowerCase(),
    by: (task) => task.by.toLowerCase(),
    queued: (task) => task.begin,
    waited: (task) => task.waited,
    ran: (task) => task.ran ?? -1,
};

const table = { tasks: [], found: [], only: null, span: null, sort: "queued", descending: true, first: 0 };

function prepareTable(tasks) {
    table.tasks = tasks;
    byId("search").addEventListener("input", search);
    stateBoxes().forEach((box) => box.addEventListener("change", search));
    byId("clear").addEventListener("click", showAll);
    for (const heading of document.querySelectorAll("#tasks thead button")) {
        heading.addEventListener("click", () => sortBy(heading.dataset.sort));
    }
    const turns = { first: () => 0, previous: () => table.first - PAGE, next: () => table.first + PAGE, last: () => Infinity };
    for (const [name, first] of Object.entries(turns)) {
        byId(`page-${name}`).addEventListener("click", () => showPage(first()));
    }
    search();
}

function stateBoxes() {
    return [...document.querySelectorAll("#narrow input[type=checkbox]")];
}

/** Show only some tasks, and the name of the selection. */
function showOnly(tasks, name) {
    table.only = { tasks: new Set(tasks), name };
    showFresh();
}

function showAll() {
    table.only = null;
    showFresh();
}

function showFresh() {
    byId("search").value = "";
    stateBoxes().forEach((box) => {
        box.checked = false;
    });
    if (table.span) showSpan(timeline.whole);
    search();
    byId("all").scrollIntoView();
    byId("search").focus({ preventScroll: true });
}

function narrowToSpan(span) {
    table.span = span;
    search();
}

function search() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const states = stateBoxes().filter((box) => box.checked).map((box) => box.value);
    table.found = table.tasks.filter((task) => words.every((word) => task.words.includes(word))
        && (!states.length || states.includes(task.state))
        && (!table.only || table.only.tasks.has(task))
        && (!table.span || touches(task, table.span)));
    byId("clear").hidden = !words.length && !states.length && !table.only && !table.span;
    sortFound();
}

function sortBy(column) {
    table.descending = column === table.sort ? !table.descending : ["queued", "waited", "ran"].includes(column);
    table.sort = column;
    sortFound();
}

function sortFound() {
    const key = SORTS[table.sort];
    const turn = table.descending ? -1 : 1;
    const keyed = table.found.map((task) => [key(task), task]);
    keyed.sort(([one], [other]) => (one < other ? -turn : one > other ? turn : 0));
    table.found = keyed.map(([, task]) => task);
    for (const heading of document.querySelectorAll("#tasks thead button")) {
        const sorted = heading.dataset.sort === table.sort;
        const order = table.descending ? "descending" : "ascending";
        heading.closest("th").setAttribute("aria-sort", sorted ? order : "none");
    }
    showPage(0);
}

function showPage(first) {
    const lastPage = Math.max(0, Math.ceil(table.found.length / PAGE) - 1) * PAGE;
    table.first = Math.min(Math.max(first, 0), lastPage);
    const shown = table.found.slice(table.first, table.first + PAGE);
    byId("task-rows").replaceChildren(...shown.map(taskRow));
    byId("found").textContent = foundText(shown.length);
    byId("page-first").disabled = byId("page-previous").disabled = table.first === 0;
    byId("page-next").disabled = byId("page-last").disabled = table.first === lastPage;
    byId("pages").hidden = table.found.length <= PAGE;
}

function foundText(shown) {
    const { tasks, found, first, only, span } = table;
    const part = found.length > shown ? `${number(first + 1)} to ${number(first + shown)} of ` : "";
    if (found.length === tasks.length) return part + counted(tasks.length, "task");
    const told = [`${part}${counted(found.length, "matching task")} (${number(tasks.length)} in total)`];
    if (only) told.push(`only: ${only.name}`);
    if (span) told.push(`range of the timeline: ${time(span.from)} to ${time(span.to)} UTC`);
    return told.join("; ");
}

function taskRow(task) {
    const message = task.message ? element("span", { class: "message" }, task.message) : null;
    return element("tr", { role: "row", "data-task": task.id },
        cell("State", badge(task)),
        cell("Task", taskButton(task), message),
        cell("Object", breakable(task.entity || "–")),
        cell("Started by", breakable(task.by || "–")),
        cell("Queued", timeElement(task.queued)),
        cell("Waited", durationSoFar(task.waited, task.waits)),
        cell("Ran", durationSoFar(task.ran, task.runs)));
}

function cell(name, ...children) {
    return element("td", { role: "cell", "data-name": name }, ...children);
}
