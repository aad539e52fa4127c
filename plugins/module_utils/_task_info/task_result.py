# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts a TaskInfo to a task as modules return it."""

from __future__ import annotations

from typing import Any, Callable, Union

from .._options.task_parsing import CHECK_MODE_TASK
from .._times import SECOND, format_rfc3339
from .._vijson.wire import expect_reference, expect_text, plain_value, snake_case
from .task_info import ENDED, TaskInfo, expect_task_info, task_moid, task_time

Task = dict[str, Any]
"""A task as modules return it: every key of ``TASK_KEYS``, and ``custom_values`` if the user asks for them."""

TASK_KEYS = (
    "key",
    "moid",
    "name",
    "description_id",
    "label",
    "description",
    "entity",
    "state",
    "progress",
    "cancelable",
    "cancelled",
    "reason",
    "who",
    "queue_time",
    "start_time",
    "complete_time",
    "duration",
    "elapsed",
    "event_chain_id",
    "change_tag",
    "parent_task_key",
    "root_task_key",
    "activation_id",
    "locked",
    "progress_details",
    "result",
    "error",
)
"""The keys of a task in a result. Every task has all of them."""

_COPIED = {
    "name": "name",
    "description_id": "descriptionId",
    "progress": "progress",
    "cancelable": "cancelable",
    "cancelled": "cancelled",
    "event_chain_id": "eventChainId",
    "change_tag": "changeTag",
    "parent_task_key": "parentTaskKey",
    "root_task_key": "rootTaskKey",
    "activation_id": "activationId",
    "locked": "locked",
    "progress_details": "progressDetails",
}


Now = Callable[[], Union[int, None]]
"""The server's clock, such as ``Client.now``."""


def _unknown() -> None:
    return None


def task_from_info(info: Any, labels: dict[str, str] | None = None, now: Now = _unknown) -> Task:
    """The task that a module returns for a TaskInfo: every key of ``TASK_KEYS``, ``None`` where there is no value.

    Times become RFC 3339 texts, ``duration`` and ``elapsed`` are in seconds.

    :param labels: description id -> localized label
    :param now: for ``elapsed`` of a task that has not ended
    :raises BadResponse: it is not a TaskInfo
    """
    info = expect_task_info(info)
    started, completed = task_time(info, "startTime"), task_time(info, "completeTime")
    reason = _reason(info.get("reason"))
    duration = _seconds(started, completed)
    task: Task = dict.fromkeys(TASK_KEYS)
    task.update({key: plain_value(info.get(field)) for key, field in _COPIED.items()})
    task.update(
        key=expect_text(info.get("key"), "info.key"),
        moid=task_moid(info),
        label=(labels or {}).get(str(info.get("descriptionId"))),
        description=_description(info.get("description")),
        entity=_entity(info),
        state=expect_text(info.get("state"), "info.state"),
        reason=reason,
        who=_who(reason),
        queue_time=_time(task_time(info, "queueTime")),
        start_time=_time(started),
        complete_time=_time(completed),
        duration=duration,
        elapsed=_seconds(started, now()) if started is not None and completed is None else duration,
        result=plain_value(info.get("result"), typed=True),
        error=_error(info.get("error")),
    )
    return task


def has_ended(task: Task) -> bool:
    """Whether a task has ended, in success or in error."""
    return task["state"] in ENDED


def planned_task(**known: Any) -> Task:
    """A task for check mode: ``queued``, with the ``known`` values, all other keys ``None``."""
    return {**dict.fromkeys(TASK_KEYS), "key": CHECK_MODE_TASK, "moid": CHECK_MODE_TASK, "state": "queued", **known}


def _time(nanoseconds: int | None) -> str | None:
    return None if nanoseconds is None else format_rfc3339(nanoseconds)


def _seconds(start: int | None, end: int | None) -> float | None:
    """The span between two times; the server's clock may be a second behind its tasks."""
    return None if start is None or end is None else round(max(0, end - start) / SECOND, 6)


def _description(message: Any) -> str | None:
    if not isinstance(message, dict):
        return None
    # Most calls do not need this module. Importing it here saves them its load time.
    from .._vijson.faults import message_text

    return message_text(message)


def _error(fault: Any) -> dict[str, Any] | None:
    if fault is None:
        return None
    from .._vijson.faults import fault_result

    return fault_result(fault)


def _entity(info: TaskInfo) -> dict[str, Any] | None:
    entity = info.get("entity")
    name = info.get("entityName")
    if entity is None and name is None:
        return None
    reference: dict[str, Any] = {"type": None, "moid": None}
    if entity is not None:
        reference = expect_reference(entity, "info.entity").as_result()
    return {**reference, "name": plain_value(name)}


def _reason(reason: Any) -> dict[str, Any] | None:
    if not isinstance(reason, dict):
        return None
    fields = {snake_case(key): plain_value(value) for key, value in reason.items() if key != "_typeName"}
    return {"type": reason.get("_typeName"), **fields}


def _who(reason: dict[str, Any] | None) -> str | None:
    """What started a task: the name of a user, an alarm or a scheduled task, or ``system``."""
    if reason is None:
        return None
    if reason["type"] == "TaskReasonSystem":
        return "system"
    return next((str(reason[key]) for key in ("user_name", "alarm_name", "name") if reason.get(key)), None)
