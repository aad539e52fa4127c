# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists tasks by id, or the recent tasks, with optional labels and custom values, and filters them."""

from __future__ import annotations

from typing import NamedTuple

from .._options.parsing import same_user
from .._task_info.task_labels import read_task_labels
from .._task_info.task_result import Task, task_from_info
from .._vijson.client import Client
from .._vijson.inventory import require_entity
from .._vijson.property_reader import Properties
from .._vijson.wire import Reference
from .task_reader import read_recent_tasks, read_task_properties


class ListedTasks(NamedTuple):
    """Tasks, and the ids of tasks that do not exist, or no longer exist."""

    tasks: list[Task]
    missing: list[str]


def list_tasks(
    client: Client, moids: list[str] | None, *, custom_values: bool, localize: bool, entity: Reference | None = None
) -> ListedTasks:
    """The tasks with these ids in their order, or the recent tasks. One request, and one more for the labels.

    :param moids: ``None`` for TaskManager.recentTask
    :param custom_values: whether to add ``custom_values`` and ``available_fields`` to each task
    :param localize: whether to set ``label`` in each task
    :param entity: an entity that has to exist
    :raises InputError: it does not exist
    """
    paths = ["info", "value", "availableField"] if custom_values else ["info"]
    if moids is None:
        found, missing = read_recent_tasks(client, paths, require=[entity] if entity else []), []
    else:
        if entity is not None:
            require_entity(client, entity)
        by_moid = read_task_properties(client, moids, paths)
        found = [by_moid[moid] for moid in moids if moid in by_moid]
        missing = [moid for moid in moids if moid not in by_moid]
    labels = read_task_labels(client) if localize and found else {}
    tasks = [task_from_info(item.require("info"), labels, client.now) for item in found]
    if custom_values:
        _add_custom_values(tasks, found)
    return ListedTasks(tasks, missing)


def _add_custom_values(tasks: list[Task], found: list[Properties]) -> None:
    # Most calls do not need this module. Importing it here saves them its load time.
    from .custom_fields import available_fields, values_by_name

    for task, item in zip(tasks, found):
        fields = available_fields(item.require("availableField"))
        task["custom_values"] = values_by_name(item.require("value"), fields)
        task["available_fields"] = fields


def narrow_tasks(
    tasks: list[Task],
    entity: Reference | None,
    states: list[str] | None,
    users: list[str] | None,
) -> list[Task]:
    """The tasks of this entity, in these states, started by these users; ``None`` does not filter."""
    return [
        task
        for task in tasks
        if (entity is None or (task["entity"] or {}).get("moid") == entity.moid)
        and (states is None or task["state"] in states)
        and (users is None or any(same_user(user, task_user(task)) for user in users))
    ]


def task_user(task: Task) -> str:
    """The user who started a task; empty if no user did."""
    return str((task["reason"] or {}).get("user_name") or "")
