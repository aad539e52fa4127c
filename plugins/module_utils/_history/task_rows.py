# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as the rows of a file: JSON Lines or CSV. No I/O."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any, Protocol

from .._task_info.task_fields import TaskFields
from .._task_info.task_lines import entity_text, error_text
from .._task_info.task_result import TASK_KEYS, Task

_TEXTS = {"entity": entity_text, "error": error_text}
_ENTITY_IDS = {"entity_type": "type", "entity_moid": "moid"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Rows(Protocol):
    """A format of a file with one row for each task."""

    @property
    def header(self) -> str:
        """The first row; empty if the format has none."""

    def of(self, tasks: Iterable[Task]) -> str:
        """The rows of tasks, each with a newline at its end."""


class JsonRows:
    """JSON Lines: one object for each task."""

    header = ""

    def __init__(self, fields: TaskFields | None = None):
        self._fields = fields or TaskFields()

    def of(self, tasks: Iterable[Task]) -> str:
        """One line of JSON for each task."""
        return "".join(f"{json.dumps(self._fields.of(task), ensure_ascii=False)}\n" for task in tasks)


class CsvRows:
    """CSV: a header, then one row for each task, with a column for each field.

    :param entity_ids: whether ``entity`` has columns for the type and the moId of the object too
    """

    def __init__(self, fields: TaskFields, *, entity_ids: bool = False):
        self._columns = [
            column
            for key in fields.keys or TASK_KEYS
            for column in ((key, *_ENTITY_IDS) if entity_ids and key == "entity" else (key,))
        ]
        self.header = ",".join(self._columns) + "\n"

    def of(self, tasks: Iterable[Task]) -> str:
        """One row for each task."""
        text = io.StringIO()
        # Quoted texts keep their cells in spreadsheets that split at another separator.
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerows([_cell(column, _value(task, column)) for column in self._columns] for task in tasks)
        return text.getvalue()


def _value(task: Task, column: str) -> Any:
    part = _ENTITY_IDS.get(column)
    return task.get(column) if part is None else (task.get("entity") or {}).get(part)


def _cell(key: str, value: Any) -> Any:
    """A value for a cell: a number, or a text that a spreadsheet does not evaluate as a formula."""
    if key in _TEXTS:
        value = _TEXTS[key](value)
    if value is None:
        return ""
    if isinstance(value, (bool, dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    # The module csv of Python 3.10 refuses a NUL.
    text = value.replace("\0", "")
    # Guest administrators name virtual machines, and spreadsheets run a text that begins like a formula.
    return f"'{text}" if text.startswith(_FORMULA) else text
