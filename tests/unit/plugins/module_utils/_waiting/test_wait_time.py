# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The duration of a wait, and its number of requests."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, LostResponse, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.updates import PACE
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import EMPTY_UPDATES, Fault, Hangs, Lost, TaskServer

POLL = "PropertyCollector.WaitForUpdatesEx"
READ = "PropertyCollector.RetrievePropertiesEx"


def run(server: TaskServer, timeout: float, until: str = "done") -> tuple[TaskTracker, ViError | None]:
    tracker = TaskTracker(server.tasks, until)
    with server.client() as client:
        trouble = wait_for_tasks(client, tracker, timeout, clock=server.clock.clock)
        server.ended = server.clock.time  # type: ignore[attr-defined]
    return tracker, trouble


@pytest.mark.parametrize("timeout", [0.1, 1, 2, 5, 29, 30, 31, 60, 61, 300])
def test_the_deadline_is_kept_to_the_second(timeout: float) -> None:
    server = TaskServer("task-1")
    tracker, trouble = run(server, timeout)
    assert list(tracker.pending) == ["task-1"]
    assert trouble is None
    assert timeout <= server.clock.time < timeout + 0.1
    assert len(tracker.tasks()) == 1
    assert all(poll.within > poll.hold for poll in server.named(POLL))


@pytest.mark.parametrize("timeout", [1, 30, 61])
def test_the_deadline_is_kept_during_many_updates(timeout: int) -> None:
    server = TaskServer("task-1")
    for step in range(1000):
        server.clock.at(step / 10, lambda step=step: server.change("task-1", progress=step % 100))  # type: ignore[misc]
    run(server, timeout)
    assert timeout <= server.clock.time < timeout + 0.2


@pytest.mark.parametrize("timeout", [1, 10, 100])
def test_the_deadline_is_kept_if_the_server_hangs(timeout: int) -> None:
    server = TaskServer("task-1")
    server.trouble[POLL] = [None, *[Hangs()] * 100]
    tracker, _trouble = run(server, timeout)
    assert list(tracker.pending) == ["task-1"]
    assert timeout <= server.clock.time < timeout + 7


@pytest.mark.parametrize("empty", EMPTY_UPDATES)
def test_updates_without_changes_are_not_requested_all_the_time(empty: dict[str, Any] | None) -> None:
    server = TaskServer("task-1")
    server.answers[POLL] = lambda _moid, _params: empty
    run(server, 20)
    assert len(server.named(POLL)) <= 20 / PACE + 2


def test_a_timeout_of_zero_reads_the_tasks_once() -> None:
    server = TaskServer("task-1", "task-2")
    server.finish("task-1")
    tracker, _trouble = run(server, 0)
    assert (list(tracker.pending), len(tracker.tasks())) == (["task-2"], 2)
    assert [sent.operation for sent in server.sent[1:-1]] == [READ]
    assert server.clock.slept == []


@pytest.mark.parametrize(("timeout", "limit"), [(0, math.inf), (5, 15)])
def test_only_request_timeout_limits_the_read_of_a_timeout_of_zero(timeout: int, limit: float) -> None:
    server = TaskServer("task-1")
    server.finish("task-1")
    run(server, timeout)
    assert server.sent[0].within == pytest.approx(limit, abs=1)


@pytest.mark.parametrize(("timeout", "late"), [(10, 9.3), (10, 9.95), (10, 10.0), (1, 0.95)])
def test_a_task_that_ends_in_the_last_second_counts_as_ended(timeout: int, late: float) -> None:
    server = TaskServer("task-1")
    server.clock.at(late, lambda: server.finish("task-1"))
    tracker, _trouble = run(server, timeout)
    assert tracker.pending == {}
    assert tracker.tasks()[0]["state"] == "success"


def test_a_task_that_ends_during_an_outage_counts_as_ended() -> None:
    server = TaskServer("task-1")
    server.clock.at(4, lambda: server.finish("task-1"))
    server.trouble[POLL] = [Lost(ran=False)] * 100
    tracker, trouble = run(server, 10)
    assert (tracker.pending, trouble) == ({}, None)


@pytest.mark.parametrize("quiet", [True, False])
def test_500_tasks_that_end_within_20_seconds_take_few_requests(quiet: bool) -> None:
    moids = [f"task-{number}" for number in range(500)]
    server = TaskServer(*moids)
    ends = random.Random(5)
    last = 0.0
    for moid in moids:
        end = ends.uniform(0, 20)
        last = max(last, end)
        server.clock.at(end, lambda moid=moid: server.finish(moid))  # type: ignore[misc]
        if not quiet:
            server.clock.at(end / 2, lambda moid=moid: server.change(moid, progress=50))  # type: ignore[misc]
    tracker, _trouble = run(server, 3600)
    assert tracker.pending == {}
    assert len(server.sent) <= 100
    assert server.ended - last <= 0.3  # type: ignore[attr-defined]


def test_an_end_is_noticed_at_once() -> None:
    server = TaskServer("task-1")
    server.clock.at(12.345, lambda: server.finish("task-1"))
    run(server, 3600)
    assert server.clock.time - 12.345 <= 0.3


def test_an_end_in_the_last_but_one_second_is_noticed_at_once() -> None:
    server = TaskServer("task-1")
    server.clock.at(8.2, lambda: server.change("task-1", progress=90))
    server.clock.at(8.9, lambda: server.finish("task-1"))
    run(server, 10)
    assert server.clock.time - 8.9 <= 0.3


def test_a_quiet_hour_takes_few_requests() -> None:
    server = TaskServer("task-1")
    run(server, 3600)
    assert len(server.sent) <= 2 * 3600 / 30 + 12


def test_a_server_that_responds_at_once_without_updates_is_not_flooded() -> None:
    server = TaskServer("task-1")
    server.answers[POLL] = lambda _moid, _params: None
    run(server, 20)
    assert len(server.sent) <= 2 * 20 / 0.25 + 12


@pytest.mark.parametrize("failure", [Lost(ran=False, error=ConnectError("refused")), Fault("SystemError")])
def test_a_failed_last_read_keeps_the_known_tasks(failure: Lost | Fault) -> None:
    server = TaskServer("task-1")
    server.clock.at(4.9, lambda: server.trouble[READ].append(failure))
    tracker, trouble = run(server, 5)
    assert isinstance(trouble, ConnectError) or (trouble is not None and trouble.fault is not None)
    assert [task["moid"] for task in tracker.tasks()] == ["task-1"]
    assert list(tracker.pending) == ["task-1"]


def test_an_outage_at_the_beginning_is_an_error() -> None:
    server = TaskServer("task-1")
    server.trouble[READ] = [Lost(ran=False, error=LostResponse("broken"))]
    with pytest.raises(LostResponse):
        run(server, 100)
    assert server.clock.slept == []
