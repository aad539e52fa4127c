# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One-time retrieval of the properties that filter specs select, each object once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .filter_spec import FilterSpec
from .managed_object import ManagedObject
from .property_paths import read
from .traversal import Walk
from .wire import Fault, data, invalid_argument, moref, not_found

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Json = dict[str, Any]


class Retrieval:
    """The result of one retrieval, in pages. `token` requests the next page; None after the last."""

    def __init__(self, contents: list[Json], page_size: int | None) -> None:
        self.token: str | None = None
        self._unread = contents
        self._page_size = page_size or len(contents)

    def page(self) -> Json:
        """The next RetrieveResult."""
        page, self._unread = self._unread[: self._page_size], self._unread[self._page_size :]
        self.token = str(uuid.uuid4()) if self._unread else None
        return data("RetrieveResult", token=self.token, objects=page)


def retrieve(world: World, session: Session | None, specs: list[Json]) -> list[Json]:
    """The ObjectContents.

    Raises Fault as FilterSpec does, and ManagedObjectNotFound unless the spec asks for a report of missing objects.
    """
    if not specs:
        raise invalid_argument("specSet")
    wanted: dict[ManagedObject, dict[str, None]] = {}
    for spec in map(FilterSpec, specs):
        walk = Walk(world, session, spec)
        if walk.missing and not spec.report_missing:
            raise not_found(walk.missing[0])
        for source in walk.selected.values():
            wanted.setdefault(source, {}).update(dict.fromkeys(spec.paths(type(source)) or ()))
    contents = [_content(source, paths, session) for source, paths in wanted.items()]
    if session is None and world.quirks.anonymous_read_omits:
        return [content for content in contents if "missingSet" not in content]
    return contents


def _content(source: ManagedObject, paths: Iterable[str], session: Session | None) -> Json:
    properties = []
    faults = {}
    for path in paths:
        try:
            value = read(source, path, session)
        except Fault as fault:
            faults[path] = fault
        else:
            if value is not None:
                properties.append(data("DynamicProperty", name=path, val=value))
    return data(
        "ObjectContent",
        obj=moref(source.ref),
        propSet=properties or None,
        missingSet=missing_properties(faults) or None,
    )


def missing_properties(faults: dict[str, Fault]) -> list[Json]:
    """The MissingProperties of paths that could not be read."""
    return [data("MissingProperty", path=path, fault=fault.body()) for path, fault in faults.items()]
