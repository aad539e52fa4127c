# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: routes, types, required fields and privileges from the OpenAPI file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).resolve().parent.parent / "contract" / "vi-json-tasks-8.0.1.0.json"

# Faults that live servers send too but the contract leaves out, each with its base type. Their fields are unknown.
MORE_FAULTS = {
    "InvalidPowerState": "InvalidState",
    "ResourceInUse": "VimFault",
    "InsufficientResourcesFault": "VimFault",
    "VmConfigFault": "VimFault",
    "FileFault": "VimFault",
    "FileNotFound": "FileFault",
    "NoDiskSpace": "FileFault",
    "HostNotConnected": "HostCommunication",
    "SnapshotFault": "VimFault",
}

Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One route: `GET` reads the property `member`, `POST` invokes the method `member`."""

    type: str
    member: str
    http_method: str
    privilege: str | None
    needs_session: bool
    parameters: str | None
    body_required: bool
    status: int
    result: Schema | None
    faults: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.type}.{self.member}"


@cache
def _document() -> dict[str, Any]:
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


@cache
def schemas() -> dict[str, Schema]:
    return _document()["components"]["schemas"]


@cache
def operations() -> dict[tuple[str, str, str], Operation]:
    """All routes by (HTTP method, type, member)."""
    found = {}
    for path, item in _document()["paths"].items():
        type_name, member = path.split("/")[1::2]
        for verb, route in item.items():
            operation = _operation(type_name, member, verb.upper(), route)
            found[operation.http_method, type_name, member] = operation
    return found


def _operation(type_name: str, member: str, http_method: str, route: Schema) -> Operation:
    responses = dict(route["responses"])
    faults = responses.pop("500")["x-faults"]
    ((status, response),) = responses.items()
    body = route.get("requestBody", {})
    return Operation(
        type=type_name,
        member=member,
        http_method=http_method,
        privilege=route.get("x-required-privilege"),
        needs_session="security" in route,
        parameters=_target(_json_schema(body)) if body else None,
        body_required=body.get("required", False),
        status=int(status),
        result=_json_schema(response) if "content" in response else None,
        faults=tuple(faults),
    )


def _json_schema(message: Schema) -> Schema:
    return message["content"]["application/json"]["schema"]


def _target(schema: Schema) -> str:
    return schema["$ref"].rsplit("/", 1)[1]


def privilege_of(type_name: str, member: str) -> str | None:
    """The privilege that the contract requires for a property or method; None if it requires none."""
    for verb in ("GET", "POST"):
        operation = operations().get((verb, type_name, member))
        if operation:
            return operation.privilege
    return None


@cache
def schema_name(wire_name: str) -> str | None:
    """The schema behind a `_typeName` (`int` -> `PrimitiveInt`), or None if the contract has none."""
    mapping = schemas()["Any"]["discriminator"]["mapping"]
    if wire_name in mapping:
        return mapping[wire_name].rsplit("/", 1)[1]
    return wire_name if wire_name in schemas() and is_data_type(wire_name) else None


@cache
def is_data_type(name: str) -> bool:
    """Whether values of the schema carry `_typeName`; those of enums and request bodies do not."""
    return name == "Any" or "allOf" in schemas().get(name, {})


@cache
def base_of(name: str) -> str | None:
    if name in MORE_FAULTS:
        return MORE_FAULTS[name]
    for part in schemas().get(name, {}).get("allOf", ()):
        if "$ref" in part:
            return _target(part)
    return None


@cache
def is_a(name: str, base: str) -> bool:
    """Whether the type is `base` or descends from it; unknown types descend from nothing."""
    current: str | None = name
    while current is not None:
        if current == base:
            return True
        current = base_of(current)
    return False


@cache
def fields_of(name: str) -> dict[str, Schema]:
    """Field name -> schema of a type or a request body, inherited fields first."""
    base = base_of(name)
    own = schemas().get(name, {})
    fields = dict(fields_of(base)) if base and base != "Any" else {}
    for part in (own, *own.get("allOf", ())):
        fields.update(part.get("properties", {}))
    fields.pop("_typeName", None)
    return fields


@cache
def required_of(name: str) -> frozenset[str]:
    base = base_of(name)
    own = schemas().get(name, {})
    names = set(required_of(base)) if base else set()
    for part in (own, *own.get("allOf", ())):
        names.update(part.get("required", ()))
    return frozenset(names - {"_typeName"})


def declared(type_name: str, field: str) -> str | None:
    """The wire type of a field: `ArrayOfString`, `int`, `TaskInfoState`, `TaskInfo`; None if there is no such field."""
    schema = fields_of(type_name).get(field)
    return None if schema is None else wire_type(schema)


def wire_type(schema: Schema) -> str:
    if "$ref" in schema:
        return _target(schema).removesuffix("Enum")
    if "allOf" in schema:
        return wire_type(schema["allOf"][0])
    if schema["type"] == "array":
        item = wire_type(schema["items"])
        return "ArrayOfAnyType" if item == "Any" else f"ArrayOf{item[0].upper()}{item[1:]}"
    if schema.get("format") == "date-time":
        return "dateTime"
    plain: str = schema["type"]
    return {"integer": "int", "number": "double"}.get(plain, plain)
