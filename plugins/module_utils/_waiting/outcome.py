# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for tasks on behalf of a job: progress lines, the result, and the error for a timeout."""

from __future__ import annotations

from typing import NamedTuple

from .._errors import TaskError, ViError, WaitTimeout
from .._options.parsing import parse_duration
from .._run.job import Job, Result
from .._task_info.task_lines import entity_text, error_text, task_text
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


def parse_wait_timeout(job: Job) -> float:
    """The option ``wait_timeout`` in seconds; InputError."""
    return parse_duration(str(job.params["wait_timeout"]), "wait_timeout")


def wait_with_progress(job: Job, tracker: TaskTracker, timeout: float, *, max_errors: int | None = None) -> WaitOutcome:
    """Wait for tasks and show their progress, if the job can show it.

    :param tracker: has the tasks and tells what to wait for
    :param timeout: seconds
    :param max_errors: how many tasks may end in error
    :raises TaskError: more tasks ended in error; its result is that of the wait
    :raises ViError: the wait failed for good; a timeout that passes raises nothing
    """
    for moid in tracker.moids:
        if job.is_planned(moid):
            tracker.gone(moid)
    trouble = None
    if tracker.pending or tracker.until == "idle":
        show = ProgressReporter(job.progress)

        def report(tracker: TaskTracker) -> float:
            due = show(tracker)
            if max_errors is not None and len(tracker.failed) > max_errors:
                raise _too_many_errors(job, tracker, max_errors)
            return due

        trouble = wait_for_tasks(job.client, tracker, timeout, report=report)
    return WaitOutcome(tracker, trouble)


def _too_many_errors(job: Job, tracker: TaskTracker, max_errors: int) -> TaskError:
    result = wait_result(WaitOutcome(tracker, None))
    text = task_errors_text(result, job.client.endpoint.hostname)
    return TaskError(join_sentences(text, f"max_errors accepts {max_errors}"), result=result)


def wait_until_ended(
    job: Job, moids: list[str], timeout: float, *, known: dict[str, Task], changed: bool, problem: str
) -> dict[str, Task]:
    """Wait until all tasks have ended, and return them by moId.

    :param timeout: seconds
    :param known: all tasks of the module's result by moId, as last read
    :param problem: another failure to add to the message
    :raises WaitTimeout: tasks are pending at the deadline; its result has all ``known`` tasks
    :raises TaskError: how a task ended is unknown; its result has all ``known`` tasks
    :raises ViError: the wait failed; its result has all ``known`` tasks
    """
    hostname = job.client.endpoint.hostname
    try:
        waited = wait_with_progress(job, TaskTracker(moids), timeout)
    except ViError as error:
        error.result = {"tasks": list(known.values()), "changed": changed, **error.result}
        raise
    tasks = {task["moid"]: task for task in waited.tracker.tasks()}
    result = {"tasks": list({**known, **tasks}.values()), "changed": changed}
    if waited.tracker.pending:
        raise wait_timeout_error(waited, timeout, hostname, result, problem)
    if waited.tracker.missing:
        text = missing_tasks_text(waited.tracker.missing, hostname)
        raise TaskError(join_sentences(text, problem), result=result)
    return tasks


def wait_result(waited: WaitOutcome) -> Result:
    """The result of a wait, ``{tasks, succeeded, errored, pending, missing, failures}``.

    The lists have moIds, and ``failures`` is ``[{moid, entity, message}]`` with texts.
    """
    tasks = waited.tracker.tasks()
    errored = [task for task in tasks if task["state"] == "error"]
    return {
        "tasks": tasks,
        "succeeded": [task["moid"] for task in tasks if task["state"] == "success"],
        "errored": [task["moid"] for task in errored],
        "pending": [task["moid"] for task in tasks if not has_ended(task)],
        "missing": waited.tracker.missing,
        "failures": [
            {"moid": task["moid"], "entity": entity_text(task["entity"]), "message": error_text(task["error"])}
            for task in errored
        ],
    }


def wait_timeout_error(
    waited: WaitOutcome, timeout: float, hostname: str, result: Result, problem: str = ""
) -> WaitTimeout:
    """The error for tasks that are pending at the deadline.

    :param timeout: seconds
    :param problem: another failure to add to the message
    """
    tasks = {task["moid"]: task for task in waited.tracker.tasks()}
    pending = [_with_state(moid, tasks.get(moid)) for moid in waited.tracker.pending]
    why = f" The vCenter was unreachable at the end: {waited.trouble}" if waited.trouble else ""
    what = {"running": "not started", "idle": "not idle"}.get(waited.tracker.until, "not ended")
    names = f": {list_names(pending)}" if pending else ""
    text = f"Timed out after {format_span(timeout)} on {hostname}, {what}{names}.{why}"
    return WaitTimeout(join_sentences(text, problem), result=result)


def _with_state(moid: str, task: Task | None) -> str:
    if task is None:
        return moid
    progress = f" {task['progress']}%" if task["progress"] is not None else ""
    return f"{task_text(task)} ({task['state']}{progress})"


def task_errors_text(result: Result, hostname: str) -> str:
    """One line about the tasks that ended in error, for the message of the failed module."""
    errored = [task for task in result["tasks"] if task["state"] == "error"]
    texts = [f"{task_text(task)}: {error_text(task['error']) or 'no error message'}" for task in errored[:_NAMED]]
    more = f" and {len(errored) - _NAMED} more" if len(errored) > _NAMED else ""
    return f"{len(errored)} of {len(result['tasks'])} tasks ended in error on {hostname}: {'; '.join(texts)}{more}"


def missing_tasks_text(moids: list[str], hostname: str) -> str:
    """One line about tasks that neither exist nor are in the history."""
    if len(moids) == 1:
        return f"{moids[0]} does not exist, or no longer exists, on {hostname}: how it ended is unknown"
    return f"{list_names(moids)} do not exist, or no longer exist, on {hostname}: how they ended is unknown"


def join_sentences(*texts: str) -> str:
    """Texts, of which some are empty, or end with a full stop because the vCenter wrote them, as one."""
    *before, last = [text for text in texts if text] or [""]
    return ". ".join([*(text.rstrip(". ") for text in before), last])


def list_names(moids: list[str]) -> str:
    """At most ten moIds as one text: ``task-1, task-2 and 40 more``."""
    more = f" and {len(moids) - _NAMED} more" if len(moids) > _NAMED else ""
    return ", ".join(moids[:_NAMED]) + more
