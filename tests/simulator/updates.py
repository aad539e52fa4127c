# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of a collector, and the updates since each of them."""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from .wire import Fault, Ref, data, moref

if TYPE_CHECKING:
    from .property_filter import PropertyFilter

Json = dict[str, Any]

VERSIONS_KEPT = 100
INITIAL = ""
BEFORE_EVERYTHING = -1


# shared by all collectors, so that no version is valid on another collector by chance
_numbers = itertools.count(1)


class Entry(NamedTuple):
    """One ObjectUpdate (`field` objectSet) or MissingObject (missingSet) of a filter."""

    filter: Ref
    field: str
    value: Json


class Suspended(NamedTuple):
    """The rest of a truncated UpdateSet, and the revision at which it was computed."""

    version: str
    revision: int
    rest: list[Entry]


class Updates:
    """The filters of one collector in one session, and the versions that it issued.

    A version stands for a revision of the world and can be used repeatedly. The version of a truncated UpdateSet
    continues where that set stopped, and can be used only once.
    """

    def __init__(self) -> None:
        self.filters: dict[str, PropertyFilter] = {}
        self._revisions: dict[str, int] = {INITIAL: BEFORE_EVERYTHING}
        self._kept: deque[str] = deque()
        self._suspended: Suspended | None = None

    def since(self, version: str, revision: int, limit: int | None, resume: bool) -> Json | None:
        """The UpdateSet of at most `limit` entries from a version to the world's present revision; None if it is empty.

        Raises Fault InvalidCollectorVersion, also for the version of a truncated UpdateSet unless it may `resume`.
        """
        suspended, self._suspended = self._suspended, None
        if suspended is not None and suspended.version == version and resume:
            entries = [entry for entry in suspended.rest if entry.filter.value in self.filters]
            return self._update_set(entries, suspended.revision, limit)
        if version not in self._revisions:
            raise Fault("InvalidCollectorVersion", "The version is unknown or out of date.")
        entries = self._entries(version)
        return self._update_set(entries, revision, limit) if entries else None

    def _entries(self, version: str) -> list[Entry]:
        since = self._revisions[version]
        entries = []
        for watching in self.filters.values():
            watching.refresh(everything=version == INITIAL)
            entries += [Entry(watching.ref, "missingSet", missing) for missing in watching.missing_since(since)]
            entries += [Entry(watching.ref, "objectSet", update) for update in watching.updates_since(since)]
        return entries

    def _update_set(self, entries: list[Entry], revision: int, limit: int | None) -> Json:
        now, rest = entries[:limit], entries[len(entries) if limit is None else limit :]
        sets: dict[str, Json] = {}
        for ref, field, value in now:
            filter_update = sets.setdefault(ref.value, data("PropertyFilterUpdate", filter=moref(ref)))
            filter_update.setdefault(field, []).append(value)
        version = str(next(_numbers))
        if rest:
            self._suspended = Suspended(version, revision, rest)
        else:
            self._keep(version, revision)
        return data("UpdateSet", version=version, filterSet=list(sets.values()), truncated=True if rest else None)

    def _keep(self, version: str, revision: int) -> None:
        self._revisions[version] = revision
        self._kept.append(version)
        if len(self._kept) > VERSIONS_KEPT:
            del self._revisions[self._kept.popleft()]
            oldest = self._revisions[self._kept[0]]
            for watching in self.filters.values():
                watching.forget_left(oldest)
