# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing the entities, and other managed objects, in options."""

from __future__ import annotations

import re
from typing import Any

from .._errors import InputError
from .._vijson.wire import Entity, EntityName, Reference
from .parsing import LIST_FORMS, is_list_text, refusal, shortened, unquoted
from .task_parsing import is_task_id

ENTITY_FORMS = (
    "a name such as web01, VirtualMachine:vm-7, vm-7, an inventory path such as /DC0/vm/web01,"
    " {type: VirtualMachine, moid: vm-7}, or {name: web01, type: VirtualMachine}"
)
_REFERENCE = re.compile(r"(?:vim\.)?(?:[a-z]+\.)*([A-Z][A-Za-z]*):([A-Za-z][\w.-]*-[\w.-]+)", re.ASCII)
_TYPE = re.compile(r"(?:vim\.)?(?:[a-z]+\.)*[A-Za-z]+", re.ASCII)
_BARE = re.compile(r"[a-z]+-[a-z]?\d[\w-]*", re.ASCII)

ENTITY_TYPES = (
    "VirtualMachine",
    "HostSystem",
    "ClusterComputeResource",
    "ComputeResource",
    "ResourcePool",
    "VirtualApp",
    "Datacenter",
    "Folder",
    "StoragePod",
    "Datastore",
    "Network",
    "OpaqueNetwork",
    "TransitGateway",
    "DistributedVirtualSwitch",
    "VmwareDistributedVirtualSwitch",
    "DistributedVirtualPortgroup",
)
"""All types of managed entities, up to release 9.1.1.0."""

# The first matching prefix determines the type, so longer prefixes precede shorter ones.
_PREFIXES = (
    ("vm-", "VirtualMachine"),
    ("host-", "HostSystem"),
    ("group-p", "StoragePod"),
    ("group-", "Folder"),
    ("datacenter-", "Datacenter"),
    ("domain-c", "ClusterComputeResource"),
    ("domain-s", "ComputeResource"),
    ("resgroup-v", "VirtualApp"),
    ("resgroup-", "ResourcePool"),
    ("datastore-", "Datastore"),
    ("network-", "Network"),
    ("dvs-", "VmwareDistributedVirtualSwitch"),
    ("dvportgroup-", "DistributedVirtualPortgroup"),
)


_KEYS = {"type", "moid", "name"}


def parse_entity(value: Any, option: str = "entity") -> Entity:
    """A reference, a name, or an inventory path without a leading or trailing slash."""
    entity = _entity_of_mapping(value) if isinstance(value, dict) else None
    if is_list_text(value):
        raise refusal(option, value, "is not an object id, name or path", LIST_FORMS)
    if isinstance(value, str):
        entity = _entity_of_text(unquoted(value))
    if entity is None:
        raise refusal(option, value, "is not an object id, name or path", ENTITY_FORMS)
    kind = None if isinstance(entity, str) else entity.type
    if kind is not None and kind not in ENTITY_TYPES:
        raise InputError(f"{option}: {shortened(kind)} is not a type of inventory object. Use {_type_like(kind)}")
    return entity


def _type_like(kind: str) -> str:
    """The type that differs only in case, or else all types."""
    return next((each for each in ENTITY_TYPES if each.lower() == kind.lower()), ", ".join(ENTITY_TYPES))


def _entity_of_mapping(value: dict[Any, Any]) -> Entity | None:
    kind, moid, name = value.get("type"), value.get("moid"), value.get("name")
    if kind is not None and not (isinstance(kind, str) and _TYPE.fullmatch(kind)):
        return None
    kind = kind and kind.rpartition(".")[2]
    # Without an id, a mistyped key would select objects of other types too.
    if moid is None and set(value) <= _KEYS and isinstance(name, str) and _is_name(name):
        return EntityName(name.strip(), kind)
    if not isinstance(moid, str) or not moid.strip():
        return None
    return Reference(kind, moid) if kind else _entity_of_id(moid)


def _entity_of_text(name: str) -> Entity | None:
    if "/" in name:
        return name.strip("/") or None
    match = _REFERENCE.fullmatch(name)
    if match:
        return Reference(match[1], match[2])
    by_id = _entity_of_id(name)
    if by_id:
        return by_id
    # A colon is more likely a misspelled id than part of a name, and a task is not an entity.
    is_name = _is_name(name) and ":" not in name and not is_task_id(name)
    return EntityName(name) if is_name else None


def _entity_of_id(moid: str) -> Reference | None:
    """The reference of an id such as ``vm-7``, whose prefix tells the type."""
    kinds = (kind for prefix, kind in _PREFIXES if moid.startswith(prefix))
    kind = next(kinds, None) if _BARE.fullmatch(moid) else None
    return Reference(kind, moid) if kind else None


def _is_name(text: str) -> bool:
    return bool(text.strip()) and text.strip().isprintable()


def parse_entities(values: list[Any] | None, option: str = "entity") -> list[Entity] | None:
    """Each entity of a list once; ``None`` if the option is not set."""
    if values is None:
        return None
    return list(dict.fromkeys(parse_entity(value, option) for value in values))


def parse_object(value: Any, option: str, kind: str, prefix: str) -> Reference:
    """The reference of an object that is not an entity, such as ``alarm-7``, ``Alarm:alarm-7``, or ``{type, moid}``.

    :param kind: the type
    :param prefix: the prefix of its moIds
    """
    found: tuple[Any, Any] = (None, None)
    if isinstance(value, dict):
        found = (value.get("type"), value.get("moid"))
    elif isinstance(value, str):
        name = unquoted(value)
        match = _REFERENCE.fullmatch(name)
        found = (match[1], match[2]) if match else (kind, name)
    if found[0] != kind or not re.fullmatch(rf"{prefix}\d{{1,19}}", str(found[1]), re.ASCII):
        forms = f"{prefix}7, {kind}:{prefix}7, or {{type: {kind}, moid: {prefix}7}}"
        raise refusal(option, value, f"is not a valid {kind}", forms)
    return Reference(kind, str(found[1]))
