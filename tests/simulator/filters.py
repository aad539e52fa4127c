# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PropertyFilter: the objects and properties that a collector watches for a session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from .filter_spec import FilterSpec
from .managed import ManagedObject, method, prop
from .paths import differences, read, read_below
from .retrieval import missing_properties
from .traversal import Walk
from .views import existing
from .wire import Fault, Ref, data, moref, not_found

if TYPE_CHECKING:
    from .sessions import Session
    from .world import Change, World

Json = dict[str, Any]

NOTHING_SEEN = -1

# documented as sending no updates: (type, property)
SILENT = frozenset({("TaskManager", "recentTask")})


class Member:
    """What the filter knows of one object: values, faults of what it may not read, the revision of each change.

    `known` is the revision at which the object first came, `entered` that at which it last did.
    """

    def __init__(
        self, source: ManagedObject, paths: tuple[str, ...], session: Session, known: int, entered: int
    ) -> None:
        self.source = source
        self.known = known
        self.entered = entered
        self.changes: dict[str, int] = {}
        self._session = session
        self._values: dict[str, Any] = {}
        self._faults: dict[str, Fault] = {}
        for path in paths:
            self._read(path)

    def _read(self, path: str) -> None:
        self._faults.pop(path, None)
        try:
            self._values[path] = read(self.source, path, self._session)
        except Fault as fault:
            self._values[path] = None
            self._faults[path] = fault

    def compare(self, names: set[str] | None, revision: int, nested: bool) -> bool:
        """Read properties (None: all) again, note what changed, innermost if `nested`; whether anything did."""
        changed = False
        for path, old in list(self._values.items()):
            if names is None or path.partition(".")[0] in names:
                was_refused = path in self._faults
                self._read(path)
                new = self._values[path]
                if new != old or (path in self._faults) != was_refused:
                    changed = True
                    self.changes.update(dict.fromkeys(differences(old, new, path) if nested else [path], revision))
        return changed

    def entering(self) -> Json:
        return self._update("enter", self._values)

    def modified(self, since: int) -> Json:
        paths = {path for path, revision in self.changes.items() if revision > since}
        return self._update(
            "modify", [path for path in self.changes if path in paths and not _has_ancestor(path, paths)]
        )

    def _update(self, kind: str, paths: Collection[str]) -> Json:
        changes = [self._change(path) for path in paths if path not in self._faults]
        refused = {path: self._faults[path] for path in paths if path in self._faults}
        return data(
            "ObjectUpdate",
            kind=kind,
            obj=moref(self.source.ref),
            changeSet=changes or None,
            missingSet=missing_properties(refused) or None,
        )

    def _change(self, path: str) -> Json:
        change = data("PropertyChange", name=path, op="assign", val=self._value(path))
        return {"val": None, **change} if self.source.world.quirks.null_fields else change

    def _value(self, path: str) -> Any:
        if path in self._values:
            return self._values[path]
        outer = max((known for known in self._values if path.startswith(f"{known}.")), key=len)
        return read_below(self._values[outer], path[len(outer) + 1 :])


def _has_ancestor(path: str, paths: set[str]) -> bool:
    return any(path[:index] in paths for index, character in enumerate(path) if character == ".")


class PropertyFilter(ManagedObject):
    """Keeps a mirror of what it watches, with the revision of each change, and so tells what changed since any version.

    The mirror follows the world's log: the work is in proportion to what changed, not to what is watched.
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
        self._members: dict[str, Member] = {}
        self._left: dict[str, tuple[Ref, int]] = {}  # reference, and when the object first came
        self._recent: dict[str, int] = {}  # ids by the revision of their last change, the last one at the end
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
        """Take in what changed since the last time, or compare everything."""
        changes = None if everything or self._seen == NOTHING_SEEN else self.world.changes_since(self._seen)
        self._seen = self.world.revision
        if changes is None:
            self._select()
            self._compare({moid: None for moid, member in self._members.items() if member.entered < self._seen})
            return
        changes = [change for change in changes if (change.ref.type, change.name) not in SILENT]
        if any(map(self._selects, changes)):
            self._select()
        touched: defaultdict[str, set[str]] = defaultdict(set)
        for _revision, ref, name in changes:
            touched[ref.value].add(name)
        self._compare(touched)

    def _selects(self, change: Change) -> bool:
        """Whether other objects may be selected after the change."""
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
        self._members[moid] = Member(source, paths, self._session, known, self._seen)
        self._mark(moid)

    def _leave(self, moid: str) -> None:
        member = self._members.pop(moid)
        self._left[moid] = member.source.ref, member.known
        self._mark(moid)

    def _compare(self, touched: Mapping[str, set[str] | None]) -> None:
        """Look at the named properties of objects again (None: at all)."""
        for moid, names in touched.items():
            member = self._members.get(moid)
            if member is None:
                continue
            if names and "" in names and existing(self.world, member.source.ref, self._session) is None:
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
        """The MissingObjects that were found missing after a revision."""
        return [
            data("MissingObject", obj=moref(ref), fault=not_found(ref).body())
            for ref, since in self._missing.items()
            if since > revision
        ]

    def forget_left(self, revision: int) -> None:
        """Objects that left up to a revision need no longer be told of."""
        for moid in list(takewhile(lambda moid: self._recent[moid] <= revision, self._left)):
            del self._left[moid], self._recent[moid]
