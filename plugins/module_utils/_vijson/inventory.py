# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding managed entities in the inventory: by path, by name, or below other entities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from .._errors import FaultError, InputError
from .client import Client
from .property_reader import Properties, read_object_properties, read_selected_properties
from .wire import Entity, EntityName, Reference, data_object, expect_reference, unboxed_value

_NAMED = 10

_TO_MACHINES = (
    ("Folder", "childEntity"),
    ("Datacenter", "vmFolder"),
    ("Datacenter", "hostFolder"),
    ("ComputeResource", "host"),
    ("ComputeResource", "resourcePool"),
    ("ResourcePool", "resourcePool"),
    ("ResourcePool", "vm"),
    ("HostSystem", "vm"),
)
"""The properties that lead from an entity to the virtual machines below it: a type and its property."""

_TO_ALL = (*_TO_MACHINES, ("Datacenter", "datastoreFolder"), ("Datacenter", "networkFolder"))
"""The properties that lead from an entity to all entities below it."""


def find_entity(client: Client, entity: Entity, option: str = "entity") -> Reference:
    """The reference of one entity; see :func:`find_entities`."""
    return find_entities(client, [entity], option)[0]


def find_entities(client: Client, entities: Iterable[Entity], option: str = "entity") -> list[Reference]:
    """The references of entities, in their order.

    A path takes one request (SearchIndex.FindByInventoryPath). All names of a type take one more (names of the whole
    inventory). A reference takes none, so its object may not exist.

    :param option: the option that names the entities, for the message
    :raises InputError: there is no such object, or several have the same name
    """
    wanted = list(entities)
    named = _find_names(client, [entity for entity in wanted if isinstance(entity, EntityName)], option)
    return [
        entity
        if isinstance(entity, Reference)
        else named[entity]
        if isinstance(entity, EntityName)
        else _find_path(client, entity, option)
        for entity in wanted
    ]


def _find_path(client: Client, path: str, option: str) -> Reference:
    found = client.call("searchIndex", "FindByInventoryPath", {"inventoryPath": path})
    if found is None:
        raise InputError(
            f"{option}: there is no object at the inventory path /{path}, or the user has no permission to see it."
            " Use a path that begins with a datacenter or a folder, such as /DC0/vm/web01. Write a / in a name as %2f"
        )
    return expect_reference(found, "FindByInventoryPath")


# -- names ---------------------------------------------------------------------------------------------------------


def _find_names(client: Client, names: list[EntityName], option: str) -> dict[EntityName, Reference]:
    found: dict[EntityName, Reference] = {}
    for kind in dict.fromkeys(name.type for name in names):
        # The server cannot search by name, so this reads all names.
        root = _starts([client.singleton("rootFolder")], _TO_ALL)
        by_name: dict[str, list[Reference]] = {}
        for item in read_selected_properties(client, kind or "ManagedEntity", ["name"], root):
            for spelling in dict.fromkeys((_name(item), unquote(_name(item)))):
                by_name.setdefault(spelling, []).append(item.ref)
        for name in names:
            if name.type == kind:
                found[name] = _only(client, name, by_name.get(name.name, []), option)
    return found


def _only(client: Client, name: EntityName, found: list[Reference], option: str) -> Reference:
    what = f"{name.type or 'object'} named {name.name!r}"
    if not found:
        raise InputError(
            f"{option}: there is no {what} on {client.endpoint.hostname}, or the user has no permission to see it."
            " Use the name as the vSphere Client shows it, in the same case, or an inventory path such as /DC0/vm/web01"
        )
    if len(found) > 1:
        paths = [f"{path} ({ref})" for ref, path in zip(found, _paths(client, found[:_NAMED]))]
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        typed = "" if name.type else ", or add the type, such as {name: web01, type: HostSystem}"
        raise InputError(
            f"{option}: {client.endpoint.hostname} has more than one {what}: {', '.join(sorted(paths))}{more}."
            f" Use one of the paths{typed}"
        )
    return found[0]


def _paths(client: Client, refs: list[Reference]) -> list[str]:
    """The inventory path of each object, without the root folder, in one request."""
    starts = _starts(refs, (("ManagedEntity", "parent"),))
    items = read_selected_properties(client, "ManagedEntity", ["name", "parent"], starts)
    by_ref = {item.ref: item for item in items}
    return [_path(ref, by_ref) for ref in refs]


def _path(ref: Reference, by_ref: dict[Reference, Properties]) -> str:
    names: list[str] = []
    item = by_ref.get(ref)
    while item is not None and item.values.get("parent") is not None and len(names) < len(by_ref):
        names.append(_name(item))
        item = by_ref.get(expect_reference(item.values["parent"], "parent"))
    return "/" + "/".join(reversed(names))


def _name(item: Properties) -> str:
    return str(unboxed_value(item.values.get("name")) or "")


# -- below other entities ------------------------------------------------------------------------------------------


def read_entities_below(
    client: Client, refs: list[Reference], *, machines_only: bool = False, option: str = "entity"
) -> set[Reference]:
    """These entities and all below them, in one request; verifies that they exist.

    :param machines_only: of the entities below, only the virtual machines
    :raises InputError: an entity does not exist, or no longer exists
    """
    kind, steps = ("VirtualMachine", _TO_MACHINES) if machines_only else ("ManagedEntity", _TO_ALL)
    try:
        found = read_selected_properties(client, kind, ["name"], _starts(refs, steps))
    except FaultError as error:
        lost = next((ref for ref in refs if error.names(ref.moid)), None)
        if lost is None:
            raise
        raise no_such_entity_error(client, lost, option, fault=error.fault) from error
    return {*refs, *(item.ref for item in found)}


def require_entity(client: Client, entity: Reference, option: str = "entity") -> None:
    """Require that an entity exists, in one request.

    :param option: the option that names the entity, for the message
    :raises InputError: it does not exist
    """
    try:
        read_object_properties(client, entity, ["name"])
    except FaultError as error:
        if error.names(entity.moid):
            raise no_such_entity_error(client, entity, option, fault=error.fault) from error
        # The user may not read the name, or the object has none. Either way it exists.


def no_such_entity_error(
    client: Client, entity: Reference, option: str = "entity", *, fault: dict[str, Any] | None = None
) -> InputError:
    """The error for an entity that has to exist and does not."""
    text = f"{option}: {entity} does not exist, or no longer exists, on {client.endpoint.hostname}"
    return InputError(text, fault=fault)


def _starts(refs: list[Reference], steps: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    """ObjectSpecs for entities and all that these properties lead to, however deep."""
    starts = []
    for index, ref in enumerate(refs):
        # The names of traversals are unique in the whole request.
        names = [f"{kind}.{path}.{index}" for kind, path in steps]
        again = [data_object("SelectionSpec", name=name) for name in names]
        selected = [
            data_object("TraversalSpec", name=name, type=kind, path=path, skip=False, selectSet=again)
            for name, (kind, path) in zip(names, steps)
        ]
        starts.append(data_object("ObjectSpec", obj=ref.wire(), skip=False, selectSet=selected or None))
    return starts
