# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requesting the end of tasks."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._answers import is_done
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._tasks import read_tasks, task_ref

_MOST_LOST = 2  # requests in a row: each further one would wait for a server that is out of reach


class Cancelled(NamedTuple):
    """What came of cancelling: tasks in answer form, and why some could not be cancelled, by moId."""

    tasks: dict[str, dict[str, Any]]
    requested: list[str]
    refused: dict[str, str]


def cancellable(task: dict[str, Any]) -> bool:
    """Whether there is anything to request: it is neither done nor asked to stop already."""
    return not is_done(task) and not task["cancelled"]


def cancel(client: Client, tasks: dict[str, dict[str, Any]]) -> Cancelled:
    """Request the end of each task that has not ended; one that can't be cancelled does not keep the others.

    :param tasks: in answer form by moId, as read just before
    """
    wanted = [moid for moid, task in tasks.items() if cancellable(task)]
    requested, refused = [], {moid: "it is not cancelable" for moid in wanted if not tasks[moid]["cancelable"]}
    lost_in_a_row = 0
    for moid in wanted:
        if moid in refused:
            continue
        if lost_in_a_row == _MOST_LOST:
            refused[moid] = "it was not asked, for the server is out of reach"
            continue
        try:
            client.call(task_ref(moid), "CancelTask")
            requested.append(moid)
            lost_in_a_row = 0
        except ViError as error:
            refused[moid] = str(error)
            lost_in_a_row = 0 if isinstance(error, FaultError) else lost_in_a_row + 1
    if not wanted:
        return Cancelled(tasks, [], {})
    return _reconcile(client, tasks, requested, refused)


def _reconcile(
    client: Client, tasks: dict[str, dict[str, Any]], requested: list[str], refused: dict[str, str]
) -> Cancelled:
    """What a refusal meant shows in the task: it may have ended, or been asked to stop, in the meantime."""
    try:
        now = {**tasks, **read_tasks(client, tasks)}
    except ViError as error:
        asked = [{**task, "cancelled": True} if moid in requested else task for moid, task in tasks.items()]
        error.result = {"tasks": asked, "changed": bool(requested)}
        raise
    left = {moid: why for moid, why in refused.items() if cancellable(now[moid])}
    # A request whose answer was lost is refused when it comes again.
    heard = [moid for moid in tasks if moid in requested or (moid in refused and now[moid]["cancelled"])]
    return Cancelled(now, heard, left)
