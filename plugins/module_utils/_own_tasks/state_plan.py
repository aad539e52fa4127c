# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the requests that take a task to its wanted state, in the one order that a server accepts. No I/O."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import TaskError
from .._task_info.task_info import ENDED, TaskInfo
from .._task_info.task_result import Task, task_from_info
from .._vijson.faults import fault_result, message_argument
from .._vijson.wire import plain_value
from .wanted_state import DEFAULT_DESCRIPTION_KEY, WantedState

_SHOWN = ("state", "progress", "description", "result", "error")


class StateStep(NamedTuple):
    """One request to the task: an operation and its arguments."""

    method: str
    params: dict[str, Any]


def plan_steps(info: TaskInfo, wanted: WantedState) -> list[StateStep]:
    """The requests that take the task to the wanted state: running, description, progress, the final state.

    :param info: the current TaskInfo
    :returns: steps for SetTaskState, SetTaskDescription and UpdateProgress; empty if the task has the wanted state
    :raises TaskError: the task cannot reach the wanted state
    """
    task, state = info.get("key"), info.get("state")
    progress_differs = wanted.progress is not None and info.get("progress") != wanted.progress
    description_differs = wanted.description is not None and not _same_message(
        info.get("description"), wanted.description
    )
    if state in ENDED:
        _refuse_after_the_end(info, wanted, progress_differs or description_differs)
        return []
    starts = state == "queued" and wanted.state in ("running", *ENDED)
    if state == "running" and wanted.state == "queued":
        raise TaskError(f"{task} is running and cannot go back to queued", result={"task": task_from_info(info)})
    if progress_differs and state == "queued" and not starts:
        raise TaskError(
            f"{task} is queued, and only a running task has progress. Use state: running as well",
            result={"task": task_from_info(info)},
        )
    steps = [StateStep("SetTaskState", {"state": "running"})] if starts else []
    if description_differs:
        steps.append(StateStep("SetTaskDescription", {"description": wanted.description}))
    if progress_differs:
        steps.append(StateStep("UpdateProgress", {"percentDone": wanted.progress}))
    if wanted.state in ENDED:
        steps.append(StateStep("SetTaskState", _final_params(wanted)))
    return steps


def _final_params(wanted: WantedState) -> dict[str, Any]:
    params: dict[str, Any] = {"state": wanted.state}
    if wanted.result is not None:
        params["result"] = wanted.result
    if wanted.fault is not None:
        params["fault"] = wanted.fault
    return params


def _refuse_after_the_end(info: TaskInfo, wanted: WantedState, differs: bool) -> None:
    task, state = info.get("key"), info.get("state")
    if wanted.state is not None and wanted.state != state:
        raise TaskError(
            f"{task} has ended in {state} and cannot change to {wanted.state}", result={"task": task_from_info(info)}
        )
    if wanted.state is None and differs:
        raise TaskError(
            f"{task} has ended in {state}: its progress and description can no longer change",
            result={"task": task_from_info(info)},
        )


def _same_message(actual: Any, wanted: dict[str, Any]) -> bool:
    if not isinstance(actual, dict):
        return False
    argument = message_argument(wanted)
    if argument is not None and (actual.get("key"), message_argument(actual)) == (wanted["key"], argument):
        # The server may have rebuilt the message in the language of a session.
        return True
    is_same_key = wanted["key"] in (DEFAULT_DESCRIPTION_KEY, actual.get("key"))
    return is_same_key and actual.get("message") == wanted.get("message")


def refuse_server_operation(info: TaskInfo) -> None:
    """TaskError if the task has a name. A task of CreateTask has none, and an operation of the vCenter has one."""
    if info.get("name"):
        raise TaskError(
            f"task: {info.get('key')} is the vCenter's own operation {info['name']}, not a task of CreateTask. Changing"
            " it does not change what the vCenter does. Use force: true to change it nevertheless",
            result={"task": task_from_info(info)},
        )


def shown_state(task: Task) -> dict[str, Any]:
    """The keys of a task that ``vi_task_state`` can change, for the diff."""
    return {key: task[key] for key in _SHOWN}


def predict_task(task: Task, steps: list[StateStep]) -> Task:
    """The task as it will be after the steps."""
    after = dict(task)
    for step in steps:
        if step.method == "SetTaskState":
            after["state"] = step.params["state"]
            after["result"] = plain_value(step.params.get("result"), typed=True)
            after["error"] = fault_result(step.params["fault"]) if "fault" in step.params else None
        elif step.method == "SetTaskDescription":
            message = step.params["description"]
            after["description"] = message.get("message") or message["key"]
        else:
            after["progress"] = step.params["percentDone"]
    return after
