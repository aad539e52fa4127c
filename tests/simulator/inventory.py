# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory: folders, datacenters, hosts, virtual machines, and the tree that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .custom_fields import ExtensibleManagedObject
from .managed import ManagedObject, prop
from .wire import Ref, moref

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World


class ManagedEntity(ExtensibleManagedObject):
    """`name` is escaped, as on the wire (`a%2fb`). `links` are its references to others by property name."""

    TYPE = "ManagedEntity"
    BASES = (*ExtensibleManagedObject.BASES, "ExtensibleManagedObject")

    def __init__(self, world: World, ref: Ref, name: str, parent: ManagedEntity | None, **found_by: str) -> None:
        super().__init__(world, ref)
        self.label = name
        self.up = parent
        self.children: list[ManagedEntity] = []
        self.links: dict[str, list[ManagedEntity]] = {}
        self.found_by = found_by
        if parent is not None:
            parent.children.append(self)
        world.add(self)

    def descendants(self) -> Iterator[ManagedEntity]:
        for child in self.children:
            yield child
            yield from child.descendants()

    def link(self, name: str) -> dict[str, Any] | None:
        return next((moref(entity.ref) for entity in self.links.get(name, ())), None)

    def link_list(self, name: str) -> list[dict[str, Any]]:
        return [moref(entity.ref) for entity in self.links.get(name, ())]

    @prop("string")
    def name(self, session: Session | None) -> str:
        return self.label

    @prop("ManagedObjectReference")
    def parent(self, session: Session | None) -> dict[str, Any] | None:
        return moref(self.up.ref) if self.up else None

    @prop("ArrayOfManagedObjectReference")
    def recentTask(self, session: Session | None) -> list[dict[str, Any]]:
        return [moref(task.ref) for task in self.world.tasks.recent() if task.entity == self.ref]


Entity = TypeVar("Entity", bound=ManagedEntity)
ENTITY_BASES = (*ManagedEntity.BASES, "ManagedEntity")


class Folder(ManagedEntity):
    TYPE, BASES = "Folder", ENTITY_BASES

    @prop("ArrayOfManagedObjectReference")
    def childEntity(self, session: Session | None) -> list[dict[str, Any]]:
        return [moref(child.ref) for child in self.children]


class Datacenter(ManagedEntity):
    TYPE, BASES = "Datacenter", ENTITY_BASES

    @prop("ManagedObjectReference")
    def vmFolder(self, session: Session | None) -> dict[str, Any] | None:
        return self.link("vmFolder")

    @prop("ManagedObjectReference")
    def hostFolder(self, session: Session | None) -> dict[str, Any] | None:
        return self.link("hostFolder")

    @prop("ManagedObjectReference")
    def datastoreFolder(self, session: Session | None) -> dict[str, Any] | None:
        return self.link("datastoreFolder")

    @prop("ManagedObjectReference")
    def networkFolder(self, session: Session | None) -> dict[str, Any] | None:
        return self.link("networkFolder")


class ClusterComputeResource(ManagedEntity):
    TYPE, BASES = "ClusterComputeResource", (*ENTITY_BASES, "ComputeResource")

    @prop("ArrayOfManagedObjectReference")
    def host(self, session: Session | None) -> list[dict[str, Any]]:
        return [moref(child.ref) for child in self.children if child.TYPE == "HostSystem"]

    @prop("ManagedObjectReference")
    def resourcePool(self, session: Session | None) -> dict[str, Any] | None:
        return self.link("resourcePool")


class ResourcePool(ManagedEntity):
    TYPE, BASES = "ResourcePool", ENTITY_BASES

    @prop("ArrayOfManagedObjectReference")
    def resourcePool(self, session: Session | None) -> list[dict[str, Any]]:
        return [moref(child.ref) for child in self.children]

    @prop("ArrayOfManagedObjectReference")
    def vm(self, session: Session | None) -> list[dict[str, Any]]:
        return self.link_list("vm")


class HostSystem(ManagedEntity):
    TYPE, BASES = "HostSystem", ENTITY_BASES

    @prop("ArrayOfManagedObjectReference")
    def vm(self, session: Session | None) -> list[dict[str, Any]]:
        return self.link_list("vm")


class VirtualMachine(ManagedEntity):
    TYPE, BASES = "VirtualMachine", ENTITY_BASES

    @prop("ManagedObjectReference")
    def resourcePool(self, session: Session | None) -> dict[str, Any] | None:
        return self.link("resourcePool")


