# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for tasks that end, that expire, or that are still pending at the deadline."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Lost, TaskServer

SETTING_UP = (
    "PropertyCollector.CreatePropertyCollector",
    "ViewManager.CreateListView",
    "ListView.ModifyListView",
    "PropertyCollector.CreateFilter",
)


def waited(server: TaskServer, timeout: float = 100.0, until: str = "done", *moids: str) -> TaskTracker:
    """The tracker after a wait for all tasks of the server, or for these."""
    tracker = TaskTracker(moids or list(server.tasks), until)
    with server.client() as client:
        wait_for_tasks(client, tracker, timeout, clock=server.clock.clock)
    assert server.owned == {}
    assert server.sessions == set()
    return tracker


def states(tracker: TaskTracker) -> dict[str, str]:
    return {task["moid"]: task["state"] for task in tracker.tasks()}


def test_ended_tasks_take_one_request() -> None:
    server = TaskServer("task-1", "task-2")
    server.finish("task-1")
    server.finish("task-2", "error")
    tracker = waited(server)
    assert states(tracker) == {"task-1": "success", "task-2": "error"}
    assert [sent.operation for sent in server.sent] == [
        "SessionManager.Login",
        "PropertyCollector.RetrievePropertiesEx",
        "SessionManager.Logout",
    ]


def test_a_wait_lasts_until_all_tasks_have_ended() -> None:
    server = TaskServer("task-1", "task-2", "task-3")
    server.clock.at(5, lambda: server.finish("task-2"))
    server.clock.at(40, lambda: server.finish("task-1", "error"))
    server.clock.at(70, lambda: server.finish("task-3"))
    tracker = waited(server)
    assert states(tracker) == {"task-1": "error", "task-2": "success", "task-3": "success"}
    assert list(states(tracker)) == ["task-1", "task-2", "task-3"]
    assert (tracker.pending, tracker.missing) == ({}, [])
    assert server.clock.time < 71


def test_a_wait_uses_one_filter_one_view_and_its_own_collector() -> None:
    server = TaskServer("task-1", "task-2", "task-3")
    for when, moid in ((5, "task-1"), (50, "task-2"), (80, "task-3")):
        server.clock.at(when, lambda moid=moid: server.finish(moid))  # type: ignore[misc]
    waited(server)
    assert {operation: server.operations[operation] for operation in SETTING_UP} == dict.fromkeys(SETTING_UP, 1)
    (create,) = server.named("PropertyCollector.CreateFilter")
    polls = server.named("PropertyCollector.WaitForUpdatesEx")
    assert {poll.moid for poll in polls} == {create.moid} != {"propertyCollector"}
    assert all(poll.params["options"]["maxWaitSeconds"] <= 30 for poll in polls)
    assert all(poll.hold == poll.params["options"]["maxWaitSeconds"] for poll in polls)


@pytest.mark.parametrize("operation", SETTING_UP)
def test_a_task_that_ends_during_the_setup_is_noticed(operation: str) -> None:
    server = TaskServer("task-1")
    run = server.answers[operation]

    def end_and(moid: str, params: Any) -> Any:
        server.finish("task-1")
        return run(moid, params)

    server.answers[operation] = end_and
    assert states(waited(server)) == {"task-1": "success"}
    assert server.clock.time < 1


def test_a_task_that_does_not_exist_is_missing() -> None:
    server = TaskServer("task-1")
    server.finish("task-1")
    tracker = waited(server, 100.0, "done", "task-9", "task-1")
    assert (states(tracker), tracker.missing) == ({"task-1": "success"}, ["task-9"])


def test_a_task_that_disappears_during_the_setup_is_missing() -> None:
    server = TaskServer("task-2")
    run = server.answers["ViewManager.CreateListView"]

    def lose_and(moid: str, params: Any) -> Any:
        server.change("task-2", gone=True)
        return run(moid, params)

    server.answers["ViewManager.CreateListView"] = lose_and
    assert waited(server).missing == ["task-2"]
    assert server.clock.time < 1


@pytest.mark.parametrize(("tells_leaving", "within"), [(True, 6), (False, 36)])
def test_a_task_that_disappears_later_is_missing(tells_leaving: bool, within: float) -> None:
    server = TaskServer("task-1")
    server.tells_leaving = tells_leaving
    server.clock.at(5, lambda: server.change("task-1", gone=True))
    tracker = waited(server)
    assert (tracker.missing, tracker.pending) == (["task-1"], {})
    assert server.clock.time < within


def test_a_task_in_the_missing_set_is_missing() -> None:
    server = TaskServer("task-1", "task-2")
    server.finish("task-2")
    update = {
        "version": "1",
        "filterSet": [{"missingSet": [{"obj": {"type": "Task", "value": "task-1"}, "fault": {"_typeName": "X"}}]}],
    }

    def lose(_moid: str, _params: object) -> object:
        server.tasks.pop("task-1", None)
        return update

    server.answers["PropertyCollector.WaitForUpdatesEx"] = lose
    tracker = waited(server)
    assert tracker.missing == ["task-1"]


