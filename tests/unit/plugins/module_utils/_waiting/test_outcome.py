# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a wait, and its timeout error."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    ConnectError,
    FaultError,
    InputError,
    TaskError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.outcome import (
    WaitOutcome,
    list_names,
    missing_tasks_text,
    parse_wait_timeout,
    task_errors_text,
    wait_result,
    wait_timeout_error,
    wait_until_ended,
    wait_with_progress,
)
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, TaskServer, info
from ansible_collections.vijson.tasks.tests.unit.support.wire import Wire, connection


def waited(until: str = "done", **states: str) -> WaitOutcome:
    """The outcome of a wait for tasks by number, in these states or ``gone``."""
    tracker = TaskTracker((f"task-{number[1:]}" for number in states), until)
    for number, state in states.items():
        moid = f"task-{number[1:]}"
        if state == "gone":
            tracker.gone(moid)
        else:
            tracker.saw(
                moid,
                info(
                    moid, state, name="Do", entityName="web01", error={"_typeName": "X"} if state == "error" else None
                ),
            )
    return WaitOutcome(tracker, None)


def test_every_task_is_in_one_list() -> None:
    result = wait_result(waited(t1="success", t2="error", t3="running", t4="gone", t5="queued"))
    assert [task["moid"] for task in result["tasks"]] == ["task-1", "task-2", "task-3", "task-5"]
    assert {key: result[key] for key in ("succeeded", "errored", "pending", "missing")} == {
        "succeeded": ["task-1"],
        "errored": ["task-2"],
        "pending": ["task-3", "task-5"],
        "missing": ["task-4"],
    }
    assert result["failures"] == [{"moid": "task-2", "entity": "web01", "message": "X"}]


def test_a_timeout_names_the_tasks_that_have_not_ended() -> None:
    state = waited(t1="success", t2="running")
    failure = wait_timeout_error(state, 130, "vc1", wait_result(state)).failure()
    assert "2m10s" in failure["msg"]
    assert failure["msg"].startswith("Timed out after 2m10s on vc1, not ended: task-2 Do of web01 (running).")
    assert "task-1" not in failure["msg"]
    assert [task["moid"] for task in failure["tasks"]] == ["task-1", "task-2"]


def test_a_timeout_names_the_tasks_that_have_not_started() -> None:
    state = waited("running", t1="running", t2="queued")
    text = str(wait_timeout_error(state, 5, "vc1", {}))
    assert text == "Timed out after 5s on vc1, not started: task-2 Do of web01 (queued)."


def test_a_timeout_without_pending_tasks_is_not_idle() -> None:
    text = str(wait_timeout_error(WaitOutcome(TaskTracker([], "idle"), None), 5, "vc1", {}))
    assert text == "Timed out after 5s on vc1, not idle."


def test_a_timeout_names_the_connection_error_at_the_end() -> None:
    state = waited(t1="running")._replace(trouble=ConnectError("No connection to vc.example.com:443"))
    assert "No connection to vc.example.com:443" in str(wait_timeout_error(state, 5, "vc1", {}))


def test_errors_are_reported_in_one_line() -> None:
    message = task_errors_text(wait_result(waited(t1="success", t2="error")), "vc1")
    assert message == "1 of 2 tasks ended in error on vc1: task-2 Do of web01: X"


@pytest.mark.parametrize(("count", "end"), [(10, "task-9 Do of web01: X"), (11, ": X and 1 more"), (40, "and 30 more")])
def test_only_some_of_many_errors_are_reported(count: int, end: str) -> None:
    message = task_errors_text(wait_result(waited(**{f"t{number}": "error" for number in range(count)})), "vc1")
    assert message.startswith(f"{count} of {count}")
    assert message.endswith(end)


@pytest.mark.parametrize(("count", "text"), [(1, "task-0"), (2, "0, task-1"), (10, "8, task-9"), (12, "and 2 more")])
def test_a_list_of_names_is_shortened(count: int, text: str) -> None:
    assert list_names([f"task-{number}" for number in range(count)]).endswith(text)


def test_missing_tasks_are_named() -> None:
    assert missing_tasks_text(["task-1"], "vc1") == (
        "task-1 does not exist, or no longer exists, on vc1: how it ended is unknown"
    )
    assert missing_tasks_text(["task-1", "task-2"], "vc1") == (
        "task-1, task-2 do not exist, or no longer exist, on vc1: how they ended is unknown"
    )


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("15m", 900), ("12H", 43200), ("1w", 604800), ("0", 0)])
def test_a_wait_timeout_is_parsed(text: str, seconds: float) -> None:
    assert parse_wait_timeout(Job({**connection(), "wait_timeout": text})) == seconds


@pytest.mark.parametrize("text", ["-1", "", "soon", "1y", "True"])
def test_an_invalid_wait_timeout_is_refused(text: str) -> None:
    with pytest.raises(
        InputError, match=f"^wait_timeout: {text!r} is not a valid duration. Use seconds such as 90, or"
    ):
        parse_wait_timeout(Job({**connection(), "wait_timeout": text}))


def test_a_planned_task_is_not_waited_for(wire: Wire) -> None:
    shown: list[str] = []
    found = wait_with_progress(
        Job(connection(), check_mode=True, progress=shown.append), TaskTracker(["check-mode"]), 60
    )
    result: dict[str, Any] = wait_result(found)
    assert shown == []
    assert (result["missing"], result["pending"], found.trouble) == (["check-mode"], [], None)


def test_no_tasks_need_no_request(wire: Wire) -> None:
    assert wait_result(wait_with_progress(Job(connection()), TaskTracker([]), 60))["tasks"] == []


def test_a_failed_wait_returns_the_tasks_that_are_known() -> None:
    server = TaskServer("task-1")
    job = Job(connection())
    job.client = server.client()
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [Fault("NoPermission")]
    known = {"task-1": {"moid": "task-1"}}
    with pytest.raises(FaultError) as failed:
        wait_until_ended(job, ["task-1"], 60, known=known, changed=True, problem="")
    assert failed.value.result == {"tasks": [{"moid": "task-1"}], "changed": True}


def test_a_pending_task_is_named_with_its_progress() -> None:
    tracker = TaskTracker(["task-1", "task-2"])
    tracker.saw("task-1", info("task-1", state="running", progress=40))
    text = str(wait_timeout_error(WaitOutcome(tracker, None), 60, "vc1", {}))
    assert "(running 40%)" in text
    assert "task-2" in text


@pytest.mark.parametrize(("max_errors", "pending"), [(0, 2), (1, 1), (2, 0), (None, 0)])
def test_max_errors_ends_a_wait_after_too_many_errors(max_errors: int | None, pending: int) -> None:
    server = TaskServer("task-1", "task-2", "task-3")
    job = Job(connection())
    job.client = server.client()
    for second, (moid, state) in enumerate([("task-1", "error"), ("task-2", "error"), ("task-3", "success")]):
        server.clock.at(
            second + 1.0, partial(server.finish, moid, state, entityName="web01", error={"_typeName": "Full"})
        )
    tracker = TaskTracker(server.tasks)
    if max_errors in (0, 1):
        with pytest.raises(
            TaskError,
            match=rf"{max_errors + 1} of 3 tasks ended in error on vc\.example\.com: task-1 of web01: Full.*"
            rf"max_errors accepts {max_errors}",
        ) as failed:
            wait_with_progress(job, tracker, 60, max_errors=max_errors)
        assert len(failed.value.result["failures"]) == max_errors + 1
    else:
        wait_with_progress(job, tracker, 60, max_errors=max_errors)
    job.client.close()
    assert len(tracker.pending) == pending
    assert server.owned == {}
