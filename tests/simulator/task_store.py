# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All tasks in the order of the history, the recent ones, and the listeners for state changes.

A Task object expires some minutes after its task ended. The task's row stays in the history for days.
"""

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
DAY_NS = 86400 * SECOND

Order = tuple[int, int]
BEFORE_ALL: Order = (-1, -1)


class TaskStore:
    """`in_order` is sorted by queue time. `listeners` are called with each new task and after each state change.

    :param lifetime: seconds from the end of a task to the end of its object
    :param history_days: days from the end of a task to the end of its row; 0: rows never end
    """

    def __init__(self, now_ns: Callable[[], int], lifetime: float, history_days: int) -> None:
        self.history_days = history_days
        self._now_ns = now_ns
        self._lifetime_ns = int(lifetime * SECOND)
        self._number = 100
        self.in_order: list[Task] = []
        self.listeners: list[Callable[[Task], None]] = []
        self._numbers: list[int] = []
        self._rows: dict[int, Task] = {}
        self._active: dict[str, Task] = {}
        self._ended: list[Task] = []

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def row(self, key: str) -> Task | None:
        """The task of an id, also after its object expired."""
        number = key.removeprefix("task-")
        return self._rows.get(int(number)) if number.isdecimal() else None

    def beyond(self, number: int | None, *, upwards: bool) -> Iterator[Task]:
        """The tasks with a greater number, or a lesser one (None: all), the nearest first."""
        if upwards:
            begin = bisect.bisect_right(self._numbers, number or 0)
            return (self._rows[above] for above in self._numbers[begin:])
        end = len(self._numbers) if number is None else bisect.bisect_left(self._numbers, number)
        return (self._rows[self._numbers[index]] for index in range(end - 1, -1, -1))

    def add(self, task: Task) -> None:
        bisect.insort(self.in_order, task, key=attrgetter("order"))
        bisect.insort(self._numbers, task.number)
        self._rows[task.number] = task
        task.world.add(task)
        self.state_changed(task)

    def remove(self, task: Task) -> None:
        """Remove a task with its row."""
        self.remove_object(task)
        del self.in_order[self.position_after(task.order) - 1]
        self._forget_row(task)

    def remove_object(self, task: Task) -> None:
        """Remove the Task object only."""
        if task.key in task.world.objects:
            self._active.pop(task.key, None)
            self._ended = [ended for ended in self._ended if ended is not task]
            task.world.remove(task)

    def _forget_row(self, task: Task) -> None:
        del self._rows[task.number]
        del self._numbers[bisect.bisect_left(self._numbers, task.number)]

    def expire(self) -> None:
        """Remove the objects and the rows of tasks that ended long enough ago."""
        now = self._now_ns()
        if self._ended and _complete_ns(self._ended[0]) <= now - self._lifetime_ns:
            end = bisect.bisect_right(self._ended, now - self._lifetime_ns, key=_complete_ns)
            for task in self._ended[:end]:
                task.world.remove(task)
            del self._ended[:end]
        oldest = now - self.history_days * DAY_NS
        if self.history_days and self.in_order and self.in_order[0].queue_ns < oldest:
            self._expire_rows(oldest)

    def _expire_rows(self, oldest: int) -> None:
        end = self.position_after((oldest, 0))
        kept = [task for task in self.in_order[:end] if not task.done or _complete_ns(task) >= oldest]
        for task in set(self.in_order[:end]) - set(kept):
            self.remove_object(task)
            self._forget_row(task)
        self.in_order[:end] = kept

    def state_changed(self, task: Task) -> None:
        if not task.done:
            self._active[task.key] = task
        else:
            self._active.pop(task.key, None)
            bisect.insort(self._ended, task, key=_complete_ns)
        for listener in self.listeners:
            listener(task)

    def position_after(self, order: Order) -> int:
        """The index of the first task after a position in the order."""
        return bisect.bisect_right(self.in_order, order, key=attrgetter("order"))

    def recent(self) -> Iterator[Task]:
        """Queued and running tasks, and the last of those that ended within ten minutes."""
        begin = bisect.bisect_right(self._ended, self._now_ns() - RECENT_NS, key=_complete_ns)
        yield from self._ended[max(begin, len(self._ended) - RECENT_DONE) :]
        yield from self._active.values()


def _complete_ns(task: Task) -> int:
    return task.complete_ns or 0
