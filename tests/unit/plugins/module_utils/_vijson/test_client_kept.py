# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping a session open for others."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter

LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"


def test_it_stays_when_the_client_closes() -> None:
    server = FakeVcenter()
    with server.client() as client:
        kept = client.keep()
        assert not client.ends_orphans
    assert server.sessions == {kept}
    assert server.operations == {LOGIN: 1}


def test_a_session_that_is_there_is_the_one() -> None:
    server = FakeVcenter()
    with server.client() as client:
        first = client.log_in().id
        assert client.keep() == client.keep() == first
    assert server.operations == {LOGIN: 1}


def test_what_goes_wrong_before_closes_it() -> None:
    server = FakeVcenter()

    def fail() -> None:
        with server.client() as client:
            client.log_in()
            raise RuntimeError("x")

    with pytest.raises(RuntimeError, match="x"):
        fail()
    assert server.operations == {LOGIN: 1, LOGOUT: 1}


def test_others_end_it() -> None:
    server = FakeVcenter()
    with server.client() as client:
        kept = client.keep()
    with server.client(kept) as other:
        assert other.log_out() is True
        assert other.log_out() is False
    assert server.operations == {LOGIN: 1, LOGOUT: 1}
    server.sessions.clear()
    gone = server.client("S9")
    server.end_sessions()
    assert gone.log_out() is False
