# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a task of one's own into a wanted state: what differs, and the one order in which a server takes it."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._answers import DONE, task_answer
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import data, plain
from ansible_collections.vijson.tasks.plugins.module_utils._encode import box, typed_object
from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError, InputError, NoAnswer, TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._faults import fault_answer
from ansible_collections.vijson.tasks.plugins.module_utils._tasks import read_infos, task_ref

DEFAULT_FAULT_TYPE_ID = "vijson.tasks.fault"
DEFAULT_DESCRIPTION_KEY = "vijson.tasks.description"

_RUNTIME_FAULTS = frozenset(
    [
        "RuntimeFault",
        "SystemError",
        "InvalidArgument",
        "RequestCanceled",
        "NotSupported",
        "NotEnoughLicenses",
        "ManagedObjectNotFound",
        "HostCommunication",
        "HostNotConnected",
        "HostNotReachable",
        "InvalidRequest",
        "InvalidType",
        "MethodNotFound",
        "SecurityError",
        "NoPermission",
        "NotAuthenticated",
        "UnexpectedFault",
        "DataError",
        "MethodFault",
        "NotImplemented",
    ]
)
_SHOWN = ("state", "progress", "description", "result", "error")


class Wanted(NamedTuple):
    """The wanted state; ``None`` leaves a thing as it is. ``result`` and ``fault`` are wire values."""

    state: str | None = None
    progress: int | None = None
    description: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    fault: dict[str, Any] | None = None


class Step(NamedTuple):
    """One request to the task."""

    method: str
    params: dict[str, Any]


# -- what the user wrote -------------------------------------------------------------------------------------------


def parse_wanted(params: dict[str, Any]) -> Wanted:
    """The options of ``vi_task_state``; InputError for what no server would take."""
    state, progress = params["state"], params["progress"]
    if progress is not None and not 0 <= progress <= 100:
        raise InputError(f"progress: {progress} is no percentage. Accepted: 0 to 100")
    if params["result"] is not None and state != "success":
        raise InputError("result: only a task with state: success has one")
    if params["fault"] is not None and state != "error":
        raise InputError("fault: only a task with state: error has one")
    return Wanted(
        state, progress, _description(params["description"]), _result(params["result"]), _fault(params["fault"])
    )


