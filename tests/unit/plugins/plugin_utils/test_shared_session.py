# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session for several clients, as the workers of a run have them."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    ConnectError,
    FaultError,
    LoginRefused,
    LostResponse,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.plugins.plugin_utils import _shared_session
from ansible_collections.vijson.tasks.plugins.plugin_utils._run_sessions import MAIN
from ansible_collections.vijson.tasks.plugins.plugin_utils._session_store import SessionStore, StoreUnusable
from ansible_collections.vijson.tasks.plugins.plugin_utils._shared_session import (
    LendableSession,
    SharedSession,
    lendable_session,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Lost, info

LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"
TASK = Reference("Task", "task-1")
WHERE = Endpoint("vc.example.com", verify=True, proxy="")
WHO = Credentials("u", "pa55word")
REPEATED = r"\(InvalidLogin\)\. This run does not send this password again$"


lent_here = partial(LendableSession, is_remote=False)
lent_elsewhere = partial(LendableSession, is_remote=True)


class Run:
    """The clients of one run."""

    def __init__(self, folder: Path):
        self.folder = folder / "run" / "sessions"
        self.folder.parent.mkdir(mode=0o700)
        self.store = SessionStore(self.folder)
        self.store.begin()
        self.server = FakeVcenter()
        self.server.answers["Task.info"] = lambda _moid, _params: info("task-1")

    def source(
        self, where: Endpoint = WHERE, who: Credentials = WHO, kind: Callable[..., SharedSession] = SharedSession
    ) -> SharedSession:
        return kind(self.store, where, who)

    def client(self, where: Endpoint = WHERE, who: Credentials = WHO, **options: Any) -> Client:
        source = self.source(where, who, **options)
        return Client(where, who, transport=self.server, source=source)  # type: ignore[arg-type]

    def module(self, *arguments: Any, **options: Any) -> None:
        """A module with one request."""
        with self.client(*arguments, **options) as client:
            client.get(TASK, "info")

    @property
    def logins(self) -> int:
        return self.server.operations[LOGIN]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_many_modules_share_one_login(run: Run) -> None:
    for _module in range(5):
        run.module()
    assert run.server.operations == {LOGIN: 1, "Task.info": 5}
    with run.client() as client:
        assert client.session_key() == "key-of-S1"
    assert run.server.operations == {LOGIN: 1, "Task.info": 5}


@pytest.mark.parametrize(
    "other",
    [
        (WHERE._replace(hostname="vc2.example.com"), WHO),
        (WHERE._replace(port=8443), WHO),
        (WHERE._replace(verify=False), WHO),
        (WHERE._replace(verify="/etc/ca.pem"), WHO),
        (WHERE._replace(proxy="http://proxy:3128"), WHO),
        (WHERE, WHO._replace(username="v")),
        (WHERE, WHO._replace(password="pa55w0rd")),
    ],
)
def test_other_connections_and_users_do_not_share_the_session(run: Run, other: tuple[Endpoint, Credentials]) -> None:
    run.module()
    run.module(*other)
    run.module()
    assert run.logins == 2


def test_timeouts_and_the_case_of_the_host_name_do_not_matter(run: Run) -> None:
    run.module()
    run.module(WHERE._replace(hostname="VC.example.com", request_timeout=5.0, patience=7.0, connect_timeout=1.0))
    assert run.logins == 1


def test_the_password_is_not_written_to_a_file(run: Run) -> None:
    run.module()
    (file,) = run.folder.iterdir()
    assert "pa55word" not in file.name + file.read_text()
    assert json.loads(file.read_text())["session"][:2] == ["S1", "key-of-S1"]


def test_a_session_that_ended_is_replaced_once(run: Run) -> None:
    first, second = run.client(), run.client()
    for client in (first, second):
        client.get(TASK, "info")
    run.server.end_sessions()
    for client in (first, second):
        client.get(TASK, "info")
    run.module()
    assert run.logins == 2


def test_a_replaced_session_that_ends_is_replaced_again(run: Run) -> None:
    """A client that finds two sessions in a row ended has not logged in itself yet."""
    late = run.client()
    late.get(TASK, "info")
    run.server.end_sessions()
    run.module()
    run.server.end_sessions()
    late.get(TASK, "info")
    assert run.logins == 3


def test_a_session_that_ends_just_after_its_replacement_is_replaced(run: Run) -> None:
    """An ended session of another client does not use up the new login of the module."""
    run.module()
    run.server.trouble["Task.info"] = [Fault("NotAuthenticated")] * 2
    run.module()
    assert run.logins == 3


def test_a_client_logs_in_once_for_a_request(run: Run) -> None:
    run.server.trouble["Task.info"] = [Fault("NotAuthenticated")] * 3
    with pytest.raises(FaultError, match="NotAuthenticated"):
        run.module()
    assert run.logins == 2


def test_a_wrong_password_is_sent_once(run: Run) -> None:
    run.server.trouble[LOGIN] = [Fault("InvalidLogin")]
    with pytest.raises(LoginRefused, match=r"\(InvalidLogin\)$"):
        run.module()
    for kind in (SharedSession, lent_here, lent_elsewhere):
        with pytest.raises(LoginRefused, match=REPEATED) as refused:
            run.module(kind=kind)
        assert refused.value.failure()["fault"]["type"] == "InvalidLogin"
    assert run.logins == 1
    run.module(WHERE, WHO._replace(password="another"))


def waited_since_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, clients seem to have waited since before the first login."""
    clock = iter([0.0, *[1e9] * 9])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))


@pytest.mark.parametrize("error", [LostResponse("x", status=503), ConnectError("x", transient=False)])
def test_a_client_that_waited_for_a_failed_login_fails_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: ViError
) -> None:
    """Otherwise fifty modules would try an unreachable server one after the other. Their requests were not sent."""
    run.server.trouble[LOGIN] = [Lost(ran=False, error=error)] * 2
    with pytest.raises(ConnectError) as first:
        run.module()
    tried = run.logins
    waited_since_the_beginning(monkeypatch)
    with pytest.raises(ConnectError) as second:
        run.module()
    assert (str(second.value), vars(second.value)) == (str(first.value), vars(first.value))
    assert run.logins == tried


def test_a_later_client_tries_to_log_in_again(run: Run) -> None:
    run.server.trouble[LOGIN] = [Lost(ran=False, error=ConnectError("x"))]
    with pytest.raises(ConnectError):
        run.module()
    run.module()
    assert run.logins == 2


def test_a_client_with_a_longer_timeout_tries_to_log_in_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.server.trouble[LOGIN] = [Lost(ran=False, error=ConnectError("x"))]
    with pytest.raises(ConnectError):
        run.module(WHERE._replace(request_timeout=1.0))
    waited_since_the_beginning(monkeypatch)
    run.module(WHERE._replace(request_timeout=60.0))
    assert run.logins == 2


def test_each_module_logs_in_if_the_store_is_unusable(run: Run) -> None:
    run.folder.chmod(0o777)
    run.module()
    run.module()
    assert run.server.operations == {LOGIN: 2, "Task.info": 2, LOGOUT: 2}


def test_each_module_logs_in_after_the_end_of_the_run(run: Run) -> None:
    list(run.store.end(0))
    run.module()
    assert run.server.operations == {LOGIN: 1, "Task.info": 1, LOGOUT: 1}


def test_a_login_during_the_end_of_the_run_is_closed_with_its_client(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    send = run.server.send

    def end_meanwhile(method: str, path: str, **options: Any) -> Any:
        if path.endswith("/Login"):
            list(run.store.end(0))
        return send(method, path, **options)

    monkeypatch.setattr(run.server, "send", end_meanwhile)
    run.module()
    assert run.server.operations == {LOGIN: 1, "Task.info": 1, LOGOUT: 1}


def test_a_replaced_session_id_is_used_by_all_clients(run: Run) -> None:
    run.module()
    first, late = run.source(), run.source()
    assert first.renewed("S1", "S1-renewed")
    assert run.source().open(lambda: pytest.fail("a login")).id == "S1-renewed"
    late.renewed("S0", "S0-renewed")
    assert not first.renewed("S1-renewed", "S1-again")
    assert (first.is_private, late.is_private) == (False, True)
    assert late.renewed("S0-renewed", "S0-again")


def test_another_id_that_can_not_be_told_to_others_is_closed_with_its_client(run: Run) -> None:
    run.module()
    source = run.source()
    run.folder.chmod(0o777)
    assert source.renewed("S1", "S1-renewed")
    assert source.is_private


def test_a_client_logs_in_itself_if_the_shared_session_is_full(run: Run) -> None:
    run.module()
    run.server.answers["TaskManager.Create"] = lambda _moid, _params: run.server.own("Collector")
    run.server.answers["Collector.Destroy"] = run.server.disown
    run.server.trouble["TaskManager.Create"] = [Fault("InvalidState")]
    with run.client() as client, client.owned("taskManager", "Create", {}, "Destroy"):
        pass
    assert (run.logins, run.server.operations[LOGOUT]) == (2, 1)


def test_a_client_that_leaves_the_session_destroys_its_objects_there(run: Run) -> None:
    """Otherwise its objects would stay open until the end of the run."""
    run.module()
    run.server.answers["TaskManager.Create"] = lambda _moid, _params: run.server.own("Collector")
    run.server.answers["Collector.Destroy"] = run.server.disown
    run.server.trouble["TaskManager.Create"] = [None, Fault("InvalidState")]
    with run.client() as client, client.owned("taskManager", "Create", {}, "Destroy"):
        with client.owned("taskManager", "Create", {}, "Destroy"):
            assert len(run.server.owned) == 1
        assert run.server.owned == {}
    assert run.server.operations["Collector.Destroy"] == 2


def test_creating_an_object_is_repeatable_in_a_shared_session(run: Run) -> None:
    """A retry is safe, because the objects of the session end with the run."""
    run.server.answers["TaskManager.Create"] = lambda _moid, _params: run.server.own("Collector")
    run.server.answers["Collector.Destroy"] = run.server.disown
    with run.client() as client, client.owned("taskManager", "Create", {}, "Destroy"):
        pass
    assert [sent.repeatable for sent in run.server.named("TaskManager.Create")] == [True]


@pytest.mark.parametrize(("main_has_ended", "ends"), [(True, 1), (False, 0)])
def test_a_client_ends_the_sessions_if_the_main_process_was_killed(
    run: Run, monkeypatch: pytest.MonkeyPatch, main_has_ended: bool, ends: int
) -> None:
    ended: list[None] = []
    monkeypatch.setattr(MAIN, "has_ended", lambda: main_has_ended)
    monkeypatch.setattr(_shared_session, "end_sessions", lambda: ended.append(None))
    run.module()
    assert len(ended) == ends


def test_a_server_unreachable_from_here_is_tried_once(run: Run) -> None:
    run.server.trouble[LOGIN] = [Lost(ran=False, error=ConnectError("x"))]
    for _module in range(3):
        with pytest.raises(ConnectError):
            run.module(kind=lent_elsewhere)
    assert run.logins == 1
    run.module(kind=lent_here)
    run.module(kind=lent_elsewhere)
    assert run.logins == 2


def test_no_login_is_made_to_lend_if_the_store_is_unusable(run: Run) -> None:
    run.folder.chmod(0o777)
    for kind in (lent_here, lent_elsewhere):
        with pytest.raises(StoreUnusable):
            run.module(kind=kind)
    assert run.server.sent == []


@pytest.mark.parametrize(("platform", "can_share"), [("linux", True), ("darwin", False)])
def test_macos_shares_no_sessions(monkeypatch: pytest.MonkeyPatch, platform: str, can_share: bool) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    spec = importlib.util.spec_from_file_location(f"{_shared_session.__name__}_on_{platform}", _shared_session.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.share_session(WHERE, WHO) is not None) is can_share
    assert (module.lendable_session(WHERE, WHO, is_remote=False) is not None) is can_share


@pytest.mark.parametrize(
    "hostname", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST.", "127.1", "0", "0x7f.1", "2130706433"]
)
def test_a_session_for_localhost_is_not_lent_to_a_remote_machine(hostname: str) -> None:
    where = Endpoint(hostname, verify=False)
    assert lendable_session(where, WHO, is_remote=True) is None
    assert lendable_session(where, WHO, is_remote=False) is not None
    assert lendable_session(where._replace(verify=None), WHO, is_remote=True) is not None
    assert lendable_session(where._replace(hostname="vc.example.com"), WHO, is_remote=True) is not None
