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
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.task_reader import (
    read_recent_tasks,
    read_task_infos,
    read_task_properties,
    read_tasks,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import (
    read_properties,
    read_properties_through,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, TaskServer, info, ref

READ = "PropertyCollector.RetrievePropertiesEx"
NEXT = "PropertyCollector.ContinueRetrievePropertiesEx"
MANY = [f"task-{number}" for number in range(500)]


def content(moid: str, *missing: str, **values: Any) -> dict[str, Any]:
    """An ObjectContent."""
    return {
        "_typeName": "ObjectContent",
        "obj": ref("Task", moid),
        "propSet": [{"name": name, "val": value} for name, value in values.items()],
        "missingSet": [{"path": path, "fault": {"_typeName": "NoPermission"}} for path in missing] or None,
    }


def test_500_tasks_are_one_request() -> None:
    server = TaskServer(*MANY)
    with server.client("S0") as client:
        found = read_task_infos(client, reversed(MANY))
    assert list(found) == MANY[::-1]
    assert [sent.operation for sent in server.sent] == [READ]


def test_the_request_names_every_type_and_asks_for_no_failure_about_what_is_gone() -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        read_task_properties(client, ["task-1"], ["info", "value"])
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


def test_no_task_is_no_request() -> None:
    server = TaskServer()
    with server.client("S0") as client:
        assert read_tasks(client, []) == {}
        assert read_tasks(client, ["check-mode"]) == {}
    assert server.sent == []


def test_what_is_gone_is_not_in_it() -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        assert list(read_tasks(client, ["task-8", "task-1", "task-9"])) == ["task-1"]
        assert read_tasks(client, ["task-8"]) == {}


def test_an_older_server_fails_on_each_that_is_gone() -> None:
    server = TaskServer("task-1", "task-2")
    whole = server.answers[READ]

    def old(moid: str, params: Any) -> Any:
        params["specSet"][0]["reportMissingObjectsInResults"] = False
        return whole(moid, params)

    server.answers[READ] = old
    with server.client("S0") as client:
        assert list(read_tasks(client, ["task-8", "task-1", "task-9", "task-2"])) == ["task-1", "task-2"]
        assert read_tasks(client, ["task-8"]) == {}


@pytest.mark.parametrize("answer", [None, {"objects": None}, {"objects": []}, {}])
def test_empty_answers(answer: Any) -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: answer
    with server.client("S0") as client:
        assert read_properties(client, [Reference("Task", "task-1")], ["info"]) == {}


@pytest.mark.parametrize("answer", [[], "x", {"objects": 5}, {"objects": [{}]}, {"objects": [{"obj": 1}]}])
def test_damaged_answers(answer: Any) -> None:
    server = TaskServer()
    server.answers[READ] = lambda _moid, _params: answer
    with server.client("S0") as client, pytest.raises(BadResponse):
        read_properties(client, [Reference("Task", "task-1")], ["info"])


def test_pages() -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    with server.client("S0") as client:
        assert set(read_task_infos(client, MANY)) == set(MANY)
    assert [sent.operation for sent in server.sent] == [READ, NEXT, NEXT]
    assert [sent.repeatable for sent in server.sent] == [True, False, False]


@pytest.mark.parametrize("trouble", [Lost(ran=True), Fault("InvalidArgument")])
def test_a_page_that_is_lost_is_no_task_lost(trouble: Any) -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    server.trouble[NEXT] = [None, trouble, trouble]
    with server.client("S0") as client:
        assert set(read_task_infos(client, MANY)) == set(MANY)


def test_pages_that_get_lost_for_ever() -> None:
    server = TaskServer(*MANY)
    server.page_objects = 200
    server.trouble[NEXT] = [Lost(ran=True)] * 100
    with server.client("S0") as client, pytest.raises(LostResponse):
        read_task_infos(client, MANY)
    assert len(server.sent) < 10


def test_what_may_not_be_read_is_a_fault_where_it_is_needed() -> None:
    server = TaskServer()
    answer = {"objects": [content("task-1", "info", value=[]), content("task-2", info=info("task-2"))]}
    server.answers[READ] = lambda _moid, _params: answer
    with server.client("S0") as client:
        found = read_task_properties(client, ["task-1", "task-2"], ["info", "value"])
        assert found["task-1"].require("value") == []
        assert found["task-2"].require("value") is None
        with pytest.raises(FaultError, match=r"task-1.*NoPermission"):
            found["task-1"].require("info")
        with pytest.raises(FaultError, match="task-1"):
            read_tasks(client, ["task-1", "task-2"])


NO_SESSION = {"_typeName": "NotAuthenticated"}
UNAUTHENTICATED = {
    "objects": [{"obj": ref("Task", "task-1"), "missingSet": [{"path": "info", "fault": NO_SESSION}], "propSet": []}]
}


def test_a_session_that_ended_shows_in_the_missing_set_and_is_replaced() -> None:
    server = TaskServer("task-1")
    whole, first = server.answers[READ], [UNAUTHENTICATED]
    server.answers[READ] = lambda moid, params: first.pop() if first else whole(moid, params)
    with server.client() as client:
        server.answers["Task.info"] = lambda _moid, _params: {}
        client.get(Reference("Task", "task-1"), "info")
        assert list(read_tasks(client, ["task-1"])) == ["task-1"]
    assert server.operations["SessionManager.Login"] == 2


def test_a_session_that_was_handed_in_and_ended_shows_in_the_missing_set() -> None:
    server = TaskServer("task-1")
    server.answers[READ] = lambda _moid, _params: UNAUTHENTICATED
    with server.client("S0") as client, pytest.raises(SessionEnded, match="session_id"):
        read_tasks(client, ["task-1"])


def test_recent_tasks_are_one_request() -> None:
    server = TaskServer()
    manager = {**content("TaskManager", recentTask=[]), "obj": ref("TaskManager", "TaskManager")}
    answer = {"objects": [manager, content("task-1", info=info("task-1")), content("task-2", "info")]}
    server.answers[READ] = lambda _moid, _params: answer
    with server.client("S0") as client:
        assert [item.ref.moid for item in read_recent_tasks(client)] == ["task-1"]
    (sent,) = server.sent
    (spec,) = sent.params["specSet"]
    (root,) = spec["objectSet"]
    assert root["obj"] == ref("TaskManager", "TaskManager")
    assert [(step["type"], step["path"]) for step in root["selectSet"]] == [("TaskManager", "recentTask")]


def test_objects_of_another_type_are_not_taken_for_tasks() -> None:
    server = TaskServer()
    root = Reference("TaskManager", "TaskManager")
    manager = {**content("TaskManager", recentTask=[]), "obj": ref("TaskManager", "TaskManager")}
    server.answers[READ] = lambda _moid, _params: {"objects": [manager]}
    with server.client("S0") as client:
        assert read_properties_through(client, root, "recentTask", "Task", ["info"]) == []
