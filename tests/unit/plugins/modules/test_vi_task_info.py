# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks by id, or recent tasks, with filters."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.plugins.modules import vi_task_info
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fakes import TaskServer, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on


@pytest.fixture
def server() -> TaskServer:
    """A vCenter with three tasks, two of them recent."""
    server = TaskServer("task-1", "task-2", "task-3")
    server.change("task-1", entity=ref("VirtualMachine", "vm-7"))
    server.finish("task-2", entity=ref("VirtualMachine", "vm-7"))
    read = server.answers["PropertyCollector.RetrievePropertiesEx"]

    def read_recent(moid: str, params: Any) -> Any:
        (spec,) = params["specSet"]
        if spec["objectSet"][0]["obj"]["type"] != "TaskManager":
            return read(moid, params)
        return {
            "objects": [
                {"obj": ref("Task", moid), "propSet": [{"name": "info", "val": server.tasks[moid]}]}
                for moid in ("task-2", "task-1")
            ]
        }

    server.answers["PropertyCollector.RetrievePropertiesEx"] = read_recent
    server.answers["SearchIndex.FindByInventoryPath"] = lambda _moid, _params: ref("VirtualMachine", "vm-7")
    server.answers["TaskManager.description"] = lambda _moid, _params: {"methodInfo": []}
    return server


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_info)


@pytest.mark.parametrize(
    ("arguments", "moids", "missing"),
    [
        ({}, ["task-1", "task-2"], []),
        ({"tasks": []}, [], []),
        ({"tasks": ["task-3", "Task:task-1", "task-9"]}, ["task-3", "task-1"], ["task-9"]),
        ({"task": ["task-3"]}, ["task-3"], []),
        ({"entity": "vm-7"}, ["task-1"], []),
        ({"entity": "/DC0/vm/web01"}, ["task-1"], []),
        ({"entity": "vm-7", "states": ["success", "running"]}, ["task-1", "task-2"], []),
        ({"entity": "vm-7", "tasks": ["task-1", "task-2", "task-3"]}, ["task-1", "task-2"], []),
        ({"states": ["success"]}, ["task-2"], []),
        ({"users": ["joe"]}, [], []),
        ({"tasks": ["task-9"], "localize": True}, [], ["task-9"]),
    ],
)
def test_options_select_the_expected_tasks(
    server: TaskServer, arguments: dict[str, Any], moids: list[str], missing: list[str]
) -> None:
    result = run_module_on(server, vi_task_info, arguments)
    assert [task["moid"] for task in result["tasks"]] == moids
    assert result["missing"] == missing
    assert "changed" not in result
    assert not any("custom_values" in task for task in result["tasks"])
    assert server.operations["TaskManager.description"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"tasks": ["one"]}, "tasks: 'one'"), ({"entity": "what: this"}, "entity: 'what: this'")],
)
def test_invalid_options_are_refused_before_a_request_is_sent(
    server: TaskServer, arguments: dict[str, Any], message: str
) -> None:
    result = run_module_on(server, vi_task_info, arguments)
    assert result["msg"].startswith(message)
    assert server.sent == []


def test_a_name_that_nothing_has_gives_a_warning(server: TaskServer) -> None:
    run_module_on(server, vi_task_info, {"users": ["nobody"]})
    assert "nobody" in server.warnings[0]


def test_localize_returns_labels(server: TaskServer) -> None:
    server.change("task-1", descriptionId="a.b")
    server.answers["TaskManager.description"] = lambda _moid, _params: {"methodInfo": [{"key": "a.b", "label": "Do"}]}
    (task,) = run_module_on(server, vi_task_info, {"tasks": ["task-1"], "localize": True})["tasks"]
    assert task["label"] == "Do"


def test_all_keys_of_a_task_are_documented_in_their_order() -> None:
    documented = tuple(yaml.safe_load(vi_task_info.RETURN)["tasks"]["contains"])
    assert documented == (*TASK_KEYS, "custom_values", "available_fields")
