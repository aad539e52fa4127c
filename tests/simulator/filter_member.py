# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object that a filter watches: its values, and when they changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject
from .property_paths import differences, read, read_below
from .retrieval import missing_properties
from .wire import Fault, data, moref

if TYPE_CHECKING:
    from .sessions import Session

Json = dict[str, Any]


class FilterMember:
    """One watched object: its values, the faults of unreadable properties, the revision of each change.

    `known` is the revision at which the object first entered the filter, `entered` the last such revision.
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
        """Read properties (None: all) again and record changes, at innermost paths if `nested`; whether any changed."""
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
