# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates a task exactly once (CreateTask)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from .._errors import BadResponse, FaultError, InputError, NoResponse, TaskError, ViError
from .._history.history_reader import read_history
from .._interrupts import opening, sleep
from .._options.task_parsing import CHECK_MODE_TASK
from .._task_info.task_info import TaskInfo, expect_task_info, task_age, task_moid
from .._task_info.task_result import Task, planned_task, task_from_info
from .._tasks.task_reader import no_such_task_error, read_recent_tasks, read_task_infos
from .._vijson.client import Client
from .._vijson.inventory import find_entity, no_such_entity_error
from .._vijson.privileges import require_root_privilege
from .._vijson.property_reader import read_object_properties
from .._vijson.recovery import send_once
from .._vijson.wire import Entity, Reference, data_object, expect_object, unboxed_value
from .extension import read_task_types

_LAG_PAUSES = (0.5, 1.5, 3.0)
"""Seconds between attempts to find a task whose creation had no response."""


class NewTask(NamedTuple):
    """The arguments of CreateTask."""

    entity: Reference
    task_type: str
    cancelable: bool = False
    initiated_by: str | None = None
    parent_task_key: str | None = None
    activation_id: str | None = None

    def params(self) -> dict[str, Any]:
        """The arguments as CreateTask expects them, without those that are ``None``."""
        params = {
            "obj": self.entity.wire(),
            "taskTypeId": self.task_type,
            "cancelable": self.cancelable,
            "initiatedBy": self.initiated_by,
            "parentTaskKey": self.parent_task_key,
            "activationId": self.activation_id,
        }
        return {key: value for key, value in params.items() if value is not None}


class CreatedTask(NamedTuple):
    """A task as modules return it, whether it is new, and its TaskInfo, which is empty in check mode."""

    task: Task
    changed: bool
    info: TaskInfo


def parse_activation_id(value: str | None) -> str | None:
    """The option ``activation_id``; InputError for an empty one."""
    if value == "":
        raise InputError("activation_id: the string is empty. Use a token of your own, or leave the option out")
    return value


def new_task_entity(client: Client, entity: Entity | None) -> Reference:
    """The reference of the entity of a new task, the root folder for ``None``; InputError if it does not exist."""
    return client.singleton("rootFolder") if entity is None else find_entity(client, entity)


def create_or_find_task(client: Client, new: NewTask, *, check_mode: bool, retry_failed: bool = False) -> CreatedTask:
    """The task with the activation id if there is one, otherwise a new task.

    :param retry_failed: create a new task also if the one with the activation id ended in error
    :raises ViError: as in :func:`create_task`; in check mode, if an option or a privilege would make it fail
    """
    existing = find_task_by_activation_id(client, new.activation_id) if new.activation_id else None
    if existing is not None and not (retry_failed and existing.get("state") == "error"):
        return CreatedTask(task_from_info(existing, now=client.now), False, existing)
    if check_mode:
        return CreatedTask(_planned(client, new), True, {})
    info = create_task(client, new, instead_of=existing)
    return CreatedTask(task_from_info(info, now=client.now), True, info)


def activation_id_doubts(client: Client, created: CreatedTask, new: NewTask) -> Iterator[str]:
    """Warnings about a task that was created or found by its activation id."""
    task = created.task
    if task["activation_id"] != new.activation_id:
        yield (
            f"{client.endpoint.hostname} did not store the activation_id of {task['moid']}, so another run does not"
            " find this task and creates a new one"
        )
    entity = (task["entity"] or {}).get("moid")
    found = {"type": (task["description_id"], new.task_type), "entity": (entity, new.entity.moid)}
    differing = [f"its {what} is {has}, not {wanted}" for what, (has, wanted) in found.items() if has != wanted]
    if differing and not created.changed:
        yield f"{task['moid']} has this activation_id, but {' and '.join(differing)}"


def find_task_by_activation_id(client: Client, activation_id: str) -> TaskInfo | None:
    """The TaskInfo of the newest task with this activation id; ``None`` if there is none.

    A new task may be absent from the history for some seconds, so the recent tasks are read first.
    """
    recent = [item.values.get("info") for item in read_recent_tasks(client)]
    found = [info for info in map(expect_task_info, filter(None, recent)) if info.get("activationId") == activation_id]
    if not found:
        spec = data_object("TaskFilterSpec", activationId=[activation_id])
        found = [expect_task_info(info) for page in read_history(client, spec) for info in page]
    return max(found, key=task_age, default=None)


