# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of tasks in one session, from the latest page, from single tasks, and from the history."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._events.feed import TaskFeed
from ansible_collections.vijson.tasks.plugins.module_utils._events.ledger import ChangeSelection, TaskLedger
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.updates import PACE
from ansible_collections.vijson.tasks.tests.unit.support.fake_events import BEGIN, POLL, EventServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import EMPTY_UPDATES, Fault

EVERYTHING = ChangeSelection()
MODIFY = "ListView.ModifyListView"
READ_HISTORY = "TaskHistoryCollector.ReadNextTasks"


def heard(
    server: EventServer,
    seconds: float,
    *,
    begin: float = 0.0,
    selection: ChangeSelection = EVERYTHING,
    page_size: int = 10,
    overdue_after: int | None = None,
    specs: list[dict[str, Any]] | None = None,
) -> list[str]:
    """All changes until this time, in seconds, such as ``task-1 created``."""
    ledger = TaskLedger(BEGIN + int(begin * SECOND), overdue_after and overdue_after * SECOND)
    changes = []

    def pause(span: float) -> bool:
        server.clock.advance(span)
        return False

    with server.client() as client:
        feed = TaskFeed(client, specs or [{}], ledger, selection, pause=pause, page_size=page_size)
        with closing(feed.news()) as news:
            for events in news:
                changes += [f"{event.task['moid']} {event.change}" for event in events]
                if server.clock.time >= seconds:
                    break
    assert (server.owned, server.sessions) == ({}, set())
    return changes


def active_since_long(server: EventServer, number: int) -> None:
    """Add a task that has been running for an hour."""
    time = f"2026-11-22T03:00:0{number}Z"
    server.put(f"task-{number}", queueTime=time, startTime=time)


def test_a_task_that_is_created_runs_and_ends() -> None:
    server = EventServer()
    server.put_at(5, "task-1", "queued")
    server.put_at(10, "task-1", "running")
    server.put_at(15, "task-1", "success")
    server.put_at(20, "task-2", "error")
    assert heard(server, 40) == ["task-1 created", "task-1 state", "task-1 done", "task-2 created", "task-2 failed"]
    assert server.operations[POLL] < 12


def test_a_quiet_minute_takes_few_requests() -> None:
    server = EventServer()
    assert heard(server, 60) == []
    assert len(server.named(POLL)) <= 4


@pytest.mark.parametrize("empty", EMPTY_UPDATES)
def test_updates_without_changes_are_not_requested_all_the_time(empty: dict[str, Any] | None) -> None:
    server = EventServer()
    server.answers[POLL] = lambda _moid, _params: empty
    assert heard(server, 20) == []
    assert len(server.named(POLL)) <= 20 / PACE + 2


def test_the_end_of_a_task_active_at_the_beginning_is_reported() -> None:
    server = EventServer()
    server.put("task-1", queueTime="2026-11-22T03:00:00Z", startTime="2026-11-22T03:00:01Z")
    server.put("task-2", "success", queueTime="2026-11-22T03:00:00Z", completeTime="2026-11-22T03:30:00Z")
    server.put_at(10, "task-1", "error")
    assert heard(server, 30) == ["task-1 failed"]


def test_earlier_changes_are_read_from_the_history() -> None:
    server = EventServer()
    server.put("task-1", "success", queueTime="2026-11-22T03:59:30Z", completeTime="2026-11-22T03:59:40Z")
    server.put("task-2", "success", queueTime="2026-11-22T03:59:00Z", completeTime="2026-11-22T03:59:50Z")
    server.put("task-3", "success", queueTime="2026-11-22T03:58:00Z", completeTime="2026-11-22T03:58:01Z")
    assert heard(server, 1, begin=-45) == ["task-1 created", "task-1 done", "task-2 done"]


def test_a_task_that_comes_up_with_old_times_later_is_new() -> None:
    server = EventServer()
    server.clock.at(5, lambda: active_since_long(server, 1))
    assert heard(server, 20) == ["task-1 created", "task-1 state"]


def test_an_active_task_that_is_not_on_the_page_is_followed() -> None:
    server = EventServer()
    for number in range(5):
        active_since_long(server, number)
    server.put_at(10, "task-0", "success")
    assert heard(server, 20, page_size=2) == ["task-0 done"]
    added = [each["value"] for sent in server.named(MODIFY) for each in sent.params.get("add", ())]
    assert sorted(added) == ["task-0", "task-1", "task-2"]


