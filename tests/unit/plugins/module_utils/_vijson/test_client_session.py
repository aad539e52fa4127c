# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions from login to logout."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    ConnectError,
    FaultError,
    SessionEnded,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    LOGIN,
    LOGOUT,
    NOT_AUTHENTICATED,
    SDK,
    SESSION,
    Call,
    Outcome,
    Reply,
    Wire,
    answers,
    faults,
    html,
    login,
    logout,
    user_session,
)

Make = Callable[..., Client]
TASK = Reference("Task", "task-7")
INFO = f"{SDK}/Task/task-7/info"
CANCEL = f"{SDK}/Task/task-7/CancelTask"


def test_an_expired_session_is_replaced_once(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, answers(1), session="S1"),
        Call("GET", INFO, NOT_AUTHENTICATED, session="S1"),
        login("S2"),
        Call("GET", INFO, answers(2), session="S2"),
        logout("S2"),
    )
    with client() as made:
        assert made.get(TASK, "info") == 1
        assert made.get(TASK, "info") == 2


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_method_is_called_again_in_the_new_session(client: Make, wire: Wire, repeatable: bool) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, answers(1)),
        Call("POST", CANCEL, NOT_AUTHENTICATED, None, "S1"),
        login("S2"),
        Call("POST", CANCEL, session="S2"),
        logout("S2"),
    )
    with client() as made:
        made.get(TASK, "info")
        made.call(TASK, "CancelTask", repeatable=repeatable)


def test_a_session_is_not_replaced_twice_for_one_request(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, answers(1)),
        Call("GET", INFO, NOT_AUTHENTICATED),
        login("S2"),
        Call("GET", INFO, NOT_AUTHENTICATED, session="S2"),
    )
    made = client()
    made.get(TASK, "info")
    with pytest.raises(FaultError) as failed:
        made.get(TASK, "info")
    assert failed.value.type == "NotAuthenticated"


def test_a_session_refused_at_once_is_replaced_once(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, NOT_AUTHENTICATED, session="S1"),
        login("S2"),
        Call("GET", INFO, answers(1), session="S2"),
    )
    assert client().get(TASK, "info") == 1


def test_a_session_refused_twice_is_an_error(client: Make, wire: Wire) -> None:
    wire.expect(login("S1"), Call("GET", INFO, NOT_AUTHENTICATED), login("S2"), Call("GET", INFO, NOT_AUTHENTICATED))
    with pytest.raises(FaultError, match="NotAuthenticated"):
        client().get(TASK, "info")


def test_objects_of_an_ended_session_are_not_requested_in_a_new_one(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, answers(1)),
        Call("POST", f"{SDK}/ListView/session%5B1%5D2/ModifyListView", NOT_AUTHENTICATED),
    )
    made = client()
    made.get(TASK, "info")
    with pytest.raises(FaultError):
        made.call(Reference("ListView", "session[1]2"), "ModifyListView", bound=True)


def test_a_given_session_is_used_and_left_open(client: Make, wire: Wire) -> None:
    wire.expect(Call("GET", INFO, answers(1), None, "S0"))
    with client("S0") as made:
        assert made.get(TASK, "info") == 1
        assert not made.ends_orphans


def test_a_given_session_that_has_ended_is_an_error(client: Make, wire: Wire) -> None:
    wire.expect(Call("GET", INFO, NOT_AUTHENTICATED, None, "S0"))
    with client("S0") as made, pytest.raises(SessionEnded, match=r"session_id.*vi_session") as ended:
        made.get(TASK, "info")
    assert ended.value.fault is not None
    assert ended.value.fault["type"] == "NotAuthenticated"


def test_a_given_session_overrides_username_and_password(wire: Wire) -> None:
    wire.expect(Call("GET", INFO, answers(1), None, "S0"))
    with Client(Endpoint("vc.example.com"), Credentials("u", "pa55word", "S0")) as made:
        made.get(TASK, "info")


