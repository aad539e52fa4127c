# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which changes a TaskInfo reports: each once, and none from before the beginning."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._events import ledger as ledger_module
from ansible_collections.vijson.tasks.plugins.module_utils._events.ledger import OVERLAP, ChangeSelection, TaskLedger
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, format_rfc3339

BEGIN = 1_800_000_000 * SECOND


def info(
    state: str, queued: float, *, started: float | None = None, ended: float | None = None, number: int = 1
) -> Any:
    """A TaskInfo; times in seconds from the beginning."""
    times = {"queueTime": queued, "startTime": started, "completeTime": ended}
    return {
        "key": f"task-{number}",
        "state": state,
        **{name: format_rfc3339(BEGIN + int(at * SECOND)) for name, at in times.items() if at is not None},
    }


def settled() -> TaskLedger:
    ledger = TaskLedger(BEGIN)
    ledger.settled = True
    return ledger


def test_each_change_of_a_new_task_is_reported_once() -> None:
    ledger = settled()
    assert ledger.enter(info("queued", 1)) == ["created"]
    assert ledger.enter(info("queued", 1)) == []
    assert ledger.active == ["task-1"]
    assert ledger.enter(info("running", 1, started=2)) == ["state"]
    assert ledger.enter(info("running", 1, started=2)) == []
    assert ledger.enter(info("success", 1, started=2, ended=3)) == ["done"]
    assert ledger.enter(info("success", 1, started=2, ended=3)) == []
    assert ledger.active == []


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        ("queued", ["created"]),
        ("running", ["created", "state"]),
        ("success", ["created", "done"]),
        ("error", ["created", "failed"]),
        ("paused by a later release", ["created", "state"]),
    ],
)
def test_the_first_info_of_a_new_task_reports_all_its_changes(state: str, changes: list[str]) -> None:
    assert settled().enter(info(state, 1, started=1, ended=2)) == changes


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        (info("queued", -5), []),
        (info("running", -5, started=-4), []),
        (info("running", -5, started=0), ["state"]),
        (info("running", -5, started=1), ["state"]),
        (info("success", -5, started=-4, ended=-1), []),
        (info("success", -5, started=-4, ended=1), ["done"]),
        (info("error", -5, started=-4, ended=0), ["failed"]),
        (info("running", 0, started=0), ["created", "state"]),
        (info("error", 1, started=1, ended=2), ["created", "failed"]),
        (info("success", -5), []),
    ],
)
def test_at_first_only_changes_since_the_beginning_are_reported(task: Any, changes: list[str]) -> None:
    assert TaskLedger(BEGIN).enter(task) == changes


def test_the_end_of_a_task_active_before_is_reported() -> None:
    ledger = TaskLedger(BEGIN)
    ledger.enter(info("running", -5, started=-4))
    ledger.settled = True
    assert ledger.active == ["task-1"]
    assert ledger.enter(info("error", -5, started=-4, ended=9)) == ["failed"]


def test_a_later_task_with_old_times_is_reported_as_new() -> None:
    assert settled().enter(info("running", -3600, started=-3600)) == ["created", "state"]


def test_a_task_in_a_state_of_a_later_release_ends() -> None:
    ledger = settled()
    assert ledger.enter(info("paused by a later release", 1, started=1)) == ["created", "state"]
    assert ledger.enter(info("success", 1, started=1, ended=2)) == ["done"]


def test_an_earlier_state_is_not_reported_again() -> None:
    ledger = settled()
    ledger.enter(info("running", 1, started=2))
    assert ledger.enter(info("queued", 1)) == []
    assert ledger.enter(info("running", 1, started=2)) == []
    ledger.enter(info("success", 1, started=2, ended=3))
    assert ledger.enter(info("running", 1, started=2)) == []


def test_a_reused_id_with_new_times_is_a_new_task() -> None:
    ledger = settled()
    ledger.enter(info("running", 1, started=2, number=1))
    ledger.enter(info("success", 1, started=2, ended=3, number=2))
    assert ledger.enter(info("queued", 90, number=1)) == ["created"]
    assert ledger.enter(info("error", 90, started=91, ended=92, number=2)) == ["created", "failed"]


