# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracking tasks during a wait."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.tests.unit.support.fakes import TaskServer, info


def state_of(tracker: TaskTracker) -> tuple[list[str], list[str], list[str]]:
    """The ids that are pending, that are missing, and that have a result."""
    return list(tracker.pending), tracker.missing, [task["moid"] for task in tracker.tasks()]


@pytest.mark.parametrize(
    ("until", "state", "pending"),
    [
        ("done", "queued", True),
        ("done", "running", True),
        ("done", "success", False),
        ("done", "error", False),
        ("running", "queued", True),
        ("running", "running", False),
        ("running", "success", False),
        ("running", "error", False),
    ],
)
def test_until_decides_which_states_are_pending(until: str, state: str, pending: bool) -> None:
    tracker = TaskTracker(["task-1"], until)
    tracker.saw("task-1", info("task-1", state))
    assert state_of(tracker) == (["task-1"] if pending else [], [], ["task-1"])


def test_an_ended_or_missing_task_stays_so() -> None:
    tracker = TaskTracker(["task-1", "task-2"])
    tracker.saw("task-1", info("task-1", "success"))
    tracker.saw("task-2", info("task-2", "running"))
    tracker.gone("task-2")
    tracker.saw("task-1", info("task-1", "running"))
    tracker.gone("task-1")
    tracker.saw("task-2", info("task-2", "running"))
    for moid in tracker.moids:
        tracker.changed(moid, "info.progress", 5)
    assert state_of(tracker) == ([], ["task-2"], ["task-1"])
    assert tracker.infos["task-1"] == info("task-1", "success")


def test_a_wait_is_over_when_no_task_is_pending() -> None:
    tracker = TaskTracker(["task-1"])
    assert not tracker.is_over
    tracker.gone("task-1")
    assert tracker.is_over


@pytest.mark.parametrize(
    ("lost", "incomplete"), [(["task-1"], True), (["task-2"], False), (["task-1", "task-2"], True)]
)
def test_a_pending_task_without_an_object_is_read(lost: list[str], incomplete: bool) -> None:
    tracker = TaskTracker(["task-1", "task-2"])
    tracker.saw("task-2", info("task-2", "success"))
    for moid in lost:
        tracker.lost(moid)
    assert tracker.incomplete is incomplete


def test_tasks_can_join() -> None:
    tracker = TaskTracker([], "idle")
    tracker.join("task-1", info("task-1"))
    tracker.join("task-2", info("task-2", "error"))
    assert state_of(tracker) == (["task-1"], [], ["task-1", "task-2"])
    assert (tracker.known, tracker.failed) == ({"task-1", "task-2"}, ["task-2"])


def test_a_task_is_converted_when_it_ends() -> None:
    tracker = TaskTracker(["task-1", "task-2"])
    tracker.saw("task-1", info("task-1", "error"))
    tracker.saw("task-2", info("task-2", "running"))
    (ended, running), (later, other) = tracker.tasks(), tracker.tasks()
    assert ended is later
    assert (running["state"], other == running) == ("running", True)
    assert tracker.failed == ["task-1"]


def test_a_damaged_end_leaves_the_task_pending() -> None:
    tracker = TaskTracker(["task-1"])
    with pytest.raises(BadResponse):
        tracker.saw("task-1", info("task-1", "error", completeTime="yesterday"))
    assert (list(tracker.pending), tracker.failed) == (["task-1"], [])


def test_other_tasks_are_ignored() -> None:
    tracker = TaskTracker(["task-1"])
    tracker.saw("task-2", info("task-2"))
    tracker.changed("task-2", "info.progress", 5)
    tracker.gone("task-2")
    assert state_of(tracker) == (["task-1"], [], [])


def test_a_changed_field_is_unboxed_and_merged() -> None:
    tracker = TaskTracker(["task-1"])
    tracker.changed("task-1", "info", info("task-1", name="Do"))
    tracker.changed("task-1", "info.progress", {"_typeName": "int", "_value": 5})
    tracker.changed("task-1", "recentTask", "something else")
    assert {key: tracker.infos["task-1"][key] for key in ("name", "state", "progress")} == {
        "name": "Do",
        "state": "running",
        "progress": 5,
    }
    assert not tracker.incomplete


def test_an_end_without_the_whole_info_is_read() -> None:
    server = TaskServer("task-1", "task-2")
    tracker = TaskTracker(server.tasks)
    tracker.changed("task-1", "info.state", {"_typeName": "TaskInfoState", "_value": "success"})
    assert (tracker.incomplete, list(tracker.pending)) == (True, ["task-1", "task-2"])
    server.finish("task-1", result="done")
    with server.client("S0") as client:
        tracker.read(client)
    assert (tracker.incomplete, list(tracker.pending)) == (False, ["task-2"])
    assert [task["result"] for task in tracker.tasks()] == ["done", None]


def test_each_read_requests_only_pending_tasks() -> None:
    server = TaskServer("task-1", "task-2")
    server.finish("task-2")
    tracker = TaskTracker(["task-9", "task-2", "task-1"])
    with server.client("S0") as client:
        tracker.read(client)
        tracker.read(client)
    assert state_of(tracker) == (["task-1"], ["task-9"], ["task-2", "task-1"])
    asked = [
        [each["obj"]["value"] for each in sent.params["specSet"][0]["objectSet"]]
        for sent in server.named("PropertyCollector.RetrievePropertiesEx")
    ]
    assert asked == [["task-9", "task-2", "task-1"], ["task-1"]]


@pytest.mark.parametrize("value", [None, "text", []])
def test_an_invalid_info_is_an_error(value: Any) -> None:
    with pytest.raises(BadResponse, match="info"):
        TaskTracker(["task-1"]).changed("task-1", "info", value)
