# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a session for other modules, and ending it."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.modules import vi_session
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module, check_result
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection

LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_session)


@pytest.mark.parametrize("given", [None, "S9"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_present_opens_a_session_that_stays_open(
    monkeypatch: pytest.MonkeyPatch, check_mode: bool, given: str | None
) -> None:
    server = FakeVcenter()
    monkeypatch.setattr(vi_session, "connect_client", lambda params, _warn: server.client(params["session_id"]))
    result = run_job(vi_session.run, Job(connection(state="present", session_id=given), check_mode=check_mode))
    check_result(vi_session, result)
    assert result == {"session_id": "S1", "changed": True}
    assert server.sessions == {"S1"}
    assert server.operations == {LOGIN: 1}


def test_a_failed_login_leaves_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeVcenter()
    server.trouble[LOGIN] = [Fault("InvalidLogin")]
    monkeypatch.setattr(vi_session, "connect_client", lambda _params, _warn: server.client())
    result = run_job(vi_session.run, Job(connection(state="present")))
    assert (result["failed"], result["fault"]["type"]) == (True, "InvalidLogin")
    assert server.sessions == set()


@pytest.mark.parametrize("alive", [True, False])
def test_absent_ends_the_given_session(alive: bool) -> None:
    server = FakeVcenter()
    job = Job(connection(state="absent", session_id="S9"))
    job.client = server.client("S9")
    if not alive:
        server.end_sessions()
    assert run_job(vi_session.run, job) == {"changed": alive}
    assert server.sessions == set()
    assert server.operations == {LOGOUT: 1}


def test_absent_requires_session_id() -> None:
    result = run_job(vi_session.run, Job(connection(state="absent")))
    assert result["failed"]
    assert result["msg"].startswith("session_id: ")
