# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported to a vCenter about a command, and when, whether the vCenter responds or not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import task_reporter
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.driven_task import DrivenTask
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.guard import REPORT_WITHIN
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.task_reporter import TaskReporter
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import SET_STATE as SET
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import OwnTaskServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, TaskServer, info

PROGRESS = "Task.UpdateProgress"
READ = "PropertyCollector.RetrievePropertiesEx"
REFUSED = ConnectError("No connection")
SUCCESS = {"state": "success", "progress": 100}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> OwnTaskServer:
    server = OwnTaskServer("task-1")
    server.change("task-1", cancelable=True, cancelled={"_typeName": "boolean", "_value": False})
    monkeypatch.setattr(task_reporter, "time", SimpleNamespace(monotonic=lambda: server.clock.time))
    monkeypatch.setattr(task_reporter, "sleep", server.clock.sleep)
    return server


def run_for(server: TaskServer, reporter: TaskReporter, seconds: float, progress: int | None = None) -> None:
    end = server.clock.time + seconds
    while server.clock.time < end:
        reporter.update(progress, None)
        server.clock.advance(0.5)


def test_only_new_progress_is_sent(server: OwnTaskServer) -> None:
    reporter = server.reporter()
    for progress in (10, 10, 20):
        run_for(server, reporter, 2, progress)
    assert [sent.params["percentDone"] for sent in server.named(PROGRESS)] == [10, 20]


def test_updates_are_limited_in_rate(server: OwnTaskServer) -> None:
    reporter = server.reporter()
    reporter.update(0, None)
    assert server.operations[PROGRESS] == 1
    for progress in range(100):
        reporter.update(progress, None)
        server.clock.advance(0.05)
    assert 5 <= server.operations[PROGRESS] <= 7


@pytest.mark.parametrize(("cancelable", "least", "most"), [(True, 18, 21), (False, 1, 1)])
def test_the_task_is_read_rarely(server: OwnTaskServer, cancelable: bool, least: int, most: int) -> None:
    run_for(server, server.reporter(cancelable=cancelable), 62)
    looks = server.named(READ)
    assert least <= len(looks) <= most
    assert looks[0].params["specSet"][0]["propSet"][0]["pathSet"] == ["info.cancelled"]


def test_a_cancel_is_noticed(server: OwnTaskServer) -> None:
    reporter = server.reporter()
    assert not reporter.cancelled
    run_for(server, reporter, 5)
    assert not reporter.cancelled
    server.change("task-1", cancelled={"_typeName": "boolean", "_value": True})
    run_for(server, reporter, 5)
    assert reporter.cancelled


@pytest.mark.parametrize("trouble", [REFUSED, Lost(ran=False), Fault("NoPermission"), Fault("NotAuthenticated")])
def test_failed_requests_are_retried_later(server: OwnTaskServer, trouble: Any) -> None:
    reporter = server.reporter()
    server.trouble[PROGRESS] = [trouble]
    run_for(server, reporter, 12, 30)
    assert server.tasks["task-1"]["progress"] == 30
    server.trouble[READ] = [trouble] * 2
    run_for(server, reporter, 30, 30)
    server.change("task-1", cancelled=True)
    run_for(server, reporter, 10, 30)
    assert reporter.cancelled


def test_an_update_that_failed_is_sent_again_five_seconds_later(server: OwnTaskServer) -> None:
    reporter = server.reporter()
    server.trouble[PROGRESS] = [REFUSED]
    run_for(server, reporter, 4.5, 30)
    assert server.operations[PROGRESS] == 1
    run_for(server, reporter, 1, 30)
    assert server.operations[PROGRESS] == 2


def test_every_request_has_a_short_timeout(server: OwnTaskServer) -> None:
    reporter = server.reporter()
    run_for(server, reporter, 5, 10)
    reporter.end(SUCCESS, 60)
    assert max(sent.within for sent in server.sent) <= 5


def test_the_end_of_the_command_is_reported(server: OwnTaskServer) -> None:
    reporter = server.reporter()
    server.change("task-1", startTime="2026-11-22T04:00:00Z")
    assert reporter.end(SUCCESS, 60) == ""
    assert (server.tasks["task-1"]["state"], server.tasks["task-1"]["progress"]) == ("success", 100)
    assert (reporter.task.info["state"], reporter.task.info["startTime"]) == ("success", "2026-11-22T04:00:00Z")


@pytest.mark.parametrize("trouble", [REFUSED, Lost(ran=False), Lost(ran=True), Fault("NotAuthenticated")])
@pytest.mark.parametrize("operation", [SET, PROGRESS, READ, "SessionManager.Login"])
@pytest.mark.parametrize("times", [1, 3])
def test_the_end_is_retried_until_the_vcenter_has_it(
    server: OwnTaskServer, operation: str, trouble: Any, times: int
) -> None:
    server.trouble[operation] = [trouble] * times
    assert server.reporter().end(SUCCESS, 60) == ""
    assert server.tasks["task-1"]["state"] == "success"


def test_an_end_that_the_vcenter_has_is_not_sent_again(server: OwnTaskServer) -> None:
    """The response is lost, and the vCenter is unreachable when the client reads the task."""
    server.trouble[SET] = [Lost(ran=True)]
    server.trouble[READ] = [REFUSED] * 2
    assert server.reporter().end(SUCCESS, 60) == ""
    assert server.operations[SET] == 1


def test_the_pauses_between_attempts_become_longer(server: OwnTaskServer) -> None:
    server.trouble[SET] = [REFUSED] * 4
    assert server.reporter().end(SUCCESS, 60) == ""
    assert server.clock.slept == [1.0, 2.0, 5.0, 5.0]


def test_the_end_is_retried_for_a_minute(server: OwnTaskServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_reporter, "WAIT_PAUSES", (0.5,))
    server.trouble[SET] = [REFUSED] * 200
    begun = server.clock.time
    assert server.reporter().end(SUCCESS, REPORT_WITHIN) == "No connection"
    assert 60 <= server.clock.time - begun <= 60.6


def test_an_end_set_by_another_client_is_kept(server: OwnTaskServer) -> None:
    server.change("task-1", state="error")
    reporter = server.reporter()
    assert "InvalidState" in reporter.end(SUCCESS, 60)
    assert reporter.task.info["state"] == "error"
    assert server.operations[SET] == 1


def test_the_end_of_a_missing_task_is_not_retried(server: OwnTaskServer) -> None:
    server.trouble[PROGRESS] = [Fault("ManagedObjectNotFound", obj={"type": "Task", "value": "task-1"})] * 9
    assert "ManagedObjectNotFound" in server.reporter().end(SUCCESS, 60)
    assert server.operations[PROGRESS] == 1


def test_the_end_is_not_retried_in_an_ended_given_session(server: OwnTaskServer) -> None:
    client = server.client("S-given")
    server.end_sessions()
    reporter = TaskReporter(client, DrivenTask(client, info("task-1")))
    assert "session" in reporter.end(SUCCESS, 60)
    assert server.clock.time < 1
