# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: the text to show for a fault, and the fault as a module returns it."""

from __future__ import annotations

from typing import Any

from .._errors import FaultError
from .._secrets import mask_strings
from .wire import data_object, expect_object, plain_value, snake_case, unboxed_value

_ARGUMENT = "text"

MESSAGE_TEMPLATE = f"{{{_ARGUMENT}}}"
"""The text for the catalog of an extension: a server that rebuilds a message of :func:`text_message` gets its text."""

_TEXT_FIELDS = ("_typeName", "faultstring", "localizedMessage")
_LEVELS = 8


def unwrap_fault(fault: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The MethodFault and its localized text (may be empty), from a MethodFault or a LocalizedMethodFault."""
    inner = fault.get("fault")
    if fault.get("_typeName") == "LocalizedMethodFault" or (isinstance(inner, dict) and "localizedMessage" in fault):
        localized = fault.get("localizedMessage")
        return (inner if isinstance(inner, dict) else {}), localized if isinstance(localized, str) else ""
    return fault, ""


def fault_type(fault: dict[str, Any]) -> str:
    """The type of a fault, such as ``InvalidState``. Without ``_typeName``: the base type ``MethodFault``."""
    name = unwrap_fault(fault)[0].get("_typeName")
    return name if isinstance(name, str) else "MethodFault"


def fault_text(fault: dict[str, Any], level: int = 0) -> str:
    """The text to show: the localized message, else the fault string, fault messages or type; then the cause."""
    inner, localized = unwrap_fault(fault)
    text = localized or _own_text(inner) or fault_type(fault)
    cause = inner.get("faultCause")
    if isinstance(cause, dict) and level < _LEVELS:
        cause_text = fault_text(cause, level + 1)
        if cause_text not in text:
            text = f"{text} (cause: {cause_text})"
    return text


def _own_text(fault: dict[str, Any]) -> str:
    for field in ("localizedMessage", "faultstring"):
        if isinstance(fault.get(field), str) and fault[field]:
            return str(fault[field])
    messages = fault.get("faultMessage")
    if isinstance(messages, list):
        texts = [message_text(item, or_key=False) for item in messages if isinstance(item, dict)]
        return "; ".join(text for text in texts if text)
    return ""


def text_message(key: str, text: str) -> dict[str, Any]:
    """A LocalizableMessage for a text, which is an argument too: a server may rebuild ``message`` from the key."""
    argument = data_object("KeyAnyValue", key=_ARGUMENT, value={"_typeName": "string", "_value": text})
    return data_object("LocalizableMessage", key=key, arg=[argument], message=text)


def message_argument(message: dict[str, Any]) -> str | None:
    """The text of a LocalizableMessage that :func:`text_message` made; ``None`` for another one."""
    arguments = unboxed_value(message.get("arg"))
    for argument in arguments if isinstance(arguments, list) else ():
        value = unboxed_value(argument.get("value")) if isinstance(argument, dict) else None
        if isinstance(value, str) and argument.get("key") == _ARGUMENT:
            return value
    return None


def message_text(message: dict[str, Any], *, or_key: bool = True) -> str | None:
    """The text to show for a LocalizableMessage, ``None`` if it has none.

    :param or_key: whether the key replaces a missing text
    """
    text, key = message.get("message"), message.get("key")
    if not text or text in (key, MESSAGE_TEMPLATE):
        text = message_argument(message) or text
    shown = text or (key if or_key else None)
    return shown if isinstance(shown, str) else None


def _without_argument(message: Any) -> Any:
    """A LocalizableMessage of :func:`text_message` as its user wrote it; any other value unchanged."""
    if not isinstance(message, dict) or message_argument(message) is None:
        return message
    return {**{name: value for name, value in message.items() if name != "arg"}, "message": message_text(message)}


def fault_result(fault: Any, level: int = 0) -> dict[str, Any]:
    """The fault as a module returns it: ``{type, message, …the fault's own fields}``, and its ``fault_cause`` likewise.

    :raises BadResponse: it is not an object, or is nested in more than 200 levels
    """
    fault = expect_object(fault, "a fault")
    inner = unwrap_fault(fault)[0]
    result: dict[str, Any] = {"type": fault_type(fault), "message": fault_text(fault)}
    for key, value in inner.items():
        if key in _TEXT_FIELDS:
            continue
        name = snake_case(key)
        is_cause = key == "faultCause" and isinstance(value, dict) and level < _LEVELS
        is_messages = key == "faultMessage" and isinstance(value, list)
        shown = [_without_argument(each) for each in value] if is_messages else value
        item = fault_result(value, level + 1) if is_cause else plain_value(shown, typed=True)
        result[f"{name}_" if name in result else name] = item
    return result


def server_fault(fault: dict[str, Any], what: str) -> FaultError:
    """The exception for a fault that the vCenter reported.

    :param what: the operation, such as ``CancelTask of Task:task-42``
    """
    name = fault_type(fault)
    text = missing_privileges_text(fault) or fault_text(fault)
    suffix = "" if name in text else f" ({name})"
    if name == "InvalidRequest" and "version" in text.lower():
        suffix += ". The vCenter may be older than api_release. Use api_release: auto to negotiate the release"
    return FaultError(what, f"{text}{suffix}", fault=mask_strings(fault_result(fault)), raw=fault)


def missing_privileges_text(fault: dict[str, Any]) -> str:
    """The text for the privileges that NoPermission lists as missing; empty for other faults."""
    fault = unwrap_fault(fault)[0]
    if fault_type(fault) != "NoPermission":
        return ""
    listed = fault.get("missingPrivileges")
    lacks = [
        missing_privilege_text(", ".join(map(str, item["privilegeIds"])), item.get("entity"))
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and isinstance(item.get("privilegeIds"), list)
    ]
    if not lacks and isinstance(fault.get("privilegeId"), str):
        lacks.append(missing_privilege_text(fault["privilegeId"], fault.get("object")))
    return "; ".join(lacks)


def missing_privilege_text(privileges: str, entity: Any) -> str:
    """One line that names the missing privileges and, if known, the object (a ManagedObjectReference)."""
    where = ""
    if isinstance(entity, dict) and entity.get("value"):
        where = f" on {entity.get('type')}:{entity.get('value')}"
    return f"the user lacks the privilege {privileges}{where} (NoPermission)"
