# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as rows of JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._history.task_rows import CsvRows, JsonRows
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_fields import TaskFields, parse_fields
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS, planned_task

TASK = planned_task(
    moid="task-1",
    entity={"type": "VirtualMachine", "moid": "vm-1", "name": "web, 01"},
    error={"type": "NoDiskSpace", "message": 'Disk "a"\nis full', "datastore": "a"},
    locked=[{"type": "VirtualMachine", "moid": "vm-1"}],
    reason={"type": "TaskReasonUser", "user_name": "E\\\u00e9ve"},
    cancelable=True,
    duration=2.5,
    progress=0,
)


def table(rows: CsvRows, *tasks: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rows.header + rows.of(tasks), newline="")))


def test_json_rows_have_one_task_in_each_line() -> None:
    rows = JsonRows(parse_fields(["moid", "state"]))
    assert rows.header == ""
    assert rows.of([TASK, TASK]) == '{"moid": "task-1", "state": "queued"}\n' * 2
    assert json.loads(JsonRows().of([TASK])) == TASK


def test_csv_rows_have_a_column_for_each_field() -> None:
    fields = ["entity", "moid", "error", "locked", "reason", "cancelable", "duration", "progress", "who"]
    rows = CsvRows(parse_fields(fields))
    assert rows.header == ",".join(fields) + "\n"
    assert table(rows, TASK) == [
        {
            "entity": "web, 01",
            "moid": "task-1",
            "error": 'Disk "a"\nis full',
            "locked": '[{"type": "VirtualMachine", "moid": "vm-1"}]',
            "reason": '{"type": "TaskReasonUser", "user_name": "E\\\\\u00e9ve"}',
            "cancelable": "true",
            "duration": "2.5",
            "progress": "0",
            "who": "",
        }
    ]


def test_csv_rows_can_have_columns_for_entity_ids() -> None:
    rows = CsvRows(parse_fields(["entity", "state"]), entity_ids=True)
    assert rows.header == "entity,entity_type,entity_moid,state\n"
    assert rows.of([TASK, planned_task()]) == ('"web, 01","VirtualMachine","vm-1","queued"\n"","","","queued"\n')
    assert CsvRows(parse_fields(["state"]), entity_ids=True).header == "state\n"


def test_csv_rows_have_all_keys_by_default() -> None:
    (row,) = table(CsvRows(TaskFields()), TASK)
    assert tuple(row) == TASK_KEYS


def test_brief_has_the_same_columns_as_in_a_result() -> None:
    fields = parse_fields(["brief"])
    (row,) = table(CsvRows(fields), TASK)
    assert list(row) == list(fields.of(TASK))
    assert row["entity"] == fields.of(TASK)["entity"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_formulas_are_written_as_text(start: str) -> None:
    formula = f"{start}cmd|' /C calc'!A0"
    named = planned_task(
        entity={"type": "VirtualMachine", "moid": "vm-1", "name": formula},
        error={"type": "X", "message": formula},
        result=formula,
    )
    assert table(CsvRows(parse_fields(["entity", "error", "result"])), named) == [
        dict.fromkeys(("entity", "error", "result"), f"'{formula}")
    ]


def test_numbers_and_other_texts_are_unchanged() -> None:
    task = planned_task(result=-1.5, name="a=b", description="'quoted'")
    assert CsvRows(parse_fields(["result", "name", "description"])).of([task]) == '-1.5,"a=b","\'quoted\'"\n'


def test_a_nul_is_left_out_of_csv() -> None:
    assert CsvRows(parse_fields(["moid"])).of([planned_task(moid="task\0-1")]) == '"task-1"\n'
