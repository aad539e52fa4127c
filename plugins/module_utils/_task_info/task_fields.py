# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``fields``: which keys of each task a result has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from .._errors import InputError
from .task_lines import TaskLines, entity_text, error_text
from .task_result import TASK_KEYS, Task

BRIEF = "brief"
"""The value of ``fields`` that stands for a few keys, with the object and the error as text."""

_BRIEF_KEYS = ("moid", "state", "progress", "label", "entity", "who", "elapsed", "error")
_TEXTS = {"entity": entity_text, "error": error_text}


class TaskFields(NamedTuple):
    """The keys to return of each task; ``None`` for all.

    :ivar brief: whether the object and the error are texts
    """

    keys: tuple[str, ...] | None = None
    brief: bool = False

    def wants(self, key: str) -> bool:
        """Whether the user names this key."""
        return self.keys is not None and key in self.keys

    def with_key(self, key: str) -> TaskFields:
        """These keys and one more."""
        return self if self.keys is None or key in self.keys else self._replace(keys=(*self.keys, key))

    def of(self, task: Task) -> Task:
        """The task with these keys only."""
        if self.keys is None:
            return task
        chosen = {key: task.get(key) for key in self.keys}
        return {key: _TEXTS[key](value) if self.brief and key in _TEXTS else value for key, value in chosen.items()}


def parse_fields(fields: list[str] | None, more: Iterable[str] = ()) -> TaskFields:
    """The option ``fields``.

    :param more: keys that the tasks of this module have besides ``TASK_KEYS``
    :raises InputError: the list is empty, or names a key that tasks do not have
    """
    if fields is None:
        return TaskFields()
    known = (*TASK_KEYS, *more)
    unknown = [name for name in fields if name not in (*known, BRIEF)]
    if unknown or not fields:
        problem = f"a task has no field {' or '.join(map(repr, unknown))}" if unknown else "the list is empty"
        raise InputError(f"fields: {problem}. Use {BRIEF}, or one or more of: {', '.join(known)}")
    keys = [key for name in fields for key in (_BRIEF_KEYS if name == BRIEF else (name,))]
    return TaskFields(tuple(dict.fromkeys(keys)), BRIEF in fields)


class ShownTasks:
    """The tasks of a result: the chosen fields of each, and one line of text for each."""

    def __init__(self, fields: TaskFields):
        self._fields = fields
        self._tasks: list[Task] = []
        self._lines = TaskLines()
        self._missing: list[str] = []

    def add(self, tasks: Iterable[Task]) -> None:
        """Add tasks, with all their keys."""
        for task in tasks:
            self._lines.add([task])
            self._tasks.append(self._fields.of(task))

    def add_missing(self, moids: Iterable[str]) -> None:
        """Add the lines of tasks that do not exist."""
        self._missing += (f"{moid}  missing" for moid in moids)

    def result(self) -> dict[str, Any]:
        """``{lines, tasks}``"""
        return {"lines": [*self._lines.aligned(), *self._missing], "tasks": self._tasks}
