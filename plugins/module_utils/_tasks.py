# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading tasks, what there is to know of them, and creating one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, TypeVar

from ansible_collections.vijson.tasks.plugins.module_utils._answers import task_answer
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import Reference, obj, objects, text
from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadAnswer, FaultError, TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._names import CHECK_MODE_TASK
from ansible_collections.vijson.tasks.plugins.module_utils._properties import Properties, read, read_one, read_through

_Read = TypeVar("_Read")


def task_ref(moid: str) -> Reference:
    """The reference of a task."""
    return Reference("Task", moid)


def read_properties(client: Client, moids: Iterable[str], paths: Iterable[str] = ("info",)) -> dict[str, Properties]:
    """Properties of tasks by moId, in one request however many; tasks that are gone are not in it."""
    refs = [task_ref(moid) for moid in moids if moid != CHECK_MODE_TASK]
    return read(client, refs, list(paths)) if refs else {}


def read_infos(client: Client, moids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """TaskInfos as they came, by moId, in the order asked for; tasks that are gone are not in it."""
    wanted = list(moids)
    found = read_properties(client, wanted)
    return {moid: obj(found[moid].require("info"), "info") for moid in wanted if moid in found}


def no_such_task(client: Client, moid: str) -> TaskError:
    """What to raise where a task has to be there and is not."""
    return TaskError(f"task: there is no task {moid} on {client.endpoint.hostname}; it may have expired")


def read_tasks(client: Client, moids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Tasks in answer form by moId, in the order asked for; tasks that are gone are not in it."""
    return {moid: task_answer(info) for moid, info in read_infos(client, moids).items()}


def read_recent(client: Client, paths: Iterable[str] = ("info",)) -> list[Properties]:
    """Properties of TaskManager.recentTask, in one request; those that may not be read are left out."""
    found = _of_manager(client, lambda manager: read_through(client, manager, "recentTask", "Task", list(paths)))
    return [item for item in found if not item.unreadable]


def read_manager(client: Client, paths: Iterable[str]) -> Properties:
    """Properties of the TaskManager, in one request."""
    return _of_manager(client, lambda manager: read_one(client, manager, list(paths)))


def _of_manager(client: Client, read_it: Callable[[Reference], _Read]) -> _Read:
    """What is read of the TaskManager, whose id is another one on an ESXi host."""
    manager = client.reference("taskManager")
    try:
        return read_it(manager)
    except FaultError as error:
        if not error.names(manager.moid):
            raise
    return read_it(client.singleton("taskManager"))


def task_description(client: Client) -> dict[str, Any]:
    """TaskManager.description as it came."""
    return obj(client.get("taskManager", "description"), "description")


def method_labels(client: Client) -> dict[str, str]:
    """The label of each description id, in the language of the session."""
    entries = objects(task_description(client).get("methodInfo"), "description.methodInfo")
    return {str(entry.get("key")): str(entry.get("label")) for entry in entries if entry.get("label")}


def create_task(client: Client, params: dict[str, Any]) -> dict[str, Any]:
    """TaskManager.CreateTask: the TaskInfo of the new task. It is never sent twice by itself.

    :raises NoAnswer: nobody knows whether there is a new task
    """
    info = obj(client.call("taskManager", "CreateTask", params, repeatable=False), "CreateTask")
    if not isinstance(info.get("key"), str):
        raise BadAnswer("CreateTask answered something that is no TaskInfo")
    return info


def registered_task_types(client: Client) -> list[str]:
    """The ids of the task types that extensions registered, sorted."""
    extensions = objects(client.get("extensionManager", "extensionList"), "extensionList")
    return sorted({task_id for extension in extensions for task_id in task_types_of(extension)})


def task_types_of(extension: dict[str, Any]) -> list[str]:
    """The ids of the task types of one Extension, in its order."""
    entries = objects(extension.get("taskList"), "extension.taskList")
    return [text(entry.get("taskID"), "extension.taskList") for entry in entries]
