# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancelling tasks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.cancelling import CancelOutcome, cancel_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.task_reader import read_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, TaskServer

CANCEL = "Task.CancelTask"
READ = "PropertyCollector.RetrievePropertiesEx"


def server_of(**tasks: dict[str, Any]) -> TaskServer:
    """A vCenter with tasks by number, cancelable by default. CancelTask only marks a task as cancelled."""
    server = TaskServer(*(f"task-{number[1:]}" for number in tasks))
    for number, fields in tasks.items():
        server.change(f"task-{number[1:]}", **{"cancelable": True, "cancelled": False, **fields})
    server.answers[CANCEL] = lambda moid, _params: server.change(moid, cancelled=True)
    return server


def cancelled(server: TaskServer) -> CancelOutcome:
    with server.client("S0") as client:
        tasks = read_tasks(client, server.tasks)
        server.sent.clear()
        return cancel_tasks(client, tasks)


def test_active_tasks_are_cancelled() -> None:
    server = server_of(t1={"state": "running"}, t2={"state": "queued"})
    outcome = cancelled(server)
    assert (outcome.requested, outcome.refused) == (["task-1", "task-2"], {})
    assert [task["cancelled"] for task in outcome.tasks.values()] == [True, True]
    assert [(sent.operation, sent.moid) for sent in server.sent[:2]] == [(CANCEL, "task-1"), (CANCEL, "task-2")]
    assert all(sent.repeatable for sent in server.sent)


@pytest.mark.parametrize("fields", [{"state": "success"}, {"state": "error"}, {"cancelled": True}])
def test_ended_or_cancelled_tasks_are_not_changed(fields: dict[str, Any]) -> None:
    server = server_of(t1=fields)
    assert cancelled(server).requested == []
    assert server.sent == []


@pytest.mark.parametrize("flag", [None, False, "false", 0])
def test_only_true_means_cancelled_before(flag: Any) -> None:
    server = server_of(t1={"cancelled": flag})
    assert cancelled(server).requested == ["task-1"]


def test_a_task_that_is_not_cancelable_does_not_stop_the_others() -> None:
    server = server_of(t1={}, t2={"cancelable": False}, t3={"cancelable": False}, t4={})
    outcome = cancelled(server)
    assert outcome.requested == ["task-1", "task-4"]
    assert list(outcome.refused) == ["task-2", "task-3"]
    assert all("cancelable" in why for why in outcome.refused.values())


@pytest.mark.parametrize("fault", ["NotSupported", "NoPermission", "InvalidState"])
def test_a_refused_cancel_does_not_stop_the_others(fault: str) -> None:
    server = server_of(t1={}, t2={}, t3={})
    server.trouble[CANCEL] = [None, Fault(fault), None]
    outcome = cancelled(server)
    assert outcome.requested == ["task-1", "task-3"]
    assert list(outcome.refused) == ["task-2"]
    assert fault in outcome.refused["task-2"]


@pytest.mark.parametrize("fields", [{"state": "success"}, {"state": "error", "cancelled": True}, {"cancelled": True}])
def test_a_refusal_is_ignored_if_the_task_has_ended_or_was_cancelled(fields: dict[str, Any]) -> None:
    server = server_of(t1={})

    def too_late(moid: str, _params: Any) -> None:
        server.change(moid, **fields)
        raise Fault("InvalidState")

    server.answers[CANCEL] = too_late
    outcome = cancelled(server)
    assert outcome.refused == {}
    assert {key: outcome.tasks["task-1"][key] for key in fields} == fields


def test_a_task_that_disappears_meanwhile_is_reported() -> None:
    server = server_of(t1={}, t2={})

    def gone(moid: str, _params: Any) -> None:
        if moid == "task-2":
            server.change(moid, cancelled=True)
        else:
            server.change(moid, gone=True)
            raise Fault("ManagedObjectNotFound", obj={"type": "Task", "value": moid})

    server.answers[CANCEL] = gone
    outcome = cancelled(server)
    assert outcome.requested == ["task-2"]
    assert "ManagedObjectNotFound" in outcome.refused["task-1"]


@pytest.mark.parametrize("lost", [Lost(ran=False), Lost(ran=False, error=ConnectError("No connection"))])
def test_a_lost_request_does_not_stop_the_others(lost: Lost) -> None:
    server = server_of(t1={}, t2={}, t3={})
    server.trouble[CANCEL] = [None, lost, None]
    outcome = cancelled(server)
    assert outcome.requested == ["task-1", "task-3"]
    assert outcome.refused == {"task-2": str(lost.error)}


def test_a_lost_response_counts_as_requested_if_the_task_is_cancelled() -> None:
    server = server_of(t1={}, t2={})
    server.trouble[CANCEL] = [Lost(ran=True), None]
    outcome = cancelled(server)
    assert (outcome.requested, outcome.refused) == (["task-1", "task-2"], {})


def test_an_unreachable_server_gets_no_request_for_each_task() -> None:
    server = server_of(**{f"t{number}": {} for number in range(1, 6)})
    server.trouble[CANCEL] = [None, *[Lost(ran=False)] * 4]
    outcome = cancelled(server)
    assert outcome.requested == ["task-1"]
    assert len(server.named(CANCEL)) == 3
    assert list(outcome.refused) == ["task-2", "task-3", "task-4", "task-5"]
    assert "was not sent" in outcome.refused["task-4"]


@pytest.mark.parametrize("between", [None, Fault("NoPermission")])
def test_requests_are_sent_while_the_server_responds_to_some(between: Fault | None) -> None:
    server = server_of(t1={}, t2={}, t3={}, t4={})
    server.trouble[CANCEL] = [Lost(ran=False), between, Lost(ran=False), None]
    assert cancelled(server).requested[-1] == "task-4"


def test_the_fault_is_that_of_the_first_task_that_the_vcenter_refused() -> None:
    server = server_of(t1={"cancelable": False}, t2={}, t3={}, t4={})
    server.trouble[CANCEL] = [None, Fault("NoPermission"), Fault("InvalidState")]
    assert (cancelled(server).fault or {})["type"] == "NoPermission"
    assert cancelled(server_of(t1={"cancelable": False})).fault is None


def test_an_error_after_the_requests_returns_the_requested_tasks() -> None:
    server = server_of(t1={}, t2={"cancelable": False})
    server.trouble[READ] = [None, Lost(ran=False)]
    with pytest.raises(LostResponse) as caught:
        cancelled(server)
    assert caught.value.result["changed"] is True
    assert [task["cancelled"] for task in caught.value.result["tasks"]] == [True, False]
