# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a reader of the history continues, and which tasks it skips."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._history.history_position import HistoryPosition
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer

SPEC: dict[str, Any] = {"_typeName": "TaskFilterSpec", "state": ["error"]}
BY_TIME = {"_typeName": "TaskFilterSpecByTime", "timeType": "queuedTime"}


def position(*numbers: int, newest_first: bool = False) -> HistoryPosition:
    """The position after these tasks. Task n was queued n seconds after midnight."""
    reached = HistoryPosition(newest_first=newest_first)
    reached.fresh([HistoryServer.task(number) for number in numbers])
    return reached


def fresh(reached: HistoryPosition, *numbers: int) -> list[str]:
    return [info["key"] for info in reached.fresh([HistoryServer.task(number) for number in numbers])]


def test_a_task_is_returned_once() -> None:
    reached = position(1, 2)
    assert fresh(reached, 2, 3, 3) == ["task-3"]
    assert fresh(reached, 1, 4) == ["task-4"]


def test_a_newer_task_is_skipped_when_reading_newest_first() -> None:
    reached = position(8, 7, newest_first=True)
    assert fresh(reached, 9, 8, 6) == ["task-6"]


def test_tasks_of_the_same_age_are_all_returned() -> None:
    """Their ids have no number."""
    reached = HistoryPosition(newest_first=True)
    page = [{"key": key, "queueTime": "2026-11-22T00:00:00Z"} for key in ("job-a", "job-b")]
    assert reached.fresh(page) == page


def test_a_position_has_started_after_the_first_task() -> None:
    assert not position().is_started
    assert position(1).is_started


@pytest.mark.parametrize(
    ("newest_first", "numbers", "rest"),
    [
        (False, (10, 4000), {"beginTime": "2026-11-22T00:56:40Z"}),
        (False, (10, 4000, 4000), {"beginTime": "2026-11-22T00:56:40Z"}),
        (True, (9000, 4000), {"endTime": "2026-11-22T01:16:40Z"}),
    ],
)
def test_the_rest_begins_ten_minutes_before_the_last_task(
    newest_first: bool, numbers: tuple[int, ...], rest: dict[str, str]
) -> None:
    reached = position(*numbers, newest_first=newest_first)
    assert reached.rest_of(SPEC) == {**SPEC, "time": {**BY_TIME, **rest}}


@pytest.mark.parametrize(
    ("newest_first", "given", "rest"),
    [
        (False, {"beginTime": "2026-11-22T00:00:09Z"}, {"beginTime": "2026-11-22T00:56:40Z"}),
        (False, {"beginTime": "2026-11-22T01:00:00Z"}, {"beginTime": "2026-11-22T01:00:00Z"}),
        (
            False,
            {"endTime": "2026-11-23T00:00:00Z"},
            {"beginTime": "2026-11-22T00:56:40Z", "endTime": "2026-11-23T00:00:00Z"},
        ),
        (True, {"endTime": "2026-11-22T01:10:00Z"}, {"endTime": "2026-11-22T01:10:00Z"}),
        (True, {"endTime": "2026-11-23T00:00:00Z"}, {"endTime": "2026-11-22T01:16:40Z"}),
    ],
)
def test_the_rest_stays_within_the_given_time_range(
    newest_first: bool, given: dict[str, str], rest: dict[str, str]
) -> None:
    numbers = (9000, 4000) if newest_first else (10, 4000)
    reached = position(*numbers, newest_first=newest_first)
    assert reached.rest_of({**SPEC, "time": {**BY_TIME, **given}}) == {**SPEC, "time": {**BY_TIME, **rest}}


@pytest.mark.parametrize(
    ("numbers", "newest_first"),
    [((), False), ((), True), ((10, 4000, 3999, 4001), False), ((9000, 10, 4000, 5), True)],
)
def test_the_rest_is_everything_without_an_order(numbers: tuple[int, ...], newest_first: bool) -> None:
    assert position(*numbers, newest_first=newest_first).rest_of(SPEC) == SPEC


def test_the_rest_is_everything_with_another_time_type() -> None:
    spec = {**SPEC, "time": {**BY_TIME, "timeType": "completedTime", "beginTime": "2026-11-22T00:00:00Z"}}
    assert position(10, 4000).rest_of(spec) == spec


def test_the_rest_is_everything_without_queue_times() -> None:
    reached = HistoryPosition(newest_first=False)
    assert len(reached.fresh([{"key": f"task-{number}"} for number in (1, 2)])) == 2
    assert reached.rest_of(SPEC) == SPEC


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_rest_after_a_task_of_year_1_is_everything(newest_first: bool) -> None:
    """Some servers write it for a time that is not set."""
    reached = position(9, newest_first=newest_first)
    reached.fresh([{"key": "task-8", "queueTime": "0001-01-01T00:00:00Z"}])
    assert reached.rest_of(SPEC) == SPEC


def test_the_rest_stays_within_the_calendar() -> None:
    reached = HistoryPosition(newest_first=True)
    reached.fresh([{"key": "task-1", "queueTime": "9999-12-31T23:59:59Z"}])
    assert reached.rest_of(SPEC) == {**SPEC, "time": {**BY_TIME, "endTime": "9999-12-31T23:59:59Z"}}


@pytest.mark.parametrize("time", [{}, {"queueTime": "0001-01-01T00:00:00Z"}])
def test_a_task_without_a_queue_time_does_not_make_the_others_late(time: dict[str, str]) -> None:
    reached = HistoryPosition(newest_first=True)
    assert len(reached.fresh([{"key": "task-9", **time}])) == 1
    assert reached.is_started
    assert fresh(reached, 8, 9, 7) == ["task-8", "task-7"]