def test_an_ended_given_session_is_not_replaced_by_a_login(wire: Wire) -> None:
    wire.expect(Call("GET", INFO, NOT_AUTHENTICATED, None, "S0"))
    with (
        Client(Endpoint("vc.example.com"), Credentials("u", "pa55word", "S0")) as made,
        pytest.raises(SessionEnded),
    ):
        made.get(TASK, "info")


def test_a_wrong_password_is_an_error_that_names_the_server(client: Make, wire: Wire) -> None:
    refusal = faults("InvalidLogin", faultstring="Cannot complete login due to an incorrect user name or password.")
    wire.expect(Call("POST", LOGIN, refusal))
    with client() as made, pytest.raises(ViError, match=r"vc\.example\.com.*user name.*InvalidLogin") as failed:
        made.get(TASK, "info")
    assert failed.value.fault is not None
    assert failed.value.fault["type"] == "InvalidLogin"


@pytest.mark.parametrize("lost", [html(502), html(503), html(504), ConnectionResetError(104, "reset")])
def test_a_lost_login_is_retried_once_with_a_warning(
    client: Make, wire: Wire, pauses: list[float], warnings_shown: list[str], lost: Outcome
) -> None:
    wire.expect(login()._replace(outcome=lost), login("S2"), Call("GET", INFO, answers(1), session="S2"), logout("S2"))
    with client() as made:
        made.get(TASK, "info")
    assert len(warnings_shown) == 1
    assert "that session stays open until it expires" in warnings_shown[0]
    assert pauses == []


def test_a_login_lost_twice_is_a_connect_error(client: Make, wire: Wire, warnings_shown: list[str]) -> None:
    """The request after the login was not sent, so it had no effect."""
    wire.expect([login()._replace(outcome=html(502))] * 2)
    with client() as made, pytest.raises(ConnectError) as failed:
        made.get(TASK, "info")
    assert failed.value.transient
    assert len(warnings_shown) == 1


@pytest.mark.parametrize("outcome", [answers(user_session()), answers(None, session=""), html(200)])
def test_a_login_without_a_session_id_is_an_error(client: Make, wire: Wire, outcome: Outcome) -> None:
    wire.expect(login()._replace(outcome=outcome))
    with client() as made, pytest.raises(ViError, match=r"8\.0\.1"):
        made.get(TASK, "info")


def test_a_session_is_closed_when_the_work_fails(client: Make, wire: Wire) -> None:
    wire.expect(login("S1"), Call("GET", INFO, faults("SystemError")), logout("S1"))
    with pytest.raises(FaultError), client() as made:
        made.get(TASK, "info")


def test_a_session_is_closed_even_if_the_login_response_is_damaged(client: Make, wire: Wire) -> None:
    wire.expect(login()._replace(outcome=answers([], session="S1")), logout("S1"))
    with pytest.raises(ViError), client() as made:
        made.get(TASK, "info")


def test_a_session_where_only_its_id_was_understood_is_closed_at_once(client: Make, wire: Wire) -> None:
    wire.expect(login()._replace(outcome=answers([], session="S1")), logout("S1"))
    made = client()
    with pytest.raises(ViError):
        made.get(TASK, "info")
    wire.expect(login("S2"), Call("GET", INFO, answers(1), session="S2"))
    assert made.get(TASK, "info") == 1


@pytest.mark.parametrize("outcome", [html(400), faults("SystemError"), answers("what?", status=418)])
def test_a_failed_logout_gives_a_warning(client: Make, wire: Wire, warnings_shown: list[str], outcome: Outcome) -> None:
    wire.expect(login("S1"), Call("GET", INFO, answers(1)), Call("POST", LOGOUT, outcome))
    with client() as made:
        made.get(TASK, "info")
    assert len(warnings_shown) == 1
    assert "Could not close the session; it expires when idle: " in warnings_shown[0]