def test_an_ended_task_that_expires_keeps_its_result() -> None:
    server = TaskServer("task-1", "task-2")
    server.clock.at(5, lambda: server.finish("task-1", result={"_typeName": "string", "_value": "done"}))
    server.clock.at(20, lambda: server.change("task-1", gone=True))
    server.clock.at(60, lambda: server.finish("task-2"))
    tracker = waited(server)
    assert [task["result"] for task in tracker.tasks()] == ["done", None]
    assert tracker.missing == []


def test_until_running_waits_for_the_start() -> None:
    server = TaskServer("task-1", "task-2", "task-3")
    server.change("task-1", state="queued")
    server.change("task-2", state="queued")
    server.clock.at(5, lambda: server.change("task-1", state="running"))
    server.clock.at(9, lambda: server.finish("task-2", "error"))
    tracker = waited(server, 100.0, "running")
    assert states(tracker) == {"task-1": "running", "task-2": "error", "task-3": "running"}
    assert server.clock.time < 10


@pytest.mark.parametrize("page", [1, 2, 3])
def test_truncated_updates_are_fetched_at_once(page: int) -> None:
    server = TaskServer(*(f"task-{number}" for number in range(1, 8)))
    server.page_updates = page
    for moid in list(server.tasks):
        server.clock.at(3, lambda moid=moid: server.finish(moid))  # type: ignore[misc]
    tracker = waited(server)
    assert set(states(tracker).values()) == {"success"}
    assert server.clock.time < 5


def test_tasks_are_read_in_several_pages() -> None:
    server = TaskServer(*(f"task-{number}" for number in range(1, 8)))
    server.page_objects = 3
    for moid in server.tasks:
        server.finish(moid)
    assert len(states(waited(server))) == 7


@pytest.mark.parametrize("boxed", [True, False])
def test_a_changed_state_alone_ends_the_wait(boxed: bool) -> None:
    server = TaskServer("task-1")
    whole = server.told

    def alone(moid: str, *, first: bool) -> dict[str, Any]:
        if first:
            return whole(moid, first=True)
        state: Any = server.tasks[moid]["state"]
        value = {"_typeName": "TaskInfoState", "_value": state} if boxed else state
        change = {"_typeName": "PropertyChange", "name": "info.state", "op": "assign", "val": value}
        return {"kind": "modify", "obj": {"type": "Task", "value": moid}, "changeSet": [change]}

    server.told = alone  # type: ignore[method-assign]
    server.clock.at(5, lambda: server.finish("task-1", result={"_typeName": "int", "_value": 5}))
    (task,) = waited(server).tasks()
    assert task["state"] == "success"
    assert server.clock.time < 6
    assert (task["result"], task["complete_time"]) == (5, "2026-11-22T04:00:00Z")


def test_an_end_in_a_lost_response_is_noticed() -> None:
    server = TaskServer("task-1")
    server.trouble["PropertyCollector.WaitForUpdatesEx"] = [None, Lost(ran=True)]
    server.clock.at(5, lambda: server.finish("task-1"))
    assert states(waited(server)) == {"task-1": "success"}


def test_changes_are_reported_during_the_wait() -> None:
    server = TaskServer("task-1", "task-2")
    server.clock.at(5, lambda: server.change("task-1", progress=50))
    for moid in ("task-1", "task-2"):
        server.clock.at(9, lambda moid=moid: server.finish(moid))  # type: ignore[misc]
    seen: list[tuple[Any, int]] = []

    def report(tracker: TaskTracker) -> float:
        seen.append((tracker.infos["task-1"].get("progress"), len(tracker.pending)))
        return 30

    with server.client() as client:
        wait_for_tasks(client, TaskTracker(server.tasks), 100, report=report, clock=server.clock.clock)
    assert (None, 2) in seen
    assert (50, 2) in seen
    assert seen[-1] == (50, 0)


@pytest.mark.parametrize(("due", "poll"), [(0.5, 1), (1.5, 2), (28, 28), (99, 30)])
def test_a_poll_ends_when_the_next_report_is_due(due: float, poll: int) -> None:
    server = TaskServer("task-1")
    with server.client() as client:
        wait_for_tasks(client, TaskTracker(server.tasks), 60, report=lambda _tracker: due, clock=server.clock.clock)
    waits = [sent.params["options"]["maxWaitSeconds"] for sent in server.named("PropertyCollector.WaitForUpdatesEx")]
    assert max(waits) == poll


def test_the_state_at_the_deadline_is_reported() -> None:
    server = TaskServer("task-1")
    server.clock.at(9.95, lambda: server.finish("task-1"))
    seen: list[int] = []

    def report(tracker: TaskTracker) -> float:
        seen.append(len(tracker.pending))
        return 30

    with server.client() as client:
        wait_for_tasks(client, TaskTracker(server.tasks), 10, report=report, clock=server.clock.clock)
    assert seen[-1] == 0


def test_a_report_can_end_the_wait_before_anything_is_watched() -> None:
    server = TaskServer("task-1", "task-2")
    server.finish("task-1", "error")

    def refuse(_tracker: TaskTracker) -> float:
        raise KeyError("too many errors")

    with server.client("S0") as client, pytest.raises(KeyError):
        wait_for_tasks(client, TaskTracker(server.tasks), 100, report=refuse, clock=server.clock.clock)
    assert [sent.operation for sent in server.sent] == ["PropertyCollector.RetrievePropertiesEx"]
