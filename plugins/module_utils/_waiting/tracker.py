# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks the state of tasks during a wait. Of :class:`TaskTracker`, only :meth:`TaskTracker.read` does I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._task_info.task_info import ENDED, TaskInfo, expect_task_info
from .._task_info.task_result import Now, Task, task_from_info
from .._tasks.task_reader import read_task_infos
from .._vijson.client import Client
from .._vijson.wire import expect_object, unboxed_value


class TaskTracker:
    """The last known state of the tasks of a wait.

    :ivar until: ``done``, ``running`` or ``idle``: what the wait is for
    :ivar known: the ids in ``moids``
    :ivar infos: the last known TaskInfo by moId; of a pending task as received, so fields may be boxed
    :ivar pending: ids of tasks that have not reached the wanted state
    :ivar failed: ids of the tasks that ended in error
    :ivar missing: ids of tasks that neither exist on the server nor are in its history
    :ivar incomplete: whether :meth:`read` has to be called after the updates, because one of them had the state of a
        task without the rest of its TaskInfo, or reported that a task has lost its object
    """

    def __init__(self, moids: Iterable[str], until: str = "done"):
        self.moids = list(moids)
        self.known = set(self.moids)
        self.until = until
        self.infos: dict[str, TaskInfo] = {}
        self.pending: dict[str, None] = dict.fromkeys(self.moids)
        self.failed: list[str] = []
        self.missing: list[str] = []
        self.incomplete = False
        self._now: Now = lambda: None
        self._ended: dict[str, Task] = {}
        self._reached = ("running", *ENDED) if until == "running" else ENDED

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to wait for."""
        return not self.pending

    def saw(self, moid: str, info: TaskInfo) -> None:
        """Record a TaskInfo that was read, or that an update had."""
        if moid not in self.pending:
            return
        state = unboxed_value(info.get("state"))
        if state not in self._reached:
            self.infos[moid] = info
            return
        self.infos[moid] = reached = expect_task_info(info)
        if state in ENDED:
            # Now, not after the wait: the end of the last of thousands of tasks is then known at once.
            self._ended[moid] = task_from_info(reached, now=self._now)
        if state == "error":
            self.failed.append(moid)
        del self.pending[moid]

    def changed(self, moid: str, path: str, value: Any) -> None:
        """Record an update: of the whole ``info``, or of one of its fields such as ``info.progress``."""
        if path == "info":
            self.saw(moid, expect_object(unboxed_value(value), "info"))
        elif path.startswith("info.") and moid in self.pending:
            self.infos[moid] = {**self.infos.get(moid, {}), path[len("info.") :]: unboxed_value(value)}
            self.incomplete = self.incomplete or self.infos[moid].get("state") in self._reached

    def lost(self, moid: str) -> None:
        """Record that a pending task has no object, or no longer has one. :meth:`read` then tells whether it ended."""
        self.incomplete = self.incomplete or moid in self.pending

    def gone(self, moid: str) -> None:
        """Record that a task neither exists nor is in the history."""
        if moid in self.pending:
            del self.pending[moid]
            self.infos.pop(moid, None)
            self.missing.append(moid)

    def read(self, client: Client) -> None:
        """Read all pending tasks in one request, and those without an object from the history; ViError."""
        self._now = client.now
        found = read_task_infos(client, self.pending)
        self.incomplete = False
        for moid in list(self.pending):
            if moid in found:
                self.saw(moid, found[moid])
            else:
                self.gone(moid)

    def join(self, moid: str, info: TaskInfo) -> None:
        """Add a task that was just read."""
        self.moids.append(moid)
        self.known.add(moid)
        self.pending[moid] = None
        self.saw(moid, info)

    def find_more(self, client: Client) -> None:
        """Add the tasks that have joined the wait since the last call."""

    def tasks(self) -> list[Task]:
        """All tasks with a known TaskInfo, as modules return them, in the order of ``moids``."""
        known = (moid for moid in self.moids if moid in self.infos)
        return [self._ended.get(moid) or task_from_info(self.infos[moid], now=self._now) for moid in known]
