# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskHistoryCollector: a scrollable view of the tasks that match a filter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .task_store import BEFORE_ALL, Order
from .wire import JsonText, invalid_argument

if TYPE_CHECKING:
    from .info_filter import InfoFilter
    from .sessions import Session
    from .task import Task
    from .task_filter import TaskFilter
    from .world import World

MAX_PAGE = 1000
DEFAULT_PAGE = 10


def check_count(world: World, count: int, name: str) -> None:
    """Raises Fault InvalidArgument unless the server reads that many tasks at once."""
    if not 0 < count <= (world.quirks.max_page or MAX_PAGE):
        raise invalid_argument(name)


class TaskHistoryCollector(ManagedObject):
    """`_cursor` is the order of the task before the cursor. Reading continues forwards or backwards from there.

    `_page_floor`: the latest page contains only tasks after it, so that a larger page grows with new tasks only.
    """

    TYPE = "TaskHistoryCollector"
    BASES = ("ManagedObject", "HistoryCollector")

    def __init__(self, world: World, session: Session, task_filter: TaskFilter, info_filter: InfoFilter) -> None:
        super().__init__(world, session.new_ref(self.TYPE))
        self._session = session
        self._filter = task_filter
        self._info_filter = info_filter
        self._cursor: Order = BEFORE_ALL
        self._page_size = DEFAULT_PAGE
        self._page_floor: Order = BEFORE_ALL
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
        if self._page is None or self.world.quirks.history_lag:
            self._page = [self._info_filter.info(task) for task in self._latest()]
            random.Random(self.ref.value).shuffle(self._page)
        return self._page

    def _latest(self) -> list[Task]:
        newest = self._backwards(len(self.world.tasks.in_order))
        return self._filter.take(takewhile(lambda task: task.order > self._page_floor, newest), self._page_size)

    def _check_count(self, count: int) -> None:
        check_count(self.world, count, "maxCount")

    @method
    async def ReadNextTasks(self, session: Session, maxCount: int) -> JsonText:
        self._check_count(maxCount)
        tasks = self._filter.take(self._forwards(self.world.tasks.position_after(self._cursor)), maxCount)
        if tasks:
            self._cursor = tasks[-1].order
        return JsonText.array(map(self._info_filter.text, tasks))

    @method
    async def ReadPreviousTasks(self, session: Session, maxCount: int) -> JsonText:
        self._check_count(maxCount)
        tasks = self._filter.take(self._backwards(self.world.tasks.position_after(self._cursor)), maxCount)
        if tasks:
            self._cursor = _just_before(tasks[-1].order)
        return JsonText.array(map(self._info_filter.text, tasks))

    @method
    async def ResetCollector(self, session: Session) -> None:
        latest = self._latest()
        self._cursor = _just_before(latest[-1].order) if latest else BEFORE_ALL
        if latest and self.world.quirks.reset_after_newest:
            self._cursor = latest[0].order

    @method
    async def RewindCollector(self, session: Session) -> None:
        self._cursor = BEFORE_ALL
        if self.world.quirks.rewind_skips:
            await self.ReadNextTasks(session, 1)

    @method
    async def SetCollectorPageSize(self, session: Session, maxCount: int) -> None:
        self._check_count(maxCount)
        if not self.world.quirks.page_refills:
            latest = self._latest()
            if len(latest) == self._page_size:
                self._page_floor = _just_before(latest[-1].order)
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


def _just_before(order: Order) -> Order:
    return order[0], order[1] - 1
