# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VI JSON <-> Python, without I/O.

On the wire every data object names its type in ``_typeName``, and where the declared type is Any a primitive is boxed
as ``{"_typeName": "int", "_value": 5}``. Answers of the modules have neither: snake_case keys, references as
``{type, moid}``, boxed values unboxed.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import Any, NamedTuple, Union

from .._errors import BadResponse
from .._times import format_rfc3339, parse_rfc3339

SPOKEN_BY = "VI JSON is spoken by vCenter 8.0.1 and later."

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Reference(NamedTuple):
    """A managed object: its type and its moId."""

    type: str
    moid: str

    def __str__(self) -> str:
        return f"{self.type}:{self.moid}"

    def wire(self) -> dict[str, str]:
        """As ManagedObjectReference."""
        return {"_typeName": "ManagedObjectReference", "type": self.type, "value": self.moid}

    def as_result(self) -> dict[str, str]:
        """As modules return it."""
        return {"type": self.type, "moid": self.moid}


Entity = Union[Reference, str]
"""A reference, or the inventory path of one (without slashes around it)."""


def parse_json(body: bytes) -> Any:
    """The value of a JSON text; BadAnswer for anything else, nesting that is too deep included."""
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadResponse(
            f"The answer is not JSON ({type(error).__name__}): {body_excerpt(body)}. {SPOKEN_BY}"
        ) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number} is too big")
    return value


def body_excerpt(body: bytes, size: int = 120) -> str:
    """The beginning of an answer, for a message."""
    text = " ".join(body[: 4 * size].decode("utf-8", "replace").split())
    return repr(text if len(text) <= size else f"{text[:size]}…")


@cache
def snake_case(name: str) -> str:
    """``entityName`` -> ``entity_name``."""
    return _WORD.sub("_", name).lower()


def data_object(type_name: str, **fields: Any) -> dict[str, Any]:
    """A data object for a request: fields that are None are left out."""
    return {"_typeName": type_name, **{key: value for key, value in fields.items() if value is not None}}


def plain_value(value: Any, *, typed: bool = False) -> Any:
    """Any wire value in answer form. ``typed`` keeps the type of data objects as ``type``; BadAnswer if too deep."""
    try:
        return _plain(value, typed)
    except RecursionError as error:
        raise BadResponse("the answer is nested too deeply") from error


def _plain(value: Any, typed: bool) -> Any:
    if isinstance(value, list):
        return [_plain(item, typed) for item in value]
    if not isinstance(value, dict):
        return value
    type_name = value.get("_typeName")
    if "_value" in value:
        return _in_utc(value["_value"]) if type_name == "dateTime" else _plain(value["_value"], typed)
    if type_name == "ManagedObjectReference":
        return {"type": value.get("type"), "moid": value.get("value")}
    answer: dict[str, Any] = {"type": type_name} if typed and type_name is not None else {}
    for key, item in value.items():
        if key != "_typeName":
            name = snake_case(key)
            # An own field called "type" must not hide the name of the type.
            answer[f"{name}_" if name in answer else name] = _plain(item, typed)
    return answer


def _in_utc(moment: Any) -> Any:
    try:
        return format_rfc3339(parse_rfc3339(moment))
    except (TypeError, ValueError):
        return moment


def expect_reference(value: Any, what: str) -> Reference:
    """The reference that an answer holds; BadAnswer if it holds something else."""
    if isinstance(value, dict):
        kind, moid = value.get("type"), value.get("value")
        # What goes into the address of a request has to be a text that can be sent.
        if isinstance(kind, str) and isinstance(moid, str) and (kind + moid).isprintable():
            return Reference(kind, moid)
    raise BadResponse(f"{what} answered {_shape(value)} where a reference was expected")


def expect_objects(value: Any, what: str) -> list[dict[str, Any]]:
    """A list of data objects, ``null`` being an empty one; BadAnswer if it is something else."""
    value = unboxed_value(value)
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise BadResponse(f"{what} answered {_shape(value)} where a list of objects was expected")


def expect_object(value: Any, what: str) -> dict[str, Any]:
    """A data object; BadAnswer if it is something else."""
    if isinstance(value, dict):
        return value
    raise BadResponse(f"{what} answered {_shape(value)} where an object was expected")


def expect_text(value: Any, what: str) -> str:
    """A string, boxed or not; BadAnswer if it is something else."""
    value = unboxed_value(value)
    if isinstance(value, str):
        return value
    raise BadResponse(f"{what} answered {_shape(value)} where a text was expected")


def unboxed_value(value: Any) -> Any:
    """What a boxed primitive, enum or array holds; anything else as it is."""
    return value["_value"] if isinstance(value, dict) and "_value" in value else value


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of type {value.get('_typeName')!r}"
    return "null" if value is None else f"a {type(value).__name__}"
