# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting the state of a task."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError
from ansible_collections.vijson.tasks.plugins.modules import vi_task_state
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import SET_STATE, OwnTaskServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on


@pytest.fixture
def server() -> OwnTaskServer:
    """A vCenter with one queued task."""
    server = OwnTaskServer("task-1")
    server.change("task-1", state="queued")
    return server


def run(server: OwnTaskServer, task: str = "task-1", *, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    return run_module_on(server, vi_task_state, {"task": task, **arguments}, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_state)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        ({}, {}),
        ({"state": "running", "progress": 40}, {"state": "running", "progress": 40}),
        ({"description": "Copying"}, {"description": "Copying"}),
        ({"state": "success", "result": "3 disks"}, {"state": "success", "result": "3 disks"}),
    ],
)
def test_the_task_gets_the_wanted_state_with_a_diff(
    server: OwnTaskServer, arguments: dict[str, Any], after: dict[str, Any], check_mode: bool
) -> None:
    before = dict(server.tasks["task-1"])
    result = run(server, check_mode=check_mode, **arguments)
    assert {key: result["task"][key] for key in after} == after
    assert result["changed"] is bool(after)
    assert (result["task"]["moid"], result["diff"]["before"]["state"]) == ("task-1", "queued")
    assert {key for key, value in result["diff"]["after"].items() if value != result["diff"]["before"][key]} == set(
        after
    )
    assert (server.tasks["task-1"] == before) is (check_mode or not after)


def test_a_second_call_changes_nothing(server: OwnTaskServer) -> None:
    assert run(server, state="success", progress=100)["changed"]
    sent = server.operations[SET_STATE]
    assert not run(server, state="success", progress=100)["changed"]
    assert server.operations[SET_STATE] == sent


def test_state_error_sets_the_fault(server: OwnTaskServer) -> None:
    result = run(server, state="error", fault={"message": "The store is full"})
    assert result["task"]["error"]["message"] == "The store is full"


def test_a_planned_task_accepts_a_progress_as_if_it_was_started_before() -> None:
    result = run(OwnTaskServer(), "check-mode", check_mode=True, progress=50)
    assert not result.get("failed")
    assert (result["task"]["state"], result["task"]["progress"], result["changed"]) == ("running", 50, True)


def test_a_planned_task_is_changed_without_a_request() -> None:
    server = OwnTaskServer()
    result = run(server, "check-mode", check_mode=True, state="running", progress=5)
    assert (result["task"]["moid"], result["task"]["state"], result["task"]["progress"]) == ("check-mode", "running", 5)
    assert result["diff"]["before"]["state"] == "queued"
    assert result["task"]["cancelable"] is None
    assert server.operations["PropertyCollector.RetrievePropertiesEx"] == 0


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_operation_of_the_vcenter_is_changed_only_by_force(server: OwnTaskServer, check_mode: bool) -> None:
    server.change("task-1", name="CloneVM_Task")
    refused = run(server, check_mode=check_mode, state="running")
    assert "task-1 is the vCenter's own operation CloneVM_Task" in refused["msg"]
    assert server.tasks["task-1"]["state"] == "queued"
    assert run(server, check_mode=check_mode, state="running", force=True)["task"]["state"] == "running"


def test_check_mode_reports_a_missing_privilege(server: OwnTaskServer) -> None:
    server.denied = {"Task.Update"}
    assert "Task.Update on Folder:group-d1" in run(server, check_mode=True, state="running")["msg"]
    assert not run(server, check_mode=True, state="queued").get("failed")


@pytest.mark.parametrize(
    ("task", "arguments", "message"),
    [
        ("task-9", {"state": "running"}, "task-9"),
        ("task-1", {"progress": 40}, "task-1"),
        ("task-1", {"progress": 101}, "progress: 101"),
        ("task", {}, "task: 'task'"),
    ],
)
def test_a_failure_changes_nothing(server: OwnTaskServer, task: str, arguments: dict[str, Any], message: str) -> None:
    result = run(server, task, **arguments)
    assert result["failed"]
    assert message in result["msg"]
    assert server.tasks["task-1"]["state"] == "queued"
    assert result.get("task", {}).get("moid") == ("task-1" if arguments == {"progress": 40} else None)


def test_a_task_ended_by_another_client_meanwhile_is_a_failure(server: OwnTaskServer) -> None:
    """The module never succeeds with another state than the requested one."""
    send = server.answers[SET_STATE]

    def overtaken(moid: str, params: Any) -> Any:
        value = send(moid, params)
        server.change("task-1", state="error")
        return value

    server.answers[SET_STATE] = overtaken
    result = run(server, state="running")
    assert result["failed"]
    assert result["changed"]
    assert result["msg"].startswith("task-1 is in state error, not running")
    assert result["task"]["state"] == "error"


UNKNOWN = Fault("InvalidArgument", invalidProperty="fault")


def test_a_refused_final_state_reports_an_earlier_change(server: OwnTaskServer) -> None:
    server.trouble[SET_STATE] = [None, UNKNOWN]
    result = run(server, state="error", fault={"message": "x", "type": "Foo"})
    assert result["msg"] == (
        "fault: the vCenter does not know the fault type Foo. Leave type out for ExtendedFault. task-1 is running now"
    )
    assert (result["failed"], result["changed"], result["task"]["state"]) == (True, True, "running")
    assert result["fault"]["type"] == "InvalidArgument"
    assert 9 < server.named("PropertyCollector.RetrievePropertiesEx")[-1].within <= 10


def test_a_refused_final_state_without_a_change_is_not_changed(server: OwnTaskServer) -> None:
    server.change("task-1", state="running")
    server.trouble[SET_STATE] = [UNKNOWN]
    result = run(server, state="error", fault={"message": "x", "type": "Foo"})
    assert (result["failed"], result["changed"], result["task"]["state"]) == (True, False, "running")


def test_a_lost_connection_after_a_change_reports_the_change(server: OwnTaskServer) -> None:
    server.trouble[SET_STATE] = [None, *[ConnectError("No connection")] * 9]
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [None, *[ConnectError("No connection")] * 9]
    result = run(server, state="success")
    assert (result["msg"], result["changed"], "task" in result) == ("No connection", True, False)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"foo": "bar"}, "fault: ExtendedFault has no field foo. Put your own values into data"),
        ({"data": "str"}, "fault: data 'str' is not a mapping. Use a mapping of strings, such as {store: nfs01}"),
    ],
)
def test_an_invalid_fault_is_refused_before_a_request_is_sent(
    server: OwnTaskServer, fault: dict[str, Any], message: str, check_mode: bool
) -> None:
    result = run(server, check_mode=check_mode, state="error", fault={"message": "x", **fault})
    assert (result["failed"], result["msg"], server.sent) == (True, message, [])
