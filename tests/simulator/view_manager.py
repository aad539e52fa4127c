# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ViewManager: create views, which belong to a session and which filters can traverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import contract
from .container_view import ContainerView, contents
from .list_view import ListView
from .managed_object import ManagedObject, method, prop
from .view import Reference, View
from .wire import invalid_argument, moref, not_found, ref_of

if TYPE_CHECKING:
    from .sessions import Session


class ViewManager(ManagedObject):
    TYPE = "ViewManager"

    @prop("ArrayOfManagedObjectReference")
    def viewList(self, session: Session) -> list[Reference]:
        return [moref(owned.ref) for owned in session.owned.values() if isinstance(owned, View)]

    @method
    async def CreateListView(self, session: Session, obj: list[Reference] | None = None) -> Reference:
        created = ListView(self.world, session.new_ref("ListView"))
        unresolved = created.add(map(ref_of, obj or ()), session)
        if unresolved:
            raise not_found(unresolved[0])
        return self._open(created, session)

    @method
    async def CreateContainerView(
        self, session: Session, container: Reference, recursive: bool, type: list[str] | None = None
    ) -> Reference:
        top = self.world.find(ref_of(container), session)
        if not contents(top):
            raise invalid_argument("container")
        if not set(type or ()) <= set(contract.schemas()["MoTypesEnum"]["enum"]):
            raise invalid_argument("type")
        return self._open(
            ContainerView(self.world, session.new_ref("ContainerView"), top, type or [], recursive), session
        )

    def _open(self, view: View, session: Session) -> Reference:
        session.own(view)
        self.world.touch(self, "viewList")
        return moref(view.ref)
