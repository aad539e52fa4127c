/* The tasks of the page, as its data block has them and as its parts need them. Times and durations are in ms. */

const STATES = { success: "Succeeded", error: "Failed", running: "Running", queued: "Queued" };

function readTasks() {
    const lines = byId("tasks-data").textContent.split("\n");
    const tasks = lines.filter((line) => line.trim()).map((line) => asTask(JSON.parse(line)));
    const latest = tasks.reduce((found, task) => Math.max(found, ...moments(task)), endOfReport());
    tasks.forEach((task) => measure(task, latest));
    return tasks.sort((one, other) => one.begin - other.begin);
}

/** When the tasks were as they are here, if that matters: where nothing was going on it does not. */
function endOfReport() {
    const end = Date.parse(byId("tasks-data").dataset.end);
    return Number.isNaN(end) ? -Infinity : Math.min(end, Date.now());
}

/** Whether the report has both the tasks that succeeded and those that failed, so that it can compare them. */
function hasAllEnds() {
    const { states } = byId("tasks-data").dataset;
    return !states || ["success", "error"].every((state) => states.split(" ").includes(state));
}

function asTask(data) {
    return {
        data,
        id: data.moid,
        state: data.state,
        type: data.label || data.name || data.description_id || "Task without a type",
        typeId: data.description_id || data.name || "",
        entity: data.entity ? data.entity.name || data.entity.moid || "" : "",
        object: objectId(data.entity),
        by: initiator(data.reason),
        message: data.error ? data.error.message || data.error.type : "",
        fault: data.error ? data.error.type : "",
        queued: moment(data.queue_time),
        started: moment(data.start_time),
        completed: moment(data.complete_time),
    };
}

/** What tells objects with the same name apart. */
function objectId(entity) {
    return entity ? [entity.type, entity.moid].filter(Boolean).join(":") || entity.name || "" : "";
}

function initiator(reason) {
    if (!reason) return "";
    if (reason.user_name) return reason.user_name;
    if (reason.alarm_name) return `Alarm: ${reason.alarm_name}`;
    if (reason.name) return `Schedule: ${reason.name}`;
    return reason.type === "TaskReasonSystem" ? "System" : reason.type || "";
}

function moment(text) {
    // Servers give up to nanoseconds, and not every browser reads more than milliseconds.
    return text ? Date.parse(text.replace(/(\.\d{3})\d+/, "$1")) : null;
}

function moments(task) {
    return [task.queued, task.started, task.completed].filter((at) => at !== null);
}

/** How long a task waited and ran. What still goes on is measured up to the latest time that is known. */
function measure(task, latest) {
    task.waits = task.state === "queued";
    task.runs = task.state === "running";
    task.begin = task.queued ?? task.started ?? latest;
    task.end = Math.max(task.begin, task.completed ?? latest);
    task.waited = Math.max(0, (task.started ?? task.end) - task.begin);
    task.ran = task.started === null ? null : Math.max(0, task.end - task.started);
    task.words = [task.type, task.typeId, task.entity, task.by, task.id, task.fault, task.message]
        .join("\n").toLowerCase();
}

/** Tasks by what `key` gives for them, the largest group first. */
function grouped(tasks, key) {
    const groups = new Map();
    for (const task of tasks) {
        const name = key(task);
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push(task);
    }
    return [...groups.values()].sort((one, other) => other.length - one.length);
}

function ofState(tasks, state) {
    return tasks.filter((task) => task.state === state);
}

/** The most tasks that ran or waited at the same moment, and when that was first. */
function busiest(tasks) {
    const edges = tasks.flatMap((task) => [[task.begin, 1], [Math.max(task.end, task.begin + 1), -1]]);
    edges.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    let [now, most, at] = [0, 0, null];
    for (const [when, step] of edges) {
        now += step;
        if (now > most) [most, at] = [now, when];
    }
    return { most, at };
}
