# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lending the session of a run to a module that is a process of its own."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    ConnectError,
    InputError,
    LoginRefused,
    SessionEnded,
)
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import connect_client
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, Result
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import exchange
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.session import LENT_SESSION_ENDED
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.plugins.plugin_utils import _lender, _shared_session
from ansible_collections.vijson.tasks.plugins.plugin_utils._lender import Lender, needs_session
from ansible_collections.vijson.tasks.plugins.plugin_utils._session_store import SessionStore
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, info
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection

LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeVcenter:
    """The server of all clients, in a run of its own."""
    made = FakeVcenter()
    made.answers["Task.info"] = lambda _moid, _params: info("task-1")
    (tmp_path / "run").mkdir(mode=0o700)
    store = SessionStore(tmp_path / "run" / "sessions")
    store.begin()
    monkeypatch.setattr(_shared_session, "STORE", store)
    monkeypatch.setattr(exchange, "Transport", lambda _endpoint: made)
    return made


def lender(**options: Any) -> Lender:
    return Lender(connection(**options), pytest.fail, is_remote=False)


def work(value: str | None, **options: Any) -> dict[str, Any]:
    """Run a module with this session id; returns its result."""
    try:
        with connect_client(connection(session_id=value, **options)) as client:
            client.get(Reference("Task", "task-1"), "info")
    except SessionEnded as error:
        return {"failed": True, **error.failure()}
    return {}


def test_modules_borrow_one_session(server: FakeVcenter) -> None:
    for _module in range(3):
        one = lender()
        assert not one.is_refused(work(one.lend()))
    assert server.operations == {LOGIN: 1, "Task.info": 3}


def test_lending_checks_for_signals_and_takes_no_time(server: FakeVcenter, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(_lender, "sleep", slept.append)
    assert lender().lend() is not None
    assert slept == [0]


@pytest.mark.parametrize(
    "other", [{"hostname": "vc2.example.com"}, {"username": "v"}, {"validate_certs": False}, {"proxy_host": "proxy"}]
)
def test_a_module_with_another_connection_logs_in(server: FakeVcenter, other: dict[str, Any]) -> None:
    """The environment on its machine may be different."""
    work(lender().lend(), proxy_port=3128, **other)
    assert server.operations == {LOGIN: 2, "Task.info": 1, LOGOUT: 1}


def test_an_ended_session_is_replaced_before_the_module_runs_again(server: FakeVcenter) -> None:
    work(lender().lend())
    server.end_sessions()
    one, other = lender(), lender()
    for each in (one, other):
        result = work(each.lend())
        assert each.is_refused(result)
        assert set(result) == {"failed", "msg", "fault"}
    for each in (one, other):
        assert not each.is_refused(work(each.lend()))
    assert server.operations[LOGIN] == 2


def test_a_module_that_reaches_another_server_does_not_replace_the_session(server: FakeVcenter) -> None:
    """The name of the vCenter may mean another one there."""
    one = Lender(connection(), pytest.fail, is_remote=True)
    assert one.lend() is not None
    assert one.is_refused({"failed": True, LENT_SESSION_ENDED: True})
    assert one.lend() is None
    assert not lender().is_refused(work(lender().lend()))
    assert server.operations[LOGIN] == 1


def test_a_session_that_has_ended_is_replaced_for_a_remote_module(server: FakeVcenter) -> None:
    one = Lender(connection(), pytest.fail, is_remote=True)
    one.lend()
    server.end_sessions()
    assert one.is_refused({"failed": True, LENT_SESSION_ENDED: True})
    assert one.lend() is not None
    assert server.operations[LOGIN] == 2


def test_a_module_is_lent_at_most_three_sessions(server: FakeVcenter) -> None:
    one = lender()
    for _loan in range(3):
        value = one.lend()
        server.end_sessions()
        assert one.is_refused(work(value))
    assert one.lend() is None


def test_a_given_session_is_used_instead_of_a_lent_one(server: FakeVcenter) -> None:
    assert lender(session_id="52c0ffee").lend() is None
    assert server.sent == []


def test_a_refused_password_is_reported_at_once(server: FakeVcenter) -> None:
    server.trouble[LOGIN] = [Fault("InvalidLogin")]
    for _module in range(2):
        with pytest.raises(LoginRefused):
            lender().lend()
    assert server.operations == {LOGIN: 1}


def test_a_session_that_the_run_cannot_keep_is_not_lent(
    server: FakeVcenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = server.send

    def spoil_meanwhile(method: str, path: str, **options: Any) -> Any:
        if path.endswith("/Login"):
            (tmp_path / "run" / "sessions").rename(tmp_path / "run" / "ended")
        return send(method, path, **options)

    monkeypatch.setattr(server, "send", spoil_meanwhile)
    assert lender().lend() is None
    assert (server.operations, server.sessions) == ({LOGIN: 1, LOGOUT: 1}, set())


def test_a_successful_module_costs_no_further_request(server: FakeVcenter) -> None:
    one = Lender(connection(), pytest.fail, is_remote=True)
    one.lend()
    assert not one.is_refused({"changed": False})
    assert server.operations == {LOGIN: 1}


@pytest.mark.parametrize("is_remote", [True, False])
def test_a_failed_login_here_fails_only_a_module_that_runs_here(server: FakeVcenter, is_remote: bool) -> None:
    """Another machine may reach the vCenter."""
    server.trouble[LOGIN] = [ConnectError("no route")] * 10
    one = Lender(connection(), pytest.fail, is_remote=is_remote)
    with nullcontext() if is_remote else pytest.raises(ConnectError):
        assert one.lend() is None


def test_a_session_is_needed_only_if_the_module_sends_requests() -> None:
    def refuses(job: Job) -> Result:
        raise InputError("tasks: not a valid task")

    def reads(job: Job) -> Result:
        with suppress(Exception):
            job.client.get(Reference("Task", "task-1"), "info")
        return {}

    def answers(_job: Job) -> Result:
        return {}

    assert not needs_session(refuses, connection(), False)
    assert not needs_session(answers, connection(), False)
    assert needs_session(reads, connection(), False)
    assert needs_session(reads, connection(api_release="auto"), False)
    assert needs_session(reads, connection(session_id="52c0ffee"), False)
