# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading properties of many objects in one request (PropertyCollector.RetrievePropertiesEx)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, NamedTuple

from .._errors import BadResponse, FaultError, LostResponse
from .client import Client
from .recovery import MAX_READS
from .singletons import Target
from .wire import Reference, data_object, expect_object, expect_objects, expect_reference, expect_text


class Properties(NamedTuple):
    """The properties of one object.

    :ivar values: VI JSON values by property path
    :ivar unreadable: faults by property path
    """

    ref: Reference
    values: dict[str, Any]
    unreadable: dict[str, dict[str, Any]]

    def require(self, path: str) -> Any:
        """The value at a path, ``None`` if it is unset.

        :raises FaultError: the property cannot be read
        """
        if path in self.unreadable:
            # Most calls do not need this module. Importing it here saves them its load time.
            from .faults import server_fault

            raise server_fault(self.unreadable[path], f"{path} of {self.ref}")
        return self.values.get(path)


def property_filter_spec(
    kind: str, paths: list[str], roots: list[dict[str, Any]], *, leave_out_missing: bool = True
) -> dict[str, Any]:
    """A PropertyFilterSpec for objects of one type.

    :param kind: the type
    :param roots: ObjectSpecs
    :param leave_out_missing: leave roots that do not exist out of the response, instead of a fault
    """
    return data_object(
        "PropertyFilterSpec",
        propSet=[data_object("PropertySpec", type=kind, all=False, pathSet=paths)],
        objectSet=roots,
        reportMissingObjectsInResults=leave_out_missing,
    )


def object_spec_through(root: Reference, path: str, *, with_root: bool = False) -> dict[str, Any]:
    """An ObjectSpec for the objects that a property of ``root`` refers to; ``with_root`` adds ``root`` itself."""
    step = data_object("TraversalSpec", type=root.type, path=path, skip=False)
    return data_object("ObjectSpec", obj=root.wire(), skip=not with_root, selectSet=[step])


def read_properties(client: Client, refs: list[Reference], paths: list[str]) -> dict[str, Properties]:
    """Properties of objects of one type by moId, in one request. Objects that do not exist are left out.

    :raises FaultError: the vCenter reported another fault
    """
    left = list(refs)
    while left:
        roots = [data_object("ObjectSpec", obj=ref.wire(), skip=False) for ref in left]
        try:
            return {item.ref.moid: item for item in _retrieve(client, property_filter_spec(left[0].type, paths, roots))}
        except FaultError as error:
            # A server without reportMissingObjectsInResults reports a fault for each object that does not exist.
            found = [ref for ref in left if not error.names(ref.moid)]
            if len(found) == len(left):
                raise
            left = found
    return {}


def read_properties_through(
    client: Client, root: Reference, path: str, kind: str, paths: list[str], *, require: Iterable[Reference] = ()
) -> list[Properties]:
    """Properties of the objects of type ``kind`` that a property of ``root`` refers to, in one request.

    :param require: entities that have to exist as well
    :raises FaultError: ManagedObjectNotFound if ``root`` or a required entity does not exist, or the reason why the
        property cannot be read
    """
    others = list(require)
    roots = [object_spec_through(root, path, with_root=True)]
    roots += [data_object("ObjectSpec", obj=other.wire(), skip=False) for other in others]
    spec = property_filter_spec(kind, paths, roots, leave_out_missing=False)
    for other_kind in sorted({other.type for other in others}):
        spec["propSet"].append(data_object("PropertySpec", type=other_kind, all=False, pathSet=["name"]))
    # A traversal silently ignores a property that cannot be read: its fault is reported only if it is requested too.
    spec["propSet"].append(data_object("PropertySpec", type=root.type, all=False, pathSet=[path]))
    found = _retrieve(client, spec)
    for item in found:
        if item.ref == root:
            item.require(path)
    return [item for item in found if item.ref not in (root, *others)]


