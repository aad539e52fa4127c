# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where sessions come from, and what a client does with them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError, SessionEnded
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.session import (
    LENT_SESSION_ENDED,
    LentSession,
    OwnSession,
    Session,
    borrow_session,
    is_lent,
    lend_session,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, info

LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"
TASK = Reference("Task", "task-1")


def client_of(server: FakeVcenter, source: OwnSession, **options: Any) -> Client:
    server.answers["Task.info"] = lambda _moid, _params: info("task-1")
    return Client(
        Endpoint("vc.example.com"),
        Credentials("u", "p"),
        transport=server,  # type: ignore[arg-type]
        source=source,
        **options,
    )


@pytest.mark.parametrize("session", [Session("abc:def:g/%", "52-key/:%", "EXAMPLE\\ü"), Session("abc")])
def test_a_lent_session_can_only_be_borrowed_for_its_purpose(session: Session) -> None:
    value = lend_session(session, "vc.example.com as me")
    assert is_lent(value)
    assert borrow_session(value, "vc.example.com as me") == session
    assert borrow_session(value, "vc.example.com as you") is None
    assert borrow_session(value.replace("abc", "abd"), "vc.example.com as me") is None


@pytest.mark.parametrize("value", ["52c0ffee", "lent:", "lent:a:b:c", "lent:" + "0" * 64 + ":x"])
def test_a_given_session_id_is_not_a_lent_session(value: str) -> None:
    assert not is_lent(value)
    assert borrow_session(value, "") is None


def test_the_id_of_a_session_is_not_shown() -> None:
    assert "secret" not in repr(Session("secret", "key"))


def test_a_lent_session_is_used_and_left_open() -> None:
    server = FakeVcenter()
    server.sessions.add("session-0")
    with client_of(server, LentSession(Session("session-0", "key-of-session-0"))) as client:
        client.get(TASK, "info")
        assert client.session_key() == "key-of-session-0"
        assert set(client.secrets) == {"session-0"}
    assert server.operations == {"Task.info": 1}


def test_the_release_of_a_lent_session_is_not_negotiated_again() -> None:
    server = FakeVcenter()
    with client_of(server, LentSession(Session("session-0", release="9.0.0.0")), api_release="auto") as client:
        client.log_in()
        assert client.release == "9.0.0.0"


def test_a_lent_session_that_has_ended_is_reported() -> None:
    server = FakeVcenter()
    with client_of(server, LentSession(Session("session-0"))) as client, pytest.raises(SessionEnded) as ended:
        client.get(TASK, "info")
    assert ended.value.failure()[LENT_SESSION_ENDED] is True
    assert server.operations == {"Task.info": 1}


def test_a_lent_session_that_ends_later_is_replaced_by_a_login() -> None:
    server = FakeVcenter()
    server.sessions.add("session-0")
    with client_of(server, LentSession(Session("session-0"))) as client:
        client.get(TASK, "info")
        server.end_sessions()
        client.get(TASK, "info")
        client.get(TASK, "info")
    assert server.operations == {"Task.info": 4, LOGIN: 1, LOGOUT: 1}
    assert server.sessions == set()


@pytest.mark.parametrize("lent", [True, False])
def test_a_full_lent_session_is_left_for_an_own_one(lent: bool) -> None:
    """Other clients of a shared session may have opened as many objects as it may have."""
    server = FakeVcenter()
    server.sessions.add("session-0")
    server.answers["TaskManager.Create"] = lambda _moid, _params: server.own("Collector")
    server.answers["Collector.Destroy"] = server.disown
    server.trouble["TaskManager.Create"] = [Fault("InvalidState")]
    client = client_of(server, LentSession(Session("session-0")) if lent else OwnSession())
    if not lent:
        with client, pytest.raises(FaultError), client.owned("taskManager", "Create", {}, "Destroy"):
            pass
        assert server.operations == {LOGIN: 1, "TaskManager.Create": 1, LOGOUT: 1}
        return
    with client, client.owned("taskManager", "Create", {}, "Destroy"):
        pass
    assert server.operations == {LOGIN: 1, "TaskManager.Create": 2, "Collector.Destroy": 1, LOGOUT: 1}
    assert ("session-0" in client.secrets, server.owned) == (True, {})
