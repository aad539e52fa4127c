# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A validated PropertyFilterSpec: where to start, what to follow, which properties to report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import contract
from .managed_object import ManagedObject
from .property_paths import types_at
from .wire import Fault, Ref, invalid_argument, ref_of

Json = dict[str, Any]
REFERENCES = frozenset({"ManagedObjectReference", "ArrayOfManagedObjectReference"})


@dataclass(eq=False)
class Traversal:
    """Follow the references in a property of a type. `then` applies to their targets and may lead back here."""

    type: str
    path: str
    skip: bool
    then: list[Traversal] = field(default_factory=list)


@dataclass
class Start:
    """An object at which the selection starts."""

    ref: Ref
    skip: bool
    then: list[Traversal]


class FilterSpec:
    """Raises Fault for an invalid spec: InvalidType, InvalidProperty, InvalidArgument."""

    def __init__(self, spec: Json) -> None:
        for name in ("propSet", "objectSet"):
            if not spec[name]:
                raise invalid_argument(f"spec.{name}")
        self.wire = spec
        self.report_missing: bool = spec.get("reportMissingObjectsInResults", False)
        self._property_specs = [_checked(wanted) for wanted in spec["propSet"]]
        self._paths: dict[type[ManagedObject], tuple[str, ...] | None] = {}
        self.starts = _starts(spec["objectSet"])

    def paths(self, kind: type[ManagedObject]) -> tuple[str, ...] | None:
        """The properties to report of objects of a class; None if such objects are not reported at all."""
        if kind not in self._paths:
            applying = [wanted for wanted in self._property_specs if kind.is_kind_of(wanted["type"])]
            union = dict.fromkeys(path for wanted in applying for path in _wanted_paths(wanted, kind))
            self._paths[kind] = tuple(union) if applying else None
        return self._paths[kind]


def _wanted_paths(wanted: Json, kind: type[ManagedObject]) -> list[str]:
    return list(kind.PROPERTIES) if wanted.get("all") else wanted.get("pathSet") or []


def _checked(wanted: Json) -> Json:
    kinds = _classes_of(wanted["type"])
    for path in () if wanted.get("all") else wanted.get("pathSet") or ():
        if not all(types_at(kind, path) for kind in kinds):
            raise Fault("InvalidProperty", f"{wanted['type']} has no property {path}", name=path)
    return wanted


def _starts(object_set: list[Json]) -> list[Start]:
    """All starts of a spec. Names of traversals are valid in the whole spec, also before their definition."""
    named: dict[str, Traversal] = {}
    unlinked: list[tuple[list[Traversal], list[Json]]] = []

    def selections(specs: list[Json] | None) -> list[Traversal]:
        made: list[Traversal] = []
        unlinked.append((made, [spec for spec in specs or () if spec["_typeName"] == "SelectionSpec"]))
        for spec in specs or ():
            if spec["_typeName"] == "TraversalSpec":
                traversal = _traversal(spec)
                traversal.then = selections(spec.get("selectSet"))
                made.append(traversal)
                if spec.get("name"):
                    named[spec["name"]] = traversal
        return made

    starts = [Start(ref_of(s["obj"]), bool(s.get("skip")), selections(s.get("selectSet"))) for s in object_set]
    for made, by_name in unlinked:
        for spec in by_name:
            if spec.get("name") not in named:
                raise invalid_argument("selectSet", "No TraversalSpec has this name")
            made.append(named[spec["name"]])
    return starts


def _traversal(spec: Json) -> Traversal:
    if not all(types_at(kind, spec["path"]) & REFERENCES for kind in _classes_of(spec["type"])):
        raise invalid_argument("path", f"{spec['type']} has no references in {spec['path']}")
    return Traversal(spec["type"], spec["path"], bool(spec.get("skip")))


def _classes_of(type_name: str) -> list[type[ManagedObject]]:
    """The classes that a type covers; empty for a type without objects in the simulator."""
    found = [kind for kind in _classes(ManagedObject) if kind.is_kind_of(type_name)]
    if not found and type_name not in contract.schemas()["MoTypesEnum"]["enum"]:
        raise Fault("InvalidType", f"There is no type {type_name}", argument=type_name)
    return found


def _classes(base: type[ManagedObject]) -> Iterator[type[ManagedObject]]:
    yield base
    for kind in base.__subclasses__():
        yield from _classes(kind)
