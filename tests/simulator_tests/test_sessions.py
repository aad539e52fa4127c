# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions: logging in and out, ids, limits, and objects that end with a session."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
import requests

from ansible_collections.vijson.tasks.tests.support.over_http import (
    ADMIN,
    READER,
    SERVICE,
    SESSIONS,
    TASKS,
    Client,
    FaultResponse,
    Running,
    running,
)
from simulator.http.responses import SESSION_HEADER
from simulator.wire import Ref, data, parse_time
from simulator_tests.in_process import new_world

VIEWS = Ref("ViewManager", "ViewManager")
COLLECTOR = Ref("PropertyCollector", "propertyCollector")


def test_content_needs_no_session(server: Running) -> None:
    content = server.client(None).read(SERVICE, "content")
    named = {name: content[name]["value"] for name in ("rootFolder", "taskManager", "propertyCollector", "searchIndex")}
    assert named == {
        "rootFolder": "group-d1",
        "taskManager": "TaskManager",
        "propertyCollector": "propertyCollector",
        "searchIndex": "SearchIndex",
    }
    assert server.client(None).call(SERVICE, "RetrieveServiceContent") == content


def test_responses_show_the_user_with_the_domain(server: Running) -> None:
    client = server.client(None)
    session = client.login(*ADMIN)
    assert (session["userName"], session["fullName"]) == ("VSPHERE.LOCAL\\Administrator", "administrator")
    assert (session["callCount"], session["extensionSession"]) == (1, False)
    assert client.read(SESSIONS, "currentSession")["key"] == session["key"]
    assert server.client(READER).read(SESSIONS, "currentSession")["userName"] == "VSPHERE.LOCAL\\reader"


@pytest.mark.parametrize(
    "name", ["administrator@vsphere.local", "ADMINISTRATOR@VSPHERE.LOCAL", "VSPHERE.LOCAL\\administrator"]
)
def test_users_log_in_by_either_form_of_their_name(server: Running, name: str) -> None:
    assert server.client((name, ADMIN[1])).read(TASKS, "maxCollector") == 32


@pytest.mark.parametrize(
    "login", [(ADMIN[0], "wrong"), ("nobody@vsphere.local", ADMIN[1]), ("administrator@other", ADMIN[1])]
)
def test_wrong_credentials_are_refused(server: Running, login: tuple[str, str]) -> None:
    with pytest.raises(FaultResponse) as caught:
        server.client(login)
    assert caught.value.type == "InvalidLogin"
    assert server.state()["sessions"] == 0


def test_an_unknown_locale_is_refused(server: Running) -> None:
    client = server.client(None)
    fault = client.fault(SESSIONS, "Login", userName=ADMIN[0], password=ADMIN[1], locale="xx_YY")
    assert fault["_typeName"] == "InvalidLocale"


def test_a_second_login_in_a_session_is_refused(server: Running) -> None:
    assert server.client().fault(SESSIONS, "Login", userName=ADMIN[0], password=ADMIN[1])["_typeName"] == "InvalidLogin"


def test_logout_ends_the_session_and_all_that_it_opened(server: Running) -> None:
    listeners = len(server.world.tasks.listeners)
    client = server.client()
    client.collector()
    client.call(VIEWS, "CreateListView")
    client.call(COLLECTOR, "CreatePropertyCollector")
    kinds = ("sessions", "collectors", "views", "property_collectors")
    state = server.state()
    assert [state[kind] for kind in kinds] == [state["opened"][kind] for kind in kinds] == [1, 1, 1, 1]
    client.call(SESSIONS, "Logout")
    assert len(server.world.tasks.listeners) == listeners
    ended = server.state()
    assert [ended[kind] for kind in kinds] == [0, 0, 0, 0]
    assert ended["opened"] == state["opened"]
    assert client.fault(SESSIONS, "Logout")["_typeName"] == "NotAuthenticated"
    assert client.send("GET", SESSIONS, "currentSession").json() is None


def test_objects_of_a_session_do_not_exist_for_others(server: Running) -> None:
    collector = server.client().collector()
    with pytest.raises(FaultResponse) as caught:
        server.client().read(collector, "latestPage")
    assert caught.value.type == "ManagedObjectNotFound"


def test_a_login_at_the_session_limit_returns_503(server: Running) -> None:
    with running(max_sessions=2) as small:
        clients = [small.client(), small.client()]
        response = small.client(None).send("POST", SESSIONS, "Login", {"userName": ADMIN[0], "password": ADMIN[1]})
        assert response.status_code == 503
        assert SESSION_HEADER not in response.headers
        assert requests.post(f"{small.url}/api/session", auth=ADMIN, timeout=5).status_code == 503
        clients[0].call(SESSIONS, "Logout")
        assert small.client().read(TASKS, "maxCollector") == 32