def test_a_logout_of_an_ended_session_gives_no_warning(client: Make, wire: Wire, warnings_shown: list[str]) -> None:
    wire.expect(login("S1"), Call("GET", INFO, answers(1)), Call("POST", LOGOUT, NOT_AUTHENTICATED))
    with client() as made:
        made.get(TASK, "info")
    assert warnings_shown == []


def test_a_lost_logout_is_retried(client: Make, wire: Wire, warnings_shown: list[str], pauses: list[float]) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, answers(1)),
        Call("POST", LOGOUT, html(502)),
        Call("POST", LOGOUT, NOT_AUTHENTICATED),
    )
    with client() as made:
        made.get(TASK, "info")
    assert (warnings_shown, pauses) == ([], [0.5])


def test_an_unusable_login_response_is_a_connect_error(client: Make, wire: Wire) -> None:
    wire.expect(login()._replace(outcome=html(200)))
    with client() as made, pytest.raises(ConnectError, match="not VI JSON") as failed:
        made.call(TASK, "CancelTask", repeatable=False)
    assert not failed.value.transient


@pytest.mark.parametrize(
    "outcome",
    [
        faults("InvalidState", session="EV1L"),
        html(400)._replace(headers={SESSION: "EV1L"}),
        html(300)._replace(headers={SESSION: "EV1L"}),
        html(302)._replace(headers={SESSION: "EV1L"}),
        html(404)._replace(headers={SESSION: "EV1L"}),
    ],
)
def test_a_session_id_in_a_failed_response_is_not_used(
    client: Make, wire: Wire, warnings_shown: list[str], outcome: Reply
) -> None:
    wire.expect(login("S1"), Call("GET", f"{SDK}/Task/task-7/info", outcome, session="S1"), logout("S1"))
    with client() as made, pytest.raises(ViError):
        made.get(TASK, "info")
    assert warnings_shown == []


def test_a_replaced_session_id_gives_one_warning(client: Make, wire: Wire, warnings_shown: list[str]) -> None:
    info = f"{SDK}/Task/task-7/info"
    wire.expect(
        login("S1"),
        Call("GET", info, answers({}, session="S2"), session="S1"),
        Call("GET", info, answers({}, session="S2"), session="S2"),
        Call("GET", info, answers({}, session="S3"), session="S2"),
        logout("S3"),
    )
    with client() as made:
        for _request in range(3):
            made.get(TASK, "info")
    (warning,) = warnings_shown
    assert warning.startswith("vc.example.com replaced the id of the session. If the old session is still open,")


def test_a_session_id_in_a_fault_is_tried_when_the_old_one_is_unknown(
    client: Make, wire: Wire, warnings_shown: list[str]
) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, faults("InvalidArgument", session="S2"), session="S1"),
        Call("POST", CANCEL, NOT_AUTHENTICATED, session="S1"),
        Call("POST", CANCEL, session="S2"),
        logout("S2"),
    )
    with client() as made:
        with pytest.raises(FaultError):
            made.get(TASK, "info")
        made.call(TASK, "CancelTask", bound=True)
    assert len(warnings_shown) == 1


def test_an_invalid_session_id_in_a_fault_is_tried_once(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", INFO, faults("InvalidArgument", session="S2"), session="S1"),
        Call("GET", INFO, NOT_AUTHENTICATED, session="S1"),
        Call("GET", INFO, faults("NotAuthenticated", session="S3"), session="S2"),
        login("S4"),
        Call("GET", INFO, answers(1), session="S4"),
        logout("S4"),
    )
    with client() as made:
        with pytest.raises(FaultError):
            made.get(TASK, "info")
        assert made.get(TASK, "info") == 1


def test_a_login_whose_key_and_user_are_no_texts_opens_a_session(client: Make, wire: Wire) -> None:
    odd = {"_typeName": "UserSession", "key": 7, "userName": ["EXAMPLE\\u"]}
    credentials = {"userName": "u", "password": "pa55word"}
    wire.expect(Call("POST", LOGIN, answers(odd, session="S1"), credentials, None), logout("S1"))
    with client() as made:
        assert made.log_in() == ("S1", None, None, None)