def read_selected_properties(
    client: Client, kind: str, paths: list[str], roots: list[dict[str, Any]]
) -> list[Properties]:
    """Properties of the objects of type ``kind`` that ObjectSpecs select, in one request.

    :raises FaultError: ManagedObjectNotFound if the object of an ObjectSpec does not exist
    """
    return _retrieve(client, property_filter_spec(kind, paths, roots, leave_out_missing=False))


def read_object_properties(client: Client, ref: Reference, paths: list[str]) -> Properties:
    """Properties of one object, in one request.

    :raises FaultError: ManagedObjectNotFound if the object does not exist
    """
    root = data_object("ObjectSpec", obj=ref.wire(), skip=False)
    found = _retrieve(client, property_filter_spec(ref.type, paths, [root], leave_out_missing=False))
    if not found:
        raise BadResponse(f"RetrievePropertiesEx returned nothing about {ref}")
    return found[0]


def _retrieve(client: Client, spec: dict[str, Any]) -> list[Properties]:
    # A page cannot be requested again if it was lost, or another client of the session invalidated its token. So start
    # again, with a property collector that no other client uses.
    for attempt in range(MAX_READS):
        found: list[Properties] = []
        try:
            with _collector(client, is_own=attempt > 0) as collector:
                for page in _pages(client, collector, spec):
                    found += page
        except (LostResponse, FaultError):
            if not (found or attempt) or attempt == MAX_READS - 1:
                raise
        else:
            break
    return found


def _collector(client: Client, *, is_own: bool) -> AbstractContextManager[Target]:
    if is_own:
        return client.owned("propertyCollector", "CreatePropertyCollector", None, "DestroyPropertyCollector")
    return nullcontext("propertyCollector")


def _pages(client: Client, collector: Target, spec: dict[str, Any]) -> Iterator[list[Properties]]:
    params = {"specSet": [spec], "options": data_object("RetrieveOptions")}
    is_own = isinstance(collector, Reference)
    check = partial(_require_session, client)
    value = client.call(collector, "RetrievePropertiesEx", params, bound=is_own, check=check)
    known: set[tuple[Reference, str]] = set()
    while value is not None:
        page = expect_object(value, "RetrievePropertiesEx")
        found = [_properties(item) for item in expect_objects(page.get("objects"), "RetrievePropertiesEx")]
        yield found
        if page.get("token") in (None, ""):
            return
        before = len(known)
        known.update((item.ref, path) for item in found for path in ("", *item.values, *item.unreadable))
        if len(known) == before:
            raise BadResponse(f"{client.endpoint.hostname} keeps returning the same objects to RetrievePropertiesEx")
        params = {"token": expect_text(page["token"], "RetrievePropertiesEx")}
        value = client.call(collector, "ContinueRetrievePropertiesEx", params, repeatable=False, bound=True)


def _require_session(client: Client, value: Any) -> None:
    """Without a session the response is not a fault: NotAuthenticated is in place of each property, or it is empty."""
    page = {} if value is None else expect_object(value, "RetrievePropertiesEx")
    objects = expect_objects(page.get("objects"), "RetrievePropertiesEx")
    if not objects:
        client.require_session()
    faults = [fault for item in objects for fault in _properties(item).unreadable.values()]
    if faults:
        from .faults import fault_type, server_fault

        for fault in faults:
            if fault_type(fault) == "NotAuthenticated":
                raise server_fault(fault, "RetrievePropertiesEx")


def _properties(item: dict[str, Any]) -> Properties:
    found = expect_objects(item.get("propSet"), "propSet")
    missing = expect_objects(item.get("missingSet"), "missingSet")
    return Properties(
        expect_reference(item.get("obj"), "RetrievePropertiesEx"),
        {str(entry.get("name")): entry.get("val") for entry in found},
        {str(entry.get("path")): expect_object(entry.get("fault"), "missingSet") for entry in missing},
    )