class Datastore(ManagedEntity):
    TYPE, BASES = "Datastore", ENTITY_BASES


class Network(ManagedEntity):
    TYPE, BASES = "Network", ENTITY_BASES


class VmwareDistributedVirtualSwitch(ManagedEntity):
    TYPE, BASES = "VmwareDistributedVirtualSwitch", (*ENTITY_BASES, "DistributedVirtualSwitch")


class DistributedVirtualPortgroup(ManagedEntity):
    TYPE, BASES = "DistributedVirtualPortgroup", (*ENTITY_BASES, "Network")


class Alarm(ManagedObject):
    TYPE, BASES = "Alarm", ExtensibleManagedObject.BASES


class ScheduledTask(ManagedObject):
    TYPE, BASES = "ScheduledTask", ExtensibleManagedObject.BASES


def _add(
    world: World, kind: type[Entity], value: str, name: str, parent: ManagedEntity | None, **found_by: str
) -> Entity:
    return kind(world, Ref(kind.TYPE, value), name, parent, **found_by)


def _add_vm(world: World, number: int, name: str, folder: ManagedEntity) -> VirtualMachine:
    plain = name.replace("%2f", "-")
    return _add(
        world,
        VirtualMachine,
        f"vm-{number}",
        name,
        folder,
        dns=f"{plain}.example.com",
        ip=f"192.0.2.{number}",
        uuid=f"42000000-0000-4000-8000-{number:012d}",
        instance_uuid=f"50000000-0000-4000-8000-{number:012d}",
    )


def _add_datacenter(world: World, root: Folder, value: str, name: str, folders: dict[str, str]) -> Datacenter:
    datacenter = _add(world, Datacenter, value, name, root)
    for kind, moid in folders.items():
        datacenter.links[f"{kind}Folder"] = [_add(world, Folder, moid, kind, datacenter)]
    return datacenter


def build_inventory(world: World) -> None:
    """The fixed inventory that demos and tests know by heart."""
    root = _add(world, Folder, world.root.value, "Datacenters", None)
    dc0 = _add_datacenter(
        world,
        root,
        "datacenter-2",
        "DC0",
        {"vm": "group-v3", "host": "group-h4", "datastore": "group-s5", "network": "group-n6"},
    )
    dc1 = _add_datacenter(
        world,
        root,
        "datacenter-51",
        "DC1",
        {"vm": "group-v53", "host": "group-h54", "datastore": "group-s55", "network": "group-n56"},
    )
    folder = {kind: dc0.links[f"{kind}Folder"][0] for kind in ("vm", "host", "datastore", "network")}

    cluster = _add(world, ClusterComputeResource, "domain-c7", "Cluster0", folder["host"])
    pool = _add(world, ResourcePool, "resgroup-8", "Resources", cluster)
    cluster.links["resourcePool"] = [pool]
    hosts = [
        _add(
            world,
            HostSystem,
            f"host-1{n}",
            f"esx0{n}.example.com",
            cluster,
            dns=f"esx0{n}.example.com",
            ip=f"192.0.2.1{n}",
        )
        for n in (1, 2)
    ]

    apps = _add(world, Folder, "group-v9", "apps", folder["vm"])
    machines = [
        _add_vm(world, 21, "web01", folder["vm"]),
        _add_vm(world, 22, "web02", folder["vm"]),
        _add_vm(world, 23, "db01", folder["vm"]),
        _add_vm(world, 24, "app01", apps),
        _add_vm(world, 25, "a%2fb", folder["vm"]),
    ]
    for index, machine in enumerate(machines):
        machine.links["resourcePool"] = [pool]
        hosts[index % 2].links.setdefault("vm", []).append(machine)
    pool.links["vm"] = list(machines)
    _add_vm(world, 61, "web01", dc1.links["vmFolder"][0])

    _add(world, Datastore, "datastore-31", "datastore1", folder["datastore"])
    _add(world, Network, "network-41", "VM Network", folder["network"])
    _add(world, VmwareDistributedVirtualSwitch, "dvs-42", "DVS0", folder["network"])
    _add(world, DistributedVirtualPortgroup, "dvportgroup-43", "DVPG0", folder["network"])
    for kind, moid in (
        (Alarm, "alarm-5"),
        (Alarm, "alarm-6"),
        (ScheduledTask, "schedule-7"),
        (ScheduledTask, "schedule-8"),
    ):
        world.add(kind(world, Ref(kind.TYPE, moid)))
