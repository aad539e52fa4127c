# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as lines of text, for a terminal and for messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .._errors import one_line
from .._times import format_span
from .task_info import ENDED
from .task_result import Task

_WIDEST = 40
_LONGEST_ERROR = 200


def entity_text(entity: dict[str, Any] | None) -> str | None:
    """The name of the object that a task is about, or its id if it has no name."""
    if entity is None:
        return None
    return str(entity["name"] or f"{entity['type']}:{entity['moid']}")


def error_text(error: dict[str, Any] | None) -> str | None:
    """The message of the fault that made a task fail."""
    return None if error is None else str(error["message"])


def operation_text(task: Task) -> str:
    """What a task does: its label, else the name of the operation, else the id of the task type."""
    return str(task["label"] or task["name"] or task["description_id"] or "")


def task_text(task: Task) -> str:
    """A task for a message, such as ``task-42 CloneVM_Task of web01``."""
    name = entity_text(task["entity"])
    return " ".join(part for part in (task["moid"], operation_text(task), f"of {name}" if name else "") if part)


class _Row(NamedTuple):
    vcenter: str
    moid: str
    state: str
    progress: str
    operation: str
    entity: str
    elapsed: str
    who: str
    error: str


_RIGHT = ("progress", "elapsed")


class TaskLines:
    """One aligned line for each task: id, state, progress, operation, object, elapsed time, who, and the error.

    If tasks of several vCenters are added, the name of the vCenter comes first.
    """

    def __init__(self) -> None:
        self._rows: list[_Row] = []

    def add(self, tasks: Iterable[Task], vcenter: str = "") -> None:
        """Add tasks, with all their keys."""
        self._rows += (_row(task, vcenter) for task in tasks)

    def aligned(self) -> list[str]:
        """The lines. A column in which no task has a value is left out."""
        if not self._rows:
            return []
        *columns, errors = zip(*self._rows)
        named = [(name, texts) for name, texts in zip(_Row._fields, columns) if any(texts)]
        aligned = [aligned_column(texts, right=name in _RIGHT) for name, texts in named]
        return ["  ".join(parts).rstrip() for parts in zip(*aligned, errors)]


def task_lines(tasks: Iterable[Task]) -> list[str]:
    """One aligned line of text for each task."""
    lines = TaskLines()
    lines.add(tasks)
    return lines.aligned()


def aligned_column(texts: Sequence[str], *, right: bool = False) -> list[str]:
    """The texts, all as wide as the widest."""
    width = max(map(len, texts))
    return [text.rjust(width) if right else text.ljust(width) for text in texts]


def shortened(text: str, width: int) -> str:
    """The text, or its beginning and ``…`` in this many characters."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def _row(task: Task, vcenter: str = "") -> _Row:
    is_stopping = task["cancelled"] is True and task["state"] not in ENDED
    has_progress = task["progress"] is not None and task["state"] not in ENDED
    return _Row(
        vcenter=vcenter,
        moid=task["moid"],
        state=f"{task['state']}, cancel requested" if is_stopping else task["state"],
        progress=f"{task['progress']}%" if has_progress else "",
        operation=_short(operation_text(task)),
        entity=_short(entity_text(task["entity"])),
        elapsed="" if task["elapsed"] is None else format_span(task["elapsed"]),
        who=_short(task["who"]),
        error=_short(error_text(task["error"]), _LONGEST_ERROR),
    )


def _short(text: Any, width: int = _WIDEST) -> str:
    # The server may send another type than text.
    return shortened(one_line(str(text or "")), width)
