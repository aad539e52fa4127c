/* All details of one task, in a dialog. */

function showDetails(task) {
    const { data } = task;
    const dialog = byId("details");
    byId("details-title").textContent = task.type;
    byId("details-list").replaceChildren(...[
        ["State", badge(task)],
        ["Progress", data.progress === null || !task.runs ? "" : `${data.progress} %`],
        ["Message", task.message],
        ["Description", data.description || ""],
        ["Object", task.entity],
        ["Object", task.object],
        ["Started by", task.by],
        ["Queued", timeElement(task.queued)],
        ["Started", timeElement(task.started)],
        ["Completed", timeElement(task.completed)],
        ["Waited", durationSoFar(task.waited, task.waits)],
        ["Ran", durationSoFar(task.ran, task.runs)],
        ["Cancellation", data.cancelled ? "requested" : ""],
        ["Task id", task.id],
        ["Type id", task.typeId],
        ["Parent task", data.parent_task_key || ""],
        ["Event chain", data.event_chain_id === null ? "" : String(data.event_chain_id)],
        ["Activation id", data.activation_id || ""],
        ["Fault", data.error ? element("pre", {}, JSON.stringify(data.error, null, 2)) : ""],
    ].filter(([, value]) => value !== "" && value !== "–").flatMap(([name, value]) => [
        element("dt", {}, name), element("dd", {}, value),
    ]));
    dialog.showModal();
    dialog.scrollTop = 0;
}

function prepareDetails() {
    const dialog = byId("details");
    byId("details-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
    });
}
