# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The latest page of a history collector, which may be too small for all new tasks. No I/O."""

from __future__ import annotations

from typing import Any

from .._task_info.task_info import TaskInfo, task_moid


class LatestPage:
    """The latest page of a history collector.

    :param spec: a TaskFilterSpec; the page may have tasks that do not match it, if the server cannot apply all of it
    :ivar size: the most tasks that it holds
    :ivar moids: the tasks on it, empty before it is received
    """

    def __init__(self, spec: dict[str, Any], size: int):
        self.spec = spec
        self.size = size
        self.moids: set[str] = set()
        self._is_received = False

    def turn(self, infos: list[TaskInfo]) -> bool:
        """Replace the tasks. Returns whether a newer task may have dropped off the page unseen."""
        before, self.moids = self.moids, {task_moid(info) for info in infos}
        was_received, self._is_received = self._is_received, True
        # If one of the earlier tasks is still on the page, no newer task has dropped off it.
        return was_received and before.isdisjoint(self.moids) and bool(before or len(self.moids) >= self.size)
