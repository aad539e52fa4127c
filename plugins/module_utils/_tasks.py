# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading, cancelling and creating tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, NamedTuple, TypeVar

from ansible_collections.vijson.tasks.plugins.module_utils._answers import is_done, task_answer
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import Reference, obj, objects, text
from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadAnswer, FaultError, TaskError, ViError
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
