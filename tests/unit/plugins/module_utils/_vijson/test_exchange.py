# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URL, headers and body of requests, and the values of responses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    LOGIN,
    SDK,
    SESSION,
    Call,
    Reply,
    Wire,
    answers,
    faults,
    login,
    logout,
    user_session,
)

Make = Callable[..., Client]
TASK = Reference("Task", "task-7")


def test_a_request_without_a_body_has_no_content_type(client: Make, wire: Wire) -> None:
    wire.expect(Call("GET", f"{SDK}/Task/task-7/info", answers({})), Call("POST", f"{SDK}/Task/task-7/CancelTask"))
    made = client("S0")
    made.get(TASK, "info")
    made.call(TASK, "CancelTask")
    get, cancel = wire.sent
    assert get.headers["Accept"] == "application/json"
    assert get.text is None
    assert "Content-Type" not in get.headers
    assert cancel.text is None


def test_a_body_is_json(client: Make, wire: Wire) -> None:
    wire.expect(Call("POST", f"{SDK}/Task/task-7/SetTaskDescription", body={"description": "schön"}))
    client("S0").call(TASK, "SetTaskDescription", {"description": "schön"})
    assert wire.sent[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("moid", "encoded"),
    [
        ("session[52ea]c2fd", "session%5B52ea%5Dc2fd"),
        ("a/b", "a%2Fb"),
        ("a%2fb", "a%252fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("ü", "%C3%BC"),
    ],
)
def test_an_id_is_percent_encoded(client: Make, wire: Wire, moid: str, encoded: str) -> None:
    wire.expect(Call("POST", f"{SDK}/TaskHistoryCollector/{encoded}/DestroyCollector"))
    client("S0").call(Reference("TaskHistoryCollector", moid), "DestroyCollector")


def test_the_port_is_in_the_url(wire: Wire) -> None:
    wire.expect(Call("GET", "https://[2001:db8::1]:8443/sdk/vim25/8.0.1.0/Task/task-7/info", answers({})))
    Client(Endpoint("2001:db8::1", 8443), Credentials(session_id="S0")).get(TASK, "info")


def test_any_response_may_replace_the_session_id(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", f"{SDK}/Task/task-7/info", answers({}, session="S2"), None, "S1"),
        Call("GET", f"{SDK}/Task/task-7/value", Reply(204, b"", {SESSION: "S3"}), None, "S2"),
        Call("GET", f"{SDK}/Task/task-7/info", answers({}), None, "S3"),
        logout("S3"),
    )
    with client() as made:
        made.get(TASK, "info")
        made.get(TASK, "value")
        made.get(TASK, "info")


def test_every_session_id_that_comes_is_a_secret(client: Make, wire: Wire) -> None:
    info = Call("GET", f"{SDK}/Task/task-7/info")
    wire.expect(
        info._replace(outcome=answers({}, session="session-2")),
        info._replace(outcome=faults("SystemError", session="session-3")),
    )
    made = client("session-1")
    made.get(TASK, "info")
    with pytest.raises(FaultError):
        made.get(TASK, "info")
    assert set(made.secrets) == {"session-1", "session-2", "session-3"}


def test_the_session_header_is_found_in_any_case(client: Make, wire: Wire) -> None:
    reply = answers(user_session())
    wire.expect(
        Call("POST", LOGIN, reply._replace(headers={**reply.headers, "Vmware-Api-Session-Id": "S9"})),
        Call("GET", f"{SDK}/Task/task-7/info", answers({}), None, "S9"),
        logout("S9"),
    )
    with client() as made:
        made.get(TASK, "info")


@pytest.mark.parametrize("reply", [Reply(204), answers(None), Reply(200), Reply(200, b" \n")])
def test_an_empty_response_is_none(client: Make, wire: Wire, reply: Reply) -> None:
    wire.expect(Call("GET", f"{SDK}/Task/task-7/value", reply))
    assert client("S0").get(TASK, "value") is None


@pytest.mark.parametrize("value", [[], {}, 0, False, "", "text", 1.5, [1, 2]])
def test_a_response_is_returned_unchanged(client: Make, wire: Wire, value: object) -> None:
    wire.expect(Call("GET", f"{SDK}/Task/task-7/value", answers(value)))
    assert client("S0").get(TASK, "value") == value
