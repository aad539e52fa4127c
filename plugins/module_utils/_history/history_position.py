# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a history was read: which tasks to skip after a restart, and where to begin again. No I/O."""

from __future__ import annotations

from typing import Any

from .._task_info.task_info import TaskInfo, task_age, task_moid
from .._times import SECOND, clamped_time, format_rfc3339, parse_rfc3339
from .._vijson.wire import data_object
from .seen_tasks import SeenTasks

_OVERLAP = 600 * SECOND
"""The overlap to read again after a restart: a vCenter may set its clock back, or round times."""


class HistoryPosition:
    """The position of a reader that goes through a history in one direction."""

    def __init__(self, *, newest_first: bool):
        self._newest_first = newest_first
        self._seen = SeenTasks()
        self._newest: tuple[int, int] | None = None
        self._last: int | None = None
        self._in_order = True

    @property
    def is_started(self) -> bool:
        """Whether it has returned a task."""
        return self._last is not None

    def fresh(self, page: list[TaskInfo]) -> list[TaskInfo]:
        """The tasks of a page that were not returned before, and that can still be returned in order."""
        fresh = []
        for info in page:
            age = task_age(info)
            # When reading newest first, a task that was queued after the start is out of order.
            is_late = self._newest_first and self._newest is not None and age > self._newest
            if not is_late and self._seen.add(task_moid(info)):
                fresh.append(info)
                self._advance(*age)
        return fresh

    def _advance(self, queued: int, number: int) -> None:
        if self._newest is None and queued:
            self._newest = queued, number
        if self._last is not None and queued != self._last:
            self._in_order = self._in_order and (queued < self._last) is self._newest_first
        self._last = queued

    def rest_of(self, spec: dict[str, Any]) -> dict[str, Any]:
        """A TaskFilterSpec for the tasks that are left, and for some of those before.

        Returns the whole ``spec`` if the tasks did not arrive in the order of their queue times, or if it filters by
        another time, because a filter has only one time.
        """
        time = spec.get("time") or data_object("TaskFilterSpecByTime", timeType="queuedTime")
        if not self._last or not self._in_order or time["timeType"] != "queuedTime":
            return spec
        end, sign, stricter = ("endTime", 1, min) if self._newest_first else ("beginTime", -1, max)
        bounds = [self._last + sign * _OVERLAP]
        if end in time:
            bounds.append(parse_rfc3339(time[end]))
        return {**spec, "time": {**time, end: format_rfc3339(clamped_time(stricter(bounds)))}}
