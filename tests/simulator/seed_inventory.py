# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory that every simulator starts with: two datacenters with hosts, virtual machines, alarms and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .inventory import (
    Alarm,
    ClusterComputeResource,
    Datacenter,
    Datastore,
    DistributedVirtualPortgroup,
    Folder,
    HostSystem,
    Network,
    ResourcePool,
    ScheduledTask,
    VirtualMachine,
    VmwareDistributedVirtualSwitch,
)
from .managed_entity import ManagedEntity
from .wire import Ref

if TYPE_CHECKING:
    from .world import World

Entity = TypeVar("Entity", bound=ManagedEntity)


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


def add_machines(world: World, count: int, name: str) -> list[str]:
    """The ids of new virtual machines in the folder of `apps`, which exist until the program ends."""
    folder = world.objects["group-v9"]
    assert isinstance(folder, ManagedEntity)
    first = 1000 + len(world.objects)
    return [_add_vm(world, number, f"{name}{number}", folder).ref.value for number in range(first, first + count)]


def _add_datacenter(world: World, root: Folder, value: str, name: str, folders: dict[str, str]) -> Datacenter:
    datacenter = _add(world, Datacenter, value, name, root)
    for kind, moid in folders.items():
        datacenter.links[f"{kind}Folder"] = [_add(world, Folder, moid, kind, datacenter)]
    return datacenter


def build_inventory(world: World) -> None:
    """The fixed inventory that demos and tests rely on."""
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
    _add_vm(world, 61, "app01", dc1.links["vmFolder"][0])

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
