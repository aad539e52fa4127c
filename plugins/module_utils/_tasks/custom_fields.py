# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom fields of tasks: definitions and values."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from .._errors import FaultError, InputError, TaskError, ignore
from .._task_info.task_info import task_reference
from .._vijson.client import Client
from .._vijson.privileges import require_privilege
from .._vijson.wire import Reference, expect_object, expect_objects, expect_reference, plain_value, unreserved_name
from .task_reader import no_such_task_error, read_task_infos, read_task_properties

_REFUSALS = ("InvalidArgument", "InvalidRequest", "InvalidType", "NotSupported")

_SET_PRIVILEGE = "Global.SetCustomField"


def available_fields(value: Any) -> list[dict[str, Any]]:
    """The property ``availableField`` as modules return it: ``[{key, name, type, managed_object_type}]``."""
    return [
        {
            "key": field.get("key"),
            "name": field.get("name"),
            "type": field.get("type"),
            "managed_object_type": field.get("managedObjectType"),
        }
        for field in expect_objects(value, "availableField")
    ]


def values_by_name(value: Any, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """The property ``value`` as ``{field name: text}``; if the field is unknown, its key replaces the name."""
    names = {str(field["key"]): field["name"] for field in fields}
    return {
        unreserved_name(str(names.get(str(entry.get("key")), entry.get("key")))): plain_value(entry.get("value"))
        for entry in expect_objects(value, "value")
    }


class CustomValues(NamedTuple):
    """The custom values of a task: texts by field name, the CustomFieldDefs that it can have, and its entity."""

    values: dict[str, Any]
    fields: list[dict[str, Any]]
    entity: Reference | None = None


def read_custom_values(client: Client, moid: str) -> CustomValues:
    """The custom values of a task, in one request.

    :raises TaskError: the task has no object, or no longer has one
    """
    task = read_task_properties(client, [moid], ["value", "availableField", "info.entity"], expired=False).get(moid)
    if task is None:
        raise _no_object_error(client, moid)
    defined = task.require("availableField")
    entity = task.values.get("info.entity")
    return CustomValues(
        values_by_name(task.require("value"), available_fields(defined)),
        expect_objects(defined, "availableField"),
        None if entity is None else expect_reference(entity, "info.entity"),
    )


def _no_object_error(client: Client, moid: str) -> TaskError:
    row = read_task_infos(client, [moid]).get(moid)
    if row is None:
        return no_such_task_error(client, moid)
    return TaskError(
        f"task: {moid} has ended in {row.get('state')}, and its object has expired on {client.endpoint.hostname}."
        " Custom values expire with the object. Set them while the task runs, or soon after its end"
    )


def no_custom_values_yet(client: Client) -> CustomValues:
    """The custom values of a task that does not exist yet: no texts, and the fields of CustomFieldsManager.field."""
    defined = expect_objects(client.get("customFieldsManager", "field"), "field")
    return CustomValues({}, [field for field in defined if field.get("managedObjectType") in (None, "Task")])


def choose_fields(wanted: dict[str, Any], fields: list[dict[str, Any]]) -> dict[str, str]:
    """Texts by field name, from texts by field name or key.

    :param fields: CustomFieldDefs
    :raises InputError: a field does not exist or is given twice, or a value is not a string or a number
    """
    names = {str(field.get("name")) for field in fields}
    by_key = {str(field.get("key")): str(field.get("name")) for field in fields}
    chosen: dict[str, str] = {}
    for field, value in wanted.items():
        name = field if field in names else by_key.get(field)
        if name is None:
            known = ", ".join(f"{name} ({key})" for key, name in by_key.items()) or "none"
            raise InputError(f"values: tasks have no custom field {field!r}. Available fields (with keys): {known}")
        if name in chosen:
            raise InputError(
                f"values: the custom field {name!r} is given twice, by name and by key. Use one of the two"
            )
        chosen[name] = _text(field, value)
    return chosen


def _text(field: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(
            f"values: {value!r} is not a valid string for {field!r}."
            " Use a string in quotes; an empty string clears the field"
        )
    return str(value)


def differing_values(current: CustomValues, chosen: dict[str, str]) -> dict[str, str]:
    """The chosen texts that differ from the task's values. A field without a value equals one with an empty text."""
    return {name: text for name, text in chosen.items() if (current.values.get(unreserved_name(name)) or "") != text}


def set_custom_values(client: Client, moid: str, texts: dict[str, str], done: Callable[[str], object] = ignore) -> None:
    """Set each text by field name (setCustomValue), in one request each.

    :param done: called with the name of each field that was set
    :raises TaskError: the server does not support custom fields on tasks
    :raises FaultError: another fault
    """
    for name, text in texts.items():
        try:
            client.call(task_reference(moid), "setCustomValue", {"key": name, "value": text})
        except FaultError as error:
            if error.type not in _REFUSALS:
                raise
            host = client.endpoint.hostname
            why = f"values: {host} refused to set the custom field {name!r} of {moid} ({error.type})"
            raise TaskError(f"{why}. It may not support custom fields on tasks", fault=error.fault) from error
        done(name)


def require_field_privileges(client: Client, current: CustomValues, texts: dict[str, str]) -> None:
    """ViError if the user lacks a privilege to set these fields. For check mode, so it sets nothing."""
    for field in current.fields:
        if str(field.get("name")) in texts and current.entity:
            policy = expect_object(field.get("fieldInstancePrivileges") or {}, "fieldInstancePrivileges")
            require_privilege(client, policy.get("updatePrivilege") or _SET_PRIVILEGE, [current.entity])
