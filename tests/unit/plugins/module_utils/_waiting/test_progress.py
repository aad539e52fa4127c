# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress lines."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.progress import ProgressReporter
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeClock, TaskServer, info
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection


class Screen:
    """Collects the lines of a reporter at chosen times."""

    def __init__(self, *moids: str, until: str = "done") -> None:
        self.clock = FakeClock()
        self.clock.advance(1000)
        self.tracker = TaskTracker(moids, until)
        self.lines: list[str] = []
        self.reporter = ProgressReporter(self.lines.append, lambda: self.clock.time)

    def at(self, seconds: float, moid: str | None = None, state: str = "running", **fields: Any) -> list[str]:
        """The lines at this time after the begin, after this change if one is given."""
        self.clock.advance(1000 + seconds - self.clock.time)
        if moid:
            self.tracker.saw(moid, info(moid, state, **fields))
        self.lines.clear()
        self.reporter(self.tracker)
        return list(self.lines)


CLONE: dict[str, Any] = {"name": "CloneVM_Task", "entityName": "web01"}


def test_a_line_has_task_name_entity_progress_and_time() -> None:
    screen = Screen("task-42")
    assert screen.at(130, "task-42", progress=43, **CLONE) == ["task-42 CloneVM_Task web01 43% (2m10s)"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "queued"}, "task-42 queued"),
        ({"state": "running"}, "task-42 running"),
        ({"state": "running", "progress": 0}, "task-42 0%"),
        ({"state": "success", "progress": 100}, "task-42 success"),
        ({"state": "error", "progress": 30, **CLONE}, "task-42 CloneVM_Task web01 error"),
        (
            {"state": "error", "error": {"_typeName": "NoDiskSpace", "faultstring": "The disk is full"}, **CLONE},
            "task-42 CloneVM_Task web01 error: The disk is full",
        ),
        ({"descriptionId": "VirtualMachine.clone"}, "task-42 VirtualMachine.clone running"),
        (
            {name: {"_typeName": "anyType", "_value": value} for name, value in {"progress": 7, **CLONE}.items()},
            "task-42 CloneVM_Task web01 7%",
        ),
    ],
)
def test_a_line_shows_state_or_progress(fields: dict[str, Any], words: str) -> None:
    assert Screen("task-42").at(5, "task-42", **fields) == [f"{words} (5s)"]


def test_five_tasks_have_a_line_each_and_six_share_one() -> None:
    five, six = (Screen(*(f"task-{number}" for number in range(count))) for count in (5, 6))
    assert [len(screen.at(1)) for screen in (five, six)] == [5, 1]


def test_a_line_is_shown_after_a_change_and_every_30_seconds() -> None:
    screen = Screen("task-1")
    assert screen.at(0, "task-1", progress=1) != []
    assert screen.at(2, "task-1", progress=1) == []
    assert screen.at(4, "task-1", progress=2) != []
    assert screen.at(31) == []
    assert screen.at(34) != []
    assert screen.at(64) != []


def test_a_wait_shows_a_line_at_least_every_30_seconds() -> None:
    """Even if a change without a line of its own ends a poll early."""
    server = TaskServer("task-1")
    for second in range(5, 300, 25):
        server.clock.at(second, lambda: server.change("task-1", cancelable=True))
    told: list[float] = []
    reporter = ProgressReporter(lambda _line: told.append(server.clock.time), server.clock.clock.now)
    with server.client() as client:
        wait_for_tasks(client, TaskTracker(server.tasks), 300, report=reporter, clock=server.clock.clock)
    assert max(later - sooner for sooner, later in zip(told, told[1:])) <= 30
    assert len(told) <= 12


def test_a_line_is_shown_once_a_second_at_most_except_the_last() -> None:
    screen = Screen("task-1")
    shown = [screen.at(tenth / 10, "task-1", progress=tenth) for tenth in range(100)]
    assert len([lines for lines in shown if lines]) <= 11
    assert screen.at(10.0, "task-1", "success") == ["task-1 success (10s)"]


def test_a_change_is_shown_a_second_after_the_last_line() -> None:
    screen = Screen("task-1")
    screen.at(0, "task-1", progress=1)
    assert screen.at(0.5, "task-1", progress=2) == []
    assert screen.at(1) == ["task-1 2% (1s)"]


def test_a_line_is_due_when_the_reporter_says_so() -> None:
    screen = Screen("task-1")
    screen.at(0)
    screen.at(5)
    due = screen.reporter(screen.tracker)
    assert screen.at(5 + due - 0.5) == []
    assert screen.at(5 + due) == ["task-1 (28s)"]


def test_without_a_task_no_line_is_shown() -> None:
    screen = Screen(until="idle")
    assert screen.at(5) == []
    assert 0 < screen.reporter(screen.tracker) <= 30


def test_only_changed_tasks_have_a_new_line() -> None:
    screen = Screen("task-1", "task-2")
    screen.tracker.saw("task-1", info("task-1"))
    assert len(screen.at(0, "task-2")) == 2
    assert screen.at(5, "task-2", progress=9) == ["task-2 9% (5s)"]


def test_a_task_that_has_ended_is_not_repeated() -> None:
    screen = Screen("task-1", "task-2", "task-3")
    screen.tracker.saw("task-1", info("task-1", "error"))
    screen.tracker.gone("task-3")
    assert screen.at(0, "task-2", progress=5) == ["task-1 error (0s)", "task-2 5% (0s)", "task-3 missing (0s)"]
    assert screen.at(30) == ["task-2 5% (30s)"]
    assert screen.at(60) == ["task-2 5% (1m00s)"]


def test_many_tasks_are_reported_as_counts() -> None:
    screen = Screen(*(f"task-{number}" for number in range(100)))
    assert screen.at(0) == ["0 of 100 done (0s)"]
    screen.tracker.saw("task-1", info("task-1", "error"))
    screen.tracker.gone("task-2")
    assert screen.at(3, "task-3", "success") == ["task-1 error (3s)", "2 of 100 done, 1 failed, 1 missing (3s)"]
    assert screen.at(33) == ["2 of 100 done, 1 failed, 1 missing (33s)"]


def test_many_tasks_that_start_are_reported_as_counts() -> None:
    screen = Screen(*(f"task-{number}" for number in range(10)), until="running")
    assert screen.at(0, "task-1", "running") == ["1 of 10 started (0s)"]
    assert screen.at(3, "task-2", "success") == ["2 of 10 started (3s)"]


def test_a_missing_task_has_a_line() -> None:
    screen = Screen("task-1", "task-2")
    screen.tracker.saw("task-2", info("task-2", progress=5))
    screen.at(0, "task-1", progress=5)
    screen.tracker.gone("task-1")
    assert screen.at(5) == ["task-1 missing (5s)"]


def test_progress_lines_have_no_control_characters() -> None:
    lines: list[str] = []
    job = Job(connection(), progress=lines.append, warn=lines.append)
    (line,) = Screen("task-1").at(0, "task-1", name="a\x1b[2Jb\r\nc\u202ed\ud800", entityName="e\x00f")
    job.progress(line)
    job.warn(line)
    assert [line.isprintable() for line in lines] == [True, True]
