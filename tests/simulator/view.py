# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""View and ManagedObjectView: the bases of list views and container views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .wire import moref

if TYPE_CHECKING:
    from .sessions import Session

Reference = dict[str, Any]


class View(ManagedObject):
    """The base of all views. A view belongs to its session."""

    TYPE = "View"

    def sources(self, session: Session | None) -> set[tuple[str, str]]:
        """(id, property) of everything that the view is computed from, except the view itself."""
        return set()

    @method
    async def DestroyView(self, session: Session) -> None:
        session.disown(self)
        self.world.touch(self.world.objects["ViewManager"], "viewList")


class ManagedObjectView(View):
    TYPE = "ManagedObjectView"
    BASES = (*View.BASES, "View")

    def members(self, session: Session | None) -> list[ManagedObject]:
        """The existing objects in the view."""
        raise NotImplementedError

    @prop("ArrayOfManagedObjectReference")
    def view(self, session: Session | None) -> list[Reference]:
        return [moref(member.ref) for member in self.members(session)]
