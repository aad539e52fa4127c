# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that waits: what it shows meanwhile, what it answers, and how it says that the time has passed."""

from __future__ import annotations

from typing import NamedTuple

from .._errors import InputError, ViError, WaitTimeout
from .._run.job import Job, Result
from .._task_info.task_info import TaskInfo
from .._task_info.task_result import Task, has_ended
from .._times import format_span
from .progress import ProgressReporter
from .tracker import TaskTracker
from .wait import wait_for_tasks

_NAMED = 10


class WaitOutcome(NamedTuple):
    """What came of waiting. ``trouble``: what kept the server out of reach at the end, if anything.

    :ivar until: ``done`` or ``running``
    """

    tracker: TaskTracker
    trouble: ViError | None
    until: str


def check_wait_timeout(timeout: int) -> None:
    """InputError for a time that is none."""
    if timeout < 0:
        raise InputError(f"wait_timeout: {timeout} is no time to wait. Accepted: seconds, 0 or more")


def wait_with_progress(job: Job, moids: list[str], timeout: int, *, until: str = "done") -> WaitOutcome:
    """Wait for tasks, with progress shown where the job can show it."""
    check_wait_timeout(timeout)
    tracker = TaskTracker(moids, until)
    for moid in moids:
        if job.is_planned(moid):
            tracker.gone(moid)
    trouble = (
        wait_for_tasks(job.client, tracker, timeout, report=ProgressReporter(job.progress)) if tracker.pending else None
    )
    return WaitOutcome(tracker, trouble, until)


def wait_until_ended(
    job: Job, moids: list[str], timeout: int, *, known: dict[str, Task], changed: bool, besides: str
) -> dict[str, Task]:
    """The tasks with these ids when all have ended, by moId.

    :param besides: what else went wrong, for the message
    :raises ViError: they have not, as WaitTimeout says, or the wait broke; its result has all ``known`` tasks
    """
    try:
        waited = wait_with_progress(job, moids, timeout)
    except ViError as error:
        error.result = {"tasks": list(known.values()), "changed": changed, **error.result}
        raise
    tasks = {task["moid"]: task for task in waited.tracker.tasks()}
    if waited.tracker.pending:
        result = {"tasks": list({**known, **tasks}.values()), "changed": changed}
        raise wait_timeout_error(waited, timeout, result, besides)
    return tasks


def wait_result(waited: WaitOutcome) -> Result:
    """``{tasks, succeeded, errored, pending, missing}``"""
    tasks = waited.tracker.tasks()
    return {
        "tasks": tasks,
        "succeeded": [task["moid"] for task in tasks if task["state"] == "success"],
        "errored": [task["moid"] for task in tasks if task["state"] == "error"],
        "pending": [
            task["moid"] for task in tasks if not has_ended(task) and task["moid"] not in waited.tracker.missing
        ],
        "missing": waited.tracker.missing,
    }


def wait_timeout_error(waited: WaitOutcome, timeout: int, result: Result, besides: str = "") -> WaitTimeout:
    """The failure at the end of the time, with what else went wrong."""
    pending = [_with_state(moid, waited.tracker.infos.get(moid, {})) for moid in waited.tracker.pending]
    why = f" The vCenter was out of reach at the end: {waited.trouble}" if waited.trouble else ""
    what = "Not done after" if waited.until == "done" else "Not running after"
    return WaitTimeout(f"{what} {format_span(timeout)}: {list_names(pending)}.{why} {besides}", result=result)


def _with_state(moid: str, info: TaskInfo) -> str:
    progress = info.get("progress")
    state = f"{info.get('state')} {progress}%" if isinstance(progress, int) else info.get("state")
    return f"{moid} ({state})" if state else moid


def task_errors_text(result: Result) -> str:
    """One line on the tasks that ended in error."""
    errored = [task for task in result["tasks"] if task["state"] == "error"]
    texts = [f"{task['moid']} {task['name'] or task['description_id']}: {_why(task)}" for task in errored[:_NAMED]]
    more = f" and {len(errored) - _NAMED} more" if len(errored) > _NAMED else ""
    return f"{len(errored)} of {len(result['tasks'])} tasks ended in error: {'; '.join(texts)}{more}"


def _why(task: Task) -> str:
    return str(task["error"]["message"]) if task["error"] else "no reason given"


def list_names(moids: list[str]) -> str:
    """``task-1, task-2 and 40 more``"""
    more = f" and {len(moids) - _NAMED} more" if len(moids) > _NAMED else ""
    return ", ".join(moids[:_NAMED]) + more
