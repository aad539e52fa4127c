# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values on the wire: references, data objects, boxed values, faults and times."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from . import contract

PRIMITIVES = frozenset(contract.schemas()["Any"]["discriminator"]["mapping"])
ENUMS = frozenset(name.removesuffix("Enum") for name, schema in contract.schemas().items() if "enum" in schema)

SECOND = 1_000_000_000
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


class Ref(NamedTuple):
    """A reference to a managed object."""

    type: str
    value: str


def moref(ref: Ref) -> dict[str, Any]:
    return {"_typeName": "ManagedObjectReference", "type": ref.type, "value": ref.value}


def ref_of(value: dict[str, Any]) -> Ref:
    """The reference in a validated request."""
    return Ref(value["type"], value["value"])


def data(type_name: str, /, **fields: Any) -> dict[str, Any]:
    """A data object; fields that are None are left out."""
    return {"_typeName": type_name, **{name: value for name, value in fields.items() if value is not None}}


def box(type_name: str, value: Any) -> dict[str, Any]:
    return {"_typeName": type_name, "_value": value}


def box_any(declared: str, value: Any) -> Any:
    """The value for a field declared as Any: primitives, enums and arrays are boxed."""
    if value is None or (isinstance(value, dict) and not declared.startswith("ArrayOf")):
        return value
    return box(declared, value)


def box_fields(value: dict[str, Any]) -> dict[str, Any]:
    """A data object whose values are boxed as if its fields were declared as Any."""
    declared = {name: contract.declared(value["_typeName"], name) or "Any" for name in value if name != "_typeName"}
    return {**value, **{name: box_any(kind, value[name]) for name, kind in declared.items()}}


def box_infos(value: Any) -> Any:
    """The value with box_fields for every TaskInfo that is itself a value of type Any."""
    if isinstance(value, list):
        return [box_infos(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: box_fields(item) if name in ("val", "value", "result") and _is_info(item) else box_infos(item)
        for name, item in value.items()
    }


def _is_info(value: Any) -> bool:
    return isinstance(value, dict) and value.get("_typeName") == "TaskInfo"


def is_a(name: str, base: str) -> bool:
    return contract.is_a(name, base)


def is_vim_fault(name: str) -> bool:
    return contract.is_a(name, "VimFault")


class JsonText(str):
    """A wire value that is already JSON text. Pages of history are joined from the texts that tasks cache."""

    __slots__ = ()

    @classmethod
    def array(cls, texts: Iterable[str]) -> JsonText:
        return cls(f"[{','.join(texts)}]")


def to_json(value: Any) -> str:
    return value if isinstance(value, JsonText) else _ENCODER.encode(value)


class Fault(Exception):
    """A fault, which the server sends with HTTP 500."""

    def __init__(self, type_name: str, message: str = "", /, **fields: Any) -> None:
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.type_name = type_name
        self.message = message
        self.fields = fields

    def body(self) -> dict[str, Any]:
        return data(self.type_name, **self.fields, faultstring=self.message or None)


def not_found(ref: Ref) -> Fault:
    message = "The object has already been deleted or has not been completely created"
    return Fault("ManagedObjectNotFound", message, obj=moref(ref))


def invalid_argument(name: str, message: str = "A specified parameter was not correct") -> Fault:
    return Fault("InvalidArgument", f"{message}: {name}", invalidProperty=name)


def parse_time(text: str) -> int | None:
    """Nanoseconds since 1970 of an RFC 3339 time; None if the text is not a valid time."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    try:
        moment = datetime(*map(int, match.groups()[:6]), tzinfo=timezone.utc)  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    fraction, sign, hours, minutes = match.groups()[6:]
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        moment += offset if sign == "-" else -offset
    elapsed = moment - _EPOCH
    return (elapsed.days * 86400 + elapsed.seconds) * SECOND + int((fraction or "").ljust(9, "0"))


def format_time(nanoseconds: int, digits: int = 6, offset_minutes: int = 0) -> str:
    """RFC 3339 with 0 to 9 fractional digits; further digits are cut off."""
    seconds, rest = divmod(nanoseconds, SECOND)
    local = (_EPOCH + timedelta(seconds=seconds, minutes=offset_minutes)).isoformat()[:19]
    fraction = f".{rest:09d}"[: digits + 1] if digits else ""
    zone = "Z"
    if offset_minutes:
        hours, minutes = divmod(abs(offset_minutes), 60)
        zone = f"{'-' if offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"
    return f"{local}{fraction}{zone}"
