# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine: starts, advances, ends and cancels the tasks that the server itself runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from .task import canceled

if TYPE_CHECKING:
    from .task import Task

STEPS = 20
SHORTEST_STEP = 0.2
CANCEL_SOON = 0.05
CANCEL_LATER = 1.0


class Engine:
    """Keeps at most one timer per task. Tasks created before the event loop runs get theirs in `wake`."""

    def __init__(self) -> None:
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._waiting: list[tuple[Task, float]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        self._loop = asyncio.get_running_loop()
        for task, elapsed in self._waiting:
            self.drive(task, elapsed)
        self._waiting.clear()

    def drive(self, task: Task, elapsed: float = 0.0) -> None:
        """Continue a task with a plan at `elapsed` seconds after its start, or, if it is queued, in the queue."""
        if task.plan is None or task.plan.seconds is None:
            return
        if self._loop is None:
            self._waiting.append((task, elapsed))
        elif task.state == "queued":
            queued = min(1.0, task.plan.seconds / 10) if task.plan.queued is None else task.plan.queued
            self._after(task, max(0.0, queued - elapsed), lambda: self._start(task, queued))
        else:
            self._step(task, elapsed)

    def cancel(self, task: Task) -> None:
        """Cancel the task as its plan specifies. The request has been accepted."""
        way = self._way_to_cancel(task)
        if way == "at_once":
            self._after(task, CANCEL_SOON, lambda: self._end_canceled(task))
        elif way == "later":
            self._after(task, CANCEL_LATER, lambda: self._end_canceled(task))
        elif way == "success" and (task.plan is None or task.plan.seconds is None):
            self._after(task, CANCEL_LATER, lambda: self._end(task))

    def forget(self, task: Task) -> None:
        timer = self._timers.pop(task.key, None)
        if timer:
            timer.cancel()

    def _way_to_cancel(self, task: Task) -> str:
        if task.plan is not None:
            return task.plan.on_cancel
        return task.world.quirks.created_on_cancel or ("at_once" if task.state == "queued" else "owner")

    def _after(self, task: Task, seconds: float, action: Callable[[], None]) -> None:
        assert self._loop is not None
        self.forget(task)
        self._timers[task.key] = self._loop.call_later(seconds, action)

    def _start(self, task: Task, waited: float) -> None:
        task.progress = 0
        task.start()
        self._step(task, waited)

    def _step(self, task: Task, elapsed: float) -> None:
        assert task.plan is not None
        assert task.plan.seconds is not None
        total = task.plan.seconds
        if elapsed >= total:
            self._end(task)
            return
        task.set_progress(max(task.progress or 0, int(100 * elapsed / total)))
        pause = min(max(total / STEPS, SHORTEST_STEP), total - elapsed)
        self._after(task, pause, lambda: self._step(task, elapsed + pause))

    def _end(self, task: Task) -> None:
        self.forget(task)
        plan = task.plan
        if plan is not None and plan.outcome == "error":
            task.finish("error", error=plan.error)
            return
        task.progress = 100
        task.finish("success", plan.result if plan else None)

    def _end_canceled(self, task: Task) -> None:
        self.forget(task)
        task.finish("error", error=canceled())
