# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskInfoFilterSpec: which parts of the tasks a read of the history leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wire import to_json

if TYPE_CHECKING:
    from .task import Task


class InfoFilter:
    """`descriptionIds` names the task types whose results are left out, or with `filterIn` the only ones kept."""

    def __init__(self, spec: dict[str, Any] | None) -> None:
        results = (spec or {}).get("filterTaskResults") or {}
        self._removes_all: bool = results.get("removeAll", False)
        self._named = frozenset(results.get("descriptionIds") or ())
        self._keeps_named: bool = results.get("filterIn", False)

    def text(self, task: Task) -> str:
        """The TaskInfo as JSON."""
        return task.text() if task.result is None or self._keeps_result(task) else to_json(self.info(task))

    def info(self, task: Task) -> dict[str, Any]:
        info = task.info(None)
        if not self._keeps_result(task):
            info.pop("result", None)
        return info

    def _keeps_result(self, task: Task) -> bool:
        if self._removes_all:
            return False
        return not self._named or (task.type_id in self._named) is self._keeps_named
