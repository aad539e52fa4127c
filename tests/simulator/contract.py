# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: routes, types, required fields and privileges from the OpenAPI files, and when each of them came."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).resolve().parent.parent / "contract" / "vi-json-tasks-8.0.1.0.json"
ADDITIONS = CONTRACT.with_name("additions.json")
RELEASES = CONTRACT.with_name("releases.json")

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
Release = tuple[int, ...]
NEWEST: Release = (99,)


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
    since: Release

    @property
    def name(self) -> str:
        return f"{self.type}.{self.member}"


@cache
def _documents() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in (CONTRACT, ADDITIONS))


@cache
def schemas() -> dict[str, Schema]:
    """All schemas. Those that both files have are one type, with the fields of both."""
    first, added = (document["components"]["schemas"] for document in _documents())
    both = {name: {"allOf": [*first[name]["allOf"], *added[name]["allOf"]]} for name in first.keys() & added.keys()}
    return {**first, **added, **both}


@cache
def operations() -> dict[tuple[str, str, str], Operation]:
    """All routes by (HTTP method, type, member)."""
    found = {}
    for path, item in (pair for document in _documents() for pair in document["paths"].items()):
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
        since=_since_of(f"{type_name}.{member}"),
    )


@cache
def _releases() -> dict[str, Any]:
    return json.loads(RELEASES.read_text(encoding="utf-8")) if RELEASES.exists() else {"types": {}, "members": {}}


def parse_since(text: str) -> Release:
    """The numbers of a release, also of old ones such as `2.5u2`."""
    return tuple(map(int, re.findall(r"\d+", text)))


def _since_of(operation: str) -> Release:
    return parse_since(_releases()["members"].get(operation, {}).get("since", "2.0"))


@cache
def newer_fields(name: str, release: Release) -> frozenset[str]:
    """The fields of a type, inherited ones too, that came after a release."""
    base = base_of(name)
    fields: dict[str, str] = _releases()["types"].get(name, {}).get("fields", {})
    newer = frozenset(field for field, since in fields.items() if parse_since(since) > release)
    return newer | (newer_fields(base, release) if base else frozenset())


@cache
def all_newer_fields(release: Release) -> frozenset[str]:
    """The names of all fields of any type that came after a release."""
    return frozenset(field for name in _releases()["types"] for field in newer_fields(name, release))


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
