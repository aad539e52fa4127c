# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait continues after restarts, expired sessions and damaged responses, until its deadline."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    ConnectError,
    FaultError,
    LostResponse,
    SessionEnded,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, TaskServer, Trouble

POLL = "PropertyCollector.WaitForUpdatesEx"
BAD = Lost(ran=False, error=BadResponse("an HTML page"))


def run(server: TaskServer, timeout: float = 100.0, session_id: str | None = None) -> TaskTracker:
    tracker = TaskTracker(server.tasks)
    with server.client(session_id) as client:
        wait_for_tasks(client, tracker, timeout, clock=server.clock.clock)
    return tracker


def ended(tracker: TaskTracker) -> list[str]:
    return [task["state"] for task in tracker.tasks()]


@pytest.mark.parametrize(
    "fault",
    ["NotAuthenticated", "InvalidCollectorVersion", "RequestCanceled", "ManagedObjectNotFound"],
)
def test_a_wait_starts_again_after_an_ended_session_or_collector(fault: str) -> None:
    server = TaskServer("task-1")
    server.trouble[POLL] = [None, Fault(fault)]
    server.clock.at(3, lambda: server.change("task-1", progress=5))
    server.clock.at(20, lambda: server.finish("task-1"))
    assert ended(run(server)) == ["success"]
    assert [sent.params["version"] for sent in server.named(POLL)][:3:2] == ["", ""]
    assert len({sent.moid for sent in server.named(POLL)}) == 2
    assert server.owned == {}
    assert server.clock.time < 21


def test_a_wait_continues_after_a_restart_during_a_poll() -> None:
    server = TaskServer("task-1", "task-2")
    server.clock.at(10, server.end_sessions)
    server.clock.at(10.5, lambda: server.finish("task-1"))
    server.clock.at(30, lambda: server.finish("task-2"))
    assert ended(run(server)) == ["success", "success"]
    assert server.clock.time < 31
    assert server.operations["SessionManager.Login"] == 2
    assert server.owned == {}


def test_a_task_that_disappears_in_a_restart_is_missing() -> None:
    server = TaskServer("task-1", "task-2")
    server.clock.at(10, server.end_sessions)
    server.clock.at(10, lambda: server.change("task-2", gone=True))
    server.clock.at(30, lambda: server.finish("task-1"))
    assert run(server).missing == ["task-2"]


@pytest.mark.parametrize("error", [ConnectError("refused"), LostResponse("broken"), LostResponse("502", status=502)])
def test_a_wait_continues_after_an_outage(error: ViError) -> None:
    server = TaskServer("task-1")
    away: list[Trouble] = [None, *[Lost(ran=False, error=error)] * 8]
    server.trouble[POLL] = away[:2]
    server.trouble["PropertyCollector.CreatePropertyCollector"] = away
    server.clock.at(50, lambda: server.finish("task-1"))
    assert ended(run(server, 200.0)) == ["success"]
    assert server.clock.time < 56
    assert server.owned == {}


def test_a_bad_response_after_an_outage_does_not_end_the_wait() -> None:
    """A vCenter that is starting sends one after it was unreachable."""
    server = TaskServer("task-1")
    lost = Lost(ran=False, error=ConnectError("refused"))
    server.trouble[POLL] = [None, lost]
    server.trouble["PropertyCollector.CreatePropertyCollector"] = [None, *[lost] * 3, *[BAD] * 3]
    server.clock.at(50, lambda: server.finish("task-1"))
    assert ended(run(server, 200.0)) == ["success"]


def test_bad_responses_hours_apart_do_not_end_the_wait() -> None:
    server = TaskServer("task-1")
    server.trouble[POLL] = [None, *[part for _hour in range(8) for part in (BAD, *[None] * 120)]]
    server.clock.at(30_000, lambda: server.finish("task-1"))
    assert ended(run(server, 60_000.0)) == ["success"]


@pytest.mark.parametrize(("bad_responses", "ends"), [(3, False), (4, True)])
def test_three_bad_responses_in_a_row_do_not_end_the_wait(bad_responses: int, ends: bool) -> None:
    server = TaskServer("task-1")
    server.trouble[POLL] = [None, *[BAD] * bad_responses]
    server.clock.at(60, lambda: server.finish("task-1"))
    with pytest.raises(BadResponse) if ends else nullcontext():
        run(server)


