# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists tasks by id, or the recent tasks, with optional labels and custom values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._task_info.task_info import TaskInfo, expect_task_info, task_age
from .._task_info.task_result import Task, task_from_info
from .._vijson.client import Client
from .._vijson.property_reader import Properties
from .._vijson.wire import Reference
from .task_reader import read_recent_tasks, read_task_properties

if TYPE_CHECKING:
    from .selection import TaskMatcher


class ListedTasks(NamedTuple):
    """Tasks, the ids of tasks that do not exist, or no longer exist, and warnings about names that no task has."""

    tasks: list[Task]
    missing: list[str]
    warnings: list[str]


def list_tasks(
    client: Client,
    moids: list[str] | None,
    matcher: TaskMatcher | None = None,
    *,
    custom_values: bool = False,
    localize: bool = False,
) -> ListedTasks:
    """The tasks with these ids in their order, or the recent tasks, the oldest first.

    One request, and one more for the labels.

    :param moids: ``None`` for TaskManager.recentTask
    :param matcher: tasks that do not match are left out; ``None`` takes all
    :param custom_values: whether to add ``custom_values`` and ``available_fields`` to each task
    :param localize: whether to set ``label`` in each task
    :raises InputError: an entity of the matcher does not exist
    """
    paths = ["info", "value", "availableField"] if custom_values else ["info"]
    unverified = matcher.unverified if matcher else ()
    if moids is None:
        found, missing = sorted(read_recent_tasks(client, paths, require=unverified), key=_age), []
    else:
        for entity in unverified:
            _require_entity(client, entity)
        by_moid = read_task_properties(client, moids, paths)
        found = [by_moid[moid] for moid in moids if moid in by_moid]
        missing = [moid for moid in moids if moid not in by_moid]
    warnings: list[str] = []
    if matcher:
        infos = [expect_task_info(item.require("info")) for item in found]
        found = [item for item, info in zip(found, infos) if matcher.matches(info)]
        warnings = _unmatched_names(client, matcher, infos) if moids is None and not found else []
    labels: dict[str, str] = {}
    if localize and found:
        # Most calls do not need this module. Importing it here saves them its load time.
        from .._task_info.task_labels import read_task_labels

        labels = read_task_labels(client)
    tasks = [task_from_info(item.require("info"), labels, client.now) for item in found]
    if custom_values:
        _add_custom_values(tasks, found)
    return ListedTasks(tasks, missing, warnings)


def _unmatched_names(client: Client, matcher: TaskMatcher, infos: list[TaskInfo]) -> list[str]:
    # Most calls do not need this module. Importing it here saves them its load time.
    from .unmatched_names import unmatched_names

    return unmatched_names(client, matcher, infos)


def _require_entity(client: Client, entity: Reference) -> None:
    # Most calls do not need this module. Importing it here saves them its load time.
    from .._vijson.inventory import require_entity

    require_entity(client, entity)


def _age(item: Properties) -> tuple[int, int]:
    return task_age(expect_task_info(item.require("info")))


def _add_custom_values(tasks: list[Task], found: list[Properties]) -> None:
    # Most calls do not need this module. Importing it here saves them its load time.
    from .custom_fields import available_fields, values_by_name

    for task, item in zip(tasks, found):
        fields = available_fields(item.require("availableField"))
        task["custom_values"] = values_by_name(item.require("value"), fields)
        task["available_fields"] = fields
