# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Property paths (`name`, `info.state`): their types, their values, and the paths at which two values differ."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from . import contract
from .caller import release_of_caller
from .managed_object import ManagedObject
from .wire import box_any

if TYPE_CHECKING:
    from .sessions import Session


def types_at(kind: type[ManagedObject], path: str) -> frozenset[str]:
    """The wire types that a path may have on a class of managed objects; empty if there is no such property."""
    head, dot, rest = path.partition(".")
    if head not in kind.PROPERTIES or (dot and not rest):
        return frozenset()
    return _types_below(kind.PROPERTIES[head], rest, release_of_caller())


@cache
def _types_below(declared: str, path: str, release: contract.Release) -> frozenset[str]:
    types = {declared}
    for name in path.split(".") if path else ():
        holders = [holder for holder in contract.schemas() if any(contract.is_a(holder, base) for base in types)]
        known = (holder for holder in holders if name not in contract.newer_fields(holder, release))
        types = {found for holder in known if (found := contract.declared(holder, name))}
    return frozenset(types)


def read(source: ManagedObject, path: str, session: Session | None) -> Any:
    """The value at a path, boxed as for a field declared as Any; None if unset. Raises Fault as `get` does."""
    head, _dot, rest = path.partition(".")
    return _inside(source.PROPERTIES[head], source.get(head, session), rest)


def read_below(value: Any, path: str) -> Any:
    """The same for a path that starts at a data object; the value itself if the path is empty."""
    return _inside("Any", value, path)


def _inside(declared: str, value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        field_type = contract.declared(value["_typeName"], name) if isinstance(value, dict) else None
        if field_type is None:
            return None
        declared, value = field_type, value.get(name)
    return box_any(declared, value)


def differences(old: Any, new: Any, path: str) -> Iterator[str]:
    """The innermost paths at which two values differ. Arrays, references and boxed values have no inner paths."""
    if not (_has_fields(old) and _has_fields(new) and old["_typeName"] == new["_typeName"]):
        yield path
        return
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield from differences(old.get(name), new.get(name), f"{path}.{name}")


def _has_fields(value: Any) -> bool:
    return isinstance(value, dict) and value["_typeName"] != "ManagedObjectReference" and "_value" not in value
