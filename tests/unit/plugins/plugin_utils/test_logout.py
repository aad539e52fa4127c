# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logout at the end of a run."""

from __future__ import annotations

import pytest
from ansible.utils.display import Display

from ansible_collections.vijson.tasks.plugins.module_utils._errors import LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import exchange
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.plugin_utils import _logout
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Lost

LOGOUT = "SessionManager.Logout"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeVcenter:
    made = FakeVcenter()
    made.sessions.add("S0")
    monkeypatch.setattr(exchange, "Transport", lambda _endpoint: made)
    monkeypatch.setattr(Display, "warning", lambda _self, text: made.warnings.append(text))
    return made


def test_the_logout_ends_the_session(server: FakeVcenter) -> None:
    _logout.log_out("S0", list(Endpoint("vc.example.com")), 3.0)
    assert (server.operations, server.sessions, server.warnings) == ({LOGOUT: 1}, set(), [])


def test_a_session_that_has_ended_gives_no_warning(server: FakeVcenter) -> None:
    _logout.log_out("S9", list(Endpoint("vc.example.com")), 3.0)
    assert server.warnings == []


def test_a_failed_logout_gives_a_warning(server: FakeVcenter) -> None:
    server.trouble[LOGOUT] = [Lost(ran=False, error=LostResponse("no response"))]
    _logout.log_out("S0", list(Endpoint("vc.example.com")), 3.0)
    (warning,) = server.warnings
    assert warning == "Could not log out of vc.example.com; the session expires when idle: no response"
    assert "S0" not in warning


def test_a_warning_to_a_terminal_that_is_gone_is_no_error(server: FakeVcenter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_display: Display, _text: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Display, "warning", fail)
    server.trouble[LOGOUT] = [Lost(ran=False, error=LostResponse("no response"))]
    _logout.log_out("S0", list(Endpoint("vc.example.com")), 3.0)
    assert server.operations == {LOGOUT: 1}
