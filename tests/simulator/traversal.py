# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that a filter spec selects, and the references that lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .filter_spec import FilterSpec, Start, Traversal
from .managed_object import ManagedObject
from .property_paths import read
from .view import ManagedObjectView, View
from .wire import Fault, Ref, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World


class Walk:
    """One run of a filter spec for a session.

    selected: objects to report, by id, in the order in which they were reached.
    sources: (id, property) of the followed references. A change of any may change the selection.
    origins: ids of objects whose removal may change the selection.
    missing: objects of the spec that do not exist.
    """

    def __init__(self, world: World, session: Session | None, spec: FilterSpec) -> None:
        self.selected: dict[str, ManagedObject] = {}
        self.sources: set[tuple[str, str]] = set()
        self.origins: set[str] = set()
        self.missing: list[Ref] = []
        self._world = world
        self._session = session
        self._spec = spec
        self._followed: set[tuple[str, int]] = set()
        for start in spec.starts:
            self._run(start)

    def _run(self, start: Start) -> None:
        self.origins.add(start.ref.value)
        found = self._find(start.ref)
        if found is None:
            self.missing.append(start.ref)
            return
        if not start.skip:
            self._select(found)
        to_follow = [(found, start.then)]
        while to_follow:
            source, traversals = to_follow.pop()
            for traversal in traversals:
                targets = self._follow(source, traversal)
                if traversal.then:
                    to_follow += [(target, traversal.then) for target in targets]

    def _follow(self, source: ManagedObject, traversal: Traversal) -> list[ManagedObject]:
        """The targets of a traversal from an object; empty if it was followed before, which ends cycles."""
        moid = source.ref.value
        if not source.is_kind_of(traversal.type) or (moid, id(traversal)) in self._followed:
            return []
        self._followed.add((moid, id(traversal)))
        self.origins.add(moid)
        self.sources.add((moid, traversal.path.partition(".")[0]))
        if isinstance(source, View):
            self.sources.update(source.sources(self._session))
        targets = self._targets(source, traversal.path)
        if not traversal.skip:
            for target in targets:
                self._select(target)
        return targets

    def _targets(self, source: ManagedObject, path: str) -> list[ManagedObject]:
        if isinstance(source, ManagedObjectView) and path == "view":
            return source.members(self._session)
        try:
            value: Any = read(source, path, self._session)
        except Fault:
            return []
        references = [] if value is None else value.get("_value", [value])
        return [found for reference in references if (found := self._find(ref_of(reference)))]

    def _select(self, found: ManagedObject) -> None:
        if self._spec.paths(type(found)) is not None:
            self.selected.setdefault(found.ref.value, found)

    def _find(self, ref: Ref) -> ManagedObject | None:
        return self._world.existing(ref, self._session)
