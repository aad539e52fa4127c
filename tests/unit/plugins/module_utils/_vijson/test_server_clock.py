# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's clock by the dates of its responses."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, parse_rfc3339
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.server_clock import ServerClock
from ansible_collections.vijson.tasks.tests.unit.support.fakes import SERVER_DATE, FakeVcenter

BASE = parse_rfc3339("2026-11-22T04:10:00Z")


class Ticks:
    """A monotonic clock."""

    def __init__(self) -> None:
        self.passed = 7 * SECOND

    def __call__(self) -> int:
        return self.passed


def test_the_clock_continues_from_the_latest_response() -> None:
    ticks = Ticks()
    clock = ServerClock(ticks)
    assert clock.now() is None
    clock.note(SERVER_DATE)
    ticks.passed += 5 * SECOND
    assert clock.now() == BASE + 5 * SECOND
    clock.note(None)
    ticks.passed += SECOND
    assert clock.now() == BASE + 6 * SECOND
    clock.note("Sun, 22 Nov 2026 05:20:00 +0100")
    assert clock.now() == BASE + 600 * SECOND


def test_dates_do_not_make_an_exact_clock_less_exact() -> None:
    ticks = Ticks()
    clock = ServerClock(ticks)
    clock.note(SERVER_DATE)
    clock.set(BASE + 900_000_000)
    ticks.passed += SECOND // 10
    clock.note(SERVER_DATE)
    assert clock.now() == BASE + SECOND
    ticks.passed += 10 * SECOND
    clock.note("Sun, 22 Nov 2026 04:20:00 GMT")
    assert clock.now() == BASE + 600 * SECOND + 900_000_000


def test_a_proxy_with_another_clock_does_not_change_an_exact_clock() -> None:
    ticks = Ticks()
    clock = ServerClock(ticks)
    clock.note("Sun, 22 Nov 2026 05:10:00 GMT")
    clock.set(BASE)
    ticks.passed += 7 * SECOND
    clock.note("Sun, 22 Nov 2026 05:10:07 GMT")
    assert clock.now() == BASE + 7 * SECOND


@pytest.mark.parametrize(
    ("date", "seconds"), [("Sun, 22 Nov 2026 04:10:01 GMT", 0), ("Sun, 22 Nov 2026 04:10:02 GMT", 2)]
)
def test_a_date_that_differs_by_two_seconds_changes_an_exact_clock(date: str, seconds: int) -> None:
    clock = ServerClock(Ticks())
    clock.note(SERVER_DATE)
    clock.set(BASE)
    clock.note(date)
    assert clock.now() == BASE + seconds * SECOND


def test_the_first_date_after_an_exact_time_is_not_corrected() -> None:
    clock = ServerClock(Ticks())
    clock.set(BASE)
    clock.note("Sun, 22 Nov 2026 05:10:00 GMT")
    assert clock.now() == BASE + 3600 * SECOND


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Sun, 99 Nov 2026 04:10:00 GMT", "Mon, 01 Jan 99999999999 00:00:00 GMT"),
        "Sun, 22 Nov 2026 04:10:00 +99999999999999999",
    ],
)
def test_an_invalid_date_is_ignored(date: str) -> None:
    ticks = Ticks()
    clock = ServerClock(ticks)
    clock.note(date)
    assert clock.now() is None
    clock.set(BASE)
    ticks.passed += 1
    clock.note(date)
    assert clock.now() == BASE + 1


def test_a_client_uses_the_dates_of_responses() -> None:
    server = FakeVcenter()
    with server.client() as client:
        client.log_in()
        now = client.now()
        assert now is not None
        assert 0 <= now - BASE < 60 * SECOND
        assert "ServiceInstance.CurrentTime" not in server.operations


def test_a_client_reads_the_time_once_if_responses_have_no_dates() -> None:
    server = FakeVcenter()
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "2026-11-22T05:00:00Z"
    server.dates = False
    with server.client() as client:
        assert None not in [client.now(), client.now()]
    assert server.operations["ServiceInstance.CurrentTime"] == 1


def test_an_invalid_server_time_is_unknown() -> None:
    server = FakeVcenter()
    server.dates = False
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "soon"
    with server.client() as client:
        assert client.now() is None
