# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converting between VI JSON and Python, without I/O.

In VI JSON every data object has its type in ``_typeName``, and where the API declares Any a primitive is boxed as
``{"_typeName": "int", "_value": 5}``. Results of modules have neither: keys are snake_case, references are
``{type, moid}``, boxed values are unboxed.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import Any, NamedTuple, Union

from .._errors import BadResponse
from .._secrets import mask
from .._times import format_rfc3339, parse_rfc3339

_EXCERPTED = 1 << 16

# A fixed limit, since Python's own depends on its version. No type of the API is nested nearly as deeply.
_MAX_LEVELS = 200

REQUIREMENT = "VI JSON requires vCenter 8.0.1 or later."

_RESERVED = re.compile(r"\A_+(?=ansible)")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Reference(NamedTuple):
    """A reference to a managed object: its type and its moId."""

    type: str
    moid: str

    def __str__(self) -> str:
        return f"{self.type}:{self.moid}"

    def wire(self) -> dict[str, str]:
        """As a ManagedObjectReference of VI JSON."""
        return {"_typeName": "ManagedObjectReference", "type": self.type, "value": self.moid}

    def as_result(self) -> dict[str, str]:
        """As a module returns it: ``{type, moid}``."""
        return {"type": self.type, "moid": self.moid}


class EntityName(NamedTuple):
    """The name of an entity and, if the user gives it, its type."""

    name: str
    type: str | None = None


Entity = Union[Reference, EntityName, str]
"""A reference, a name, or an inventory path without a leading or trailing slash."""


def parse_json(body: bytes) -> Any:
    """The value of a JSON text.

    :raises BadResponse: it is not valid JSON, or is nested too deeply
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadResponse(
            f"The response is not JSON ({type(error).__name__}): {body_excerpt(body)}. {REQUIREMENT}"
        ) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not valid JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number} is too large")
    return value


def body_excerpt(body: bytes, size: int = 120) -> str:
    """The first ``size`` characters of a response, for a message."""
    # Secrets are masked before the text is shortened: part of one would not be recognized.
    text = " ".join(mask(body[:_EXCERPTED].decode("utf-8", "replace"))[: 4 * size].split())
    return repr(text if len(text) <= size else f"{text[:size]}…")


@cache
def snake_case(name: str) -> str:
    """``entityName`` -> ``entity_name``. A name that Ansible reserves loses its underscores."""
    return unreserved_name(_WORD.sub("_", name).lower())


def unreserved_name(name: str) -> str:
    """The name of a field without the prefix of names that mean something to Ansible.

    Its JSON decoder converts mappings with keys such as ``__ansible_type`` to types of its own, or fails, and it
    removes keys such as ``_ansible_no_log``.
    """
    return _RESERVED.sub("", name)


def data_object(type_name: str, **fields: Any) -> dict[str, Any]:
    """A data object for a request. Fields that are None are left out."""
    return {"_typeName": type_name, **{key: value for key, value in fields.items() if value is not None}}


def plain_value(value: Any, *, typed: bool = False) -> Any:
    """Any VI JSON value as a module returns it.

    :param typed: keep the type of data objects as ``type``
    :raises BadResponse: the value is nested in more than 200 levels
    """
    return _plain(value, typed, 1)


def _plain(value: Any, typed: bool, level: int) -> Any:
    if level > _MAX_LEVELS:
        raise _nested_too_deeply()
    if isinstance(value, list):
        return [_plain(item, typed, level + 1) for item in value]
    if not isinstance(value, dict):
        return value
    type_name = value.get("_typeName")
    if "_value" in value:
        return _in_utc(value["_value"]) if type_name == "dateTime" else _plain(value["_value"], typed, level + 1)
    if type_name == "ManagedObjectReference":
        return {"type": value.get("type"), "moid": value.get("value")}
    plain: dict[str, Any] = {"type": type_name} if typed and type_name is not None else {}
    for key, item in value.items():
        if key != "_typeName":
            name = snake_case(key)
            # A field called "type" must not replace the name of the type.
            plain[f"{name}_" if name in plain else name] = _plain(item, typed, level + 1)
    return plain


def _nested_too_deeply() -> BadResponse:
    return BadResponse(f"The value is nested in more than {_MAX_LEVELS} levels")


def _in_utc(moment: Any) -> Any:
    try:
        return format_rfc3339(parse_rfc3339(moment))
    except (TypeError, ValueError):
        return moment


def expect_reference(value: Any, what: str) -> Reference:
    """The value as a reference. Some servers box values, so its parts are unboxed.

    :param what: the operation or the field, for the message
    :raises BadResponse: the value is not a reference
    """
    reference = unboxed_value(value)
    if isinstance(reference, dict):
        kind, moid = unboxed_value(reference.get("type")), unboxed_value(reference.get("value"))
        # Both become part of request paths.
        if isinstance(kind, str) and isinstance(moid, str) and (kind + moid).isprintable():
            return Reference(kind, moid)
    raise BadResponse(f"{what} returned {_shape(value)} instead of a reference")


def expect_objects(value: Any, what: str) -> list[dict[str, Any]]:
    """The value as a list of data objects; ``null`` is an empty list.

    :raises BadResponse: the value is not such a list
    """
    value = unboxed_value(value)
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise BadResponse(f"{what} returned {_shape(value)} instead of a list of objects")


def expect_object(value: Any, what: str) -> dict[str, Any]:
    """The value as a data object.

    :raises BadResponse: the value is not an object
    """
    if isinstance(value, dict):
        return value
    raise BadResponse(f"{what} returned {_shape(value)} instead of an object")


def expect_text(value: Any, what: str) -> str:
    """The value as a string, unboxed if necessary.

    :raises BadResponse: the value is not a string
    """
    value = unboxed_value(value)
    if isinstance(value, str):
        return value
    raise BadResponse(f"{what} returned {_shape(value)} instead of a string")


def unboxed_value(value: Any) -> Any:
    """The content of a boxed primitive, enum or array; any other value unchanged."""
    return value["_value"] if isinstance(value, dict) and "_value" in value else value


def unboxed_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """A data object with every field unboxed, at any depth. A boxed time is kept, because its type tells what it is.

    :raises BadResponse: it is nested in more than 200 levels
    """
    return {name: _unboxed(value, 1) if isinstance(value, (dict, list)) else value for name, value in fields.items()}


def _unboxed(value: Any, level: int) -> Any:
    if level > _MAX_LEVELS:
        raise _nested_too_deeply()
    if isinstance(value, list):
        return [_unboxed(item, level + 1) for item in value]
    if not isinstance(value, dict) or value.get("_typeName") == "dateTime":
        return value
    if "_value" in value:
        return _unboxed(value["_value"], level + 1)
    return {name: _unboxed(item, level + 1) for name, item in value.items()}


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of type {value.get('_typeName')!r}"
    return "null" if value is None else f"a value of type {type(value).__name__}"
