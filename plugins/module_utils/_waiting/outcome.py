# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for tasks on behalf of a job: progress lines, the result, and the error for a timeout."""

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
    """The state of the tasks after a wait.

    :ivar trouble: why the server was unreachable at the end; ``None`` if it was not
    """

    tracker: TaskTracker
    trouble: ViError | None


def check_wait_timeout(timeout: int) -> None:
    """InputError for a negative timeout."""
    if timeout < 0:
        raise InputError(f"wait_timeout: {timeout} is not a valid timeout. Use seconds, 0 or more")


def wait_with_progress(job: Job, moids: list[str], timeout: int, *, until: str = "done") -> WaitOutcome:
    """Wait for tasks and show their progress, if the job can show it.

    :param timeout: seconds
    :param until: ``done`` to wait for the end of the tasks, ``running`` for their start
    :raises ViError: the timeout is invalid, or the wait failed for good; a timeout that passes raises nothing
    """
    check_wait_timeout(timeout)
    tracker = TaskTracker(moids, until)
    for moid in moids:
        if job.is_planned(moid):
            tracker.gone(moid)
    trouble = None
    if tracker.pending:
        trouble = wait_for_tasks(job.client, tracker, timeout, report=ProgressReporter(job.progress))
    return WaitOutcome(tracker, trouble)


def wait_until_ended(
    job: Job, moids: list[str], timeout: int, *, known: dict[str, Task], changed: bool, problem: str
) -> dict[str, Task]:
    """Wait until all tasks have ended, and return them by moId.

    :param timeout: seconds
    :param known: all tasks of the module's result by moId, as last read
    :param problem: another failure to add to the message
    :raises WaitTimeout: tasks are pending at the deadline; its result has all ``known`` tasks
    :raises ViError: the wait failed; its result has all ``known`` tasks
    """
    try:
        waited = wait_with_progress(job, moids, timeout)
    except ViError as error:
        error.result = {"tasks": list(known.values()), "changed": changed, **error.result}
        raise
    tasks = {task["moid"]: task for task in waited.tracker.tasks()}
    if waited.tracker.pending:
        result = {"tasks": list({**known, **tasks}.values()), "changed": changed}
        raise wait_timeout_error(waited, timeout, result, problem)
    return tasks


def wait_result(waited: WaitOutcome) -> Result:
    """The result of a wait, ``{tasks, succeeded, errored, pending, missing}``: the tasks, and moIds for the rest."""
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


def wait_timeout_error(waited: WaitOutcome, timeout: int, result: Result, problem: str = "") -> WaitTimeout:
    """The error for tasks that are pending at the deadline.

    :param timeout: seconds
    :param problem: another failure to add to the message
    """
    pending = [_with_state(moid, waited.tracker.infos.get(moid, {})) for moid in waited.tracker.pending]
    why = f" The vCenter was unreachable at the end: {waited.trouble}" if waited.trouble else ""
    what = "Not done after" if waited.tracker.until == "done" else "Not running after"
    return WaitTimeout(f"{what} {format_span(timeout)}: {list_names(pending)}.{why} {problem}", result=result)


def _with_state(moid: str, info: TaskInfo) -> str:
    progress = info.get("progress")
    state = f"{info.get('state')} {progress}%" if isinstance(progress, int) else info.get("state")
    return f"{moid} ({state})" if state else moid


def task_errors_text(result: Result) -> str:
    """One line about the tasks that ended in error, for the message of the failed module."""
    errored = [task for task in result["tasks"] if task["state"] == "error"]
    texts = [
        f"{task['moid']} {task['name'] or task['description_id']}: {_error_text(task)}" for task in errored[:_NAMED]
    ]
    more = f" and {len(errored) - _NAMED} more" if len(errored) > _NAMED else ""
    return f"{len(errored)} of {len(result['tasks'])} tasks ended in error: {'; '.join(texts)}{more}"


def missing_tasks_text(moids: list[str], hostname: str) -> str:
    """One line about tasks that neither exist nor are in the history."""
    if len(moids) == 1:
        return f"{moids[0]} does not exist, or no longer exists, on {hostname}: how it ended is unknown"
    return f"{list_names(moids)} do not exist, or no longer exist, on {hostname}: how they ended is unknown"


def _error_text(task: Task) -> str:
    return str(task["error"]["message"]) if task["error"] else "no error message"


def list_names(moids: list[str]) -> str:
    """At most ten moIds as one text: ``task-1, task-2 and 40 more``."""
    more = f" and {len(moids) - _NAMED} more" if len(moids) > _NAMED else ""
    return ", ".join(moids[:_NAMED]) + more