def test_a_forgotten_task_is_not_reported_again() -> None:
    ledger = settled()
    overlap = OVERLAP / SECOND
    old = info("success", 1, started=2, ended=3, number=1)
    ledger.enter(old)
    ledger.enter(info("running", overlap + 2, started=overlap + 10, number=2))
    ledger.move_on()
    assert ledger.horizon == BEGIN + 10 * SECOND
    assert ledger.enter(old) == []
    assert ledger.enter(info("success", 1, started=2, ended=11, number=3)) == ["created", "done"]
    assert ledger.enter(info("success", overlap + 2, ended=overlap + 12, number=2)) == ["done"]


@pytest.mark.parametrize("now", [None, BEGIN, BEGIN + SECOND])
def test_the_horizon_does_not_go_back_before_the_beginning(now: int | None) -> None:
    ledger = settled()
    ledger.enter(info("queued", 1))
    ledger.move_on(now)
    assert ledger.horizon == BEGIN


def test_an_unreadable_task_is_not_followed_and_not_reported_as_new() -> None:
    ledger = settled()
    ledger.enter(info("running", 1, started=2))
    ledger.lose("task-1")
    assert ledger.active == []
    assert ledger.enter(info("running", 1, started=2)) == []
    assert ledger.enter(info("success", 1, started=2, ended=3)) == ["done"]


def at(seconds: float) -> int:
    return BEGIN + int(seconds * SECOND)


def test_an_overdue_task_is_reported_once() -> None:
    ledger = TaskLedger(BEGIN, 60 * SECOND)
    assert (ledger.next_due(), ledger.active) == (None, [])
    task = info("running", -90, started=-50)
    ledger.enter(task)
    assert ledger.next_due() == at(10)
    assert ledger.overdue(at(9.9)) == []
    assert ledger.enter_overdue(task, at(9.9)) == []
    assert ledger.overdue(at(10)) == ["task-1"]
    assert ledger.enter_overdue(task, at(10)) == ["overdue"]
    assert (ledger.overdue(at(99)), ledger.next_due()) == ([], None)
    assert ledger.enter_overdue(task, at(99)) == []
    assert ledger.enter(info("success", -90, started=-50, ended=12)) == ["done"]


def test_a_queued_task_is_overdue_by_its_queue_time_until_it_starts() -> None:
    ledger = TaskLedger(BEGIN, 60 * SECOND)
    ledger.enter(info("queued", 1))
    assert ledger.next_due() == at(61)
    assert ledger.enter_overdue(info("running", 1, started=55), at(62)) == ["state"]
    assert ledger.next_due() == at(115)
    ledger.enter(info("queued", 2, number=2))
    assert ledger.enter_overdue(info("queued", 2, number=2), at(62)) == ["overdue"]
    assert ledger.enter(info("running", 2, started=70, number=2)) == ["state"]
    assert ledger.next_due() == at(115)


def test_an_ended_or_expired_task_is_not_overdue() -> None:
    ledger = TaskLedger(BEGIN, 60 * SECOND)
    ledger.enter(info("running", 1, started=1))
    ledger.enter(info("running", 1, started=1, number=2))
    ledger.lose("task-2")
    assert ledger.enter_overdue(info("error", 1, started=1, ended=70), at(90)) == ["failed"]
    assert (ledger.overdue(at(90)), ledger.next_due()) == ([], None)


def test_a_new_task_with_a_reused_id_can_be_overdue_too() -> None:
    ledger = TaskLedger(BEGIN, 60 * SECOND)
    first, second = info("running", 1, started=1), info("running", 500, started=500)
    ledger.enter(first)
    assert ledger.enter_overdue(first, at(90)) == ["overdue"]
    assert ledger.enter(second) == ["created", "state"]
    assert ledger.enter_overdue(second, at(600)) == ["overdue"]


def test_a_new_task_with_the_id_of_an_expired_one_is_followed() -> None:
    ledger = TaskLedger(BEGIN, 60 * SECOND)
    ledger.enter(info("running", 1, started=1))
    ledger.lose("task-1")
    assert ledger.enter(info("running", 500, started=500)) == ["created", "state"]
    assert (ledger.active, ledger.next_due()) == (["task-1"], at(560))


