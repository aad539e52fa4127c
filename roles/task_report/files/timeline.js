/* The timeline as a drawing: how many tasks began when, and below that each task as a bar. */

const AXIS = 22;
const COLUMNS = 64;
const BARS_TOP = AXIS + COLUMNS + 34;
const ROWS_MOST = 80;
const LETTER = 6.3; // pixels that one takes in a bar, about

let drawing = { bars: [], rowHeight: 1 };

function drawTimeline(tasks, span, width) {
    const { bars, rows, left } = pack(tasks, span, width, ROWS_MOST);
    const rowHeight = rows <= 16 ? 20 : rows <= 40 ? 10 : 6;
    const height = BARS_TOP + Math.max(rows, 1) * rowHeight + 4;
    drawing = { bars, rowHeight };
    const chart = byId("chart");
    chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    chart.setAttribute("height", height);
    chart.replaceChildren(...axis(span, width, height), ...columns(tasks, span, width), ...barPaths(bars, rowHeight));
    if (rowHeight === 20) chart.append(...barLabels(bars));
    byId("timeline-caption").textContent = caption(span, width, bars.length, left);
}

function axis(span, width, height) {
    const step = stepOf(span, width, 64);
    return ticks(span, step).flatMap((at) => {
        const x = (((at - span.from) * width) / (span.to - span.from)).toFixed(1);
        const anchor = x < 20 ? "start" : x > width - 20 ? "end" : "middle";
        return [
            drawn("line", { class: step < DAY && at % DAY === 0 ? "grid midnight" : "grid", x1: x, x2: x, y1: AXIS - 4, y2: height }),
            drawn("text", { class: "tick", x, y: AXIS - 9, "text-anchor": anchor }, tickLabel(at, step)),
        ];
    });
}

function columns(tasks, span, width) {
    const step = stepOf(span, width, 6);
    const found = histogram(tasks, span, step);
    const most = found.reduce((high, column) => Math.max(high, column.count), 1);
    const wide = (step * width) / (span.to - span.from);
    const rising = (part) => found.filter(part).map((column) => {
        const x = ((column.at - span.from) * width) / (span.to - span.from);
        return rectangle(x + 0.5, AXIS + COLUMNS, wide - 1, -Math.max(1, (COLUMNS * part(column)) / most));
    }).join("");
    return [
        drawn("path", { class: "columns", d: rising((column) => column.count) }),
        drawn("path", { class: "columns", "data-state": "error", d: rising((column) => column.failed) }),
        drawn("line", { class: "base", x1: 0, x2: width, y1: AXIS + COLUMNS, y2: AXIS + COLUMNS }),
        drawn("text", { class: "tick", x: 0, y: AXIS + COLUMNS + 16 },
            `Tasks queued per ${duration(step)} (maximum ${number(most)})`),
    ];
}

function rectangle(x, y, width, height) {
    return `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`;
}

/** One path for each state, and one for what waited, however many tasks there are. */
function barPaths(bars, rowHeight) {
    const tall = rowHeight > 6 ? rowHeight - 2 : rowHeight - 1;
    // what is drawn later lies above
    const parts = { waiting: [], success: [], queued: [], running: [], error: [] };
    for (const { task, row, left, start, right } of bars) {
        const y = BARS_TOP + row * rowHeight;
        if (start - left >= 1) parts.waiting.push(rectangle(left, y, start - left, tall));
        (parts[task.state] ||= []).push(rectangle(start, y, right - start, tall));
    }
    return Object.entries(parts).map(([state, shapes]) => drawn("path", { "data-state": state, d: shapes.join("") }));
}

function barLabels(bars) {
    return bars.filter((bar) => bar.right - bar.start > 7 * LETTER).map(({ task, row, start, right }) => {
        const room = Math.floor((right - start - 8) / LETTER);
        const full = task.entity ? `${task.type}: ${task.entity}` : task.type;
        const text = full.length > room ? `${full.slice(0, room - 1)}…` : full;
        return drawn("text", { class: "label", "data-state": task.state, x: start + 5, y: BARS_TOP + row * 20 + 13 }, text);
    });
}

function caption(span, width, shown, left) {
    const narrowest = duration((BAR_MIN * (span.to - span.from)) / width);
    const told = [`${time(span.from)} to ${time(span.to)} UTC: ${counted(shown + left, "task")}.`];
    told.push(`Tasks shorter than ${narrowest} are drawn wider, so that they stay visible.`);
    if (left) told.push(`${counted(left, "task")} at the busiest times did not fit: zoom in to see more.`);
    return told.join(" ");
}

/** The task whose bar is at a point of the drawing. */
function taskAt(x, y) {
    const row = Math.floor((y - BARS_TOP) / drawing.rowHeight);
    const near = drawing.bars.filter((bar) => bar.row === row && x >= bar.left - 2 && x <= bar.right + 2);
    near.sort((one, other) => distance(one, x) - distance(other, x));
    return near.length ? near[0].task : null;
}

function distance(bar, x) {
    return Math.max(bar.left - x, x - bar.right, 0);
}
