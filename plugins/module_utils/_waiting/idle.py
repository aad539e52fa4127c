# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until nothing of a selection is queued or running, tasks that began meanwhile included."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Callable

from .._errors import InputError, ignore
from .._task_info.task_info import TaskInfo, expect_task_info, task_moid, task_time
from .._tasks.selection import ACTIVE, Selection, TaskMatcher
from .._tasks.task_reader import read_recent_tasks
from .._vijson.client import Client
from .tracker import TaskTracker

_INTERVAL = 30.0  # seconds


class IdleTracker(TaskTracker):
    """The tasks of a selection. It looks for new ones every 30 seconds, and when no task is pending any more.

    :param warn_of: shows warnings about names in the selection that no task has
    """

    def __init__(
        self,
        selection: Selection,
        warn_of: Callable[[list[str]], None] = ignore,
        now: Callable[[], float] = time.monotonic,
    ):
        super().__init__([], "idle")
        self._selection = selection
        self._warn_of = warn_of
        self._monotonic = now
        self._looked = 0.0
        self._is_looking = False
        self._since: int | None = None
        self._matcher = TaskMatcher()

    @property
    def is_over(self) -> bool:
        """Whether no task is pending, and the last look for new ones succeeded."""
        return not (self.pending or self._is_looking)

    def read(self, client: Client) -> None:
        """Read all pending tasks, and look for new ones; ViError."""
        super().read(client)
        self._look(client)

    def find_more(self, client: Client) -> None:
        """Add the tasks that have joined the selection; ViError."""
        if not self.pending or self._monotonic() - self._looked >= _INTERVAL:
            self._look(client)

    def _look(self, client: Client) -> None:
        is_first = self._since is None
        self._is_looking = True
        self._update_matcher(client)
        self._looked = self._monotonic()
        found = read_recent_tasks(client, require=self._matcher.unverified if is_first else ())
        infos = [expect_task_info(item.require("info")) for item in found]
        for info in infos:
            moid = task_moid(info)
            if moid not in self.known and self._matcher.matches(info) and self._takes(info):
                self.join(moid, info)
        self._is_looking = False
        if is_first and not self.known:
            # Most waits do not need this module. Importing it here saves them its load time.
            from .._tasks.unmatched_names import unmatched_names

            self._warn_of(unmatched_names(client, self._matcher, infos))

    def _update_matcher(self, client: Client) -> None:
        if self._since is None:
            self._since = client.current_time()
            self._selection = self._selection.with_references(client)
            self._matcher = self._selection.matcher(client)._replace(states=None)
            return
        # If an object of the selection was removed meanwhile, keep waiting for its last tasks.
        with suppress(InputError):
            self._matcher = self._selection.matcher(client)._replace(states=None)

    def _takes(self, info: TaskInfo) -> bool:
        """Whether a task is queued or running, or began during the wait and has already ended."""
        states = self._selection.states
        if info.get("state") in (ACTIVE if states is None else states):
            return True
        return states is None and (task_time(info, "queueTime") or 0) >= (self._since or 0)
