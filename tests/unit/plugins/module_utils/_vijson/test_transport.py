# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests the transport retries, how often, and after which pauses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, ConnectError, LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.bounded_http import TooLarge
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    HOST,
    Call,
    Outcome,
    Reply,
    Wire,
    answers,
    html,
)

URL = f"{HOST}/x"
PAUSES = [0.5, 1.0, 2.0]
REFUSED = requests.exceptions.ConnectionError(
    MaxRetryError(None, URL, NewConnectionError(None, "[Errno 111] Connection refused"))  # type: ignore[arg-type]
)
BROKEN = requests.exceptions.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))
CUT = requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead(3 bytes read, 7 more expected)")
PROXY = requests.exceptions.ProxyError(MaxRetryError(None, URL, OSError("Tunnel failed: 502")))  # type: ignore[arg-type]
NO_CONNECTION_IN_TIME = requests.exceptions.ConnectTimeout("timed out")
LATE = requests.exceptions.ReadTimeout("Read timed out.")
LATE_BODY = requests.exceptions.ConnectionError(ReadTimeoutError(None, URL, "Read timed out."))  # type: ignore[arg-type]

UNSENT = [REFUSED, PROXY, NO_CONNECTION_IN_TIME]
BROKEN_OFF = [BROKEN, CUT, html(502), html(503), html(504), Reply(503)]


def ask(wire: Wire, pauses: list[float], outcomes: list[Outcome], *, repeatable: bool) -> int:
    wire.expect(Call("POST", URL, outcome, body={"a": 1}) for outcome in outcomes)
    transport = Transport(Endpoint("vc.example.com"), sleep=pauses.append)
    return transport.send("POST", "/x", body='{"a": 1}', repeatable=repeatable).status


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("failure", UNSENT)
def test_an_unsent_request_is_retried_three_times(
    wire: Wire, pauses: list[float], failure: Outcome, repeatable: bool
) -> None:
    assert ask(wire, pauses, [failure] * 3 + [answers({})], repeatable=repeatable) == 200
    assert pauses == PAUSES


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("failure", UNSENT)
def test_repeatedly_failed_connections_are_a_connect_error(
    wire: Wire, pauses: list[float], failure: Outcome, repeatable: bool
) -> None:
    with pytest.raises(ConnectError):
        ask(wire, pauses, [failure] * 4, repeatable=repeatable)
    assert pauses == PAUSES


@pytest.mark.parametrize("failure", BROKEN_OFF)
def test_a_repeatable_request_is_retried_three_times(wire: Wire, pauses: list[float], failure: Outcome) -> None:
    assert ask(wire, pauses, [failure] * 3 + [answers({})], repeatable=True) == 200
    assert pauses == PAUSES


@pytest.mark.parametrize("failure", BROKEN_OFF)
def test_repeatedly_lost_responses_are_a_lost_response_error(wire: Wire, pauses: list[float], failure: Outcome) -> None:
    with pytest.raises(LostResponse):
        ask(wire, pauses, [failure] * 4, repeatable=True)
    assert pauses == PAUSES


@pytest.mark.parametrize("failure", BROKEN_OFF)
def test_a_request_that_must_not_run_twice_is_not_retried(wire: Wire, pauses: list[float], failure: Outcome) -> None:
    with pytest.raises(LostResponse):
        ask(wire, pauses, [failure], repeatable=False)
    assert pauses == []


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("failure", [LATE, LATE_BODY])
def test_a_late_response_is_not_retried(wire: Wire, pauses: list[float], failure: Outcome, repeatable: bool) -> None:
    with pytest.raises(LostResponse, match="request_timeout") as lost:
        ask(wire, pauses, [failure], repeatable=repeatable)
    assert lost.value.late
    assert pauses == []


def test_different_errors_share_the_number_of_retries(wire: Wire, pauses: list[float]) -> None:
    with pytest.raises(LostResponse, match="504"):
        ask(wire, pauses, [REFUSED, html(502), BROKEN, html(504)], repeatable=True)
    assert pauses == PAUSES


def test_a_lost_request_is_not_retried_after_an_unsent_one(wire: Wire, pauses: list[float]) -> None:
    with pytest.raises(LostResponse):
        ask(wire, pauses, [REFUSED, BROKEN], repeatable=False)
    assert pauses == PAUSES[:1]


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 500, 501, 505])
def test_other_http_statuses_are_returned(wire: Wire, pauses: list[float], status: int) -> None:
    assert ask(wire, pauses, [Reply(status)], repeatable=True) == status
    assert pauses == []


@pytest.mark.parametrize("bound", [min, max])
def test_pauses_grow_and_vary(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, bound: Callable[[float, float], float]
) -> None:
    module = "ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport.random.uniform"
    monkeypatch.setattr(module, bound)
    pauses: list[float] = []
    wire.expect([Call("POST", URL, REFUSED)] * 3, Call("POST", URL))
    Transport(Endpoint("vc.example.com"), sleep=pauses.append).send("POST", "/x")
    assert pauses == sorted(pauses)
    assert all(0 < pause <= 4 for pause in pauses)
    assert len(set(pauses)) == 3
    assert (pauses < PAUSES) == (bound is min)


@pytest.mark.parametrize(
    ("endpoint", "limits", "timeout"),
    [
        ({}, {}, (60.0, 60.0)),
        ({}, {"hold": 30.0}, (60.0, 90.0)),
        ({"connect_timeout": 3.0}, {}, (3.0, 60.0)),
        ({"request_timeout": 5.0}, {"hold": 2.0}, (5.0, 7.0)),
        ({"patience": 0.0}, {}, (0.1, 0.1)),
        ({}, {"within": -1.0}, (0.1, 0.1)),
    ],
)
def test_each_attempt_has_these_timeouts(
    wire: Wire, endpoint: dict[str, Any], limits: dict[str, Any], timeout: tuple[float, float]
) -> None:
    wire.expect(Call("GET", URL, Reply(200)))
    Transport(Endpoint("vc.example.com", **endpoint)).send("GET", "/x", **limits)
    assert wire.sent[0].timeout == timeout


def test_a_response_has_at_most_64_mebibytes_by_default(wire: Wire) -> None:
    assert Endpoint("vc.example.com").max_response_size == 64 * 1024 * 1024
    wire.expect(Call("GET", URL, TooLarge()))
    with pytest.raises(BadResponse, match=r"of more than max_response_size \(64 MiB\)\."):
        Transport(Endpoint("vc.example.com")).send("GET", "/x")
