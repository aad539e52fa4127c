# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PropertyFilter: the objects and properties that a collector watches for a session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from .filter_member import FilterMember
from .filter_spec import FilterSpec
from .managed_object import ManagedObject, method, prop
from .traversal import Walk
from .wire import Ref, data, moref, not_found

if TYPE_CHECKING:
    from .sessions import Session
    from .world import Change, World

Json = dict[str, Any]

NOTHING_SEEN = -1


class PropertyFilter(ManagedObject):
    """Mirrors the watched objects with the revision of each change, to report the changes since any version.

    The mirror follows the change log, so the work grows with the changes and not with the watched objects.
    """

    TYPE = "PropertyFilter"

    def __init__(
        self, world: World, session: Session, spec: FilterSpec, partial: bool, on_gone: Callable[[PropertyFilter], None]
    ) -> None:
        super().__init__(world, session.new_ref("PropertyFilter"))
        self._session = session
        self._spec = spec
        self._partial = partial
        self._on_gone = on_gone
        self._seen = NOTHING_SEEN
        self._members: dict[str, FilterMember] = {}
        self._left: dict[str, tuple[Ref, int]] = {}  # the reference, and the revision at which the object first entered
        self._recent: dict[str, int] = {}  # id -> revision of its last change, newest last
        self._missing: dict[Ref, int] = {}
        self._walk = Walk(world, session, spec)
        if self._walk.missing and not spec.report_missing:
            raise not_found(self._walk.missing[0])

    @prop("PropertyFilterSpec")
    def spec(self, session: Session) -> Json:
        return self._spec.wire

    @prop("boolean")
    def partialUpdates(self, session: Session) -> bool:
        return self._partial

    @method
    async def DestroyPropertyFilter(self, session: Session) -> None:
        self.destroy()

    def destroy(self) -> None:
        self._session.disown(self)
        self._on_gone(self)

    def closed(self) -> None:
        self._on_gone(self)

    def refresh(self, everything: bool = False) -> None:
        """Apply the changes since the last refresh, or compare everything."""
        changes = None if everything or self._seen == NOTHING_SEEN else self.world.changes_since(self._seen)
        self._seen = self.world.revision
        if changes is None:
            self._select()
            self._compare({moid: None for moid, member in self._members.items() if member.entered < self._seen})
            return
        if any(map(self._selects, changes)):
            self._select()
        touched: defaultdict[str, set[str]] = defaultdict(set)
        for _revision, ref, name in changes:
            touched[ref.value].add(name)
        self._compare(touched)

    def _selects(self, change: Change) -> bool:
        """Whether the change may alter the selection."""
        moid = change.ref.value
        return (moid, change.name) in self._walk.sources or (not change.name and moid in self._walk.origins)

    def _select(self) -> None:
        self._walk = Walk(self.world, self._session, self._spec)
        self._missing = {ref: self._missing.get(ref, self._seen) for ref in self._walk.missing}
        for moid in [moid for moid in self._members if moid not in self._walk.selected]:
            self._leave(moid)
        for moid, source in self._walk.selected.items():
            if moid not in self._members:
                self._enter(moid, source)

    def _enter(self, moid: str, source: ManagedObject) -> None:
        _seen, known = self._left.pop(moid, (None, self._seen))
        paths = self._spec.paths(type(source)) or ()
        self._members[moid] = FilterMember(source, paths, self._session, known, self._seen)
        self._mark(moid)

    def _leave(self, moid: str) -> None:
        member = self._members.pop(moid)
        self._left[moid] = member.source.ref, member.known
        self._mark(moid)

    def _compare(self, touched: Mapping[str, set[str] | None]) -> None:
        """Compare the named properties of objects again (None: all)."""
        for moid, names in touched.items():
            member = self._members.get(moid)
            if member is None:
                continue
            if names and "" in names and self.world.existing(member.source.ref, self._session) is None:
                self._leave(moid)
            elif member.compare(names, self._seen, self._partial):
                self._mark(moid)

    def _mark(self, moid: str) -> None:
        self._recent.pop(moid, None)
        self._recent[moid] = self._seen

    def updates_since(self, revision: int) -> list[Json]:
        """The ObjectUpdates after a revision, in the order of the objects' last changes."""
        recent = [
            moid for moid, _revision in takewhile(lambda item: item[1] > revision, reversed(self._recent.items()))
        ]
        return [update for moid in reversed(recent) if (update := self._update_of(moid, revision))]

    def _update_of(self, moid: str, revision: int) -> Json | None:
        member = self._members.get(moid)
        if member is not None:
            return member.entering() if member.entered > revision else member.modified(revision)
        ref, known = self._left[moid]
        return data("ObjectUpdate", kind="leave", obj=moref(ref)) if known <= revision else None

    def missing_since(self, revision: int) -> list[Json]:
        """The MissingObjects since a revision."""
        return [
            data("MissingObject", obj=moref(ref), fault=not_found(ref).body())
            for ref, since in self._missing.items()
            if since > revision
        ]

    def forget_left(self, revision: int) -> None:
        """Drop the objects that left up to a revision."""
        for moid in list(takewhile(lambda moid: self._recent[moid] <= revision, self._left)):
            del self._left[moid], self._recent[moid]
