/* Where things are on the time axis, and which bar goes into which row. */

const STEPS = [
    SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY,
];
const BAR_MIN = 2; // pixels

/** The smallest step of a clock or calendar that is at least `pixels` wide. */
function stepOf(span, width, pixels) {
    const smallest = ((span.to - span.from) * pixels) / width;
    return STEPS.find((step) => step >= smallest) || STEPS[STEPS.length - 1];
}

function ticks(span, step) {
    const found = [];
    for (let at = Math.ceil(span.from / step) * step; at <= span.to; at += step) found.push(at);
    return found;
}

/** A tick's label: the date at midnight and on long spans, else the time. */
function tickLabel(at, step) {
    const text = time(at);
    if (at % DAY === 0) return text.slice(5, 10);
    return step < MINUTE ? text.slice(11) : text.slice(11, 16);
}

function touches(task, span) {
    return task.begin <= span.to && task.end >= span.from;
}

/**
 * Bars for the tasks of a span, each in the first row that is free at its time: {task, row, left, start, right} in
 * pixels; from `left` to `start` it waited. There are as many rows as tasks at the same moment: the shortest bars are
 * drawn wider than they are, over their neighbours. What would need more than `rowsMost` rows is only counted.
 */
function pack(tasks, span, width, rowsMost) {
    const scale = width / (span.to - span.from);
    const x = (at) => Math.min(width, Math.max(0, (at - span.from) * scale));
    const ends = [];
    const bars = [];
    let left = 0;
    for (const task of tasks) {
        if (!touches(task, span)) continue;
        const free = ends.findIndex((end) => end <= task.begin);
        const row = free < 0 ? ends.length : free;
        if (row === rowsMost) {
            left += 1;
            continue;
        }
        ends[row] = Math.max(task.end, task.begin + 1);
        const from = Math.min(x(task.begin), width - BAR_MIN);
        const right = Math.max(x(task.end), from + BAR_MIN);
        const start = task.waits ? from : Math.min(x(task.started ?? task.begin), right - BAR_MIN);
        bars.push({ task, row, left: from, start, right });
    }
    return { bars, rows: ends.length, left };
}

/** How many tasks began in each step of a span, and how many of those failed. */
function histogram(tasks, span, step) {
    const columns = new Map();
    for (const task of tasks) {
        if (task.begin < span.from || task.begin > span.to) continue;
        const at = Math.floor(task.begin / step) * step;
        const column = columns.get(at) || { at, count: 0, failed: 0 };
        column.count += 1;
        column.failed += task.state === "error" ? 1 : 0;
        columns.set(at, column);
    }
    return [...columns.values()];
}
