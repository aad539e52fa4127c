# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ListView: the references that a client lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .managed_object import ManagedObject, method
from .view import ManagedObjectView, Reference
from .wire import Ref, invalid_argument, moref, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World


class ListView(ManagedObjectView):
    """A list that the client maintains. Objects that no longer exist drop out."""

    TYPE = "ListView"
    BASES = (*ManagedObjectView.BASES, "ManagedObjectView")

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self._listed: dict[Ref, None] = {}

    def members(self, session: Session | None) -> list[ManagedObject]:
        return [member for ref in self._listed if (member := self.world.existing(ref, session))]

    def add(self, refs: Iterable[Ref], session: Session) -> list[Ref]:
        """Add the references of existing objects; return the others."""
        unresolved = []
        for ref in refs:
            if self.world.existing(ref, session):
                self._listed[ref] = None
            else:
                unresolved.append(ref)
        return unresolved

    @method
    async def ModifyListView(
        self, session: Session, add: list[Reference] | None = None, remove: list[Reference] | None = None
    ) -> list[Reference]:
        for reference in remove or ():
            self._listed.pop(ref_of(reference), None)
        return self._extend(session, add)

    @method
    async def ResetListView(self, session: Session, obj: list[Reference] | None = None) -> list[Reference]:
        self._listed = {}
        return self._extend(session, obj)

    @method
    async def ResetListViewFromView(self, session: Session, view: Reference) -> None:
        source = self.world.find(ref_of(view), session)
        if not isinstance(source, ManagedObjectView):
            raise invalid_argument("view")
        self._listed = dict.fromkeys(member.ref for member in source.members(session))
        self.world.touch(self, "view")

    def _extend(self, session: Session, references: list[Reference] | None) -> list[Reference]:
        unresolved = self.add(map(ref_of, references or ()), session)
        self.world.touch(self, "view")
        return [moref(ref) for ref in unresolved]
