# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``count_by``: counts and durations of groups of tasks, in bounded memory for each group. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from .._errors import InputError
from .._task_info.task_result import Task

EXACT = 1000
"""Different durations that a group keeps as they are. If it has more, it keeps three significant digits of each."""

# The parts that identify a value: an object may have had several names, and a fault has fields of its own.
_PARTS = {"entity": ("type", "moid"), "error": ("type", "message")}


class TaskCounts:
    """Groups of tasks that have the same values of some keys.

    :param keys: keys of a task
    :param labels: whether to show the labels of task types, too
    :raises InputError: there is no key
    """

    def __init__(self, keys: Iterable[str], *, labels: bool = False):
        self._keys = tuple(dict.fromkeys(keys))
        if not self._keys:
            raise InputError("count_by: the list is empty. Use one or more keys, or leave it out to count nothing")
        self._shown = (*self._keys, "label") if labels and "description_id" in self._keys else self._keys
        self._groups: dict[tuple[Any, ...], _Group] = {}

    def add(self, tasks: Iterable[Task]) -> None:
        """Count tasks, given with all their keys."""
        for task in tasks:
            known = tuple(_identity(key, task[key]) for key in self._keys)
            group = self._groups.get(known)
            if group is None:
                group = self._groups[known] = _Group({key: _shown_value(key, task[key]) for key in self._shown})
            group.add(task)

    def result(self) -> list[dict[str, Any]]:
        """Of each group its keys, ``count``, ``errors``, ``median_duration``, ``longest_duration``; largest first."""
        return sorted((group.result() for group in self._groups.values()), key=lambda counted: -counted["count"])


class _Group:
    def __init__(self, values: dict[str, Any]):
        self._values = values
        self._count = 0
        self._errors = 0
        self._longest: float | None = None
        self._durations: Counter[float] = Counter()
        self._exact = True

    def add(self, task: Task) -> None:
        self._count += 1
        self._errors += task["state"] == "error"
        duration = task["duration"]
        if duration is None:
            return
        self._longest = duration if self._longest is None else max(self._longest, duration)
        self._durations[duration if self._exact else _rounded(duration)] += 1
        if self._exact and len(self._durations) > EXACT:
            self._exact = False
            durations, self._durations = self._durations, Counter()
            for each, count in durations.items():
                self._durations[_rounded(each)] += count

    def result(self) -> dict[str, Any]:
        return {
            **self._values,
            "count": self._count,
            "errors": self._errors,
            "median_duration": self._median(),
            "longest_duration": self._longest,
        }

    def _median(self) -> float | None:
        total = sum(self._durations.values())
        if not total:
            return None
        lower, upper = self._at((total - 1) // 2), self._at(total // 2)
        return round((lower + upper) / 2, 6)

    def _at(self, position: int) -> float:
        """The duration at a position in the order of durations."""
        for duration, count in sorted(self._durations.items()):
            position -= count
            if position < 0:
                return duration
        raise IndexError(position)


def _rounded(duration: float) -> float:
    return float(f"{duration:.2e}")


def _identity(key: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    identity = tuple(value[part] for part in _PARTS[key])
    return identity if any(identity) else value.get("name")


def _shown_value(key: str, value: Any) -> Any:
    return {part: value[part] for part in _PARTS[key]} if key == "error" and value else value
