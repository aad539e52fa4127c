# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads properties of tasks and of the TaskManager (RetrievePropertiesEx)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, TypeVar

from .._errors import BadResponse, FaultError, TaskError
from .._options.task_parsing import CHECK_MODE_TASK
from .._task_info.task_info import TaskInfo, expect_task_info, task_moid, task_reference
from .._task_info.task_result import Task, task_from_info
from .._vijson.client import Client
from .._vijson.property_reader import Properties, read_object_properties, read_properties, read_properties_through
from .._vijson.wire import Reference

_Read = TypeVar("_Read")


def read_task_properties(
    client: Client, moids: Iterable[str], paths: Iterable[str] = ("info",), *, expired: bool = True
) -> dict[str, Properties]:
    """Properties of any number of tasks by moId, in one request. Leaves out tasks that do not exist.

    :param expired: look for tasks without an object in the history; of these, only ``info`` has a value
    """
    refs = [task_reference(moid) for moid in moids if moid != CHECK_MODE_TASK]
    found = read_properties(client, refs, list(paths))
    lost = [ref.moid for ref in refs if ref.moid not in found]
    return {**found, **_read_expired_tasks(client, lost)} if expired and lost else found


def _read_expired_tasks(client: Client, moids: list[str]) -> dict[str, Properties]:
    # Most calls do not need this module. Importing it here saves them its load time.
    from .._history.expired_tasks import find_expired_tasks

    rows = find_expired_tasks(client, moids)
    return {moid: Properties(task_reference(moid), {"info": info}, {}) for moid, info in rows.items()}


def read_task_infos(client: Client, moids: Iterable[str], *, expired: bool = True) -> dict[str, TaskInfo]:
    """TaskInfos by moId, in the order of ``moids``. Leaves out tasks that do not exist.

    :param expired: look for tasks without an object in the history
    :raises BadResponse: a TaskInfo is malformed, or describes another task
    """
    wanted = list(moids)
    found = read_task_properties(client, wanted, expired=expired)
    return {moid: _info_of(found[moid]) for moid in wanted if moid in found}


def _info_of(task: Properties) -> TaskInfo:
    info = expect_task_info(task.require("info"))
    if task_moid(info) != task.ref.moid:
        raise BadResponse(f"info of {task.ref} describes another task, {task_moid(info)}")
    return info


def no_such_task_error(
    client: Client, moid: str, option: str = "task", *, fault: dict[str, Any] | None = None
) -> TaskError:
    """The error for a task that has to exist and does not.

    :param option: the option that names the task, for the message
    """
    text = f"{option}: {moid} does not exist, or no longer exists, on {client.endpoint.hostname}"
    return TaskError(text, fault=fault)


def read_tasks(client: Client, moids: Iterable[str]) -> dict[str, Task]:
    """Tasks as modules return them, by moId, in the order of ``moids``. Leaves out tasks that do not exist."""
    return {moid: task_from_info(info, now=client.now) for moid, info in read_task_infos(client, moids).items()}


def read_recent_tasks(
    client: Client, paths: Iterable[str] = ("info",), *, require: Iterable[Reference] = ()
) -> list[Properties]:
    """Properties of the tasks in TaskManager.recentTask, in one request. Leaves out tasks that may not be read.

    :param require: entities that have to exist as well
    :raises InputError: one does not exist
    """
    entities = list(require)

    def read(manager: Reference) -> list[Properties]:
        return read_properties_through(client, manager, "recentTask", "Task", list(paths), require=entities)

    try:
        found = _read_manager(client, read)
    except FaultError as error:
        lost = next((entity for entity in entities if error.names(entity.moid)), None)
        if lost is None:
            raise
        # Most calls do not need this module. Importing it here saves them its load time.
        from .._vijson.inventory import no_such_entity_error

        raise no_such_entity_error(client, lost, fault=error.fault) from error
    return [item for item in found if not item.unreadable]


def read_task_manager(client: Client, paths: Iterable[str]) -> Properties:
    """Properties of the TaskManager, in one request."""
    return _read_manager(client, lambda manager: read_object_properties(client, manager, list(paths)))


def _read_manager(client: Client, read: Callable[[Reference], _Read]) -> _Read:
    """Read from the TaskManager. Its id differs on an ESXi host."""
    manager = client.reference("taskManager")
    try:
        return read(manager)
    except FaultError as error:
        if not error.names(manager.moid):
            raise
    return read(client.singleton("taskManager"))
