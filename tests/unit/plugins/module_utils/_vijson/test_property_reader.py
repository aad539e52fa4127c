# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading properties of many objects in one request."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    FaultError,
    LostResponse,
    SessionEnded,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import (
    Properties,
    object_spec_through,
    read_object_properties,
    read_properties,
    read_properties_through,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, TaskServer, content, info, ref

READ = "PropertyCollector.RetrievePropertiesEx"
NEXT = "PropertyCollector.ContinueRetrievePropertiesEx"
MANY = [f"task-{number}" for number in range(500)]


def read(client: Client, *moids: str) -> dict[str, Properties]:
    """The infos of tasks."""
    return read_properties(client, [Reference("Task", moid) for moid in moids], ["info"])


def test_the_request_lets_the_server_leave_out_missing_objects() -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        read_properties(client, [Reference("Task", "task-1")], ["info", "value"])
    assert server.sent[0].params == {
        "specSet": [
            {
                "_typeName": "PropertyFilterSpec",
                "propSet": [{"_typeName": "PropertySpec", "type": "Task", "all": False, "pathSet": ["info", "value"]}],
                "objectSet": [{"_typeName": "ObjectSpec", "obj": ref("Task", "task-1"), "skip": False}],
                "reportMissingObjectsInResults": True,
            }
        ],
        "options": {"_typeName": "RetrieveOptions"},
    }


def test_missing_objects_are_left_out_if_the_server_fails_on_them() -> None:
    server = TaskServer("task-1", "task-2")
    whole = server.answers[READ]

    def old(moid: str, params: Any) -> Any:
        params["specSet"][0]["reportMissingObjectsInResults"] = False
        return whole(moid, params)

    server.answers[READ] = old
    with server.client("S0") as client:
        assert list(read(client, "task-8", "task-1", "task-9", "task-2")) == ["task-1", "task-2"]
        assert read(client, "task-8") == {}


@pytest.mark.parametrize("response", [None, {"objects": None}, {"objects": []}, {}])
def test_an_empty_response_has_no_objects(response: Any) -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: response
    with server.client("S0") as client:
        assert read(client, "task-1") == {}


def test_an_empty_token_ends_the_pages() -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: {"objects": [content("task-1", info=info("task-1"))], "token": ""}
    with server.client("S0") as client:
        assert list(read(client, "task-1")) == ["task-1"]


def test_objects_without_a_requested_property_do_not_end_the_pages() -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: {"objects": [content("task-1")], "token": "t"}
    server.answers[NEXT] = lambda _moid, _params: {"objects": [content("task-2", info=info("task-2"))]}
    with server.client("S0") as client:
        assert list(read(client, "task-1", "task-2")) == ["task-1", "task-2"]


@pytest.mark.parametrize("response", [[], "x", {"objects": 5}, {"objects": [{}]}, {"objects": [{"obj": 1}]}])
def test_a_damaged_response_is_an_error(response: Any) -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: response
    with server.client("S0") as client, pytest.raises(BadResponse):
        read(client, "task-1")


def test_all_pages_are_read() -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    with server.client("S0") as client:
        assert set(read(client, *MANY)) == set(MANY)
    assert [sent.operation for sent in server.sent] == [READ, NEXT, NEXT]
    assert [sent.repeatable for sent in server.sent] == [True, False, False]


@pytest.mark.parametrize("trouble", [Lost(ran=True), Fault("InvalidArgument")])
def test_a_lost_page_is_read_again(trouble: Any) -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    server.trouble[NEXT] = [None, trouble, trouble]
    with server.client("S0") as client:
        assert set(read(client, *MANY)) == set(MANY)


def test_a_token_made_invalid_by_another_client_is_replaced() -> None:
    """The pages are read again through an own property collector."""
    server = TaskServer(*MANY)
    server.page_objects = 200
    server.trouble[NEXT] = [Fault("InvalidArgument")]
    with server.client("S0") as client:
        assert set(read(client, *MANY)) == set(MANY)
        first, second = [sent.moid for sent in server.sent if sent.operation == READ]
        assert (first, second.startswith("session[")) == ("propertyCollector", True)
        assert {sent.moid for sent in server.sent if sent.operation == NEXT} == {first, second}
        assert server.owned == {}


def test_pages_of_a_session_that_ended_are_not_requested_in_a_new_one() -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    server.trouble[NEXT] = [Fault("NotAuthenticated")]
    with server.client() as client:
        assert set(read(client, *MANY)) == set(MANY)
    assert (server.operations[READ], server.operations[NEXT]) == (2, 1 + 2)


def test_repeatedly_lost_pages_are_an_error() -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    server.trouble[NEXT] = [Lost(ran=True)] * 100
    with server.client("S0") as client, pytest.raises(LostResponse):
        read(client, *MANY)
    assert server.operations[READ] == 3


def test_requiring_an_unreadable_property_raises_its_fault() -> None:
    server = TaskServer()
    response = {"objects": [content("task-1", "info", value=[]), content("task-2", info=info("task-2"))]}
    server.answers[READ] = lambda _moid, _params: response
    with server.client("S0") as client:
        found = read(client, "task-1", "task-2")
        assert found["task-1"].require("value") == []
        assert found["task-2"].require("value") is None
        with pytest.raises(FaultError, match=r"task-1.*NoPermission"):
            found["task-1"].require("info")


NO_SESSION = {"_typeName": "NotAuthenticated"}
UNAUTHENTICATED = {
    "objects": [{"obj": ref("Task", "task-1"), "missingSet": [{"path": "info", "fault": NO_SESSION}], "propSet": []}]
}


def test_an_ended_session_in_the_missing_set_is_replaced() -> None:
    server = TaskServer("task-1")
    whole, first = server.answers[READ], [UNAUTHENTICATED]
    server.answers[READ] = lambda moid, params: first.pop() if first else whole(moid, params)
    with server.client() as client:
        server.answers["Task.info"] = lambda _moid, _params: {}
        client.get(Reference("Task", "task-1"), "info")
        assert list(read(client, "task-1")) == ["task-1"]
    assert server.operations["SessionManager.Login"] == 2


def test_an_ended_given_session_in_the_missing_set_is_an_error() -> None:
    server = TaskServer("task-1")
    server.answers[READ] = lambda _moid, _params: UNAUTHENTICATED
    with server.client("S0") as client, pytest.raises(SessionEnded, match="session_id"):
        read(client, "task-1")


def test_objects_of_another_type_are_left_out() -> None:
    server = TaskServer()
    root = Reference("TaskManager", "TaskManager")
    manager = {**content("TaskManager", recentTask=[]), "obj": ref("TaskManager", "TaskManager")}
    server.answers[READ] = lambda _moid, _params: {"objects": [manager]}
    with server.client("S0") as client:
        assert read_properties_through(client, root, "recentTask", "Task", ["info"]) == []


def test_a_traversal_requests_the_objects_and_the_leading_property() -> None:
    server = TaskServer()
    root = Reference("VirtualMachine", "vm-7")
    machine = {**content("VirtualMachine", recentTask=[]), "obj": ref(*root)}
    server.answers[READ] = lambda _moid, _params: {"objects": [machine]}
    with server.client("S0") as client:
        read_properties_through(client, root, "recentTask", "Task", ["info"], require=[Reference("Folder", "group-v3")])
    (spec,) = next(sent.params["specSet"] for sent in server.sent if "specSet" in (sent.params or {}))
    assert spec["reportMissingObjectsInResults"] is False
    assert [(part["type"], part["all"], part["pathSet"]) for part in spec["propSet"]] == [
        ("Task", False, ["info"]),
        ("Folder", False, ["name"]),
        ("VirtualMachine", False, ["recentTask"]),
    ]
    first, required = spec["objectSet"]
    assert (first["obj"], first["skip"]) == (ref(*root), False)
    assert [(step["type"], step["path"], step["skip"]) for step in first["selectSet"]] == [
        ("VirtualMachine", "recentTask", False)
    ]
    assert (required["obj"], required["skip"]) == (ref("Folder", "group-v3"), False)


@pytest.mark.parametrize(
    ("how", "is_skipped"), [({}, True), ({"with_root": False}, True), ({"with_root": True}, False)]
)
def test_a_traversal_leaves_out_its_root_by_default(how: dict[str, bool], is_skipped: bool) -> None:
    assert object_spec_through(Reference("ListView", "view-1"), "view", **how)["skip"] is is_skipped


def test_a_missing_required_object_is_an_error() -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        found = read_object_properties(client, Reference("Task", "task-1"), ["info"])
        assert (found.ref.moid, found.values["info"]["key"]) == ("task-1", "task-1")
        (spec,) = server.sent[0].params["specSet"]
        assert [root["skip"] for root in spec["objectSet"]] == [False]
        assert spec["reportMissingObjectsInResults"] is False
        with pytest.raises(FaultError, match="ManagedObjectNotFound"):
            read_object_properties(client, Reference("Task", "task-8"), ["info"])
        server.answers[READ] = lambda _moid, _params: None
        with pytest.raises(BadResponse, match="Task:task-1"):
            read_object_properties(client, Reference("Task", "task-1"), ["info"])


def test_an_unreadable_leading_property_is_an_error() -> None:
    server = TaskServer()
    root = Reference("TaskManager", "TaskManager")
    manager = {**content("TaskManager", "recentTask"), "obj": ref(*root)}
    server.answers[READ] = lambda _moid, _params: {"objects": [manager]}
    with server.client("S0") as client, pytest.raises(FaultError, match=r"recentTask of TaskManager.*NoPermission"):
        read_properties_through(client, root, "recentTask", "Task", ["info"])


@pytest.mark.parametrize("current_session", [None, Fault("NotAuthenticated")])
def test_an_ended_session_is_noticed_by_omitted_objects(current_session: Fault | None) -> None:
    server = TaskServer("task-1")
    retrieve = server.answers["PropertyCollector.RetrievePropertiesEx"]
    known: set[str] = set()

    def omit(moid: str, params: dict[str, Any]) -> Any:
        return retrieve(moid, params) if known else None

    def current(_moid: str, _params: dict[str, Any]) -> Any:
        known.add("the session has ended")
        if current_session:
            raise current_session
        return None

    server.answers["PropertyCollector.RetrievePropertiesEx"] = omit
    server.answers["SessionManager.currentSession"] = current
    with server.client() as client:
        assert set(read_properties(client, [Reference("Task", "task-1")], ["info"])) == {"task-1"}
    assert server.operations["SessionManager.Login"] == 2


def test_missing_objects_do_not_replace_a_valid_session() -> None:
    server = TaskServer("task-1")
    with server.client() as client:
        assert read_properties(client, [Reference("Task", "task-9")], ["info"]) == {}
        assert set(read_properties(client, [Reference("Task", f"task-{n}") for n in (1, 9)], ["info"])) == {"task-1"}
    assert (server.operations["SessionManager.Login"], server.operations["SessionManager.currentSession"]) == (1, 1)


@pytest.mark.parametrize("objects", [[content("task-1", info=info("task-1"))], []])
def test_pages_without_new_objects_do_not_go_on_forever(objects: list[Any]) -> None:
    server = TaskServer()
    server.answers[READ] = server.answers[NEXT] = lambda _moid, _params: {"objects": objects, "token": "same"}
    with server.client("S0") as client, pytest.raises(BadResponse, match="keeps returning the same objects"):
        read(client, "task-1", "task-2")
    assert server.operations[NEXT] <= 2


def test_a_boxed_token_is_sent_unboxed() -> None:
    server = TaskServer()
    pages = [
        {"objects": [content("task-1", info=info("task-1"))], "token": {"_typeName": "string", "_value": "next"}},
        {"objects": [content("task-2", info=info("task-2"))]},
    ]
    server.answers[READ] = server.answers[NEXT] = lambda _moid, _params: pages.pop(0)
    with server.client("S0") as client:
        assert list(read(client, "task-1", "task-2")) == ["task-1", "task-2"]
    assert server.sent[-1].params == {"token": "next"}


@pytest.mark.parametrize("token", [0, False, [], {}])
def test_a_token_that_is_not_a_string_is_an_error(token: Any) -> None:
    server = TaskServer()
    page = {"objects": [content("task-1", info=info("task-1"))], "token": token}
    server.answers[READ] = lambda _moid, _params: page
    with server.client("S0") as client, pytest.raises(BadResponse, match="instead of a string"):
        read(client, "task-1", "task-2")
