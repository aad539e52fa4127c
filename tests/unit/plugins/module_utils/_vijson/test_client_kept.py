# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping a session open for others."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter

LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"


def test_a_kept_session_stays_open_when_the_client_closes() -> None:
    server = FakeVcenter()
    with server.client() as client:
        kept = client.keep()
        assert not client.ends_orphans
    assert server.sessions == {kept}
    assert server.operations == {LOGIN: 1}


def test_keep_returns_the_existing_session() -> None:
    server = FakeVcenter()
    with server.client() as client:
        first = client.log_in().id
        assert client.keep() == client.keep() == first
    assert server.operations == {LOGIN: 1}


def test_an_error_before_keep_logs_out() -> None:
    server = FakeVcenter()

    def fail() -> None:
        with server.client() as client:
            client.log_in()
            raise RuntimeError("x")

    with pytest.raises(RuntimeError, match="x"):
        fail()
    assert server.operations == {LOGIN: 1, LOGOUT: 1}


def test_another_client_can_log_out_of_a_kept_session() -> None:
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
