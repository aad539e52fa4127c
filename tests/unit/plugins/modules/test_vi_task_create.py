# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating a task, only once for each activation id."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_create
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import CREATE, TASK_TYPE, OwnTaskServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

VM = ref("VirtualMachine", "vm-7")


def run(server: FakeVcenter, *, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    arguments = {"task_type": TASK_TYPE, **arguments}
    return run_module_on(server, vi_task_create, arguments, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_create)


def test_a_new_task_belongs_to_the_root_folder_by_default() -> None:
    server = OwnTaskServer()
    result = run(server)
    assert result["changed"]
    assert (result["task"]["moid"], result["task"]["state"]) == ("task-1", "queued")
    (sent,) = server.named(CREATE)
    assert sent.params == {"obj": ref("Folder", "group-d1"), "taskTypeId": TASK_TYPE, "cancelable": False}


def test_every_option_is_sent() -> None:
    server = OwnTaskServer()
    server.answers["SearchIndex.FindByInventoryPath"] = lambda _moid, _params: VM
    run(server, entity="/DC0/vm/web01", cancelable=True, initiated_by="joe", parent_task_key="task-0")
    (sent,) = server.named(CREATE)
    assert sent.params == {
        "obj": VM,
        "taskTypeId": TASK_TYPE,
        "cancelable": True,
        "initiatedBy": "joe",
        "parentTaskKey": "task-0",
    }


def history_with(**fields: Any) -> HistoryServer:
    """A vCenter whose history has one task, with the activation id a-1; it has no recent tasks."""
    server = HistoryServer()
    server.answers["PropertyCollector.RetrievePropertiesEx"] = lambda _moid, _params: None
    server.tasks = [server.task(3, activationId="a-1", **{"descriptionId": TASK_TYPE, "entity": VM, **fields})]
    return server


@pytest.mark.parametrize("state", ["running", "success", "error"])
def test_a_task_with_the_activation_id_is_returned_unchanged(state: str) -> None:
    server = history_with()
    server.tasks[0]["state"] = state
    result = run(server, entity="vm-7", activation_id="a-1")
    assert (result["changed"], result["task"]["moid"]) == (False, "task-3")
    assert (server.warnings, server.operations[CREATE]) == ([], 0)


OTHER = ref("VirtualMachine", "vm-8")
OTHER_TYPE = f"its type is a.b, not {TASK_TYPE}"


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"descriptionId": "a.b"}, OTHER_TYPE),
        ({"entity": OTHER}, "its entity is vm-8, not vm-7"),
        ({"descriptionId": "a.b", "entity": OTHER}, f"{OTHER_TYPE} and its entity is vm-8, not vm-7"),
    ],
)
def test_a_different_task_with_the_activation_id_gives_a_warning(fields: dict[str, Any], difference: str) -> None:
    server = history_with(**fields)
    assert not run(server, entity="vm-7", activation_id="a-1")["changed"]
    assert server.warnings == [f"task-3 has this activation_id, but {difference}"]


def test_a_server_that_drops_the_activation_id_gives_a_warning() -> None:
    server = HistoryServer()
    server.answers["PropertyCollector.RetrievePropertiesEx"] = lambda _moid, _params: None
    server.answers[CREATE] = lambda _moid, _params: server.task(1)
    assert run(server, entity="vm-7", activation_id="a-1")["changed"]
    (warning,) = server.warnings
    assert "activation_id" in warning


def test_check_mode_creates_nothing() -> None:
    server = OwnTaskServer()
    result = run(server, check_mode=True)
    assert (result["changed"], result["task"]["moid"]) == (True, "check-mode")
    assert result["task"]["entity"] == {"type": "Folder", "moid": "group-d1", "name": "Datacenters"}
    assert server.tasks == {}


PARENT = {"moid": "task-1", "key": "task-1", "state": "running"}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("parent", ["task-1", "Task:task-1", PARENT, {"task": PARENT, "changed": True}])
def test_a_parent_task_is_accepted_in_every_form(parent: Any, check_mode: bool) -> None:
    server = OwnTaskServer("task-1")
    result = run(server, check_mode=check_mode, parent_task_key=parent)
    if check_mode:
        assert result["task"]["parent_task_key"] == "task-1"
    else:
        assert server.named(CREATE)[0].params["parentTaskKey"] == "task-1"


def test_check_mode_reports_a_missing_parent_task() -> None:
    server = OwnTaskServer()
    result = run(server, check_mode=True, parent_task_key="task-9")
    assert result["msg"] == "parent_task_key: task-9 does not exist, or no longer exists, on vc.example.com"
    assert run(server, check_mode=True, parent_task_key="check-mode")["task"]["parent_task_key"] == "check-mode"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation_id": ""}, "activation_id: "),
        ({"entity": "what: this"}, "entity: "),
        ({"entity": ["vm-7", "vm-8"]}, "entity: use one object; a task belongs to one"),
        ({"parent_task_key": ""}, "parent_task_key: '' is empty. "),
        ({"parent_task_key": "check-mode"}, "parent_task_key: 'check-mode' stands for a task that was not created"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(arguments: dict[str, Any], message: str) -> None:
    server = OwnTaskServer()
    result = run(server, **arguments)
    assert result["failed"]
    assert result["msg"].startswith(message)
    assert server.sent == []
