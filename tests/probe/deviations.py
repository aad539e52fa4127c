# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a response deviates from the contract. Fields, types and enum values of newer releases are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from simulator import contract
from simulator.contract import Schema

EMPTY_LIST = "null instead of a list"
NULL = "null instead of no field"
BOXED = "a boxed value"
WRAPPED = "a wrapped error"
SHAPE = "another shape"

_PLAIN: dict[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "number": (int, float), "string": (str,)}


class Deviation(NamedTuple):
    """A kind, and the path of the value in the contract's names."""

    kind: str
    path: str


def deviations(schema: Schema, value: Any, path: str) -> Iterator[Deviation]:
    """All deviations of a value from a schema."""
    if value is None and schema.get("nullable"):
        return
    if "allOf" in schema and "$ref" in schema["allOf"][0]:
        schema = schema["allOf"][0]
    is_any = schema.get("$ref", "").endswith("/Any")
    content = value.get("_value") if isinstance(value, dict) else None
    if isinstance(value, dict) and "_value" in value and (isinstance(content, dict) or not is_any):
        yield Deviation(BOXED, path)
        value = {"_typeName": value.get("_typeName"), **content} if isinstance(content, dict) else content
    if "$ref" in schema:
        yield from _named(schema["$ref"].rsplit("/", 1)[1], value, path)
    elif schema["type"] == "array":
        yield from _list(schema["items"], value, path)
    elif not isinstance(value, _PLAIN[schema["type"]]) or (schema["type"] != "boolean" and isinstance(value, bool)):
        yield Deviation(SHAPE, path)


def _list(items: Schema, value: Any, path: str) -> Iterator[Deviation]:
    if not isinstance(value, list):
        yield Deviation(SHAPE, path)
        return
    for item in value:
        yield from deviations(items, item, path)


def _named(name: str, value: Any, path: str) -> Iterator[Deviation]:
    if "enum" in contract.schemas()[name]:
        if not isinstance(value, str):
            yield Deviation(SHAPE, path)
        return
    type_name = value.get("_typeName") if isinstance(value, dict) else None
    if not isinstance(type_name, str):
        yield Deviation(SHAPE, path)
        return
    if name == "MethodFault" and type_name == "LocalizedMethodFault":
        yield Deviation(WRAPPED, path)
    schema = contract.schema_name(type_name)
    if schema is not None:
        yield from _fields(schema, value, path)


def _fields(type_name: str, values: dict[str, Any], path: str) -> Iterator[Deviation]:
    known, required = contract.fields_of(type_name), contract.required_of(type_name)
    for name in sorted(required - values.keys()):
        yield Deviation(SHAPE, f"{path}.{name}")
    for name in sorted(known.keys() & values.keys()):
        place = f"{path}.{name}"
        if values[name] is None and not known[name].get("nullable"):
            absent = EMPTY_LIST if known[name].get("type") == "array" else SHAPE
            yield Deviation(absent if name in required else NULL, place)
        else:
            yield from deviations(known[name], values[name], place)