def create_task(client: Client, new: NewTask, *, instead_of: TaskInfo | None = None) -> TaskInfo:
    """The TaskInfo of a new task. Without a response, the activation id shows whether the task exists.

    :param instead_of: an older task with the same activation id
    :raises ViError: it is unknown whether the task exists, an option names an object that does not exist, or a fault
    """
    activation_id = new.activation_id
    try:
        if activation_id is None:
            return _send_create_task(client, new)
        return send_once(
            lambda: _send_create_task(client, new), lambda: _find_created(client, activation_id, instead_of)
        )
    except NoResponse as error:
        raise _unknown_outcome_error(new, error) from error
    except FaultError as error:
        _raise_explained(client, new, error)


def _find_created(client: Client, activation_id: str, instead_of: TaskInfo | None) -> TaskInfo | None:
    """The TaskInfo of a task whose creation had no response. The server may still be creating it for some seconds."""
    found = _find_other(client, activation_id, instead_of)
    for pause in _LAG_PAUSES:
        if found is None:
            sleep(pause)
            found = _find_other(client, activation_id, instead_of)
    return found


def _find_other(client: Client, activation_id: str, instead_of: TaskInfo | None) -> TaskInfo | None:
    try:
        found = find_task_by_activation_id(client, activation_id)
    except ViError as error:
        raise NoResponse(str(error)) from error
    is_old = found is not None and instead_of is not None and task_moid(found) == task_moid(instead_of)
    return None if is_old else found


def _unknown_outcome_error(new: NewTask, why: ViError) -> ViError:
    advice = "Try again with the same activation_id."
    if not new.activation_id:
        advice = "Look for the task before you try again. With activation_id, the module does so."
    return ViError(f"It is not known whether the task was created: {str(why).rstrip('.')}. {advice}")


def _raise_explained(client: Client, new: NewTask, error: FaultError) -> NoReturn:
    """Raise an error that names the option at fault; the fault itself if none is."""
    if error.type == "InvalidArgument" and str(error.raw.get("invalidProperty", "")).startswith("taskType"):
        raise ViError(_unknown_type_text(new.task_type, read_task_types(client)), fault=error.fault) from error
    if error.type == "InvalidArgument" and error.raw.get("invalidProperty") == "parentTaskKey":
        parent = str(new.parent_task_key)
        raise no_such_task_error(client, parent, "parent_task_key", fault=error.fault) from error
    if error.names(new.entity.moid):
        raise no_such_entity_error(client, new.entity, fault=error.fault) from error
    raise error


def _unknown_type_text(task_type: str, registered: list[str]) -> str:
    known = ", ".join(registered) or "none"
    return f"task_type: {task_type!r} is not registered. Registered: {known}. Use vi_task_type to register another one"


def _entity_name(client: Client, new: NewTask) -> str | None:
    """The name of the task's entity; ViError if the entity does not exist."""
    try:
        name = unboxed_value(read_object_properties(client, new.entity, ["name"]).values.get("name"))
    except FaultError as error:
        if error.names(new.entity.moid):
            _raise_explained(client, new, error)
        return None
    return name if isinstance(name, str) else None


def _planned(client: Client, new: NewTask) -> Task:
    """The task as check mode returns it; TaskError with that task if its type is not registered."""
    registered = read_task_types(client)
    require_root_privilege(client, "Task.Create")
    parent = new.parent_task_key
    if parent is not None and parent != CHECK_MODE_TASK and not read_task_infos(client, [parent]):
        raise no_such_task_error(client, parent, "parent_task_key")
    planned = planned_task(
        description_id=new.task_type,
        entity={**new.entity.as_result(), "name": _entity_name(client, new)},
        cancelable=new.cancelable,
        cancelled=False,
        parent_task_key=new.parent_task_key,
        activation_id=new.activation_id,
    )
    if new.task_type not in registered:
        raise TaskError(_unknown_type_text(new.task_type, registered), result={"task": planned})
    return planned


def _send_create_task(client: Client, new: NewTask) -> TaskInfo:
    with opening():
        received = client.call("taskManager", "CreateTask", new.params(), repeatable=False)
    info = expect_task_info(expect_object(received, "CreateTask"))
    if not isinstance(info.get("key"), str):
        raise BadResponse("CreateTask did not return a TaskInfo")
    return info
