# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watching tasks across outages and expired sessions, without gaps or duplicates."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    ConnectError,
    FaultError,
    InputError,
    LostResponse,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._events.ledger import ChangeSelection
from ansible_collections.vijson.tasks.plugins.module_utils._events.watch import TaskWatch
from ansible_collections.vijson.tasks.plugins.module_utils._history.task_filter import parse_filter
from ansible_collections.vijson.tasks.plugins.module_utils._options.parsing import parse_time
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.updates import Updates
from ansible_collections.vijson.tasks.tests.unit.support.fake_events import POLL, EventServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, ref

COLLECT = "TaskManager.CreateCollectorForTasks"


class Stopping:
    """A threading.Event on the server's clock.

    :ivar pauses: the pauses of a second or more
    """

    def __init__(self, server: EventServer) -> None:
        self.pauses: list[float] = []
        self._server = server
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True

    def wait(self, seconds: float) -> bool:
        if seconds >= 1:
            self.pauses.append(seconds)
        self._server.clock.advance(seconds)
        return self._is_set


class Watcher:
    """A watch on a fake vCenter, and the changes that it has reported."""

    def __init__(self, server: EventServer, since: str | None = None, overdue_after: float | None = None) -> None:
        self.server = server
        moment = None if since is None else parse_time(since, "since")
        self.watch = TaskWatch(
            server.client(), parse_filter({}), ChangeSelection(), since=moment, overdue_after=overdue_after
        )
        self.stopping = Stopping(server)
        self.watch._stopping = self.stopping  # type: ignore[assignment]
        self.heard: list[str] = []

    def until(self, seconds: float) -> list[str]:
        """All changes until this time, in seconds."""
        while self.server.clock.time < seconds:
            self.heard += [f"{event.task['moid']} {event.change}" for event in self.watch.next()]
        return self.heard

    def close(self) -> None:
        self.watch.close()
        assert (self.server.owned, self.server.sessions) == ({}, set())


def test_by_default_only_new_changes_are_reported() -> None:
    server = EventServer()
    server.put("task-1", "success", queueTime="2026-11-22T03:59:00Z", completeTime="2026-11-22T03:59:30Z")
    server.put_at(5, "task-2", "success")
    watcher = Watcher(server)
    assert watcher.until(30) == ["task-2 created", "task-2 done"]
    watcher.close()


def test_since_reports_earlier_changes() -> None:
    server = EventServer()
    server.put("task-1", "success", queueTime="2026-11-22T03:59:00Z", completeTime="2026-11-22T03:59:30Z")
    watcher = Watcher(server, since="5m")
    assert watcher.until(10) == ["task-1 created", "task-1 done"]
    watcher.close()


@pytest.mark.parametrize("since", ["2026-11-22T04:00:09Z", "999999999d"])
def test_a_since_in_the_future_or_out_of_range_is_refused(since: str) -> None:
    watcher = Watcher(EventServer(), since)
    with pytest.raises(InputError, match="since: "):
        watcher.until(10)
    watcher.close()


@pytest.mark.parametrize("error", [ConnectError("refused"), LostResponse("broken"), LostResponse("503", status=503)])
def test_changes_during_an_outage_are_reported_after_it(error: ViError, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vijson.tasks")
    server = EventServer()
    watcher = Watcher(server)
    watcher.until(25)
    server.trouble[POLL] = [Lost(ran=False, error=error)]
    server.trouble[COLLECT] = [Lost(ran=False, error=error)] * 5
    server.put_at(server.clock.time + 20, "task-1", "success")
    begun = server.clock.time
    assert watcher.until(begun + 120) == ["task-1 created", "task-1 done"]
    assert watcher.stopping.pauses[:6] == [1.0, 2.0, 5.0, 10.0, 30.0, 30.0]
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "WARNING"]
    started, interrupted, resumed = (record.getMessage() for record in caplog.records)
    assert "vc.example.com" in started
    assert str(error) in interrupted
    assert "vc.example.com again" in resumed
    watcher.close()


def test_a_session_that_ends_is_replaced() -> None:
    server = EventServer()
    server.clock.at(10, server.end_sessions)
    server.put_at(10.5, "task-1")
    server.put_at(40, "task-1", "success")
    watcher = Watcher(server)
    assert watcher.until(60) == ["task-1 created", "task-1 state", "task-1 done"]
    assert server.operations["SessionManager.Login"] == 2
    watcher.close()


def test_a_new_session_reads_only_the_last_minutes_of_the_history() -> None:
    server = EventServer()
    server.put_at(3600, "task-1", "success")
    server.clock.at(3700, server.end_sessions)
    watcher = Watcher(server)
    watcher.until(3800)
    filters = [sent.params["filter"] for sent in server.named(COLLECT)]
    begins = [each["time"]["beginTime"] for each in filters if "time" in each]
    assert begins == ["2026-11-22T04:00:00.02Z"] * 2 + ["2026-11-22T04:50:00Z"] * 2
    watcher.close()


def test_an_overdue_task_is_reported_once_across_sessions() -> None:
    server = EventServer()
    server.put("task-1", queueTime="2026-11-22T03:00:00Z", startTime="2026-11-22T03:59:50Z")
    server.clock.at(40, server.end_sessions)
    watcher = Watcher(server, overdue_after=30)
    assert watcher.until(15) == []
    assert watcher.until(200) == ["task-1 overdue"]
    assert server.operations["SessionManager.Login"] == 2
    watcher.close()