def test_a_followed_task_that_no_longer_exists_gives_no_event() -> None:
    server = EventServer()
    for number in range(4):
        active_since_long(server, number)
    server.clock.at(5, lambda: server.tasks.remove(server.tasks[0]))
    server.put_at(10, "task-1", "error")
    server.put_at(15, "task-9", "success")
    assert heard(server, 40, page_size=2) == ["task-1 failed", "task-9 created", "task-9 done"]


def test_a_task_that_expires_before_it_is_watched_is_not_read_again() -> None:
    server = EventServer()
    for number in range(3):
        active_since_long(server, number)
    modify = server.answers[MODIFY]

    def expire_first(moid: str, params: Any) -> Any:
        server.tasks = [task for task in server.tasks if task["key"] != "task-0"]
        return modify(moid, params)

    server.answers[MODIFY] = expire_first
    for number in range(3, 6):
        server.put_at(5, f"task-{number}", "success")
    heard(server, 20, page_size=2)
    watched = next(number for number, sent in enumerate(server.sent) if sent.operation == MODIFY)
    read = [sent for sent in server.sent[watched:] if sent.operation == "PropertyCollector.RetrievePropertiesEx"]
    assert read
    assert "task-0" not in str(read)


def test_more_new_tasks_than_the_page_holds_are_all_reported() -> None:
    server = EventServer()
    server.put("task-0", "success")
    for number in range(1, 8):
        server.put_at(5, f"task-{number}", "success")
    expected = [f"task-{number} {change}" for number in range(1, 8) for change in ("created", "done")]
    found = heard(server, 20, page_size=2, begin=1)
    assert sorted(found) == sorted(expected)


def test_a_page_with_a_known_task_needs_no_read_of_the_history() -> None:
    server = EventServer()
    server.put("task-0", "success")
    server.put_at(5, "task-1", "success")
    assert heard(server, 20, page_size=2, begin=1) == ["task-1 created", "task-1 done"]
    assert server.operations[READ_HISTORY] == 3


def test_old_and_new_tasks_become_overdue() -> None:
    server = EventServer()
    active_since_long(server, 0)
    server.put_at(7, "task-1", "queued")
    server.put_at(40, "task-1", "running")
    server.put_at(10, "task-2", "running")
    server.put_at(50, "task-2", "success")
    found = heard(server, 300, overdue_after=45)
    assert found == [
        "task-0 overdue",
        "task-1 created",
        "task-2 created",
        "task-2 state",
        "task-1 state",
        "task-2 done",
        "task-1 overdue",
    ]


def test_an_overdue_task_is_reported_before_the_next_poll() -> None:
    server = EventServer()
    server.put_at(5, "task-1")
    assert heard(server, 48, overdue_after=40)[-1] == "task-1 overdue"
    waits = [sent.params["options"]["maxWaitSeconds"] for sent in server.named(POLL)]
    assert all(wait <= 30 for wait in waits)
    assert len(waits) <= 6


def test_a_task_that_is_overdue_in_half_a_second_is_reported_after_a_second() -> None:
    server = EventServer()
    server.put("task-1", queueTime="2026-11-22T03:00:00Z", startTime="2026-11-22T03:59:20.5Z")
    assert heard(server, 1.8, overdue_after=40) == ["task-1 overdue"]


def test_an_overdue_task_that_no_longer_exists_is_read_once() -> None:
    server = EventServer()
    for number in range(3):
        active_since_long(server, number)
    server.clock.at(5, lambda: server.tasks.remove(server.tasks[0]))
    assert heard(server, 200, page_size=2, overdue_after=3700) == ["task-1 overdue", "task-2 overdue"]
    read = [sent for sent in server.named("PropertyCollector.RetrievePropertiesEx") if "task-0" in str(sent.params)]
    assert len(read) <= 3
    assert "TaskHistoryCollector.latestPage" not in server.operations, "the history is not searched for it"


def test_a_task_that_ends_just_before_it_is_reported_is_not_overdue() -> None:
    server = EventServer()
    active_since_long(server, 0)
    read = "PropertyCollector.RetrievePropertiesEx"
    retrieve = server.answers[read]
    reads: list[str] = []

    def end_first(moid: str, params: Any) -> Any:
        reads.append(moid)
        if len(reads) == 2:  # the first is the feed's own look at active tasks
            server.put("task-0", "success")
        return retrieve(moid, params)

    server.answers[read] = end_first
    assert heard(server, 40, overdue_after=45) == ["task-0 done"]


