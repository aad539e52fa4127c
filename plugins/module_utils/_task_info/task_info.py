# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TaskInfo as the server sends it (see TaskInfo in the API)."""

from __future__ import annotations

import re
from typing import Any

from .._errors import BadResponse
from .._times import clamped_time, parse_rfc3339
from .._vijson.wire import Reference, expect_object, expect_text, unboxed_fields, unboxed_value

TaskInfo = dict[str, Any]
"""The data object TaskInfo, with the field names and types of the wire."""

_NUMBER = re.compile(r"\d{1,19}", re.ASCII)

ENDED = ("success", "error")
"""The states in which a task has ended."""


def expect_task_info(value: Any) -> TaskInfo:
    """The value as a TaskInfo. Some servers box values inside it, so the fields are unboxed.

    :raises BadResponse: it is not an object, or is nested in more than 200 levels
    """
    return unboxed_fields(expect_object(unboxed_value(value), "info"))


def task_reference(moid: str) -> Reference:
    """The reference to the task with this moId."""
    return Reference("Task", moid)


def task_moid(info: TaskInfo) -> str:
    """The moId of the task that a TaskInfo describes; BadResponse if it has none, or one that is not printable."""
    task = unboxed_value(info.get("task"))
    moid = expect_text(task.get("value") if isinstance(task, dict) else info.get("key"), "info.task")
    if not moid.isprintable():
        raise BadResponse(f"info.task is {moid!r}, which is not a valid id")
    return moid


def task_time(info: TaskInfo, field: str) -> int | None:
    """A time of a TaskInfo, such as ``queueTime``, in nanoseconds since 1970; ``None`` if it is not set.

    :raises BadResponse: the value is not a time
    """
    value = unboxed_value(info.get(field))
    if value is None:
        return None
    try:
        return parse_rfc3339(expect_text(value, f"info.{field}"))
    except ValueError as error:
        raise BadResponse(f"info.{field} is {value!r}, which is not a valid time") from error


def task_age(info: TaskInfo) -> tuple[int, int]:
    """A key to sort tasks from the oldest to the newest: ``queueTime`` in nanoseconds, then the number in the moId."""
    return _queued(info), task_number(task_moid(info))


def task_number(moid: str) -> int:
    """The number in the moId of a task. A vCenter numbers its tasks in the order in which they are created."""
    number = _NUMBER.search(moid)
    return int(number[0]) if number else 0


def _queued(info: TaskInfo) -> int:
    try:
        return clamped_time(parse_rfc3339(str(unboxed_value(info.get("queueTime")))))
    except ValueError:
        return 0
