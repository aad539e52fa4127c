# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancelling tasks, and reporting those that could not be cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_cancel
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import HAS_PRIVILEGE, OwnTaskServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

CANCEL = "Task.CancelTask"


@pytest.fixture
def server() -> OwnTaskServer:
    """A vCenter with two running, cancelable tasks. CancelTask takes effect at once."""
    server = OwnTaskServer("task-1", "task-2")
    for moid in list(server.tasks):
        server.change(moid, cancelable=True, cancelled=False, entity=ref("VirtualMachine", "vm-7"))
    server.answers[CANCEL] = lambda moid, _params: server.change(moid, cancelled=True)
    return server


def run(server: OwnTaskServer, *tasks: str, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    arguments = {"tasks": list(tasks), **arguments}
    return run_module_on(server, vi_task_cancel, arguments, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_cancel)


def test_tasks_are_returned_in_the_given_order(server: OwnTaskServer) -> None:
    result = run(server, "task-2", "task-1")
    assert [(task["moid"], task["cancelled"]) for task in result["tasks"]] == [("task-2", True), ("task-1", True)]
    assert result["changed"]


def test_a_second_cancel_changes_nothing(server: OwnTaskServer) -> None:
    run(server, "task-1")
    assert not run(server, "task-1")["changed"]
    assert server.operations[CANCEL] == 1


def test_wait_returns_ended_tasks(server: OwnTaskServer) -> None:
    server.answers[CANCEL] = lambda moid, _params: server.finish(moid, "error", cancelled=True)
    (task,) = run(server, "task-1", wait=True, wait_timeout=0)["tasks"]
    assert task["state"] == "error"


def test_a_timeout_fails_after_the_cancel(server: OwnTaskServer) -> None:
    result = run(server, "task-1", wait=True, wait_timeout=0)
    assert (result["failed"], result["changed"]) == (True, True)
    assert [task["moid"] for task in result["tasks"]] == ["task-1"]
    assert result["not_cancelable"] == []


def test_a_task_that_disappears_during_the_wait_fails(server: OwnTaskServer) -> None:
    server.answers[CANCEL] = lambda moid, _params: server.change(moid, cancelled=True, gone=True)
    result = run(server, "task-1", "task-2", wait=True, wait_timeout=60)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "task-1, task-2 do not exist, or no longer exist" in result["msg"]
    assert "how they ended is unknown" in result["msg"]
    assert [task["moid"] for task in result["tasks"]] == ["task-1", "task-2"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_tasks_that_cannot_be_cancelled_fail_after_the_others(server: OwnTaskServer, check_mode: bool) -> None:
    server.change("task-1", cancelable=False)
    result = run(server, "task-1", "task-9", "task-2", check_mode=check_mode)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "task-1 of VirtualMachine:vm-7: it is not cancelable" in result["msg"]
    assert "task-9: " in result["msg"]
    assert "task-2" not in result["msg"]
    assert [(task["moid"], task["cancelled"]) for task in result["tasks"]] == [("task-1", False), ("task-2", True)]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_selection_leaves_out_what_can_not_be_cancelled(server: OwnTaskServer, check_mode: bool) -> None:
    server.lists_all = True
    server.change("task-1", cancelable=False)
    result = run(server, tasks=None, entity=["VirtualMachine:vm-7"], check_mode=check_mode)
    assert [(task["moid"], task["cancelled"]) for task in result["tasks"]] == [("task-2", True)]
    assert (result["changed"], result["not_cancelable"]) == (True, ["task-1"])
    (warning,) = server.warnings
    assert "task-1 of VirtualMachine:vm-7" in warning
    assert server.operations[CANCEL] == (0 if check_mode else 1)


def test_a_selection_of_everything_is_refused(server: OwnTaskServer) -> None:
    server.lists_all = True
    assert run(server, tasks=None, states=["running"])["msg"].startswith("states: ")
    assert server.operations[CANCEL] == 0


def test_check_mode_cancels_nothing(server: OwnTaskServer) -> None:
    result = run(server, "check-mode", "task-1", check_mode=True)
    assert [(task["moid"], task["cancelled"]) for task in result["tasks"]] == [("check-mode", True), ("task-1", True)]
    assert result["changed"]
    assert server.operations[CANCEL] == 0


def test_check_mode_changes_nothing_that_was_cancelled_before(server: OwnTaskServer) -> None:
    run(server, "task-1")
    assert not run(server, "task-1", check_mode=True)["changed"]


def test_check_mode_would_cancel_a_planned_task(server: OwnTaskServer) -> None:
    assert run(server, "check-mode", check_mode=True)["changed"]


def test_check_mode_reports_a_missing_privilege(server: OwnTaskServer) -> None:
    server.denied = {"Global.CancelTask"}
    assert "Global.CancelTask on VirtualMachine:vm-7" in run(server, "task-1", check_mode=True)["msg"]


def test_check_mode_cancels_a_task_without_an_object_and_needs_no_privilege(server: OwnTaskServer) -> None:
    server.change("task-1", entity=None)
    result = run(server, "task-1", check_mode=True)
    assert (result.get("failed", False), result["changed"]) == (False, True)


def test_check_mode_of_tasks_that_need_no_cancel_does_not_ask_for_the_user(server: OwnTaskServer) -> None:
    server.finish("task-1")
    assert not run(server, "task-1", check_mode=True, session_id="S0")["changed"]
    assert server.operations["SessionManager.currentSession"] == 0


def test_a_name_in_a_selection_that_nothing_has_gives_a_warning(server: OwnTaskServer) -> None:
    server.lists_all = True
    assert run(server, tasks=None, users=["nobody"])["tasks"] == []
    assert "nobody" in server.warnings[0]


def test_a_refused_task_is_not_waited_for(server: OwnTaskServer) -> None:
    server.change("task-1", cancelable=False)
    result = run(server, "task-1", wait=True, wait_timeout=60)
    assert "it is not cancelable" in result["msg"]
    assert "PropertyCollector.WaitForUpdatesEx" not in server.operations


def test_check_mode_gives_the_same_reason_for_a_task_that_is_not_cancelable(server: OwnTaskServer) -> None:
    server.denied = {"Global.CancelTask"}
    server.change("task-1", cancelable=False)
    planned, done = run(server, "task-1", check_mode=True), run(server, "task-1")
    assert planned["msg"] == done["msg"]
    assert "it is not cancelable" in done["msg"]
    assert server.warnings == []


def test_an_invalid_wait_timeout_is_refused_before_a_request_is_sent(server: OwnTaskServer) -> None:
    assert run(server, "task-1", wait_timeout=-1)["msg"].startswith("wait_timeout: ")
    assert server.sent == []


def test_a_missing_privilege_is_an_error(server: OwnTaskServer) -> None:
    server.trouble[CANCEL] = [Fault("NoPermission", privilegeId="Global.CancelTask")]
    result = run(server, "task-1")
    assert (result["failed"], result["changed"]) == (True, False)
    assert "task-1 of VirtualMachine:vm-7: the user lacks the privilege Global.CancelTask" in result["msg"]
    assert result["fault"]["type"] == "NoPermission"


def test_check_mode_warns_if_the_user_started_the_task(server: OwnTaskServer) -> None:
    server.denied = {"Global.CancelTask"}
    server.change("task-1", reason={"_typeName": "TaskReasonUser", "userName": "VSPHERE.LOCAL\\u"})
    assert run(server, "task-1", check_mode=True)["changed"] is True
    (warning,) = server.warnings
    assert "Global.CancelTask on VirtualMachine:vm-7" in warning
    assert "this user started the task" in warning


def test_check_mode_names_only_the_task_without_the_privilege(server: OwnTaskServer) -> None:
    server.change("task-2", entity=ref("VirtualMachine", "vm-8"))
    server.answers[HAS_PRIVILEGE] = lambda _moid, params: [
        {
            "entity": entity,
            "privAvailability": [{"privId": "Global.CancelTask", "isGranted": entity["value"] == "vm-8"}],
        }
        for entity in params["entity"]
    ]
    result = run(server, "task-1", "task-2", check_mode=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "task-1 of VirtualMachine:vm-7: the user lacks the privilege Global.CancelTask" in result["msg"]
    assert "task-2" not in result["msg"]
    assert [(task["moid"], task["cancelled"]) for task in result["tasks"]] == [("task-1", False), ("task-2", True)]
