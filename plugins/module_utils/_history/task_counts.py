# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``count_by``: counts and durations of groups of tasks, in memory for groups, not for tasks. No I/O."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .._errors import InputError, one_line
from .._task_info.task_lines import aligned_column, entity_text, error_text
from .._task_info.task_result import Task

MOST_DURATIONS = 20_000
"""Different durations that all groups together keep. With more, they keep fewer digits of each."""

_DIGITS = (3, 2)

# The parts that identify a value: an object may have had several names, and a fault has fields of its own.
_PARTS = {"entity": ("type", "moid"), "error": ("type", "message")}

_FIGURES = ("count", "errors", "median_duration", "longest_duration")

_NOTHING = {
    "who": "unknown user",
    "entity": "no object",
    "description_id": "unknown type",
    "state": "unknown state",
    "error": "no error",
}
"""What a line has for a key without a value."""


class TaskCounts:
    """Groups of tasks that have the same values of some keys.

    :ivar columns: the keys of each group in the result
    :param keys: keys of a task; with ``description_id``, the groups have the ``label`` too
    :raises InputError: there is no key
    """

    def __init__(self, keys: Iterable[str]):
        self._keys = tuple(dict.fromkeys(keys))
        if not self._keys:
            raise InputError("count_by: the list is empty. Use one or more keys, or leave it out to count nothing")
        self._shown = (*self._keys, "label") if "description_id" in self._keys else self._keys
        self.columns = (*self._shown, *_FIGURES)
        self._groups: dict[tuple[Any, ...], _Group] = {}
        self._digits: int | None = None

    def add(self, tasks: Iterable[Task]) -> None:
        """Count tasks, given with all their keys."""
        for task in tasks:
            known = tuple(_identity(key, task[key]) for key in self._keys)
            group = self._groups.get(known)
            if group is None:
                group = self._groups[known] = _Group({key: _shown_value(key, task[key]) for key in self._shown})
            group.add(task, self._digits)
        for digits in _DIGITS:
            if (self._digits is None or digits < self._digits) and self._kept() > MOST_DURATIONS:
                self._digits = digits
                for group in self._groups.values():
                    group.shorten(digits)

    def _kept(self) -> int:
        return sum(len(group.durations) for group in self._groups.values())

    def result(self) -> list[dict[str, Any]]:
        """Of each group its keys, ``count``, ``errors``, ``median_duration``, ``longest_duration``; largest first."""
        return sorted((group.result() for group in self._groups.values()), key=lambda counted: -counted["count"])

    def lines(self) -> list[str]:
        """One aligned line of text for each group: how many tasks, how many of them failed, and what they share."""
        groups = self.result()
        if not groups:
            return []
        columns = [
            aligned_column([_number_of_tasks(group["count"]) for group in groups], right=True),
            aligned_column([f"{group['errors']} failed" for group in groups], right=True),
            *(aligned_column([_text(key, group) for group in groups]) for key in self._keys),
        ]
        return ["  ".join(parts).rstrip() for parts in zip(*columns)]


class _Group:
    """The tasks of one group. ``durations`` has the number of tasks for each."""

    def __init__(self, values: dict[str, Any]):
        self._values = values
        self._count = 0
        self._errors = 0
        self._longest: float | None = None
        self.durations: Counter[float] = Counter()

    def add(self, task: Task, digits: int | None) -> None:
        self._count += 1
        self._errors += task["state"] == "error"
        duration = task["duration"]
        if duration is None:
            return
        self._longest = duration if self._longest is None else max(self._longest, duration)
        self.durations[_rounded(duration, digits)] += 1

    def shorten(self, digits: int) -> None:
        """Keep only this number of significant digits of each duration."""
        before, self.durations = self.durations, Counter()
        for duration, count in before.items():
            self.durations[_rounded(duration, digits)] += count

    def result(self) -> dict[str, Any]:
        return {
            **self._values,
            "count": self._count,
            "errors": self._errors,
            "median_duration": self._median(),
            "longest_duration": self._longest,
        }

    def _median(self) -> float | None:
        total = sum(self.durations.values())
        if not total:
            return None
        lower, upper = self._at((total - 1) // 2), self._at(total // 2)
        return round((lower + upper) / 2, 6)

    def _at(self, position: int) -> float:
        """The duration at a position in the order of durations."""
        for duration, count in sorted(self.durations.items()):
            position -= count
            if position < 0:
                return duration
        raise IndexError(position)


def _rounded(duration: float, digits: int | None) -> float:
    """A duration with this number of significant digits; ``None`` keeps all."""
    return duration if digits is None else float(f"{duration:.{digits - 1}e}")


def _identity(key: str, value: Any) -> Any:
    if key in _PARTS and isinstance(value, dict):
        identity = tuple(value[part] for part in _PARTS[key])
        value = identity if any(identity) else value.get("name")
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _shown_value(key: str, value: Any) -> Any:
    return {part: value[part] for part in _PARTS[key]} if key == "error" and value else value


def _text(key: str, group: dict[str, Any]) -> str:
    """A value that the tasks of a group share, for a line."""
    if key == "description_id":
        text = group.get("label") or group[key]
    else:
        text = {"entity": entity_text, "error": error_text}.get(key, str)(group[key]) if group[key] else None
    return one_line(str(text or _NOTHING[key]))


def _number_of_tasks(count: int) -> str:
    return f"{count} task{' ' if count == 1 else 's'}"
