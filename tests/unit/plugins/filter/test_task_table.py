# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of several vCenters in one table."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vijson.tasks.plugins.filter.task_table import FilterModule, task_table

CLONE = {"moid": "task-42", "state": "running", "progress": 5, "label": "Clone", "entity": "web01", "elapsed": 130.0}
POWER_ON = {"moid": "task-7", "state": "error", "entity": {"name": "db01"}, "error": {"message": "It is full"}}
FAILED = {"msg": "No connection to vc03:443"}

TABLE = [
    "vc01  task-42  running  5%  Clone  web01  2m10s",
    "vc02  task-7   error               db01          It is full",
    "vc03  No connection to vc03:443",
]


def test_each_line_begins_with_its_vcenter_and_unreachable_ones_are_last() -> None:
    results = {"vc03": FAILED, "vc01": {"tasks": [CLONE]}, "vc04": {"tasks": []}, "vc02": {"tasks": [POWER_ON]}}
    assert task_table(results) == TABLE


def test_results_are_found_in_a_variable_of_each_host() -> None:
    hosts: dict[str, Any] = {
        "vc01": {"running": {"tasks": [CLONE]}},
        "vc02": {"running": {"tasks": [POWER_ON]}},
        "vc03": {"running": FAILED},
        "localhost": {},
    }
    assert task_table(hosts, "running") == TABLE
    assert task_table({**hosts, "localhost": hosts["vc01"]}, "running", ["vc02", "vc01", "vc03"]) == [
        TABLE[1],
        TABLE[0],
        TABLE[2],
    ]


def test_a_mistyped_variable_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match="no host has the variable runing"):
        task_table({"vc01": {"running": {"tasks": []}}, "vc02": {}}, "runing")


def test_the_result_of_one_module_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match="the input is one result"):
        task_table({"lines": [], "tasks": [CLONE], "failed": False})


def test_columns_are_aligned_after_names_of_different_lengths() -> None:
    results = {"a": {"tasks": [{"moid": "task-1"}]}, "longer": {"msg": "no\nconnection"}}
    assert task_table(results) == ["a       task-1", "longer  no connection"]


def test_no_tasks_give_no_lines() -> None:
    assert task_table({"vc01": {"tasks": []}}) == []


def test_a_skipped_module_gives_the_line_no_tasks() -> None:
    assert task_table({"vc01": {"skipped": True}}) == ["vc01  no tasks"]


def test_tasks_with_few_fields_are_aligned() -> None:
    assert task_table({"vc01": {"tasks": [{"moid": "task-42"}]}, "vc02": {"tasks": [{"state": "queued"}]}}) == [
        "vc01  task-42",
        "vc02           queued",
    ]


@pytest.mark.parametrize("wrong", [[], "vc01", {"vc01": "running"}])
def test_an_invalid_value_is_refused(wrong: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^task_table: "):
        task_table(wrong)


def test_ansible_finds_the_filter() -> None:
    assert FilterModule().filters() == {"task_table": task_table}
