# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The id, the times and the age of a task."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import (
    task_age,
    task_moid,
    task_number,
    task_reference,
    task_time,
)
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference


@pytest.mark.parametrize(
    "info",
    [
        {"key": "task-7"},
        {"key": "task-8", "task": {"type": "Task", "value": "task-7"}},
        {"key": {"_typeName": "string", "_value": "task-7"}},
        {"task": {"type": "Task", "value": {"_typeName": "string", "_value": "task-7"}}},
        {"task": {"_typeName": "ManagedObjectReference", "_value": {"type": "Task", "value": "task-7"}}},
        {"key": "task-7", "task": None},
    ],
)
def test_the_id_is_found_in_every_form(info: dict[str, Any]) -> None:
    assert task_moid(info) == "task-7"
    assert task_reference(task_moid(info)) == Reference("Task", "task-7")


@pytest.mark.parametrize("info", [{}, {"key": 7}, {"task": {}}, {"key": "task-7", "task": {"value": 7}}])
def test_an_info_without_an_id_is_an_error(info: dict[str, Any]) -> None:
    with pytest.raises(BadResponse, match=r"info\.task"):
        task_moid(info)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("1970-01-01T00:00:01.5Z", 3 * SECOND // 2),
        ({"_typeName": "dateTime", "_value": "1970-01-01T01:00:01+01:00"}, SECOND),
        ({"_typeName": "dateTime", "_value": None}, None),
        (None, None),
    ],
)
def test_times_are_read_boxed_or_plain(value: Any, time: int | None) -> None:
    assert task_time({"queueTime": value}, "queueTime") == time


@pytest.mark.parametrize("value", ["yesterday", "", 5, [], {}])
def test_an_invalid_time_is_an_error(value: Any) -> None:
    with pytest.raises(BadResponse, match=r"info\.startTime"):
        task_time({"startTime": value}, "startTime")


def test_tasks_are_sorted_by_queue_time_and_number() -> None:
    infos: list[dict[str, Any]] = [
        {"key": "task-9"},
        {"key": "task-12", "queueTime": "no time"},
        {"key": "haTask-3-vim.Task.x-15", "queueTime": "2026-11-22T04:00:00Z"},
        {"key": "task-4", "queueTime": "2026-11-22T04:00:00.000000001Z"},
        {"key": "task-10", "queueTime": "2026-11-22T04:00:00.000000001Z"},
    ]
    infos_in_another_order = infos[::-1]
    assert sorted(infos_in_another_order, key=task_age) == infos


@pytest.mark.parametrize("moid", ["task-1\ud800", "task-1\n", "task\0"])
def test_an_id_that_is_not_printable_is_an_error(moid: str) -> None:
    with pytest.raises(BadResponse, match=r"info\.task"):
        task_moid({"key": moid})


@pytest.mark.parametrize(("moid", "number"), [("task-42", 42), ("job", 0), ("task-\u0664", 0), ("t4-2", 4)])
def test_the_number_of_a_task_is_in_its_id(moid: str, number: int) -> None:
    assert task_number(moid) == number


def test_the_number_of_an_endless_id_is_bounded() -> None:
    assert task_number(f"task-{'9' * 5000}") < 10**19
