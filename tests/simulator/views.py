# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views: lists of references that a session keeps on the server, for filters to follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from . import contract
from .managed import ManagedObject, method, prop
from .wire import Fault, Ref, invalid_argument, moref, not_found, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Reference = dict[str, Any]

# by which properties a container view goes from one entity to the next
CONTENTS = {
    "Folder": ("childEntity",),
    "Datacenter": ("vmFolder", "hostFolder", "datastoreFolder", "networkFolder"),
    "ComputeResource": ("host", "resourcePool"),
    "ResourcePool": ("resourcePool", "vm"),
    "HostSystem": ("vm",),
}
# a view of these that is not recursive has the virtual machines of the children too
WITH_MACHINES = ("ComputeResource", "ResourcePool")


def existing(world: World, ref: Ref, session: Session | None) -> ManagedObject | None:
    """The object behind a reference, None if there is none for this session."""
    try:
        return world.find(ref, session)
    except Fault:
        return None


class View(ManagedObject):
    """What all views share. A view belongs to its session."""

    TYPE = "View"

    def sources(self, session: Session | None) -> set[tuple[str, str]]:
        """(id, property) of all that the view is computed from, beside itself."""
        return set()

    @method
    async def DestroyView(self, session: Session) -> None:
        session.disown(self)
        self.world.touch(self.world.objects["ViewManager"], "viewList")


class ManagedObjectView(View):
    TYPE = "ManagedObjectView"
    BASES = (*View.BASES, "View")

    def members(self, session: Session | None) -> list[ManagedObject]:
        """What exists of the view."""
        raise NotImplementedError

    @prop("ArrayOfManagedObjectReference")
    def view(self, session: Session | None) -> list[Reference]:
        return [moref(member.ref) for member in self.members(session)]


class ListView(ManagedObjectView):
    """A list that the client makes. Objects that go drop out of it."""

    TYPE = "ListView"
    BASES = (*ManagedObjectView.BASES, "ManagedObjectView")

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self._listed: dict[Ref, None] = {}

    def members(self, session: Session | None) -> list[ManagedObject]:
        return [member for ref in self._listed if (member := existing(self.world, ref, session))]

    def add(self, refs: Iterable[Ref], session: Session) -> list[Ref]:
        """Add what exists; answers what does not."""
        unresolved = []
        for ref in refs:
            if existing(self.world, ref, session):
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


class ContainerView(ManagedObjectView):
    """The entities below a container, always as the inventory is."""

    TYPE = "ContainerView"
    BASES = ListView.BASES

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
        """Entities below another, some of them repeated; `read` takes the properties that were read of each."""
        read[entity] = _contents(entity)
        for child in self._children(entity, read[entity], session):
            yield child
            if self._recursive:
                yield from self._below(child, session, read)
            elif any(map(entity.is_kind_of, WITH_MACHINES)) and "vm" in _contents(child):
                read[child] = ("vm",)
                yield from self._children(child, ("vm",), session)

    def _children(
        self, entity: ManagedObject, names: tuple[str, ...], session: Session | None
    ) -> Iterator[ManagedObject]:
        for name in names:
            value = entity.get(name, session)
            for reference in value if isinstance(value, list) else [value] if value else ():
                child = existing(self.world, ref_of(reference), session)
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


def _contents(entity: ManagedObject) -> tuple[str, ...]:
    return next((names for type_name, names in CONTENTS.items() if entity.is_kind_of(type_name)), ())


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
        if not _contents(top):
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
