# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TaskInfo as modules answer it."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._codec import obj, plain, reference, snake, text, unboxed
from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadAnswer
from ansible_collections.vijson.tasks.plugins.module_utils._faults import fault_answer
from ansible_collections.vijson.tasks.plugins.module_utils._names import CHECK_MODE_TASK
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, format_rfc3339, parse_rfc3339

DONE = ("success", "error")

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
    "queue_time",
    "start_time",
    "complete_time",
    "duration",
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
"""The keys of a task in an answer; each is always there."""

_AS_IT_IS = {
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


def task_answer(info: Any, labels: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer form of a TaskInfo: every key of ``TASK_KEYS``, ``None`` where there is no value.

    :param labels: description id -> localized label
    """
    info = obj(info, "info")
    begun, ended = time_of(info, "startTime"), time_of(info, "completeTime")
    answer: dict[str, Any] = dict.fromkeys(TASK_KEYS)
    answer.update({key: plain(info.get(field)) for key, field in _AS_IT_IS.items()})
    answer.update(
        key=text(info.get("key"), "info.key"),
        moid=task_moid(info),
        label=(labels or {}).get(str(info.get("descriptionId"))),
        description=_description(info.get("description")),
        entity=_entity(info),
        state=text(info.get("state"), "info.state"),
        reason=_reason(info.get("reason")),
        queue_time=_time(time_of(info, "queueTime")),
        start_time=_time(begun),
        complete_time=_time(ended),
        duration=None if begun is None or ended is None else round((ended - begun) / SECOND, 6),
        result=plain(info.get("result"), typed=True),
        error=None if info.get("error") is None else fault_answer(info["error"]),
    )
    return answer


def task_moid(info: dict[str, Any]) -> str:
    """The moId of the task that an info is about."""
    task = info.get("task")
    return text(task.get("value") if isinstance(task, dict) else info.get("key"), "info.task")


def time_of(info: dict[str, Any], field: str) -> int | None:
    """A time of a TaskInfo, such as ``queueTime``, in nanoseconds since 1970; ``None`` where it has none."""
    value = unboxed(info.get(field))
    if value is None:
        return None
    try:
        return parse_rfc3339(text(value, f"info.{field}"))
    except ValueError as error:
        raise BadAnswer(f"info.{field} is {value!r}, which is no time") from error


def is_done(task: dict[str, Any]) -> bool:
    """Whether a task in answer form has ended, one way or the other."""
    return task["state"] in DONE


def planned_task(**known: Any) -> dict[str, Any]:
    """The task that check mode would have created."""
    return {**dict.fromkeys(TASK_KEYS), "key": CHECK_MODE_TASK, "moid": CHECK_MODE_TASK, "state": "queued", **known}


def _time(nanoseconds: int | None) -> str | None:
    return None if nanoseconds is None else format_rfc3339(nanoseconds)


def _description(message: Any) -> str | None:
    if not isinstance(message, dict):
        return None
    found = message.get("message") or message.get("key")
    return found if isinstance(found, str) else None


def _entity(info: dict[str, Any]) -> dict[str, Any] | None:
    entity = info.get("entity")
    name = info.get("entityName")
    if entity is None and name is None:
        return None
    named = {"type": None, "moid": None} if entity is None else reference(entity, "info.entity").answer()
    return {**named, "name": plain(name)}


def _reason(reason: Any) -> dict[str, Any] | None:
    if not isinstance(reason, dict):
        return None
    fields = {snake(key): plain(value) for key, value in reason.items() if key != "_typeName"}
    return {"type": reason.get("_typeName"), **fields}
