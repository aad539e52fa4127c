/* Numbers, times and durations as people read them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function number(value) {
    return value.toLocaleString("en-US");
}

function counted(value, noun) {
    return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function percent(part, whole) {
    const share = (100 * part) / whole;
    return `${share > 0 && share < 0.1 ? "under 0.1" : share.toFixed(share === Math.round(share) ? 0 : 1)} %`;
}

/** A time (ms) as 2026-11-22 04:33:57, in UTC. */
function time(at) {
    return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

function timeElement(at) {
    return at === null ? "–" : element("time", { datetime: new Date(at).toISOString() }, time(at));
}

/** A duration (ms) with its two largest units. */
function duration(length) {
    if (length === null) return "–";
    if (length < SECOND / 10) return "< 0.1 s";
    if (length < 10 * SECOND) return `${(length / SECOND).toFixed(1).replace(".0", "")} s`;
    const rounded = Math.round(length / SECOND) * SECOND;
    if (rounded < MINUTE) return `${rounded / SECOND} s`;
    const [large, largeName, small, smallName] = rounded < HOUR ? [MINUTE, "min", SECOND, "s"]
        : Math.round(length / MINUTE) * MINUTE < DAY ? [HOUR, "h", MINUTE, "min"]
        : [DAY, "d", HOUR, "h"];
    const steps = Math.round(length / small);
    const ratio = large / small;
    const rest = steps % ratio;
    return `${Math.floor(steps / ratio)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}

/** A duration that has not ended yet says so. */
function durationSoFar(length, goesOn) {
    return goesOn && length !== null ? `${duration(length)} so far` : duration(length);
}
