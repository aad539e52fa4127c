# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskHistoryCollector: a scrollable view of the tasks that match a filter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .task_store import BEFORE_ALL, Order
from .wire import JsonText, invalid_argument

if TYPE_CHECKING:
    from .sessions import Session
    from .task import Task
    from .task_filter import TaskFilter
    from .world import World

MAX_PAGE = 1000
DEFAULT_PAGE = 10


def _check_count(count: int) -> None:
    if not 0 < count <= MAX_PAGE:
        raise invalid_argument("maxCount")


class TaskHistoryCollector(ManagedObject):
    """`_cursor` is the order of the task before the cursor. Reading continues forwards or backwards from there."""

    TYPE = "TaskHistoryCollector"
    BASES = ("ManagedObject", "HistoryCollector")

    def __init__(self, world: World, session: Session, task_filter: TaskFilter) -> None:
        super().__init__(world, session.new_ref(self.TYPE))
        self._session = session
        self._filter = task_filter
        self._cursor: Order = BEFORE_ALL
        self._page_size = DEFAULT_PAGE
        self._page: list[dict[str, Any]] | None = None
        world.tasks.listeners.append(self._state_changed)

    def closed(self) -> None:
        self.world.tasks.listeners.remove(self._state_changed)

    def _state_changed(self, task: Task) -> None:
        was_there = any(info["key"] == task.key for info in self._page or ())
        if was_there or self._filter.matches(task):
            self._page = None
            self.world.touch(self, "latestPage")

    @prop("TaskFilterSpec")
    def filter(self, session: Session) -> dict[str, Any]:
        return self._filter.spec

    @prop("ArrayOfTaskInfo")
    def latestPage(self, session: Session) -> list[dict[str, Any]]:
        """The newest tasks in no particular order, as of the last state change of any of them."""
        if self._page is None:
            self._page = [task.info(session) for task in self._latest()]
            random.Random(self.ref.value).shuffle(self._page)
        return self._page

    def _latest(self) -> list[Task]:
        return self._take(self._backwards(len(self.world.tasks.in_order)), self._page_size)

    @method
    async def ReadNextTasks(self, session: Session, maxCount: int) -> JsonText:
        _check_count(maxCount)
        tasks = self._take(self._forwards(self.world.tasks.position_after(self._cursor)), maxCount)
        if tasks:
            self._cursor = tasks[-1].order
        return JsonText.array(task.text() for task in tasks)

    @method
    async def ReadPreviousTasks(self, session: Session, maxCount: int) -> JsonText:
        _check_count(maxCount)
        tasks = self._take(self._backwards(self.world.tasks.position_after(self._cursor)), maxCount)
        if tasks:
            self._cursor = _just_before(tasks[-1].order)
        return JsonText.array(task.text() for task in tasks)

    @method
    async def ResetCollector(self, session: Session) -> None:
        latest = self._latest()
        self._cursor = _just_before(latest[-1].order) if latest else BEFORE_ALL

    @method
    async def RewindCollector(self, session: Session) -> None:
        self._cursor = BEFORE_ALL
        if self.world.quirks.rewind_skips:
            await self.ReadNextTasks(session, 1)

    @method
    async def SetCollectorPageSize(self, session: Session, maxCount: int) -> None:
        _check_count(maxCount)
        self._page_size = maxCount
        self._page = None
        self.world.touch(self, "latestPage")

    @method
    async def DestroyCollector(self, session: Session) -> None:
        self.closed()
        self._session.disown(self)

    def _forwards(self, position: int) -> Iterator[Task]:
        tasks = self.world.tasks.in_order
        return (tasks[index] for index in range(position, len(tasks)))

    def _backwards(self, position: int) -> Iterator[Task]:
        tasks = self.world.tasks.in_order
        return (tasks[index] for index in range(position - 1, -1, -1))

    def _take(self, tasks: Iterator[Task], count: int) -> list[Task]:
        taken = []
        for task in tasks:
            if self._filter.matches(task):
                taken.append(task)
                if len(taken) == count:
                    break
        return taken


def _just_before(order: Order) -> Order:
    return order[0], order[1] - 1
