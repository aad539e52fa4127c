# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks with tasks of the probe's own."""

from __future__ import annotations

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import sleep
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import (
    ENDED,
    task_moid,
    task_reference,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import (
    data_object,
    expect_object,
    expect_objects,
    unboxed_value,
)
from ansible_collections.vijson.tasks.tests.probe.findings import NotObserved, Observation, fault_name
from ansible_collections.vijson.tasks.tests.probe.own_tasks import OwnTasks
from ansible_collections.vijson.tasks.tests.probe.server import Server

SETTLE = 2.0  # seconds until the state after a cancel is final
SENT = "The text of the client"
CANCEL = "Global.CancelTask"


def check_prompt_history(server: Server, tasks: OwnTasks) -> Observation:
    """Look for a new task in the history."""
    info = tasks.create()
    activation = info.get("activationId")
    with server.collector(activationId=[activation]) as collector:
        found = server.read(collector, "ReadNextTasks", 100)
    if any(each.get("activationId") != activation for each in found):
        raise NotObserved("the server does not filter by activation id")
    there = task_moid(info) in map(task_moid, found)
    return Observation(there, "in the history" if there else "not yet in the history")


def check_cancel(server: Server, tasks: OwnTasks) -> Observation:
    """Cancel a queued and a running task."""
    queued, running = tasks.create(), tasks.create("running")
    for info in (queued, running):
        tasks.change(info, "CancelTask")
    sleep(SETTLE)
    states = [str(tasks.read(info).get("state")) for info in (queued, running)]
    shown = [state if state in ("queued", "running", *ENDED) else "another state" for state in states]
    return Observation(states == ["error", "running"], f"queued: {shown[0]}, running: {shown[1]}")


def check_cancel_again(server: Server, tasks: OwnTasks) -> Observation:
    """Cancel a running task twice."""
    info = tasks.create("running")
    tasks.change(info, "CancelTask")
    fault = _fault(tasks, info, "CancelTask")
    return Observation(not fault, fault or "accepted")


def check_cancel_privilege(server: Server, tasks: OwnTasks) -> Observation:
    """Cancel a task without the privilege."""
    client = server.client
    params = {
        "entity": [client.singleton("rootFolder").wire()],
        "sessionId": client.session_key(),
        "privId": [CANCEL],
    }
    granted = expect_objects(client.call("authorizationManager", "HasPrivilegeOnEntities", params), "privileges")
    parts = [part for entry in granted for part in expect_objects(entry["privAvailability"], "privileges")]
    if any(unboxed_value(part.get("isGranted")) for part in parts):
        raise NotObserved(f"the user has {CANCEL}")
    fault = _fault(tasks, tasks.create("running"), "CancelTask")
    return Observation(fault == "NoPermission", fault or "accepted")


def check_ended_description(server: Server, tasks: OwnTasks) -> Observation:
    """Set the description of a task that has ended."""
    info = tasks.create("running", "success")
    message = data_object("LocalizableMessage", key=tasks.phase, message=SENT)
    fault = _fault(tasks, info, "SetTaskDescription", description=message)
    return Observation(fault == "InvalidState", fault or "accepted")


def check_message(server: Server, tasks: OwnTasks) -> Observation:
    """Set a description whose key has another text in the extension's catalog."""
    info = tasks.create("running")
    sent = data_object("LocalizableMessage", key=tasks.phase, message=SENT)
    tasks.change(info, "SetTaskDescription", description=sent)
    description = expect_object(tasks.read(info).get("description"), "description")
    return _stored(description.get("message"))


def check_fault_message(server: Server, tasks: OwnTasks) -> Observation:
    """End a task in an error whose message has another text in the extension's catalog."""
    info = tasks.create("running")
    message = data_object("LocalizableMessage", key=tasks.phase, message=SENT)
    fault = data_object("ExtendedFault", faultTypeId=tasks.phase, data=[], faultMessage=[message])
    tasks.change(info, "SetTaskState", state="error", fault=fault)
    error = expect_object(tasks.read(info).get("error"), "error")
    inner = expect_object(error.get("fault", error), "error")
    messages = expect_objects(inner.get("faultMessage"), "faultMessage")
    if not messages:
        raise NotObserved("the error has no message")
    return _stored(messages[0].get("message"))


def _stored(message: object) -> Observation:
    return Observation(message == SENT, "stored as sent" if message == SENT else "another text")


def check_kept_fields(server: Server, tasks: OwnTasks) -> Observation:
    """Read the progress of a task that has ended."""
    info = tasks.create("running")
    tasks.change(info, "UpdateProgress", percentDone=40)
    tasks.change(info, "SetTaskState", state="success")
    kept = tasks.read(info).get("progress") is not None
    return Observation(kept, "kept" if kept else "not kept")


def check_custom_values(server: Server, tasks: OwnTasks) -> Observation:
    """Set a custom value of a task."""
    info = tasks.create("running")
    fault = _fault(tasks, info, "setCustomValue", key=tasks.add_field(), value="probe")
    stored = expect_objects(server.client.get(task_reference(task_moid(info)), "value"), "value")
    if fault in ("MethodNotFound", "NoPermission"):
        raise NotObserved(fault)
    return Observation(not fault and bool(stored), fault or ("stored" if stored else "not stored"))


def _fault(tasks: OwnTasks, info: dict[str, object], method: str, **params: object) -> str:
    """The type of the fault of a method, "" if it succeeds."""
    try:
        tasks.change(info, method, **params)
    except FaultError as error:
        if error.type == "MethodNotFound":
            raise
        return fault_name(error)
    return ""
