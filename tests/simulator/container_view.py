# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ContainerView: the entities below a container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .managed_object import ManagedObject, prop
from .view import ManagedObjectView, Reference
from .wire import Ref, moref, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

# the properties that a container view follows from one entity to the next
CONTENTS = {
    "Folder": ("childEntity",),
    "Datacenter": ("vmFolder", "hostFolder", "datastoreFolder", "networkFolder"),
    "ComputeResource": ("host", "resourcePool"),
    "ResourcePool": ("resourcePool", "vm"),
    "HostSystem": ("vm",),
}
# a non-recursive view of these also contains the virtual machines of their children
WITH_MACHINES = ("ComputeResource", "ResourcePool")


def contents(entity: ManagedObject) -> tuple[str, ...]:
    return next((names for type_name, names in CONTENTS.items() if entity.is_kind_of(type_name)), ())


class ContainerView(ManagedObjectView):
    """The entities below a container, computed from the current inventory."""

    TYPE = "ContainerView"
    BASES = (*ManagedObjectView.BASES, "ManagedObjectView")

    def __init__(self, world: World, ref: Ref, container: ManagedObject, types: list[str], recursive: bool) -> None:
        super().__init__(world, ref)
        self._container = container
        self._types = types
        self._recursive = recursive

    def members(self, session: Session | None) -> list[ManagedObject]:
        found = dict.fromkeys(self._below(self._container, session, {}))
        return [entity for entity in found if not self._types or any(map(entity.is_kind_of, self._types))]

    def sources(self, session: Session | None) -> set[tuple[str, str]]:
        read: dict[ManagedObject, tuple[str, ...]] = {}
        for _below in self._below(self._container, session, read):
            pass
        return {(entity.ref.value, name) for entity, names in read.items() for name in names}

    def _below(
        self, entity: ManagedObject, session: Session | None, read: dict[ManagedObject, tuple[str, ...]]
    ) -> Iterator[ManagedObject]:
        """Entities below another, possibly repeated. `read` collects the properties that were read of each."""
        read[entity] = contents(entity)
        for child in self._children(entity, read[entity], session):
            yield child
            if self._recursive:
                yield from self._below(child, session, read)
            elif any(map(entity.is_kind_of, WITH_MACHINES)) and "vm" in contents(child):
                read[child] = ("vm",)
                yield from self._children(child, ("vm",), session)

    def _children(
        self, entity: ManagedObject, names: tuple[str, ...], session: Session | None
    ) -> Iterator[ManagedObject]:
        for name in names:
            value = entity.get(name, session)
            for reference in value if isinstance(value, list) else [value] if value else ():
                child = self.world.existing(ref_of(reference), session)
                if child:
                    yield child

    @prop("ManagedObjectReference")
    def container(self, session: Session | None) -> Reference:
        return moref(self._container.ref)

    @prop("ArrayOfString")
    def type(self, session: Session | None) -> list[str]:
        return self._types

    @prop("boolean")
    def recursive(self, session: Session | None) -> bool:
        return self._recursive
