# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory types: folders, datacenters, hosts, virtual machines, and the alarms and schedules that start tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .extensible_managed_object import ExtensibleManagedObject
from .managed_entity import ManagedEntity
from .managed_object import prop
from .wire import moref

if TYPE_CHECKING:
    from .sessions import Session

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


class Alarm(ExtensibleManagedObject):
    TYPE, BASES = "Alarm", (*ExtensibleManagedObject.BASES, "ExtensibleManagedObject")


class ScheduledTask(ExtensibleManagedObject):
    TYPE, BASES = "ScheduledTask", (*ExtensibleManagedObject.BASES, "ExtensibleManagedObject")
