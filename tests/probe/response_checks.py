# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what all responses have in common. Most run after the other checks, over what they received."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._tasks.task_reader import read_recent_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import (
    object_spec_through,
    property_filter_spec,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.updates import Updates
from ansible_collections.vijson.tasks.tests.probe import deviations as kinds
from ansible_collections.vijson.tasks.tests.probe.deviations import Deviation, deviations
from ansible_collections.vijson.tasks.tests.probe.findings import NotObserved, Observation, too_few
from ansible_collections.vijson.tasks.tests.probe.recording import Exchange
from ansible_collections.vijson.tasks.tests.probe.server import Server
from simulator.contract import Operation

NO_PATH = "vijson.tasks probe: there is no such object"
MOST_NAMED = 3  # operations in one finding
NO_OPERATION = {"POST": ("MethodNotFound", "NotImplemented"), "GET": ("MethodNotFound", "InvalidProperty")}
"""Faults which mean that a method or a property does not exist."""


def check_empty_response(server: Server) -> Observation:
    """Look for an object that does not exist."""
    server.client.call("searchIndex", "FindByInventoryPath", {"inventoryPath": NO_PATH})
    exchange = server.transport.last("FindByInventoryPath")
    body = exchange.body.strip()
    shown = "`null`" if body == b"null" else "an empty body" if not body else "another value"
    return Observation((exchange.status, body) == (200, b"null"), f"HTTP {exchange.status} with {shown}")


def check_void_response(server: Server) -> Observation:
    """Look at the responses of methods without a result."""
    done = [each for each in _known(server) if each.operation and each.operation.result is None and each.status < 300]
    if not done:
        too_few("methods without a result")
    bodies = {b"": "an empty body", b"null": "`null`"}
    others = {f"HTTP {each.status} with {bodies.get(each.body.strip(), 'a value')}" for each in done}
    return Observation(others == {"HTTP 204 with an empty body"}, ", ".join(sorted(others)))


def check_whole_results(server: Server) -> Observation:
    """Read all recent tasks at once."""
    if len(read_recent_tasks(server.client)) < 2:
        too_few("recent tasks")
    pages = sum(each.operation.member == "ContinueRetrievePropertiesEx" for each in _known(server) if each.operation)
    return Observation(not pages, "one page" if not pages else f"{pages} more pages")


def check_whole_updates(server: Server) -> Observation:
    """Watch all recent tasks at once, through a property collector of the probe's own."""
    client = server.client
    count = len(read_recent_tasks(client))
    if count < 2:
        too_few("recent tasks")
    with client.owned("propertyCollector", "CreatePropertyCollector", None, "DestroyPropertyCollector") as collector:
        updates = Updates(client, collector)
        through = object_spec_through(client.reference("taskManager"), "recentTask")
        updates.watch(property_filter_spec("Task", ["info"], [through]))
        first = len(updates.next(0) or [])
        truncated = updates.truncated
        while updates.truncated:
            updates.next(0)
    return Observation(not truncated, f"{first} of {count} objects in the first update")


def check_nulls(server: Server) -> Observation:
    """Look for null in place of fields."""
    return _without(server, kinds.NULL)


def check_empty_lists(server: Server) -> Observation:
    """Read a history without a match, and look for null in place of lists inside objects."""
    with server.collector(activationId=["vijson.tasks probe: no such activation id"]) as collector:
        if server.read(collector, "ReadNextTasks", 1):
            raise NotObserved("the server does not filter by activation id")
    is_list = server.transport.last("ReadNextTasks").body.strip() == b"[]"
    inside = _without(server, kinds.EMPTY_LIST)
    if is_list:
        return Observation(inside.holds, "`[]`" if inside.holds else f"null: {inside.text}")
    return Observation(False, "no list")


def check_boxes(server: Server) -> Observation:
    """Look for boxed values where the contract declares another type."""
    return _without(server, kinds.BOXED)


def check_errors(server: Server) -> Observation:
    """Look for errors of tasks with a LocalizedMethodFault around them."""
    if not any(b'"error":{' in each.body.replace(b" ", b"") for each in _known(server)):
        too_few("tasks with an error")
    return _without(server, kinds.WRAPPED)


def check_contract(server: Server) -> Observation:
    """Compare all responses with the contract."""
    return _without(server, kinds.SHAPE)


def check_operations(server: Server) -> Observation:
    """Look for operations that the server does not have."""
    lacking = {each.operation.name for each in _known(server) if each.operation and _is_unknown(each)}
    return Observation(not lacking, ", ".join(sorted(lacking)) or "all that were used")


def _is_unknown(exchange: Exchange) -> bool:
    if exchange.status != 500 or exchange.operation is None:
        return exchange.status == 404
    return any(f'"{name}"'.encode() in exchange.body for name in NO_OPERATION[exchange.operation.http_method])


def _without(server: Server, kind: str) -> Observation:
    found = {place for exchange in _known(server) for place in _places(exchange, kind)}
    named = ", ".join(sorted(found)[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return Observation(not found, f"{named}{more}" or "none")


def _places(exchange: Exchange, kind: str) -> Iterator[str]:
    operation = exchange.operation
    if operation is None or exchange.status not in (200, 204):
        return
    try:
        found = list(_deviations(operation, exchange.value))
    except ValueError:
        found = [Deviation(kinds.SHAPE, operation.name)]
    yield from (deviation.path for deviation in found if deviation.kind == kind)


def _deviations(operation: Operation, value: Any) -> Iterator[Deviation]:
    if operation.result is not None:
        yield from deviations(operation.result, value, operation.name)
    elif value is not None:
        yield Deviation(kinds.SHAPE, operation.name)


def _known(server: Server) -> list[Exchange]:
    return [exchange for exchange in server.transport.exchanges if exchange.operation is not None]
