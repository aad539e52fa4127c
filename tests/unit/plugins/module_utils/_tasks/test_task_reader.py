# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading tasks and the TaskManager, in one request each."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    FaultError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.task_reader import (
    no_such_task_error,
    read_recent_tasks,
    read_task_infos,
    read_task_manager,
    read_task_properties,
    read_tasks,
)
from ansible_collections.vijson.tasks.tests.unit.support.fake_manager import ManagerServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, TaskServer, content, info, ref

READ = "PropertyCollector.RetrievePropertiesEx"


MANY = [f"task-{number}" for number in range(500)]


def test_500_tasks_take_one_request() -> None:
    server = TaskServer(*MANY)
    with server.client("S0") as client:
        found = read_task_infos(client, reversed(MANY))
    assert list(found) == MANY[::-1]
    assert [sent.operation for sent in server.sent] == [READ]


def test_no_tasks_need_no_request() -> None:
    server = TaskServer()
    with server.client("S0") as client:
        assert read_tasks(client, []) == {}
        assert read_tasks(client, ["check-mode"]) == {}
    assert server.sent == []


def test_missing_tasks_are_left_out() -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        assert list(read_tasks(client, ["task-8", "task-1", "task-9"])) == ["task-1"]
        assert read_tasks(client, ["task-8"]) == {}


def test_recent_tasks_take_one_request() -> None:
    server = TaskServer()
    manager = {**content("TaskManager", recentTask=[]), "obj": ref("TaskManager", "TaskManager")}
    response = {"objects": [manager, content("task-1", info=info("task-1")), content("task-2", "info")]}
    server.answers[READ] = lambda _moid, _params: response
    with server.client("S0") as client:
        assert [item.ref.moid for item in read_recent_tasks(client)] == ["task-1"]
    (sent,) = server.sent
    (spec,) = sent.params["specSet"]
    (root,) = spec["objectSet"]
    assert root["obj"] == ref("TaskManager", "TaskManager")
    assert [(step["type"], step["path"]) for step in root["selectSet"]] == [("TaskManager", "recentTask")]


def test_an_unreadable_info_is_an_error() -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: {"objects": [content("task-1", "info")]}
    with server.client("S0") as client:
        assert list(read_task_properties(client, ["task-1"])) == ["task-1"]
        with pytest.raises(FaultError, match=r"task-1.*NoPermission"):
            read_tasks(client, ["task-1"])


@pytest.mark.parametrize("value", [None, "text", []])
def test_an_invalid_info_is_an_error(value: Any) -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: {"objects": [content("task-1", info=value)]}
    with server.client("S0") as client, pytest.raises(BadResponse, match="info"):
        read_task_infos(client, ["task-1"])


def test_the_info_of_another_task_is_an_error() -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: {"objects": [content("task-1", info=info("task-2"))]}
    with server.client("S0") as client, pytest.raises(BadResponse, match="info of Task:task-1 describes another task"):
        read_task_infos(client, ["task-1"])


def test_tasks_are_returned_with_all_keys() -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        (task,) = read_tasks(client, ["task-1"]).values()
    assert tuple(task) == TASK_KEYS


def test_a_task_manager_with_another_id_is_found() -> None:
    server = ManagerServer("ha-taskmgr")
    with server.client("S0") as client:
        found = read_task_manager(client, ["maxCollector"])
        assert (found.ref.moid, found.require("maxCollector")["_value"]) == ("ha-taskmgr", 32)
        read_task_manager(client, ["maxCollector"])
    assert server.operations == {READ: 3, "ServiceInstance.content": 1}


def test_another_fault_of_the_task_manager_is_raised() -> None:
    server = ManagerServer()
    server.trouble[READ] = [Fault("ManagedObjectNotFound", obj=ref("Task", "task-1"))]
    with server.client("S0") as client, pytest.raises(FaultError, match="ManagedObjectNotFound"):
        read_task_manager(client, ["maxCollector"])


def test_the_error_for_a_missing_task_names_the_task_and_the_server() -> None:
    error = no_such_task_error(TaskServer().client("S0"), "task-8")
    assert "task-8" in str(error)
    assert "vc.example.com" in str(error)


def test_tasks_are_returned_in_the_requested_order() -> None:
    server = TaskServer()
    moids = ["task-2", "task-1", "task-3"]
    server.answers[READ] = lambda _moid, _params: {
        "objects": [content(moid, info=info(moid)) for moid in sorted(moids)]
    }
    with server.client("S0") as client:
        assert list(read_task_infos(client, moids)) == moids
        assert list(read_tasks(client, moids)) == moids
