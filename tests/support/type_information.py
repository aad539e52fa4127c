# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pyVmomi's type information: a second source beside the contract.

`PYTHONPATH=tests .venv/bin/python tests/support/type_information.py` writes tests/contract/releases.json: the release
that brought each type, field, method, parameter and property of the contract. A field or parameter that came with its
type or method is left out.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, NamedTuple

from pyVmomi import VmomiSupport, version_info_str

from simulator import contract

RELEASES = contract.CONTRACT.with_name("releases.json")
_NUMBERS = re.compile(r"\d+(\.\d+)+")

Json = dict[str, Any]


class Member(NamedTuple):
    """A field, parameter or property."""

    since: str
    required: bool
    privilege: str | None


class Method(NamedTuple):
    since: str
    privilege: str | None
    faults: frozenset[str]
    parameters: dict[str, Member]


@cache
def _class_of(name: str) -> Any:
    try:
        return VmomiSupport.GetWsdlType("urn:vim25", name)
    except KeyError:
        return None


def is_data_type(name: str) -> bool:
    """Whether pyVmomi has a data type of this name; arrays, enums and primitives are none."""
    return hasattr(_class_of(name), "_GetPropertyList") and hasattr(_class_of(name), "_version")


def base_of(name: str) -> str:
    return str(_class_of(name).__bases__[0]._wsdlName)


def bases(name: str) -> list[str]:
    """All types from which a type descends."""
    return [kind._wsdlName for kind in _class_of(name).__mro__[1:] if hasattr(kind, "_wsdlName")]


def managed_object_types(base: str) -> set[str]:
    """The types of managed objects that descend from a type."""
    kinds = map(VmomiSupport.GetVmodlType, list(VmomiSupport._managedDefMap))
    return {kind._wsdlName for kind in kinds if issubclass(kind, _class_of(base)) and kind is not _class_of(base)}


def public_releases() -> list[str]:
    return [text for version, text in VmomiSupport.versionIdMap.items() if _is_public(version)]


def _is_public(version: str) -> bool:
    return version.startswith("vim.") and bool(_NUMBERS.fullmatch(VmomiSupport.versionIdMap[version]))


def type_since(name: str) -> str:
    return _release(_class_of(name)._version)


def enum_values(name: str) -> list[str]:
    return list(_class_of(name).values)


def own_fields(name: str) -> dict[str, Member]:
    """The fields of a data type, without inherited ones."""
    kind = _class_of(name)
    inherited = {field.name for base in kind.__bases__ for field in getattr(base, "_GetPropertyList", list)()}
    return {field.name: _member(field) for field in kind._GetPropertyList() if field.name not in inherited}


def properties(name: str) -> dict[str, Member]:
    """The properties of a managed object type, with inherited ones."""
    return {member.name: _member(member) for member in _class_of(name)._GetPropertyList()}


def methods(name: str) -> dict[str, Method]:
    """The methods of a managed object type, with inherited ones."""
    infos = [info for kind in reversed(_class_of(name).__mro__) for info in vars(kind).get("_methodInfo", {}).values()]
    return {
        info.wsdlName: Method(
            since=_release(info.version),
            privilege=info.privId,
            faults=frozenset(fault.rpartition(".")[2] for fault in info.faults),
            parameters={parameter.name: _member(parameter) for parameter in info.params},
        )
        for info in infos
    }


def _member(info: Any) -> Member:
    return Member(_release(info.version), not info.flags & VmomiSupport.F_OPTIONAL, getattr(info, "privId", None))


@cache
def _release(version: str) -> str:
    """The first public release that contains a version: "8.0.2.0" for `vim.version.v8_0_2_0`."""
    containing = (newer for newer, older in VmomiSupport.parentMap.items() if version in older and _is_public(newer))
    return min((VmomiSupport.versionIdMap[newer] for newer in containing), key=contract.parse_since)


def releases() -> Json:
    """The content of releases.json."""
    names = [name for name in contract.schemas() if is_data_type(name)]
    types = {name: _described(type_since(name), own_fields(name), contract.fields_of(name)) for name in names}
    served: dict[str, set[str]] = {}
    for operation in contract.operations().values():
        served.setdefault(operation.type, set()).add(operation.member)
    return {
        "source": f"pyVmomi {version_info_str}",
        "types": types,
        "members": {
            f"{kind}.{member}": _member_since(kind, member)
            for kind, members in sorted(served.items())
            for member in sorted(members)
        },
    }


def _described(since: str, fields: dict[str, Member], known: Json) -> Json:
    later = {name: field.since for name, field in fields.items() if name in known and field.since != since}
    return {"since": since, **({"fields": later} if later else {})}


def _member_since(kind: str, member: str) -> Json:
    method = methods(kind).get(member)
    if method is None:
        return {"since": properties(kind)[member].since}
    return _described(method.since, method.parameters, method.parameters)


def text_of_releases() -> str:
    return json.dumps(releases(), indent=1) + "\n"


if __name__ == "__main__":
    RELEASES.write_text(text_of_releases(), encoding="utf-8")
