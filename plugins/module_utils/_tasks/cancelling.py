# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancels tasks (CancelTask)."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import FaultError, ViError
from .._task_info.task_info import task_reference
from .._task_info.task_result import Task, has_ended
from .._vijson.client import Client
from .._vijson.recovery import MAX_LOST_IN_A_ROW
from .task_reader import read_tasks


class CancelOutcome(NamedTuple):
    """The result of cancelling.

    :ivar tasks: by moId
    :ivar requested: moIds of the tasks whose request was accepted
    :ivar refused: reasons of refusals by moId
    :ivar faults: the faults by moId with which the vCenter refused a request
    """

    tasks: dict[str, Task]
    requested: list[str]
    refused: dict[str, str]
    faults: dict[str, dict[str, Any]]

    @property
    def fault(self) -> dict[str, Any] | None:
        """The fault of the first task that the vCenter refused to cancel."""
        return next((self.faults[moid] for moid in self.refused if moid in self.faults), None)


def needs_cancel(task: Task) -> bool:
    """Whether the task has not ended and has not been cancelled before."""
    return not has_ended(task) and task["cancelled"] is not True


def cancel_tasks(client: Client, tasks: dict[str, Task]) -> CancelOutcome:
    """Cancel each task that :func:`needs_cancel`. A task that cannot be cancelled does not stop the others.

    :param tasks: by moId, as read just before
    :raises ViError: the tasks could not be read afterwards; its result has ``tasks`` and ``changed``
    """
    wanted = [moid for moid, task in tasks.items() if needs_cancel(task)]
    faults: dict[str, dict[str, Any]] = {}
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
        except FaultError as error:
            refused[moid], faults[moid] = error.reason, error.fault or {}
            lost_in_a_row = 0
        except ViError as error:
            refused[moid] = str(error)
            lost_in_a_row += 1
    outcome = CancelOutcome(tasks, requested, refused, faults)
    return _reconcile(client, outcome) if wanted else outcome


def _reconcile(client: Client, outcome: CancelOutcome) -> CancelOutcome:
    """Read the tasks again, and drop the refusals of tasks that ended or were cancelled meanwhile."""
    tasks, requested, refused, _faults = outcome
    try:
        now = {**tasks, **read_tasks(client, tasks)}
    except ViError as error:
        marked = [{**task, "cancelled": True} if moid in requested else task for moid, task in tasks.items()]
        error.result = {"tasks": marked, "changed": bool(requested)}
        raise
    left = {moid: why for moid, why in refused.items() if needs_cancel(now[moid])}
    # The server refuses the retry of a request that it ran but whose response was lost.
    accepted = [moid for moid in tasks if moid in requested or (moid in refused and now[moid]["cancelled"])]
    return outcome._replace(tasks=now, requested=accepted, refused=left)
