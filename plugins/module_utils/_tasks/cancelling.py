# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancels tasks (CancelTask)."""

from __future__ import annotations

from typing import NamedTuple

from .._errors import FaultError, ViError
from .._task_info.task_info import task_reference
from .._task_info.task_result import Task, has_ended
from .._vijson.client import Client
from .._vijson.recovery import MAX_LOST_IN_A_ROW
from .task_reader import read_tasks


class CancelOutcome(NamedTuple):
    """The result of cancelling: tasks by moId, moIds with an accepted request, reasons for refusals by moId."""

    tasks: dict[str, Task]
    requested: list[str]
    refused: dict[str, str]


def needs_cancel(task: Task) -> bool:
    """Whether the task has not ended and has not been cancelled before."""
    return not has_ended(task) and not task["cancelled"]


def cancel_tasks(client: Client, tasks: dict[str, Task]) -> CancelOutcome:
    """Cancel each task that :func:`needs_cancel`. A task that cannot be cancelled does not stop the others.

    :param tasks: by moId, as read just before
    :raises ViError: the tasks could not be read afterwards; its result has ``tasks`` and ``changed``
    """
    wanted = [moid for moid, task in tasks.items() if needs_cancel(task)]
    requested, refused = [], {moid: "it is not cancelable" for moid in wanted if not tasks[moid]["cancelable"]}
    lost_in_a_row = 0
    for moid in wanted:
        if moid in refused:
            continue
        if lost_in_a_row == MAX_LOST_IN_A_ROW:
            refused[moid] = "the request was not sent, because the server is unreachable"
            continue
        try:
            client.call(task_reference(moid), "CancelTask")
            requested.append(moid)
            lost_in_a_row = 0
        except ViError as error:
            refused[moid] = str(error)
            lost_in_a_row = 0 if isinstance(error, FaultError) else lost_in_a_row + 1
    if not wanted:
        return CancelOutcome(tasks, [], {})
    return _reconcile(client, tasks, requested, refused)


def _reconcile(client: Client, tasks: dict[str, Task], requested: list[str], refused: dict[str, str]) -> CancelOutcome:
    """Read the tasks again, and drop the refusals of tasks that ended or were cancelled meanwhile."""
    try:
        now = {**tasks, **read_tasks(client, tasks)}
    except ViError as error:
        marked = [{**task, "cancelled": True} if moid in requested else task for moid, task in tasks.items()]
        error.result = {"tasks": marked, "changed": bool(requested)}
        raise
    left = {moid: why for moid, why in refused.items() if needs_cancel(now[moid])}
    # The server refuses the retry of a request that it ran but whose response was lost.
    accepted = [moid for moid in tasks if moid in requested or (moid in refused and now[moid]["cancelled"])]
    return CancelOutcome(now, accepted, left)
