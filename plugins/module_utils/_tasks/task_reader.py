# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading tasks, what there is to know of them, and creating one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable, TypeVar

from .._errors import FaultError, TaskError
from .._options.parsing import CHECK_MODE_TASK
from .._task_info.task_info import TaskInfo, task_reference
from .._task_info.task_result import Task, task_from_info
from .._vijson.client import Client
from .._vijson.property_reader import Properties, read_object_properties, read_properties, read_properties_through
from .._vijson.wire import Reference, expect_object

_Read = TypeVar("_Read")


def read_task_properties(
    client: Client, moids: Iterable[str], paths: Iterable[str] = ("info",)
) -> dict[str, Properties]:
    """Properties of tasks by moId, in one request however many; tasks that are gone are not in it."""
    refs = [task_reference(moid) for moid in moids if moid != CHECK_MODE_TASK]
    return read_properties(client, refs, list(paths)) if refs else {}


def read_task_infos(client: Client, moids: Iterable[str]) -> dict[str, TaskInfo]:
    """TaskInfos as they came, by moId, in the order asked for; tasks that are gone are not in it."""
    wanted = list(moids)
    found = read_task_properties(client, wanted)
    return {moid: expect_object(found[moid].require("info"), "info") for moid in wanted if moid in found}


def no_such_task_error(client: Client, moid: str) -> TaskError:
    """What to raise where a task has to be there and is not."""
    return TaskError(f"task: there is no task {moid} on {client.endpoint.hostname}; it may have expired")


def read_tasks(client: Client, moids: Iterable[str]) -> dict[str, Task]:
    """Tasks in answer form by moId, in the order asked for; tasks that are gone are not in it."""
    return {moid: task_from_info(info) for moid, info in read_task_infos(client, moids).items()}


def read_recent_tasks(client: Client, paths: Iterable[str] = ("info",)) -> list[Properties]:
    """Properties of TaskManager.recentTask, in one request; those that may not be read are left out."""
    found = _of_manager(
        client, lambda manager: read_properties_through(client, manager, "recentTask", "Task", list(paths))
    )
    return [item for item in found if not item.unreadable]


def read_task_manager(client: Client, paths: Iterable[str]) -> Properties:
    """Properties of the TaskManager, in one request."""
    return _of_manager(client, lambda manager: read_object_properties(client, manager, list(paths)))


def _of_manager(client: Client, read_it: Callable[[Reference], _Read]) -> _Read:
    """What is read of the TaskManager, whose id is another one on an ESXi host."""
    manager = client.reference("taskManager")
    try:
        return read_it(manager)
    except FaultError as error:
        if not error.names(manager.moid):
            raise
    return read_it(client.singleton("taskManager"))
