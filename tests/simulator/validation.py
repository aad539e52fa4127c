# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The validation of requests and responses against the contract, as strict as that of live servers."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from . import contract
from .contract import Release, Schema
from .wire import Fault, parse_time

INT_MAX = 2**31 - 1
LONG_TYPES = frozenset({"PrimitiveLong", "ArrayOfLong"})


def check_request(type_name: str | None, body: dict[str, Any], release: Release = contract.NEWEST) -> dict[str, Any]:
    """The parameters of a method, without `_typeName` and nulls. Raises Fault InvalidRequest, InvalidArgument.

    :param release: the release that the client uses; fields that came later are unknown
    """
    parameters = {name: value for name, value in body.items() if name != "_typeName" and value is not None}
    if type_name is None:
        if parameters:
            raise _invalid(f"Unknown parameter: {next(iter(parameters))}")
        return {}
    _Check(is_response=False, nulls=True, release=release).fields(type_name, parameters, "")
    return parameters


def check_response(schema: Schema, value: Any, *, nulls: bool = False, boxed: bool = False) -> None:
    """Raises Fault if the response breaks the contract. Unknown types and enum values are accepted.

    :param nulls: whether unset fields may be null, which the contract does not allow
    :param boxed: whether any value may be boxed, which the contract does not allow either
    """
    _Check(is_response=True, nulls=nulls, boxed=boxed).value(schema, value, "response")


def _invalid(message: str) -> Fault:
    return Fault("InvalidRequest", message)


def _wrong(path: str, message: str) -> Fault:
    return Fault("InvalidArgument", f"{message}: {path}", invalidProperty=path)


class _Check:
    """A walk along the schemas. `path` is the place in the value, for messages."""

    def __init__(
        self, *, is_response: bool, nulls: bool, boxed: bool = False, release: Release = contract.NEWEST
    ) -> None:
        self._is_response = is_response
        self._nulls = nulls
        self._boxed = boxed
        self._release = release

    def value(self, schema: Schema, value: Any, path: str) -> None:
        if value is None and schema.get("nullable"):
            return
        if self._boxed and isinstance(value, dict) and "_value" in value and not _is_any(schema):
            value = value["_value"]
        if "allOf" in schema and "$ref" in schema["allOf"][0]:
            schema = schema["allOf"][0]
        if "$ref" in schema:
            self._named(schema["$ref"].rsplit("/", 1)[1], value, path)
        elif schema["type"] == "array":
            self._list(schema["items"], value, path)
        else:
            self._plain(schema, value, path)

    def fields(self, type_name: str, values: dict[str, Any], path: str) -> None:
        """The fields of a request body or of a data object of a known type."""
        known = contract.fields_of(type_name)
        newer = contract.newer_fields(type_name, self._release)
        for name in contract.required_of(type_name):
            may_be_null = self._is_response and self._nulls and name in values
            if values.get(name) is None and not may_be_null:
                raise _invalid(f"Required property {name} is missing from data object of type {type_name}")
        for name, value in values.items():
            place = f"{path}.{name}" if path else name
            if name not in known or name in newer:
                raise _invalid(f"Unknown property {place} in data object of type {type_name}")
            if value is not None or not self._nulls:
                self.value(known[name], value, place)

    def _list(self, items: Schema, value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise _wrong(path, "A list is expected")
        for index, item in enumerate(value):
            self.value(items, item, f"{path}[{index}]")

    def _named(self, name: str, value: Any, path: str) -> None:
        schema = contract.schemas()[name]
        if "enum" in schema:
            known = isinstance(value, str) and (self._is_response or value in schema["enum"])
            if not known:
                raise _wrong(path, f"{value!r} is not a valid {name.removesuffix('Enum')}")
        else:
            self._object(name, value, path)

    def _object(self, declared: str, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            hint = "A boxed value is expected" if declared == "Any" else f"A {declared} is expected"
            raise _wrong(path, hint)
        type_name = value.get("_typeName")
        if not isinstance(type_name, str):
            stray = next((name for name in value if name not in ("type", "value")), "_typeName")
            raise Fault("InvalidArgument", f"Invalid MoRef field: {stray}", invalidProperty=path)
        schema = contract.schema_name(type_name)
        if schema is None:
            self._unknown_type(declared, type_name, path)
        elif declared != "Any" and not self._fits(schema, declared):
            raise _wrong(path, f"A {declared} is expected, not {type_name}")
        elif "_value" in contract.fields_of(schema):
            self._box(schema, value, path)
        else:
            self.fields(schema, {name: item for name, item in value.items() if name != "_typeName"}, path)

    def _fits(self, type_name: str, declared: str) -> bool:
        # Some servers wrap the error of a task; the contract does not.
        wrapped = self._is_response and declared == "MethodFault" and type_name == "LocalizedMethodFault"
        return wrapped or contract.is_a(type_name, declared)

    def _unknown_type(self, declared: str, type_name: str, path: str) -> None:
        if self._is_response or contract.is_a(type_name, declared):
            return
        raise _wrong(path, f"Unknown type {type_name}")

    def _box(self, schema: str, value: dict[str, Any], path: str) -> None:
        if set(value) != {"_typeName", "_value"}:
            raise _wrong(path, "A boxed value has _typeName and _value")
        item = contract.fields_of(schema)["_value"]
        if schema not in LONG_TYPES:
            self.value(item, value["_value"], path)
        elif not isinstance(value["_value"], (int, list)) or isinstance(value["_value"], bool):
            raise _wrong(path, "A long is expected")

    def _plain(self, schema: Schema, value: Any, path: str) -> None:
        kind = schema["type"]
        if kind == "boolean":
            fits = isinstance(value, bool)
        elif kind == "integer":
            fits = isinstance(value, int) and not isinstance(value, bool) and -INT_MAX - 1 <= value <= INT_MAX
        elif kind == "number":
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        else:
            fits = isinstance(value, str) and _has_format(value, schema.get("format"))
        if not fits:
            raise _wrong(path, f"{schema.get('format') or kind} is expected")


def _is_any(schema: Schema) -> bool:
    return bool(schema.get("$ref", "").endswith("/Any"))


def _has_format(text: str, name: str | None) -> bool:
    if name == "date-time":
        return parse_time(text) is not None
    if name == "byte":
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error:
            return False
    return True
