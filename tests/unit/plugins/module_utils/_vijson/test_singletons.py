# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of which a server has exactly one: well-known ids, or else those in the service content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, FaultError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    CONTENT,
    LOGOUT,
    SDK,
    Call,
    Outcome,
    Wire,
    answers,
    faults,
    login,
    logout,
    user_session,
)

Make = Callable[..., Client]


def ref(kind: str, moid: str) -> dict[str, str]:
    return {"_typeName": "ManagedObjectReference", "type": kind, "value": moid}


def gone(kind: str, moid: str) -> Any:
    return faults("ManagedObjectNotFound", obj=ref(kind, moid))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sessionManager", "SessionManager/SessionManager"),
        ("taskManager", "TaskManager/TaskManager"),
        ("propertyCollector", "PropertyCollector/propertyCollector"),
        ("viewManager", "ViewManager/ViewManager"),
        ("extensionManager", "ExtensionManager/ExtensionManager"),
        ("customFieldsManager", "CustomFieldsManager/CustomFieldsManager"),
        ("searchIndex", "SearchIndex/SearchIndex"),
    ],
)
def test_well_known_ids_need_no_request(client: Make, wire: Wire, name: str, path: str) -> None:
    wire.expect(Call("GET", f"{SDK}/{path}/some", answers(1)))
    client("S0").get(name, "some")


def test_another_id_is_read_once_from_the_service_content(client: Make, wire: Wire) -> None:
    content = {"_typeName": "ServiceContent", "taskManager": ref("TaskManager", "ha-taskmgr")}
    wire.expect(
        Call("GET", f"{SDK}/TaskManager/TaskManager/recentTask", gone("TaskManager", "TaskManager"), session="S0"),
        Call("GET", CONTENT, answers(content)),
        Call("GET", f"{SDK}/TaskManager/ha-taskmgr/recentTask", answers([]), session="S0"),
        Call("GET", f"{SDK}/TaskManager/ha-taskmgr/maxCollector", answers(32)),
    )
    made = client("S0")
    assert made.get("taskManager", "recentTask") == []
    assert made.get("taskManager", "maxCollector") == 32


def test_the_session_manager_is_also_found_for_the_login(client: Make, wire: Wire) -> None:
    content = {"_typeName": "ServiceContent", "sessionManager": ref("SessionManager", "ha-sessionmgr")}
    other = f"{SDK}/SessionManager/ha-sessionmgr"
    wire.expect(
        login()._replace(outcome=gone("SessionManager", "SessionManager")),
        Call("GET", CONTENT, answers(content), session=None),
        Call("POST", f"{other}/Login", answers(user_session(), session="S1")),
        Call("GET", f"{SDK}/Task/task-7/info", answers({}), session="S1"),
        Call("POST", f"{other}/Logout", session="S1"),
    )
    with client() as made:
        made.get(Reference("Task", "task-7"), "info")


def test_an_object_that_the_content_does_not_move_is_an_error(client: Make, wire: Wire) -> None:
    wire.expect(
        Call("GET", f"{SDK}/TaskManager/TaskManager/recentTask", gone("TaskManager", "TaskManager")),
        Call("GET", CONTENT, answers({"taskManager": ref("TaskManager", "TaskManager")})),
    )
    with pytest.raises(FaultError, match="ManagedObjectNotFound"):
        client("S0").get("taskManager", "recentTask")


def test_another_missing_object_does_not_read_the_content(client: Make, wire: Wire) -> None:
    params = {"entity": ref("VirtualMachine", "vm-7")}
    wire.expect(
        Call("POST", f"{SDK}/TaskManager/TaskManager/CreateTask", gone("VirtualMachine", "vm-7"), params),
    )
    with pytest.raises(FaultError, match="CreateTask"):
        client("S0").call("taskManager", "CreateTask", params)


@pytest.mark.parametrize("content", [{}, {"viewManager": None}, {"viewManager": "ViewManager"}, None, []])
def test_a_server_without_the_object_is_an_error(client: Make, wire: Wire, content: Any) -> None:
    wire.expect(
        Call("POST", f"{SDK}/ViewManager/ViewManager/CreateListView", gone("ViewManager", "ViewManager")),
        Call("GET", CONTENT, answers(content)),
    )
    with pytest.raises(ViError, match=r"viewManager|content"):
        client("S0").call("viewManager", "CreateListView", {})


def test_the_content_is_read_without_a_session(client: Make, wire: Wire) -> None:
    wire.expect(Call("GET", CONTENT, answers({"rootFolder": ref("Folder", "group-d1")}), session=None))
    with client() as made:
        assert made.singleton("rootFolder") == Reference("Folder", "group-d1")


def test_the_time_of_the_server_is_read(client: Make, wire: Wire) -> None:
    now = f"{SDK}/ServiceInstance/ServiceInstance/CurrentTime"
    wire.expect(Call("POST", now, answers("1970-01-01T00:00:01.5Z")), Call("POST", now, answers("yesterday")))
    made = client("S0")
    assert made.current_time() == 1_500_000_000
    with pytest.raises(BadResponse, match="CurrentTime"):
        made.current_time()


def test_the_session_key_is_not_the_session_id(client: Make, wire: Wire) -> None:
    wire.expect(login("S1"), logout("S1"))
    with client() as made:
        assert made.session_key() == "key-1"


@pytest.mark.parametrize("outcome", [answers(None), faults("SystemError")])
def test_closing_closes_the_connections(
    client: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(requests.Session, "close", lambda _session: closed.append("session"))
    wire.expect(login("S1"), Call("POST", LOGOUT, outcome, session="S1"))
    with client() as made:
        made.log_in()
        assert closed == []
    assert len(closed) == 1


def test_the_user_of_a_session_is_known(client: Make, wire: Wire) -> None:
    current = Call("GET", f"{SDK}/SessionManager/SessionManager/currentSession", answers(user_session("key-9")))
    wire.expect(login("S1"), logout("S1"), current)
    with client() as made:
        assert made.user_name() == "EXAMPLE\\u"
    given = client("S0")
    assert [given.user_name(), given.user_name()] == ["EXAMPLE\\u"] * 2


def test_the_key_of_a_given_session_is_read_once(client: Make, wire: Wire) -> None:
    wire.expect(Call("GET", f"{SDK}/SessionManager/SessionManager/currentSession", answers(user_session("key-9"))))
    made = client("S0")
    assert made.session_key() == "key-9"
    assert made.session_key() == "key-9"
