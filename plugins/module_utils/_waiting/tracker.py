# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of tasks during a wait. Apart from :meth:`TaskTracker.read`, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._task_info.task_info import ENDED, TaskInfo
from .._task_info.task_result import Task, task_from_info
from .._tasks.task_reader import read_task_infos
from .._vijson.client import Client
from .._vijson.wire import expect_object, unboxed_value


class TaskTracker:
    """What is known of the tasks that are waited for.

    :ivar infos: TaskInfo as it came, by moId
    :ivar pending: ids of tasks that are there and not yet where they should be
    :ivar missing: ids of tasks that are not, or not any more, on the server
    :ivar incomplete: whether a task's state was told without the rest of its info
    """

    def __init__(self, moids: Iterable[str], until: str = "done"):
        self.moids = list(moids)
        self.infos: dict[str, TaskInfo] = {}
        self.pending: dict[str, None] = dict.fromkeys(self.moids)
        self.missing: list[str] = []
        self.incomplete = False
        self._arrived = ("running", *ENDED) if until == "running" else ENDED

    def saw(self, moid: str, info: TaskInfo) -> None:
        """A task's info was read, or came with an update."""
        if moid in self.pending:
            self.infos[moid] = info
            if info.get("state") in self._arrived:
                del self.pending[moid]

    def changed(self, moid: str, path: str, value: Any) -> None:
        """A property changed: ``info`` as a whole, or one of its fields as ``info.progress``."""
        if path == "info":
            self.saw(moid, expect_object(value, "info"))
        elif path.startswith("info.") and moid in self.pending:
            self.infos[moid] = {**self.infos.get(moid, {}), path[len("info.") :]: unboxed_value(value)}
            self.incomplete = self.incomplete or self.infos[moid].get("state") in self._arrived

    def gone(self, moid: str) -> None:
        """A task is not on the server."""
        if moid in self.pending:
            del self.pending[moid]
            self.missing.append(moid)

    def read(self, client: Client) -> None:
        """Read all that are pending in one request."""
        found = read_task_infos(client, self.pending)
        self.incomplete = False
        for moid in list(self.pending):
            if moid in found:
                self.saw(moid, found[moid])
            else:
                self.gone(moid)

    def tasks(self) -> list[Task]:
        """All that were ever seen, in answer form and in the order asked for."""
        return [task_from_info(self.infos[moid]) for moid in self.moids if moid in self.infos]