def test_an_unreachable_server_is_an_error_at_once_at_the_start() -> None:
    server = EventServer()
    server.trouble[COLLECT] = [Lost(ran=False, error=ConnectError("refused"))]
    watcher = Watcher(server)
    with pytest.raises(ConnectError):
        watcher.until(10)
    assert watcher.stopping.pauses == []
    watcher.close()


def test_repeated_faults_become_an_error() -> None:
    server = EventServer()
    watcher = Watcher(server)
    watcher.until(25)
    server.trouble[POLL] = [Fault("SystemError")] * 20
    with pytest.raises(FaultError, match="SystemError"):
        watcher.until(10_000)
    assert len(watcher.stopping.pauses) == 10
    watcher.close()


def test_a_history_that_is_refused_every_time_is_an_error_after_some() -> None:
    server = EventServer()
    watcher = Watcher(server)
    watcher.until(25)
    server.trouble[POLL] = [Lost(ran=False)]
    server.trouble["TaskHistoryCollector.ReadNextTasks"] = [Fault("SystemError")] * 50
    with pytest.raises(FaultError, match="SystemError"):
        watcher.until(10_000)
    assert len(watcher.stopping.pauses) == 11
    watcher.close()


def test_a_history_that_is_refused_from_the_start_is_an_error_after_ten_attempts() -> None:
    server = EventServer()
    server.trouble["TaskHistoryCollector.ReadNextTasks"] = [Fault("SystemError")] * 50
    watcher = Watcher(server)
    with pytest.raises(FaultError, match="SystemError"):
        watcher.until(10_000)
    assert len(watcher.stopping.pauses) == 10
    watcher.close()


def test_any_number_of_outages_is_retried() -> None:
    server = EventServer()
    watcher = Watcher(server)
    watcher.until(25)
    server.trouble[POLL] = [Lost(ran=False)] * 50
    watcher.until(25 + 50 * 30 + 60)
    assert len(watcher.stopping.pauses) == 50
    watcher.close()


def test_a_given_session_is_left_open_and_empty() -> None:
    server = EventServer()
    watch = TaskWatch(server.client("S0"), parse_filter({}), ChangeSelection())
    watch.next()
    watch.close()
    assert (server.owned, server.sessions) == ({}, {"S0"})


def test_a_closed_watch_reports_nothing() -> None:
    server = EventServer()
    watcher = Watcher(server)
    watcher.until(25)
    watcher.close()
    server.put("task-1")
    requests = len(server.sent)
    assert watcher.watch.next() == []
    assert len(server.sent) == requests


def test_an_error_after_the_end_is_ignored() -> None:
    server = EventServer()
    watcher = Watcher(server)
    watcher.until(25)

    def end(_moid: str, _params: Any) -> Any:
        watcher.stopping.set()
        raise Fault("RequestCanceled")

    server.answers[POLL] = end
    assert watcher.watch.next() == []
    assert watcher.stopping.pauses == []
    watcher.close()


def test_closing_wakes_another_thread_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    server = EventServer()
    waits, woken = threading.Event(), threading.Event()
    poll = server.answers[POLL]

    def held(moid: str, params: Any) -> Any:
        if params["options"]["maxWaitSeconds"] == 0:
            return poll(moid, params)
        waits.set()
        assert woken.wait(10)
        raise Fault("RequestCanceled")

    monkeypatch.setattr(Updates, "cancel", lambda _updates: woken.set())
    server.answers[POLL] = held
    watch = TaskWatch(server.client(), parse_filter({}), ChangeSelection())
    heard: list[Any] = []
    reader = threading.Thread(target=lambda: heard.extend(watch.next() for _time in range(20)))
    reader.start()
    assert waits.wait(10)
    watch.close()
    reader.join(10)
    assert heard == [[]] * 20
    assert server.operations["PropertyCollector.CreatePropertyCollector"] == 1, "the watch does not begin again"
    assert (server.owned, server.sessions) == ({}, set())


def test_closing_waits_for_a_thread_that_has_not_begun_to_watch() -> None:
    server = EventServer()
    asked, answer = threading.Event(), threading.Event()

    def held(_moid: str, _params: Any) -> str:
        asked.set()
        assert answer.wait(10)
        return server.now()

    server.answers["ServiceInstance.CurrentTime"] = held
    watch = TaskWatch(server.client(), parse_filter({}), ChangeSelection())
    reader = threading.Thread(target=watch.next)
    reader.start()
    assert asked.wait(10)
    threading.Timer(0.05, answer.set).start()
    watch.close()
    reader.join(10)
    assert (server.operations[COLLECT], server.sessions) == (0, set())


def test_an_entity_that_does_not_exist_ends_the_watch() -> None:
    server = EventServer()
    gone = Fault("ManagedObjectNotFound", obj=ref("VirtualMachine", "vm-999"))
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [gone] * 9
    watch = TaskWatch(server.client(), parse_filter({"entity": ["vm-999"]}), ChangeSelection())
    with pytest.raises(InputError, match="vm-999"):
        watch.next()
