# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converting values of users to VI JSON, where the API declares Any or a data object."""

from __future__ import annotations

from functools import cache
from math import isfinite
from typing import Any

from .wire import Reference, data_object

_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)


@cache
def camel_case(name: str) -> str:
    """``entity_name`` -> ``entityName``. A camelCase name is returned unchanged."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def box_value(value: Any) -> dict[str, Any]:
    """The VI JSON form of a Python value where the API declares Any.

    Primitives are boxed and lists become ``ArrayOf…``. A mapping with exactly ``type`` and ``moid`` becomes a
    reference, another one with ``type`` a data object of that type, and any other an ArrayOfKeyAnyValue.

    :raises ValueError: VI JSON cannot express the value
    """
    if isinstance(value, list):
        return _box_list(value)
    if isinstance(value, dict):
        return _box_mapping(value)
    return {"_typeName": _primitive_type(value), "_value": value}


def _primitive_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        if value not in _INT64:
            raise ValueError(f"{value} does not fit into 64 bits")
        return "int" if value in _INT32 else "long"
    if isinstance(value, float) and isfinite(value):
        return "double"
    if isinstance(value, str):
        return "string"
    raise ValueError(f"{value!r} cannot be expressed in VI JSON")


_ARRAYS = {"boolean": "ArrayOfBoolean", "int": "ArrayOfInt", "long": "ArrayOfLong", "string": "ArrayOfString"}


def _box_list(values: list[Any]) -> dict[str, Any]:
    boxed = [box_value(value) for value in values]
    kinds = {item["_typeName"] for item in boxed}
    if kinds == {"int", "long"}:
        kinds = {"long"}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind in _ARRAYS:
        return {"_typeName": _ARRAYS[kind], "_value": values}
    if kind == "ManagedObjectReference":
        return {"_typeName": "ArrayOfManagedObjectReference", "_value": boxed}
    if not boxed:
        return {"_typeName": "ArrayOfString", "_value": []}
    return {"_typeName": "ArrayOfAnyType", "_value": boxed}


def _box_mapping(value: dict[str, Any]) -> dict[str, Any]:
    if set(value) == {"type", "moid"}:
        return Reference(str(value["type"]), str(value["moid"])).wire()
    if isinstance(value.get("type"), str):
        return typed_object(value["type"], {key: item for key, item in value.items() if key != "type"})
    pairs = [
        data_object("KeyAnyValue", key=str(key), value=box_value(item))
        for key, item in value.items()
        if item is not None
    ]
    return {"_typeName": "ArrayOfKeyAnyValue", "_value": pairs}


def typed_object(type_name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A data object from snake_case or camelCase fields. Each nested mapping needs a ``type``.

    :raises ValueError: a nested mapping has no ``type``, or VI JSON cannot express a value
    """
    return data_object(type_name, **{camel_case(key): _field(key, value) for key, value in fields.items()})


def _field(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_field(name, item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"key", "value"}:
        return data_object("KeyValue", key=str(value["key"]), value=str(value["value"]))
    if isinstance(value.get("type"), str):
        return _box_mapping(value)
    raise ValueError(f"{name}: a nested mapping needs a type, such as type: LocalizableMessage")
