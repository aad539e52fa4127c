# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates the options for the state of a task and converts them to wire values."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import InputError
from .._vijson.boxing import box_value, camel_case, typed_object
from .._vijson.faults import text_message
from .._vijson.wire import data_object

EXTENDED_FAULT = "ExtendedFault"
DEFAULT_FAULT_TYPE_ID = "vijson.tasks.fault"
DEFAULT_DESCRIPTION_KEY = "vijson.tasks.description"

# Not VimFaults, so SetTaskState refuses them.
_RUNTIME_FAULTS = frozenset(
    [
        "RuntimeFault",
        "SystemError",
        "InvalidArgument",
        "RequestCanceled",
        "NotSupported",
        "NotEnoughLicenses",
        "ManagedObjectNotFound",
        "HostCommunication",
        "HostNotConnected",
        "HostNotReachable",
        "InvalidRequest",
        "InvalidType",
        "MethodNotFound",
        "SecurityError",
        "NoPermission",
        "NotAuthenticated",
        "UnexpectedFault",
        "DataError",
        "MethodFault",
        "NotImplemented",
    ]
)


_EXTENDED_FIELDS = frozenset(["faultTypeId", "data", "faultMessage", "faultCause"])
"""Those of ExtendedFault, and those that all faults have."""


class WantedState(NamedTuple):
    """The wanted state; ``None`` keeps what the task has.

    :ivar progress: percent
    :ivar description: a LocalizableMessage
    :ivar result: a boxed wire value
    :ivar fault: a VimFault of the wire
    """

    state: str | None = None
    progress: int | None = None
    description: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    fault: dict[str, Any] | None = None


def parse_wanted_state(params: dict[str, Any]) -> WantedState:
    """The options of ``vi_task_state``, validated.

    :raises InputError: an option has a value that every server refuses
    """
    state, progress = params["state"], params["progress"]
    if progress is not None and not 0 <= progress <= 100:
        raise InputError(f"progress: {progress} is not a valid percentage. Use 0 to 100")
    if params["result"] is not None and state != "success":
        raise InputError("result: only a task that ends in success has one. Use it with state: success")
    if params["fault"] is not None and state != "error":
        raise InputError("fault: only a task that ends in error has one. Use it with state: error")
    return WantedState(
        state, progress, _description(params["description"]), _result(params["result"]), _fault(params["fault"])
    )


def _description(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if isinstance(value, dict):
        if not isinstance(value.get("key"), str) or not set(value) <= {"key", "message"}:
            raise InputError(f"description: {value!r} is not a valid description. Use a string, or {{key, message}}")
        return data_object("LocalizableMessage", key=value["key"], message=_text(value.get("message")))
    if isinstance(value, (list, bool)) or value == "":
        raise InputError(f"description: {value!r} is not a valid description. Use a string, or {{key, message}}")
    return text_message(DEFAULT_DESCRIPTION_KEY, str(value))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _result(value: Any) -> dict[str, Any] | None:
    try:
        return None if value is None else box_value(value)
    except ValueError as error:
        raise InputError(f"result: {error}") from error


def _fault(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is None:
        return None
    fields = dict(value)
    kind = fields.pop("type", None) or EXTENDED_FAULT
    message = fields.pop("message", None)
    if "msg" in fields:
        raise InputError("fault: a fault has no field msg. Use message for its text")
    if not isinstance(kind, str) or not kind.isalnum():
        raise InputError(f"fault: {kind!r} is not a valid type. Use a VimFault, such as ExtendedFault")
    if kind in _RUNTIME_FAULTS:
        raise InputError(
            f"fault: a task cannot end with {kind}, which is not a VimFault. Use ExtendedFault (the default)"
        )
    if kind == EXTENDED_FAULT:
        fields = _extended(fields)
    try:
        fault = typed_object(kind, fields)
    except ValueError as error:
        raise InputError(f"fault: {error}") from error
    if message is not None:
        # Not the type of the fault: a server may look the key up in the extension, which has no text for each type.
        fault["faultMessage"] = [text_message(DEFAULT_FAULT_TYPE_ID, str(message))]
    return fault


def _extended(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of an ExtendedFault by their names on the wire."""
    named: dict[str, Any] = {}
    for field, value in fields.items():
        name = camel_case(str(field))
        if name not in _EXTENDED_FIELDS:
            raise InputError(f"fault: {EXTENDED_FAULT} has no field {field}. Put your own values into data")
        if value is not None:
            named[name] = value
    type_id = named.setdefault("faultTypeId", DEFAULT_FAULT_TYPE_ID)
    if not isinstance(type_id, str):
        raise InputError(f"fault: fault_type_id {type_id!r} is not a string. Use one such as com.example.backup.full")
    if "data" in named:
        named["data"] = _pairs(named["data"])
    return named


def _pairs(data: Any) -> list[dict[str, str]]:
    if isinstance(data, dict):
        return [{"key": str(key), "value": str(value)} for key, value in data.items()]
    is_list = isinstance(data, list) and all(isinstance(pair, dict) and {"key", "value"} <= set(pair) for pair in data)
    if not is_list:
        raise InputError(f"fault: data {data!r} is not a mapping. Use a mapping of strings, such as {{store: nfs01}}")
    return [{"key": str(pair["key"]), "value": str(pair["value"])} for pair in data]