def _description(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if isinstance(value, dict):
        if not isinstance(value.get("key"), str) or not set(value) <= {"key", "message"}:
            raise InputError("description: a mapping has a key and a message. Accepted: a text, or {key, message}")
        return data("LocalizableMessage", key=value["key"], message=_text(value.get("message")))
    if isinstance(value, (list, bool)) or value == "":
        raise InputError(f"description: {value!r} is no text. Accepted: a text, or {{key, message}}")
    return data("LocalizableMessage", key=DEFAULT_DESCRIPTION_KEY, message=str(value))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _result(value: Any) -> dict[str, Any] | None:
    try:
        return None if value is None else box(value)
    except ValueError as error:
        raise InputError(f"result: {error}") from error


def _fault(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is None:
        return None
    fields = dict(value)
    kind = fields.pop("type", None) or "ExtendedFault"
    message = fields.pop("message", None)
    if "msg" in fields:
        raise InputError("fault: msg is no field of a fault. Accepted: message for its text")
    if not isinstance(kind, str) or not kind.isalnum():
        raise InputError(f"fault: {kind!r} is no type. Accepted: a VimFault such as ExtendedFault")
    if kind in _RUNTIME_FAULTS:
        raise InputError(f"fault: a task can't end with {kind}, which is no VimFault. Use ExtendedFault (the default)")
    if kind == "ExtendedFault":
        fields = _extended(fields)
    try:
        fault = typed_object(kind, fields)
    except ValueError as error:
        raise InputError(f"fault: {error}") from error
    if message is not None:
        key = fault.get("faultTypeId", kind)
        fault["faultMessage"] = [data("LocalizableMessage", key=key, message=str(message))]
    return fault


def _extended(fields: dict[str, Any]) -> dict[str, Any]:
    pairs = fields.get("data")
    if isinstance(pairs, dict):
        fields["data"] = [{"key": str(key), "value": str(value)} for key, value in pairs.items()]
    if "fault_type_id" not in fields and "faultTypeId" not in fields:
        fields["fault_type_id"] = DEFAULT_FAULT_TYPE_ID
    return fields


# -- what differs --------------------------------------------------------------------------------------------------


def plan(info: dict[str, Any], wanted: Wanted) -> list[Step]:
    """What to send so that the task becomes as wanted: running, description, progress, the final state.

    :param info: the TaskInfo as it is
    :raises TaskError: the task can't become so
    """
    task, state = info.get("key"), info.get("state")
    progress_differs = wanted.progress is not None and info.get("progress") != wanted.progress
    description_differs = wanted.description is not None and not _same_message(
        info.get("description"), wanted.description
    )
    if state in DONE:
        _refuse_after_the_end(info, wanted, progress_differs or description_differs)
        return []
    starts = state == "queued" and wanted.state in ("running", *DONE)
    if state == "running" and wanted.state == "queued":
        raise TaskError(f"{task} is running and can't go back to queued", result={"task": task_answer(info)})
    if progress_differs and state == "queued" and not starts:
        raise TaskError(
            f"{task} is queued, and only a running task takes progress: add state: running",
            result={"task": task_answer(info)},
        )
    steps = [Step("SetTaskState", {"state": "running"})] if starts else []
    if description_differs:
        steps.append(Step("SetTaskDescription", {"description": wanted.description}))
    if progress_differs:
        steps.append(Step("UpdateProgress", {"percentDone": wanted.progress}))
    if wanted.state in DONE:
        steps.append(Step("SetTaskState", _final(wanted)))
    return steps


def _final(wanted: Wanted) -> dict[str, Any]:
    params: dict[str, Any] = {"state": wanted.state}
    if wanted.result is not None:
        params["result"] = wanted.result
    if wanted.fault is not None:
        params["fault"] = wanted.fault
    return params


def _refuse_after_the_end(info: dict[str, Any], wanted: Wanted, differs: bool) -> None:
    task, state = info.get("key"), info.get("state")
    if wanted.state is not None and wanted.state != state:
        raise TaskError(
            f"{task} has ended in {state} and can't become {wanted.state}", result={"task": task_answer(info)}
        )
    if wanted.state is None and differs:
        raise TaskError(
            f"{task} has ended in {state}: its progress and description can't be changed any more",
            result={"task": task_answer(info)},
        )


def _same_message(actual: Any, wanted: dict[str, Any]) -> bool:
    if not isinstance(actual, dict) or actual.get("message") != wanted.get("message"):
        return False
    return wanted["key"] in (DEFAULT_DESCRIPTION_KEY, actual.get("key"))


def shown(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a task, in answer form, that this can change: for the diff."""
    return {key: task[key] for key in _SHOWN}


def predicted(task: dict[str, Any], steps: list[Step]) -> dict[str, Any]:
    """The task in answer form as it will be after the steps."""
    after = dict(task)
    for step in steps:
        if step.method == "SetTaskState":
            after["state"] = step.params["state"]
            after["result"] = plain(step.params.get("result"), typed=True)
            after["error"] = fault_answer(step.params["fault"]) if "fault" in step.params else None
        elif step.method == "SetTaskDescription":
            message = step.params["description"]
            after["description"] = message.get("message") or message["key"]
        else:
            after["progress"] = step.params["percentDone"]
    return after


# -- doing it ------------------------------------------------------------------------------------------------------


def carry_out(client: Client, moid: str, steps: list[Step]) -> None:
    """Send the steps in their order."""
    for step in steps:
        if step.method == "SetTaskState":
            _set_state(client, moid, step.params)
        else:
            client.call(task_ref(moid), step.method, step.params)


def _set_state(client: Client, moid: str, params: dict[str, Any]) -> None:
    """SetTaskState must not run twice, so where its answer is lost the task tells whether it ran."""
    try:
        client.call(task_ref(moid), "SetTaskState", params, repeatable=False)
    except NoAnswer:
        if _has_state(client, moid, params["state"]):
            return
        try:
            client.call(task_ref(moid), "SetTaskState", params, repeatable=False)
        except FaultError:
            # The first request may have arrived just after the task was read.
            if not _has_state(client, moid, params["state"]):
                raise


def _has_state(client: Client, moid: str, state: str) -> bool:
    now = read_infos(client, [moid]).get(moid, {}).get("state")
    return now == state or (state == "running" and now in DONE)