@pytest.mark.parametrize("quiet_polls", [0, 100])
def test_bad_responses_one_after_the_other_end_the_wait(quiet_polls: int) -> None:
    server = TaskServer("task-1")
    server.trouble[POLL] = [None, *[None] * quiet_polls, *[BAD] * 100]
    with pytest.raises(BadResponse):
        run(server, 6000.0)
    assert server.clock.time < 60 + 30 * quiet_polls


def test_slow_bad_responses_one_after_the_other_end_the_wait() -> None:
    server = TaskServer("task-1")

    def respond_late(_moid: str, _params: Any) -> None:
        server.clock.sleep(31)
        raise BadResponse("an HTML page")

    server.answers[POLL] = respond_late
    with pytest.raises(BadResponse):
        run(server, 3600.0)
    assert server.clock.time < 600


@pytest.mark.parametrize("timeout", [60, 8.5])
def test_an_outage_until_the_deadline_is_reported(timeout: float) -> None:
    server = TaskServer("task-1")
    gone = Lost(ran=False, error=ConnectError("No connection to vc.example.com:443: refused"))
    for operation in (POLL, "PropertyCollector.CreatePropertyCollector"):
        server.trouble[operation] = [gone] * 1000
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [None, gone]
    tracker = TaskTracker(server.tasks)
    with server.client() as client:
        trouble = wait_for_tasks(client, tracker, timeout, clock=server.clock.clock)
    assert isinstance(trouble, ConnectError)
    assert list(tracker.pending) == ["task-1"]
    assert timeout <= server.clock.time < timeout + 0.2
    assert [pause for pause in server.clock.slept if pause >= 1][:3] == [1.0, 2.0, 5.0]
    assert len(server.sent) < 60


@pytest.mark.parametrize(
    "damaged",
    [
        [],
        "text",
        {"version": None},
        {"version": "1", "filterSet": "?"},
        {"version": "1", "filterSet": [{"objectSet": [{}]}]},
    ],
)
def test_a_damaged_response_is_retried_a_few_times(damaged: Any) -> None:
    server = TaskServer("task-1")
    good = server.answers[POLL]
    bad = [damaged] * 2
    server.answers[POLL] = lambda moid, params: bad.pop() if bad else good(moid, params)
    server.clock.at(20, lambda: server.finish("task-1"))
    assert ended(run(server)) == ["success"]

    server = TaskServer("task-1")
    server.answers[POLL] = lambda _moid, _params: damaged
    with pytest.raises(BadResponse):
        run(server)
    assert server.owned == {}
    assert server.clock.time < 30


@pytest.mark.parametrize("fault", ["NoPermission", "InvalidArgument", "SystemError", "NotSupported"])
def test_other_faults_end_the_wait(fault: str) -> None:
    server = TaskServer("task-1")
    server.trouble[POLL] = [Fault(fault)]
    with pytest.raises(FaultError, match=fault):
        run(server)
    assert (server.owned, server.sessions) == ({}, set())


def test_a_given_session_is_not_replaced() -> None:
    server = TaskServer("task-1")
    server.clock.at(10, server.end_sessions)
    with pytest.raises(SessionEnded, match="session_id"):
        run(server, session_id="S0")
    assert server.operations["SessionManager.Login"] == 0


def test_a_given_session_is_left_open_and_empty() -> None:
    server = TaskServer("task-1")
    server.clock.at(10, lambda: server.finish("task-1"))
    run(server, session_id="S0")
    assert (server.owned, server.sessions) == ({}, {"S0"})
    assert server.operations["SessionManager.Logout"] == 0


def test_a_lost_truncated_response_starts_the_wait_again() -> None:
    server = TaskServer("task-1", "task-2", "task-3")
    server.page_updates = 1
    server.trouble[POLL] = [None, Lost(ran=True)]
    for moid in list(server.tasks):
        server.clock.at(5, lambda moid=moid: server.finish(moid))  # type: ignore[misc]
    assert ended(run(server)) == ["success"] * 3
    first, second, third = server.named(POLL)[:3]
    assert (first.repeatable, second.repeatable) == (True, False)
    assert (third.moid != second.moid, third.params["version"]) == (True, "")


def test_two_waits_in_one_session_have_their_own_collectors() -> None:
    server = TaskServer("task-1", "task-2")
    with server.client("S0") as client:
        for moid in ("task-1", "task-2"):
            server.clock.at(server.clock.time + 5, lambda moid=moid: server.finish(moid))  # type: ignore[misc]
            wait_for_tasks(client, TaskTracker([moid]), 60, clock=server.clock.clock)
    assert len({sent.moid for sent in server.named(POLL)}) == 2