def test_the_clock_is_read_only_for_tasks_that_may_become_overdue() -> None:
    server = EventServer()
    heard(server, 60, overdue_after=45)
    assert server.named("ServiceInstance.CurrentTime") == []


@pytest.mark.parametrize(
    ("selection", "changes"),
    [
        (ChangeSelection(states=["error"]), ["task-2 failed"]),
        (ChangeSelection(description_ids=["a.b"]), ["task-1 created", "task-1 done"]),
        (ChangeSelection(states=["success"], description_ids=["a.c"]), []),
    ],
)
def test_a_selection_limits_the_reported_changes(selection: ChangeSelection, changes: list[str]) -> None:
    server = EventServer()
    server.put_at(5, "task-1", "success", descriptionId="a.b")
    server.put_at(10, "task-2", "error", descriptionId="a.c")
    assert heard(server, 30, selection=selection) == changes


def test_each_object_has_its_own_page() -> None:
    server = EventServer()
    specs = [{"activationId": ["a"]}, {"activationId": ["b"]}]
    for number in range(4):
        server.put_at(5, f"task-{number}", "success", activationId="a")
    server.put_at(5, "task-4", activationId="b")
    server.put_at(10, "task-5", "success", activationId="c")
    server.put_at(15, "task-4", "error", activationId="b")
    found = heard(server, 30, begin=1, page_size=2, specs=specs)
    expected = [f"task-{number} {change}" for number in range(4) for change in ("created", "done")]
    assert sorted(found) == sorted([*expected, "task-4 created", "task-4 state", "task-4 failed"])
    created = [sent.params["filter"] for sent in server.named("TaskManager.CreateCollectorForTasks")[:2]]
    assert created == specs


def test_a_user_without_a_domain_is_found_in_any_domain() -> None:
    server = EventServer()
    by = {"_typeName": "TaskReasonUser"}
    server.put_at(5, "task-1", "success", reason={**by, "userName": "CORP\\joe"})
    server.put_at(6, "task-2", "success", reason={**by, "userName": "CORP\\ann"})
    names = {"_typeName": "TaskFilterSpecByUsername", "systemUser": False, "userList": ["joe"]}
    assert heard(server, 30, specs=[{"userName": names}]) == ["task-1 created", "task-1 done"]
    created = server.named("TaskManager.CreateCollectorForTasks")[0]
    assert created.params["filter"] == {}


def test_a_task_that_matches_two_filters_is_reported_once() -> None:
    server = EventServer()
    server.put_at(5, "task-1", "success", activationId="a")
    found = heard(server, 30, specs=[{"activationId": ["a"]}, {"activationId": ["a", "b"]}])
    assert found == ["task-1 created", "task-1 done"]


def test_a_damaged_task_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    server = EventServer()
    server.put_at(5, "task-1", "success", entity="damaged")
    server.put_at(5, "task-2", "success")
    assert heard(server, 30) == ["task-2 created", "task-2 done"]
    assert "info.entity" in caplog.text


@pytest.mark.parametrize(
    ("moid", "change"),
    [
        ("", {"kind": "leave"}),
        ("", {"changeSet": [{"name": "latestPage", "val": "text"}]}),
        ("other", {"changeSet": [{"name": "latestPage", "val": []}]}),
    ],
)
def test_a_lost_damaged_or_unknown_page_is_an_error(moid: str, change: dict[str, Any]) -> None:
    server = EventServer()

    def respond(_moid: str, _params: Any) -> Any:
        history = next(own for own, kind in server.owned.items() if kind == "TaskHistoryCollector")
        changed = {"obj": {"type": "TaskHistoryCollector", "value": moid or history}, **change}
        return {"version": "1", "filterSet": [{"objectSet": [changed]}]}

    server.answers[POLL] = respond
    with pytest.raises(BadResponse):
        heard(server, 10)
    assert server.owned == {}


def test_a_page_that_ended_with_its_session_is_not_changed_in_a_new_one() -> None:
    server = EventServer()
    size = "TaskHistoryCollector.SetCollectorPageSize"
    server.trouble[size] = [Fault("NotAuthenticated")]
    with pytest.raises(FaultError, match="NotAuthenticated"):
        heard(server, 10)
    assert server.operations[size] == 1


def test_the_feed_ends_when_the_pause_asks_for_it() -> None:
    server = EventServer()
    server.put_at(5, "task-1")
    with server.client() as client:
        feed = TaskFeed(client, [{}], TaskLedger(BEGIN), ChangeSelection(), pause=lambda _span: True)
        assert [event.change for events in feed.news() for event in events] == []
