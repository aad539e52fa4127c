# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which errors allow a retry, after which pause, and how to send a request that must not run twice."""

from __future__ import annotations

from typing import Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    ConnectError,
    FaultError,
    LostResponse,
    NoResponse,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.recovery import (
    WAIT_PAUSES,
    WATCH_PAUSES,
    is_outage,
    may_recover,
    pause_after,
    send_once,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import SDK, Call, Wire, html


def fault(fault_type: str) -> FaultError:
    return FaultError("op", fault_type, fault={"type": fault_type}, raw={})


@pytest.mark.parametrize(
    ("pauses", "grown"),
    [(WAIT_PAUSES, [1.0, 2.0, 5.0, 5.0, 5.0, 5.0]), (WATCH_PAUSES, [1.0, 2.0, 5.0, 10.0, 30.0, 30.0])],
)
def test_pauses_grow_and_the_last_one_repeats(pauses: tuple[float, ...], grown: list[float]) -> None:
    assert [pause_after(failures, pauses) for failures in range(6)] == grown
    assert pause_after(1000, pauses) == grown[-1]


@pytest.mark.parametrize(
    ("error", "recovers", "outage"),
    [
        (ConnectError("refused"), True, True),
        (ConnectError("certificate", transient=False), True, False),
        (LostResponse("broken"), True, True),
        (LostResponse("late", late=True), True, True),
        (BadResponse("not JSON"), True, False),
        (fault("NotAuthenticated"), True, True),
        (fault("InvalidCollectorVersion"), True, True),
        (fault("RequestCanceled"), True, True),
        (fault("ManagedObjectNotFound"), True, True),
        (fault("NoPermission"), False, False),
        (fault("InvalidArgument"), False, False),
    ],
)
def test_errors_are_classified_as_recoverable_and_as_outages(error: ViError, recovers: bool, outage: bool) -> None:
    assert (may_recover(error), is_outage(error)) == (recovers, outage)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_error_of_a_gateway_is_an_outage_after_three_pauses(
    client: Callable[..., Client], wire: Wire, pauses: list[float], status: int
) -> None:
    wire.expect([Call("GET", f"{SDK}/Task/task-7/info", html(status))] * 4)
    with pytest.raises(LostResponse) as lost:
        client("S0").get(Reference("Task", "task-7"), "info")
    assert is_outage(lost.value)
    assert pauses == [0.5, 1.0, 2.0]


class Server:
    """Responds to requests and lookups with these outcomes, in their order.

    :ivar asked: all requests and lookups in their order
    """

    def __init__(self, sends: list[str | Exception], finds: list[str | Exception | None]) -> None:
        self.asked: list[str] = []
        self.send = self._next("send", [*sends])
        self.find = self._next("find", [*finds])

    def _next(self, what: str, outcomes: list[str | Exception | None]) -> Callable[[], str]:
        def ask() -> str:
            self.asked.append(what)
            outcome = outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome  # type: ignore[return-value]

        return ask


LOST = LostResponse("broken")


@pytest.mark.parametrize(
    ("sends", "finds", "made", "asked"),
    [
        (["new"], [], "new", "send"),
        ([LOST], ["found"], "found", "send find"),
        ([BadResponse("not JSON")], ["found"], "found", "send find"),
        ([LOST, "new"], [None], "new", "send find send"),
        ([LOST, fault("AlreadyExists")], [None, "late"], "late", "send find send find"),
    ],
)
def test_an_object_is_created_once(
    sends: list[str | Exception], finds: list[str | Exception | None], made: str, asked: str
) -> None:
    server = Server(sends, finds)
    assert send_once(server.send, server.find) == made
    assert " ".join(server.asked) == asked


@pytest.mark.parametrize(
    ("sends", "finds", "error", "asked"),
    [
        ([fault("NoPermission")], [], FaultError, "send"),
        ([ConnectError("refused")], [], ConnectError, "send"),
        ([LOST, LOST], [None], NoResponse, "send find send"),
        ([LOST], [LOST], NoResponse, "send find"),
        ([LOST, fault("NoPermission")], [None, None], FaultError, "send find send find"),
    ],
)
def test_a_request_that_cannot_be_recovered_is_an_error(
    sends: list[str | Exception], finds: list[str | Exception | None], error: type[ViError], asked: str
) -> None:
    server = Server(sends, finds)
    with pytest.raises(error):
        send_once(server.send, server.find)
    assert " ".join(server.asked) == asked
