# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requesting the end of tasks."""

from __future__ import annotations

from typing import NamedTuple

from .._errors import FaultError, ViError
from .._task_info.task_info import task_reference
from .._task_info.task_result import Task, has_ended
from .._vijson.client import Client
from .._vijson.recovery import MAX_LOST_IN_A_ROW
from .task_reader import read_tasks


class CancelOutcome(NamedTuple):
    """What came of cancelling: tasks in answer form, and why some could not be cancelled, by moId."""

    tasks: dict[str, Task]
    requested: list[str]
    refused: dict[str, str]


def needs_cancel(task: Task) -> bool:
    """Whether there is anything to request: it is neither done nor asked to stop already."""
    return not has_ended(task) and not task["cancelled"]


def cancel_tasks(client: Client, tasks: dict[str, Task]) -> CancelOutcome:
    """Request the end of each task that has not ended; one that can't be cancelled does not keep the others.

    :param tasks: in answer form by moId, as read just before
    """
    wanted = [moid for moid, task in tasks.items() if needs_cancel(task)]
    requested, refused = [], {moid: "it is not cancelable" for moid in wanted if not tasks[moid]["cancelable"]}
    lost_in_a_row = 0
    for moid in wanted:
        if moid in refused:
            continue
        if lost_in_a_row == MAX_LOST_IN_A_ROW:
            refused[moid] = "it was not asked, for the server is out of reach"
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
    """What a refusal meant shows in the task: it may have ended, or been asked to stop, in the meantime."""
    try:
        now = {**tasks, **read_tasks(client, tasks)}
    except ViError as error:
        asked = [{**task, "cancelled": True} if moid in requested else task for moid, task in tasks.items()]
        error.result = {"tasks": asked, "changed": bool(requested)}
        raise
    left = {moid: why for moid, why in refused.items() if needs_cancel(now[moid])}
    # A request whose answer was lost is refused when it comes again.
    heard = [moid for moid in tasks if moid in requested or (moid in refused and now[moid]["cancelled"])]
    return CancelOutcome(now, heard, left)
