# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password and the session id appear in requests that need them and nowhere else."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
import requests

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._secrets import mask
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    HOST,
    LOGIN,
    SDK,
    Call,
    Outcome,
    Wire,
    answers,
    faults,
    html,
    login,
    logout,
)

Make = Callable[..., Client]
TASK = Reference("Task", "task-7")
INFO = f"{SDK}/Task/task-7/info"
PASSWORD = "pa55word"
SESSION_ID = "S3ss10n"

FAILURES: list[Outcome] = [
    faults("NotAuthenticated"),
    faults("SystemError", faultstring="no"),
    html(200),
    html(404),
    html(500),
    html(502),
    html(302, Location="https://evil.example.com"),
    answers("?", status=400),
    requests.exceptions.ConnectionError("Connection aborted."),
    requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"),
    requests.exceptions.ReadTimeout("Read timed out."),
]


def everything(error: ViError) -> str:
    """The text of an exception and its causes."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)) + repr(error) + str(vars(error))


@pytest.mark.parametrize("outcome", [*FAILURES, faults("InvalidLogin")])
def test_no_password_in_a_failed_login(client: Make, wire: Wire, warnings_shown: list[str], outcome: Outcome) -> None:
    wire.expect(Call("POST", LOGIN, outcome))
    if outcome == html(502) or (isinstance(outcome, Exception) and "verify" not in str(outcome).lower()):
        wire.expect(Call("POST", LOGIN, outcome))
    with pytest.raises(ViError) as failed:
        client().get(TASK, "info")
    wire.expected.clear()
    assert PASSWORD not in everything(failed.value) + "".join(warnings_shown)


@pytest.mark.parametrize("outcome", FAILURES)
def test_no_session_id_in_a_failed_request(client: Make, wire: Wire, outcome: Outcome) -> None:
    wire.expect([Call("GET", INFO, outcome, session=SESSION_ID)] * 4)
    with pytest.raises(ViError) as failed:
        client(SESSION_ID).get(TASK, "info")
    wire.expected.clear()
    assert SESSION_ID not in everything(failed.value)


def test_no_secret_in_a_representation(client: Make, wire: Wire) -> None:
    seen = repr(Credentials("u", PASSWORD, SESSION_ID)) + repr(client()) + repr(client(SESSION_ID))
    assert PASSWORD not in seen
    assert SESSION_ID not in seen


def test_no_session_id_or_password_in_a_url(client: Make, wire: Wire) -> None:
    wire.expect(login(SESSION_ID), Call("GET", INFO, answers({})), logout(SESSION_ID))
    with client() as made:
        made.get(TASK, "info")
    for sent in wire.sent:
        assert PASSWORD not in sent.url + str(sent.headers)
        assert SESSION_ID not in sent.url + str(sent.text)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirected_login_is_not_followed(client: Make, wire: Wire, status: int) -> None:
    wire.expect(Call("POST", LOGIN, html(status, Location="https://evil.example.com/sdk")))
    with pytest.raises(ViError, match="redirect"):
        client().get(TASK, "info")
    assert {sent.url for sent in wire.sent} == {LOGIN}


def test_hello_is_sent_without_a_session(client: Make, wire: Wire) -> None:
    hello = f"{HOST}/api/vcenter/system?action=hello"
    wire.expect(
        Call("POST", hello, answers({"api_release": "8.0.1.0"}), session=None),
        login(),
        Call("GET", INFO, answers({})),
        logout(),
    )
    with client(api_release="auto") as made:
        made.get(TASK, "info")


def test_secrets_are_masked_until_the_client_is_closed(client: Make, wire: Wire) -> None:
    wire.expect(login(SESSION_ID), Call("GET", INFO, answers({})), logout(SESSION_ID))
    with client() as made:
        made.get(TASK, "info")
        assert PASSWORD not in mask(PASSWORD)
    assert mask(PASSWORD) == PASSWORD
    assert PASSWORD in list(made.secrets)
