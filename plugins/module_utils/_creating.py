# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating a task once."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from ansible_collections.vijson.tasks.plugins.module_utils._answers import planned_task, task_answer
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import Reference, data, unboxed
from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError, NoAnswer, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._history import age, read_history
from ansible_collections.vijson.tasks.plugins.module_utils._privileges import require_on_root
from ansible_collections.vijson.tasks.plugins.module_utils._properties import read_one
from ansible_collections.vijson.tasks.plugins.module_utils._tasks import create_task, registered_task_types


class NewTask(NamedTuple):
    """What CreateTask takes."""

    entity: Reference
    task_type: str
    cancelable: bool = False
    initiated_by: str | None = None
    parent_task_key: str | None = None
    activation_id: str | None = None

    def params(self) -> dict[str, Any]:
        """The parameters of CreateTask."""
        params = {
            "obj": self.entity.wire(),
            "taskTypeId": self.task_type,
            "cancelable": self.cancelable,
            "initiatedBy": self.initiated_by,
            "parentTaskKey": self.parent_task_key,
            "activationId": self.activation_id,
        }
        return {key: value for key, value in params.items() if value is not None}


class Created(NamedTuple):
    """A task in answer form, and whether it is new."""

    task: dict[str, Any]
    changed: bool


def create_or_find(client: Client, new: NewTask, *, check_mode: bool) -> Created:
    """The task that carries the activation id; without one, a new task."""
    found = find_activated(client, new.activation_id) if new.activation_id else None
    if found is not None:
        return Created(task_answer(found), False)
    if check_mode:
        return Created(_planned(client, new), True)
    return Created(task_answer(create(client, new)), True)


def find_activated(client: Client, activation_id: str) -> dict[str, Any] | None:
    """The TaskInfo of the newest task that carries this activation id."""
    spec = data("TaskFilterSpec", activationId=[activation_id])
    return max((info for page in read_history(client, spec) for info in page), key=age, default=None)


def create(client: Client, new: NewTask) -> dict[str, Any]:
    """The TaskInfo of a new task; ViError where nobody knows whether there is one, or which types are registered."""
    try:
        return create_task(client, new.params())
    except NoAnswer as error:
        return _after_lost_answer(client, new, error)
    except FaultError as error:
        _explain(client, new, error)


def _after_lost_answer(client: Client, new: NewTask, lost: NoAnswer) -> dict[str, Any]:
    """CreateTask must not run twice, so only a task that can be found by its activation id is asked for again."""
    if not new.activation_id:
        raise ViError(
            f"Whether the task was created is not known: {lost}. With an activation_id that can be found out."
        ) from lost
    try:
        found = find_activated(client, new.activation_id)
    except ViError as error:
        raise _unknown(error) from error
    if found is not None:
        return found
    try:
        return create_task(client, new.params())
    except NoAnswer as again:
        raise _unknown(again) from again
    except FaultError as error:
        _explain(client, new, error)


def _unknown(why: ViError) -> ViError:
    return ViError(f"Whether the task was created is not known: {why}. Run it again with the same activation_id.")


def _explain(client: Client, new: NewTask, error: FaultError) -> NoReturn:
    if error.type == "InvalidArgument" and str(error.raw.get("invalidProperty", "")).startswith("taskType"):
        raise ViError(_unknown_type(new.task_type, registered_task_types(client)), fault=error.fault) from error
    host = client.endpoint.hostname
    if error.type == "InvalidArgument" and error.raw.get("invalidProperty") == "parentTaskKey":
        text = f"parent_task_key: there is no task {new.parent_task_key} on {host}"
        raise ViError(text, fault=error.fault) from error
    if error.names(new.entity.moid):
        raise ViError(f"entity: there is no {new.entity} on {host}", fault=error.fault) from error
    raise error


def _unknown_type(task_type: str, registered: list[str]) -> str:
    known = ", ".join(registered) or "none"
    return f"task_type: no extension registered {task_type!r}. Registered: {known}. vi_task_type registers another."


def _name(client: Client, new: NewTask) -> str | None:
    """The name of the task's entity; ViError if there is no such entity."""
    try:
        name = unboxed(read_one(client, new.entity, ["name"]).values.get("name"))
    except FaultError as error:
        if error.names(new.entity.moid):
            _explain(client, new, error)
        return None
    return name if isinstance(name, str) else None


def _planned(client: Client, new: NewTask) -> dict[str, Any]:
    registered = registered_task_types(client)
    if new.task_type not in registered:
        raise ViError(_unknown_type(new.task_type, registered))
    require_on_root(client, "Task.Create")
    return planned_task(
        description_id=new.task_type,
        entity={**new.entity.answer(), "name": _name(client, new)},
        cancelable=new.cancelable,
        cancelled=False,
        parent_task_key=new.parent_task_key,
        activation_id=new.activation_id,
    )
