# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms in which users name tasks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._options.task_parsing import parse_task, parse_tasks

UUID = "5d5b6f5e-0d9c-4d53-a0a4-4f3b1d0c9e11"


@pytest.mark.parametrize(
    "value",
    [
        "task-42",
        "Task:task-42",
        "vim.Task:task-42",
        "'vim.Task:task-42'",
        '"vim.Task:task-42"',
        "'task-42'",
        f"task-42:{UUID}",
        f"task-42:{UUID.upper()}",
        " task-42\n",
        {"moid": "task-42", "key": "task-42", "state": "running", "entity": {"type": "Folder", "moid": "group-d1"}},
        {"moid": None, "key": "task-42"},
        {"key": "task-42"},
        {"type": "Task", "moid": "task-42"},
    ],
)
def test_a_task_is_parsed_in_every_form(value: Any) -> None:
    assert parse_task(value) == "task-42"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "42",
        "task",
        "task-",
        "task-x",
        "task-4 2",
        "Task-42",
        "TASK-42",
        "vim.task-42",
        "Task:",
        "Task:vm-42",
        "vm-42",
        "VirtualMachine:vm-42",
        "vim.VirtualMachine:task-42",
        "'task-42",
        "task-42'",
        "''",
        "'",
        "task-42,task-43",
        "task-42:",
        "task-42: x",
        "task-٤٢",
        "task-42\u0000",
        "{{ task }}",
        "check-mode",
        f"{UUID}:com.vmware.vcenter.ovf.library_item",
        f"{UUID}:com.vmware.content.library",
        "task-42:com.vmware.vcenter.VM",
        42,
        None,
        True,
        4.2,
        {},
        {"moid": 42},
        {"moid": {"moid": "task-42"}},
        {"moid": "vm-42"},
        {"type": "VirtualMachine", "moid": "vm-42"},
        {"type": "VirtualMachine", "moid": "task-42"},
    ],
)
def test_an_invalid_task_is_refused_with_the_accepted_forms(value: Any) -> None:
    with pytest.raises(InputError) as refused:
        parse_task(value, "parent")
    message = str(refused.value)
    assert message.startswith("parent: ")
    for form in ("task-42", "Task:task-42", "vim.Task:task-42", "vmw-task=true", "module returned"):
        assert form in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "'' is empty. Check for an extra comma, or for a variable without a value. Use task-42"),
        ("''", """"''" is empty. Check for an extra comma"""),
        ("'", """"'" is not a valid task. Use task-42"""),
        ("[task-42", "is not a valid task. Use a list instead of a string"),
        ('["task-42"', "is not a valid task. Use a list instead of a string"),
        ("{'moid': 'task-42'}", "is not a valid task. Use a list instead of a string"),
        ({"state": "running"}, "has no moid, which the option fields may have left out"),
        ("check-mode", "stands for a task that was not created, because its module ran in check mode"),
    ],
)
def test_a_frequent_mistake_is_explained(value: Any, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_task(value)
    assert message in str(refused.value)


def test_other_task_ids_of_the_rest_api_are_refused() -> None:
    with pytest.raises(InputError, match=r"not a vim\.Task"):
        parse_task(f"{UUID}:com.vmware.vcenter.ovf.library_item")


def test_a_list_keeps_its_order_without_duplicates() -> None:
    values = ["task-3", {"moid": "task-1"}, "vim.Task:task-3", ["task-2", {"key": "task-1"}], f"task-2:{UUID}"]
    assert parse_tasks(values) == ["task-3", "task-1", "task-2"]


def test_an_empty_list_means_no_tasks() -> None:
    assert parse_tasks([]) == []
    assert parse_tasks([[], []]) == []


def test_one_bad_name_in_a_list_is_refused() -> None:
    with pytest.raises(InputError, match="tasks: 'nope'"):
        parse_tasks(["task-1", "nope"])


def test_a_planned_task_is_accepted_in_check_mode_only() -> None:
    assert parse_tasks(["check-mode", {"moid": "check-mode", "key": "check-mode"}], check_mode=True) == ["check-mode"]
    with pytest.raises(InputError, match="check-mode"):
        parse_tasks(["check-mode"])


RESULT = {"tasks": [{"moid": "task-1"}, {"moid": "task-2"}], "missing": ["task-9"], "changed": False}


@pytest.mark.parametrize(
    ("result", "moids"),
    [
        (RESULT, ["task-1", "task-2"]),
        ({"task": {"moid": "task-3", "key": "task-3"}, "changed": True}, ["task-3"]),
        ({"task": "task-3", "failed": True}, ["task-3"]),
        (
            {"results": [{"task": {"moid": "task-3"}}, RESULT, "task-4"], "changed": True},
            ["task-3", "task-1", "task-2", "task-4"],
        ),
        ({"results": [{"skipped": True, "changed": False}, {"task": {"moid": "task-3"}}]}, ["task-3"]),
        ({"results": [], "changed": False}, []),
        ({"tasks": [], "failed": True}, []),
        ({"json": "task-3:5d5bee38-0001", "status": 200, "failed": False}, ["task-3"]),
        ({"json": {"value": "task-3"}, "failed": False}, ["task-3"]),
        ({"results": [{"value": "task-3", "failed": False}, {"value": "task-4"}]}, ["task-3", "task-4"]),
    ],
)
def test_a_whole_result_stands_for_the_tasks_in_it(result: dict[str, Any], moids: list[str]) -> None:
    assert parse_tasks([result]) == moids
    assert parse_tasks([[result], [result]]) == moids


@pytest.mark.parametrize(
    "result", [{"failed": True, "msg": "No"}, {"results": [{"failed": True}]}, {"json": None, "failed": False}]
)
def test_a_result_without_tasks_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is a result without a task"):
        parse_tasks([result])


def test_a_result_with_one_task_is_accepted_as_a_task() -> None:
    assert parse_task({"task": {"moid": "task-3"}}) == "task-3"
    with pytest.raises(InputError, match="has 2 tasks instead of one"):
        parse_task(RESULT)


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(InputError) as refused:
        parse_task(["task-1"] * 1000)
    assert len(str(refused.value)) < 400