def test_the_rest_api_limits_the_sessions_of_a_user() -> None:
    with running(max_sessions=2000) as server, ThreadPoolExecutor(1) as pool:
        user = server.world.sessions.user(READER[0])
        assert user is not None
        pool.submit(lambda: [server.world.sessions.open(user, "", "") for _round in range(550)]).result()
        assert requests.post(f"{server.url}/api/session", auth=READER, timeout=5).status_code == 503
        assert requests.post(f"{server.url}/api/session", auth=ADMIN, timeout=5).status_code == 201


def test_idle_sessions_expire_and_active_ones_do_not() -> None:
    with running(session_idle=0.4) as server:
        idle, active = server.client(), server.client()
        idle.read(TASKS, "maxCollector")
        for _round in range(4):
            time.sleep(0.15)
            active.read(TASKS, "maxCollector")
        assert server.state()["sessions"] == 1
        with pytest.raises(FaultResponse) as caught:
            idle.read(TASKS, "maxCollector")
        assert caught.value.type == "NotAuthenticated"


def test_a_request_marks_its_own_session_as_active(server: Running) -> None:
    client, other = server.client(), server.client()
    now = parse_time(other.call(SERVICE, "CurrentTime")) or 0
    active = parse_time(client.read(SESSIONS, "currentSession")["lastActiveTime"]) or 0
    assert active >= now > 0


def test_a_session_that_waits_is_not_idle() -> None:
    with running(session_idle=0.3) as server:
        client = server.client()
        options = data("WaitOptions", maxWaitSeconds=1)
        with ThreadPoolExecutor(1) as pool:
            wait = pool.submit(client.call, COLLECTOR, "WaitForUpdatesEx", version="", options=options)
            time.sleep(0.6)
            assert server.state()["sessions"] == 1
            assert wait.result() is None
        assert client.read(TASKS, "maxCollector") == 32


def test_session_ids_of_both_apis_are_interchangeable(server: Running) -> None:
    session_id = requests.post(f"{server.url}/api/session", auth=ADMIN, timeout=5).json()
    client = server.client(None)
    client.http.headers[SESSION_HEADER] = session_id
    assert client.read(TASKS, "maxCollector") == 32
    client.call(SESSIONS, "Logout")
    assert client.http.get(f"{server.url}/api/session", timeout=5).status_code == 401

    client = server.client()
    response = client.http.get(f"{server.url}/api/session", timeout=5)
    assert (response.status_code, response.json()["user"]) == (200, "VSPHERE.LOCAL\\Administrator")
    assert re.fullmatch(r".*:\d\d\.\d{3}Z", response.json()["created_time"])
    assert client.http.delete(f"{server.url}/api/session", timeout=5).status_code == 204
    assert client.fault(SESSIONS, "Logout")["_typeName"] == "NotAuthenticated"


def test_session_ids_belong_to_one_api_before_8_0_u3() -> None:
    with running(release="8.0.2.0") as server:
        client = server.client()
        assert client.http.get(f"{server.url}/api/session", timeout=5).status_code == 401
        session_id = requests.post(f"{server.url}/api/session", auth=ADMIN, timeout=5).json()
        client.http.headers[SESSION_HEADER] = session_id
        assert client.fault(SESSIONS, "Logout")["_typeName"] == "NotAuthenticated"
        assert client.http.delete(f"{server.url}/api/session", timeout=5).status_code == 204


@pytest.mark.parametrize("auth", [None, (ADMIN[0], "wrong")])
def test_a_rest_login_without_valid_credentials_is_refused(server: Running, auth: tuple[str, str] | None) -> None:
    http = requests.Session()
    http.trust_env = False
    assert http.post(f"{server.url}/api/session", auth=auth, timeout=5).status_code == 401


def test_rotate_session_replaces_the_session_id(server: Running) -> None:
    server.control("POST", "quirks", {"rotate_session": 2})
    client = server.client()
    first = client.http.headers[SESSION_HEADER]
    seen = {first}
    for _round in range(6):
        assert SESSION_HEADER not in client.send("GET", TASKS, "noSuchProperty").headers
        response = client.send("GET", TASKS, "maxCollector")
        assert response.status_code == 200
        client.http.headers[SESSION_HEADER] = response.headers.get(SESSION_HEADER, client.http.headers[SESSION_HEADER])
        seen.add(client.http.headers[SESSION_HEADER])
    assert len(seen) == 4
    client.http.headers[SESSION_HEADER] = first
    assert client.fault(SESSIONS, "Logout")["_typeName"] == "NotAuthenticated"
    assert server.state()["sessions"] == 1


