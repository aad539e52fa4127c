/* Moving along the timeline: buttons, and dragging over a span to zoom into it. The table follows. */

const SPAN_SMALLEST = SECOND;
const CLICK = 4; // pixels that a click may move

const timeline = { tasks: [], whole: { from: 0, to: 1 }, span: { from: 0, to: 1 }, width: 0 };

function prepareTimeline(tasks) {
    const from = tasks[0].begin;
    const to = tasks.reduce((latest, task) => Math.max(latest, task.end), from + SPAN_SMALLEST);
    const margin = (to - from) / 200;
    timeline.tasks = tasks;
    timeline.whole = timeline.span = { from: from - margin, to: to + margin };
    const moves = { in: [0.25, 0.75], out: [-0.5, 1.5], earlier: [-0.5, 0.5], later: [0.5, 1.5] };
    for (const [name, [start, end]] of Object.entries(moves)) {
        byId(`zoom-${name}`).addEventListener("click", () => showPart(start, end));
    }
    byId("zoom-all").addEventListener("click", () => showSpan(timeline.whole));
    prepareDragging(byId("chart"));
    new ResizeObserver(() => fitTimeline(byId("chart-box").clientWidth)).observe(byId("chart-box"));
    window.addEventListener("beforeprint", () => fitTimeline(680));
    window.addEventListener("afterprint", () => fitTimeline(byId("chart-box").clientWidth));
}

function fitTimeline(width) {
    if (width <= 0 || width === timeline.width) return;
    timeline.width = width;
    showSpan(timeline.span);
}

/** A part of what is shown now, as fractions of it; beyond 0 and 1 lies what is not. */
function showPart(start, end) {
    const { from, to } = timeline.span;
    showSpan({ from: from + start * (to - from), to: from + end * (to - from) });
}

function showSpan({ from, to }) {
    const { whole } = timeline;
    const length = Math.min(Math.max(to - from, SPAN_SMALLEST), whole.to - whole.from);
    const begin = Math.min(Math.max(from, whole.from), whole.to - length);
    const before = timeline.span;
    timeline.span = { from: begin, to: begin + length };
    const isWhole = length >= whole.to - whole.from;
    byId("zoom-in").disabled = length <= SPAN_SMALLEST;
    byId("zoom-out").disabled = byId("zoom-all").disabled = isWhole;
    byId("zoom-earlier").disabled = begin <= whole.from;
    byId("zoom-later").disabled = begin + length >= whole.to;
    drawTimeline(timeline.tasks, timeline.span, timeline.width);
    if (before.from !== begin || before.to !== begin + length) narrowToSpan(isWhole ? null : timeline.span);
}

function prepareDragging(chart) {
    const band = element("div", { class: "band", hidden: true });
    byId("chart-box").append(band);
    let start = null;
    const reach = (event) => [Math.min(start, event.offsetX), Math.abs(event.offsetX - start)];

    chart.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        start = event.offsetX;
        chart.setPointerCapture(event.pointerId);
    });
    chart.addEventListener("pointermove", (event) => {
        showTip(start === null ? taskAt(event.offsetX, event.offsetY) : null, event);
        if (start === null) return;
        const [left, wide] = reach(event);
        band.hidden = wide < CLICK;
        band.style.left = `${left}px`;
        band.style.width = `${wide}px`;
    });
    chart.addEventListener("pointerup", (event) => {
        if (start === null) return;
        const [left, wide] = reach(event);
        start = null;
        band.hidden = true;
        const task = wide < CLICK ? taskAt(event.offsetX, event.offsetY) : null;
        if (task) showDetails(task);
        else if (wide >= CLICK) showPart(left / timeline.width, (left + wide) / timeline.width);
    });
    chart.addEventListener("pointercancel", () => {
        start = null;
        band.hidden = true;
    });
    chart.addEventListener("pointerleave", (event) => showTip(null, event));
}

function showTip(task, event) {
    const tip = byId("tip");
    tip.hidden = !task;
    byId("chart").classList.toggle("over", Boolean(task));
    if (!task) return;
    tip.replaceChildren(
        element("strong", {}, task.type), quoted(" on ", task.entity) || "", element("br"),
        badge(task), ` ${time(task.begin)}, ${durationSoFar(task.ran ?? task.waited, task.runs || task.waits)}`,
        element("span", { class: "message" }, task.message));
    const room = byId("chart-box").clientWidth - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(event.offsetX + 12, room))}px`;
    tip.style.top = `${event.offsetY + 16}px`;
}
