# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All tasks in the order of the history, the recent ones, and the listeners for state changes."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from .wire import SECOND

if TYPE_CHECKING:
    from .task import Task

RECENT_NS = 600 * SECOND
RECENT_DONE = 200

Order = tuple[int, int]
BEFORE_ALL: Order = (-1, -1)


class TaskStore:
    """`in_order` is sorted by queue time. `listeners` are called with each new task and after each state change."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._number = 100
        self.in_order: list[Task] = []
        self.listeners: list[Callable[[Task], None]] = []
        self._active: dict[str, Task] = {}
        self._ended: list[Task] = []

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def add(self, task: Task) -> None:
        if self.in_order and self.in_order[-1].order > task.order:
            bisect.insort(self.in_order, task, key=attrgetter("order"))
        else:
            self.in_order.append(task)
        task.world.add(task)
        self.state_changed(task)

    def remove(self, task: Task) -> None:
        del self.in_order[self.position_after(task.order) - 1]
        self._active.pop(task.key, None)
        self._ended = [ended for ended in self._ended if ended is not task]
        task.world.remove(task)

    def state_changed(self, task: Task) -> None:
        if not task.done:
            self._active[task.key] = task
        else:
            self._active.pop(task.key, None)
            if self._is_recent(task):
                bisect.insort(self._ended, task, key=_complete_ns)
        for listener in self.listeners:
            listener(task)

    def position_after(self, order: Order) -> int:
        """The index of the first task after a position in the order."""
        return bisect.bisect_right(self.in_order, order, key=attrgetter("order"))

    def recent(self) -> Iterator[Task]:
        """Queued and running tasks, and the last of those that ended within ten minutes."""
        self._ended = [task for task in self._ended if self._is_recent(task)]
        yield from self._ended[-RECENT_DONE:]
        yield from self._active.values()

    def _is_recent(self, task: Task) -> bool:
        return _complete_ns(task) > self._now_ns() - RECENT_NS


def _complete_ns(task: Task) -> int:
    return task.complete_ns or 0