def cloned(server: Running, ticket: str) -> tuple[Client, str]:
    """A client in a clone of a session, and the key of the clone."""
    clone = server.client(None)
    response = clone.send("POST", SESSIONS, "CloneSession", {"cloneTicket": ticket})
    clone.http.headers[SESSION_HEADER] = response.headers[SESSION_HEADER]
    return clone, response.json()["key"]


def test_a_cloned_session_has_an_id_of_this_api() -> None:
    with running(release="8.0.2.0") as server:
        clone, _key = cloned(server, server.client().call(SESSIONS, "AcquireCloneTicket"))
        assert clone.read(TASKS, "maxCollector") == 32


def test_a_session_has_its_newest_and_its_previous_id(server: Running) -> None:
    server.control("POST", "quirks", {"rotate_session": 1})
    client = server.client()
    ids = [client.http.headers[SESSION_HEADER]]
    ids += [client.send("GET", TASKS, "maxCollector").headers[SESSION_HEADER] for _call in range(2)]
    server.control("POST", "quirks", {"rotate_session": 0})
    found = []
    for session_id in ids:
        client.http.headers[SESSION_HEADER] = session_id
        found.append(client.send("GET", TASKS, "maxCollector").status_code)
    assert found == [500, 200, 200]


def test_sessions_can_be_cloned_listed_and_terminated(server: Running) -> None:
    client = server.client()
    ticket = client.call(SESSIONS, "AcquireCloneTicket")
    clone, key = cloned(server, ticket)
    assert {session["key"] for session in client.read(SESSIONS, "sessionList")} > {key}
    active = {"sessionID": key, "userName": ADMIN[0]}
    assert client.call(SESSIONS, "SessionIsActive", **active) is True
    client.call(SESSIONS, "TerminateSession", sessionId=[key])
    assert client.call(SESSIONS, "SessionIsActive", **active) is False
    assert clone.fault(SESSIONS, "Logout")["_typeName"] == "NotAuthenticated"
    assert client.fault(SESSIONS, "TerminateSession", sessionId=[key])["_typeName"] == "NotFound"
    own = client.read(SESSIONS, "currentSession")["key"]
    assert client.fault(SESSIONS, "TerminateSession", sessionId=[own])["_typeName"] == "InvalidArgument"
    again = server.client(None).fault(SESSIONS, "CloneSession", cloneTicket=ticket)
    assert again["_typeName"] == "InvalidLogin"
    assert server.client(None).fault(SESSIONS, "LoginByToken")["_typeName"] == "InvalidLogin"


@pytest.mark.parametrize(
    ("wanted", "common"),
    [
        (["9.0.0.0"], "9.0.0.0"),
        (["8.0.1.0"] * 128, "8.0.1.0"),
        (["9.0.0.0", "8.0.1.0"], "9.0.0.0"),
        (["9.1.1.0", "8.0.2.0", "9.0.0.0"], "8.0.2.0"),
        (["10.0.0.0", "nonsense"], ""),
    ],
)
def test_hello_returns_the_first_common_release(server: Running, wanted: list[str], common: str) -> None:
    url = f"{server.url}/api/vcenter/system?action=hello"
    assert requests.post(url, json={"api_releases": wanted}, timeout=5).json() == {"api_release": common}


@pytest.mark.parametrize(
    "body", [None, [], {}, {"api_releases": []}, {"api_releases": ["8.0.1.0"] * 129}, {"api_releases": [1]}]
)
def test_hello_refuses_an_invalid_list(server: Running, body: object) -> None:
    assert requests.post(f"{server.url}/api/vcenter/system?action=hello", json=body, timeout=5).status_code == 400


@pytest.mark.parametrize(("release", "status"), [("8.0.1.0", 404), ("8.0.2.0", 200)])
def test_hello_came_with_the_second_release(release: str, status: int) -> None:
    with running(release=release) as server:
        url = f"{server.url}/api/vcenter/system?action=hello"
        assert requests.post(url, json={"api_releases": ["8.0.1.0"]}, timeout=5).status_code == status


def test_the_clock_of_the_server_is_that_of_the_machine() -> None:
    before = time.time_ns()
    assert before <= new_world().now_ns() <= time.time_ns()


def test_clock_offset_moves_the_clock_of_the_server(server: Running) -> None:
    client = server.client()
    before = client.call(SERVICE, "CurrentTime")
    server.control("POST", "quirks", {"clock_offset": 86400})
    assert client.call(SERVICE, "CurrentTime")[:10] > before[:10]
    assert client.read(SERVICE, "serverClock")[:10] > before[:10]
    dated = requests.get(f"{server.url}/sdk/vim25/8.0.1.0/ServiceInstance/ServiceInstance/content", timeout=5)
    ahead = parsedate_to_datetime(dated.headers["Date"]) - datetime.now(timezone.utc)
    assert ahead > timedelta(hours=23)
