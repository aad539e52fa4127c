# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: their parameters, their results and their errors."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError, Interrupted, TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, Result, run_job
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection


def test_a_job_parses_its_tasks_and_entity() -> None:
    job = Job(connection(tasks=["task-1", "Task:task-1"], task="vim.Task:task-2", entity="/DC0/vm/web01"))
    assert (job.tasks(), job.task(), job.entity()) == (["task-1"], "task-2", "DC0/vm/web01")
    assert Job(connection(tasks=[], entity=None)).tasks() == []
    assert Job(connection(entity=None)).entity() is None
    assert Job(connection(entity=["vm-7"])).entity() == Reference("VirtualMachine", "vm-7")


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        (["vm-7", "vm-8"], "entity: use one object; a task belongs to one"),
        ([["vm-7"]], "is not an object id, name or path"),
        ([], "is not an object id, name or path"),
        ([None], "is not an object id, name or path"),
    ],
)
def test_an_entity_is_one_object(entity: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Job(connection(entity=entity)).entity()


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_planned_task_is_accepted_in_check_mode_only(check_mode: bool) -> None:
    job = Job(connection(task="check-mode"), check_mode=check_mode)
    assert job.is_planned("check-mode") is check_mode
    assert not job.is_planned("task-1")
    if check_mode:
        assert job.task() == "check-mode"
    else:
        with pytest.raises(InputError, match="task-42"):
            job.task()


def ended(run: Any, **modes: Any) -> tuple[Result, FakeVcenter]:
    """Run a job that has logged in; its result, and its server."""
    server = FakeVcenter()
    job = Job(connection(), **modes)
    job.client = server.client()
    job.client.log_in()
    return run_job(run, job), server


def fails(error: BaseException) -> Any:
    """A ``run()`` that raises this."""

    def run(_job: Job) -> Result:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (TaskError("No.", result={"tasks": []}), {"failed": True, "msg": "No.", "tasks": []}),
        (InputError("task: no"), {"failed": True, "msg": "task: no"}),
        (Interrupted("Interrupted by SIGTERM"), {"failed": True, "msg": "Interrupted by SIGTERM"}),
    ],
)
def test_an_error_is_a_failed_result_and_closes_the_session(error: BaseException, failure: Result) -> None:
    result, server = ended(fails(error))
    assert result == failure
    assert server.sessions == set()


def test_a_bug_is_not_hidden_but_closes_the_session() -> None:
    server = FakeVcenter()
    job = Job(connection())
    job.client = server.client()
    job.client.log_in()
    with pytest.raises(ZeroDivisionError):
        run_job(fails(ZeroDivisionError()), job)
    assert server.sessions == set()


@pytest.mark.parametrize("modes", [{"diff_mode": True}, {"diff_mode": False}, {}])
def test_a_diff_is_returned_in_diff_mode_only(modes: dict[str, bool]) -> None:
    result, server = ended(lambda _job: {"changed": True, "diff": {}}, **modes)
    assert result == {"changed": True, **({"diff": {}} if modes.get("diff_mode") else {})}
    assert server.sessions == set()


def test_warnings_and_progress_have_no_control_characters() -> None:
    lines: list[str] = []
    job = Job(connection(), warn=lines.append, progress=lines.append)
    job.warn("a\x1b[31mb")
    job.progress("c\nd")
    assert lines == ["a [31mb", "c d"]


def test_invalid_options_are_refused_at_once() -> None:
    with pytest.raises(InputError, match="hostname"):
        Job(connection(hostname="https://vc.example.com/"))
