# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading changes from a property collector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, FaultError, LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import (
    object_spec_through,
    property_filter_spec,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.updates import (
    Change,
    Updates,
    change_list_view,
    changes_in_update,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Lost, TaskServer, ref
from ansible_collections.vijson.tasks.tests.unit.support.wire import SDK, Call, Wire, faults, login

TASK = Reference("Task", "task-1")
COLLECTOR = Reference("PropertyCollector", "collector-1")
POLL = "PropertyCollector.WaitForUpdatesEx"
MODIFY = "ListView.ModifyListView"


def update_of(*objects: Any, **part: Any) -> dict[str, Any]:
    """An UpdateSet."""
    return {"version": "1", "filterSet": [{"objectSet": list(objects), **part}]}


def changed(kind: str, *changes: Any) -> dict[str, Any]:
    """An ObjectUpdate."""
    return {"kind": kind, "obj": TASK.wire(), "changeSet": list(changes)}


@pytest.mark.parametrize(
    ("update", "changes"),
    [
        ({}, []),
        (update_of(), []),
        (
            update_of(changed("enter", {"name": "info", "op": "assign", "val": 1})),
            [Change(TASK, {"info": 1}, False)],
        ),
        (
            update_of(changed("modify", {"name": "a", "val": 1}, {"name": "b", "op": "add", "val": 2})),
            [Change(TASK, {"a": 1, "b": 2}, False)],
        ),
        (
            update_of(changed("modify", {"name": "a", "op": "remove"}, {"name": "b", "op": "indirectRemove"})),
            [Change(TASK, {}, False)],
        ),
        (update_of(changed("leave")), [Change(TASK, {}, True)]),
        (update_of(missingSet=[{"obj": TASK.wire()}]), [Change(TASK, {}, True)]),
        ({"filterSet": None}, []),
    ],
)
def test_changes_are_read_from_an_update(update: dict[str, Any], changes: list[Change]) -> None:
    assert changes_in_update(update) == changes


@pytest.mark.parametrize("update", [{"filterSet": 5}, update_of({"kind": "enter"}), update_of(changed("enter", 5))])
def test_a_damaged_update_is_an_error(update: dict[str, Any]) -> None:
    with pytest.raises(BadResponse):
        changes_in_update(update)


def watched(server: TaskServer, client: Client) -> Updates:
    """Watch all tasks of the server."""
    view = server.own("ListView")
    server.views[view["value"]] = list(server.tasks)
    updates = Updates(client, Reference("PropertyCollector", server.own("PropertyCollector")["value"]))
    root = Reference("ListView", view["value"])
    updates.watch(property_filter_spec("Task", ["info"], [object_spec_through(root, "view")]))
    return updates


def test_the_first_poll_reports_everything_and_the_next_ones_changes() -> None:
    server = TaskServer("task-1", "task-2")
    updates = watched(server, server.client("S0"))
    assert [change.ref.moid for change in updates.next(30) or []] == ["task-1", "task-2"]
    server.clock.at(10, lambda: server.finish("task-2"))
    (change,) = updates.next(30) or []
    assert (change.ref.moid, change.values["info"]["state"]) == ("task-2", "success")
    assert updates.next(5) is None
    assert [sent.hold for sent in server.named(POLL)] == [30.0, 30.0, 5.0]


def test_the_rest_of_a_truncated_response_is_not_retried() -> None:
    server = TaskServer("task-1", "task-2")
    server.page_updates = 1
    updates = watched(server, server.client("S0"))
    updates.next(30)
    assert updates.truncated
    server.trouble[POLL] = [Lost(ran=True)]
    with pytest.raises(LostResponse):
        updates.next(30)
    assert [sent.repeatable for sent in server.named(POLL)] == [True, False]


def test_a_quiet_poll_ends_a_truncated_response() -> None:
    server = FakeVcenter()
    responses: list[Any] = [{**update_of(), "truncated": True}, None]
    server.answers[POLL] = lambda _moid, _params: responses.pop(0)
    updates = Updates(server.client("S0"), COLLECTOR)
    assert updates.next(1) == []
    assert updates.truncated
    assert updates.next(1) is None
    assert (updates.truncated, updates.version) == (False, "1")


@pytest.mark.parametrize("response", [5, [], {}, {"version": 1}])
def test_a_damaged_poll_is_an_error(response: Any) -> None:
    server = FakeVcenter()
    server.answers[POLL] = lambda _moid, _params: response
    with pytest.raises(BadResponse, match="WaitForUpdatesEx"):
        Updates(server.client("S0"), COLLECTOR).next(1)


@pytest.mark.parametrize(("session_id", "repeatable"), [(None, True), ("S0", False)])
def test_creating_a_filter_is_not_retried_in_a_given_session(session_id: str | None, repeatable: bool) -> None:
    server = FakeVcenter()
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "2026-11-22T04:00:00Z"
    server.answers["PropertyCollector.CreateFilter"] = lambda _moid, _params: None
    client = server.client(session_id)
    client.current_time()
    Updates(client, COLLECTOR).watch({"_typeName": "PropertyFilterSpec"})
    (sent,) = server.named("PropertyCollector.CreateFilter")
    assert (sent.moid, sent.repeatable) == ("collector-1", repeatable)
    assert sent.params == {"spec": {"_typeName": "PropertyFilterSpec"}, "partialUpdates": False}


@pytest.mark.parametrize(
    ("method", "request_it"),
    [
        ("CreateFilter", lambda updates: updates.watch({"_typeName": "PropertyFilterSpec"})),
        ("WaitForUpdatesEx", lambda updates: updates.next(1)),
    ],
)
def test_a_collector_that_ended_with_its_session_is_not_used_in_a_new_one(
    client: Callable[..., Client], wire: Wire, method: str, request_it: Callable[[Updates], Any]
) -> None:
    call = Call("POST", f"{SDK}/PropertyCollector/collector-1/{method}", faults("NotAuthenticated"), session="S1")
    wire.expect(login("S1"), call)
    with client() as made, pytest.raises(FaultError, match="NotAuthenticated"):
        request_it(Updates(made, COLLECTOR))


def test_a_wait_is_cancelled_in_another_connection(client: Callable[..., Client], wire: Wire) -> None:
    cancel = f"{SDK}/PropertyCollector/collector-1/CancelWaitForUpdates"
    wire.expect(Call("POST", cancel, session="S0"), Call("POST", cancel, faults("NoPermission"), session="S0"))
    updates = Updates(client("S0"), COLLECTOR)
    updates.cancel()
    with pytest.raises(Exception, match="NoPermission"):
        updates.cancel()


@pytest.mark.parametrize(
    ("add", "remove", "params"),
    [
        ([TASK], [], {"add": [TASK.wire()]}),
        ([], [TASK], {"remove": [TASK.wire()]}),
        ([TASK], [TASK], {"add": [TASK.wire()], "remove": [TASK.wire()]}),
    ],
)
def test_changing_a_view_returns_the_missing_tasks(add: list[Reference], remove: list[Reference], params: Any) -> None:
    server = FakeVcenter()
    server.answers[MODIFY] = lambda _moid, _params: [ref("Task", "task-9")]
    assert change_list_view(server.client("S0"), Reference("ListView", "view-1"), add, remove) == ["task-9"]
    assert [sent.params for sent in server.named(MODIFY)] == [params]


def test_changing_a_view_returns_an_empty_list_if_all_tasks_exist() -> None:
    server = FakeVcenter()
    server.answers[MODIFY] = lambda _moid, _params: None
    assert change_list_view(server.client("S0"), Reference("ListView", "view-1"), [TASK]) == []


def test_a_view_of_an_ended_session_is_not_changed_in_a_new_one(client: Callable[..., Client], wire: Wire) -> None:
    modify = f"{SDK}/ListView/view-1/ModifyListView"
    wire.expect(login("S1"), Call("POST", modify, faults("NotAuthenticated"), session="S1"))
    with client() as made:
        made.log_in()
        with pytest.raises(FaultError, match="NotAuthenticated"):
            change_list_view(made, Reference("ListView", "view-1"), [TASK])
    assert wire.expected == []