def test_no_task_is_overdue_without_a_limit() -> None:
    ledger = settled()
    ledger.enter(info("running", 1, started=1))
    assert (ledger.overdue(at(10**6)), ledger.next_due()) == ([], None)


CLONE = {"descriptionId": "VirtualMachine.clone"}


@pytest.mark.parametrize(
    ("selection", "change", "task", "takes"),
    [
        (ChangeSelection(), "created", {"state": "queued"}, True),
        (ChangeSelection(states=["error"]), "failed", {"state": "error"}, True),
        (ChangeSelection(states=["error"]), "done", {"state": "success"}, False),
        (ChangeSelection(states=["error"]), "created", {"state": "error"}, False),
        (ChangeSelection(states=["queued"]), "created", {"state": "error"}, True),
        (ChangeSelection(states=["running"]), "created", {"state": "running"}, True),
        (ChangeSelection(states=["error"]), "overdue", {"state": "running"}, True),
        (ChangeSelection(description_ids=["x"]), "overdue", {"state": "running", **CLONE}, False),
        (ChangeSelection(description_ids=["VirtualMachine.clone"]), "failed", {"state": "error", **CLONE}, True),
        (ChangeSelection(description_ids=["VirtualMachine.Clone"]), "failed", {"state": "error", **CLONE}, False),
        (ChangeSelection(description_ids=["x"]), "failed", {"state": "error"}, False),
    ],
)
def test_a_selection_accepts_matching_changes_only(
    selection: ChangeSelection, change: str, task: dict[str, Any], takes: bool
) -> None:
    assert selection.takes(change, task) is takes


def test_a_task_in_the_future_does_not_hide_later_ones() -> None:
    ledger = settled()
    year = 365 * 24 * 3600
    assert ledger.enter(info("success", year, started=year, ended=year, number=1)) == ["created", "done"]
    ledger.move_on(BEGIN + 100 * SECOND)
    assert ledger.horizon <= BEGIN + 100 * SECOND
    assert ledger.enter(info("success", 101, started=101, ended=102, number=2)) == ["created", "done"]
    assert ledger.enter(info("success", year, started=year, ended=year, number=1)) == []


def test_a_clock_that_steps_back_does_not_hide_tasks() -> None:
    """Tasks of the repeated time are reported, and old ones are not reported again."""
    ledger = settled()
    overlap = OVERLAP // SECOND
    old = [info("success", at, started=at, ended=at + 1, number=at) for at in range(5000, 5010)]
    before = info("success", 4000, started=4000, ended=4001, number=1)
    for each in old:
        ledger.enter(each)
    ledger.move_on(BEGIN + (5010 + 2 * overlap) * SECOND)
    ledger.enter(info("queued", 5010 + 2 * overlap, number=7))
    ledger.move_on(BEGIN + (5010 + 2 * overlap) * SECOND)
    assert ledger.enter(before) == []
    ledger.move_on(BEGIN + 3000 * SECOND)
    assert [ledger.enter(each) for each in (*old, before)] == [[]] * 11
    assert ledger.enter(info("success", 3001, started=3001, ended=3002, number=2)) == ["created", "done"]


def test_tasks_that_ended_at_the_horizon_or_before_are_not_reported_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "_REMEMBERED", 0)
    ledger = settled()
    ended = [info("success", 1, ended=second, number=second) for second in (1, 2, 3)]
    for each in ended:
        ledger.enter(each)
    ledger.enter(info("queued", 2 + OVERLAP / SECOND, number=9))
    ledger.move_on()
    assert ledger.horizon == at(2)
    assert [ledger.enter(each) for each in ended] == [[]] * 3


def test_ended_tasks_are_forgotten_if_there_are_very_many() -> None:
    ledger = settled()
    for number in range(10_500):
        ledger.enter(info("success", number, started=number, ended=number, number=number))
    ledger.move_on(BEGIN + 20_000 * SECOND)
    assert len(ledger._ended) == 10_000
