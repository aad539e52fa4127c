# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ManagedEntity: an inventory object and its place in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .extensible_managed_object import ExtensibleManagedObject
from .managed_object import prop
from .wire import Ref, moref

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World


class ManagedEntity(ExtensibleManagedObject):
    """`name` is escaped, as on the wire (`a%2fb`). `links` holds references to other entities by property name."""

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

    def descendants(self, depth: int = 0) -> Iterator[ManagedEntity]:
        """All entities below this one, or with `depth` only those on that many levels."""
        for child in self.children:
            yield child
            if depth != 1:
                yield from child.descendants(max(depth - 1, 0))

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
