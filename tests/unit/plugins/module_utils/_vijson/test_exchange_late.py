# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Closing after a server was late, and a time limit for several requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import LostResponse, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import exchange
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.support.raw_servers import HOST, SLOW, Vcenter, new_certificate, raw_server
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Hangs

TASK = Reference("Task", "task-7")
VIEW = Reference("ListView", "view-1").wire()
SLOWLY = SLOW["endless chunks"]


@contextmanager
def client_of(vcenter: Vcenter, folder: Path, warnings: list[str], **given: Any) -> Iterator[Client]:
    certificate = new_certificate(folder / "ca.pem")
    with ExitStack() as stack:
        port = stack.enter_context(raw_server(vcenter, certificate))
        endpoint = Endpoint(HOST, port, verify=str(folder / "ca.pem"), **{"request_timeout": 20.0, **given})
        yield Client(endpoint, Credentials("u", "pa55word"), warn=warnings.append)


def after(seconds: float) -> Callable[[Any], None]:
    """An empty response after some time."""

    def respond(connection: Any) -> None:
        time.sleep(seconds)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    return respond


def test_closing_after_a_late_response_takes_two_seconds_at_most(tmp_path: Path) -> None:
    """In total, not for each object."""
    warnings: list[str] = []
    vcenter = Vcenter(CreateListView=VIEW, info=SLOWLY, DestroyView=SLOWLY, Logout=SLOWLY)
    with client_of(vcenter, tmp_path, warnings) as client:
        started = time.monotonic()
        with client, client.owned("viewManager", "CreateListView", {}, "DestroyView"), suppress(ViError):
            client.call(TASK, "info", within=0.5)
        assert time.monotonic() - started < 4
    assert vcenter.operations[:4] == ["Login", "CreateListView", "info", "DestroyView"]
    assert warnings
    assert warnings[0].startswith("Could not close the session; it expires when idle: ")


def test_a_client_logs_out_after_one_late_response(tmp_path: Path) -> None:
    warnings: list[str] = []
    vcenter = Vcenter(info=SLOWLY)
    with client_of(vcenter, tmp_path, warnings, request_timeout=0.5) as client, closing(client), suppress(ViError):
        client.get(TASK, "info")
    assert vcenter.operations == ["Login", "info", "Logout"]
    assert warnings == []


def test_closing_after_a_late_response_may_take_a_moment(tmp_path: Path) -> None:
    warnings: list[str] = []
    vcenter = Vcenter(info=SLOWLY, Logout=after(0.5))
    with client_of(vcenter, tmp_path, warnings) as client, closing(client), suppress(ViError):
        client.call(TASK, "info", within=0.2)
    assert vcenter.operations == ["Login", "info", "Logout"]
    assert warnings == []


@pytest.mark.parametrize(("trouble", "most"), [(Hangs(), 2.0), (None, 60.0)])
def test_closing_has_less_time_after_a_late_response(trouble: Hangs | None, most: float) -> None:
    server = FakeVcenter()
    server.answers["Task.info"] = lambda _moid, _params: {}
    server.trouble["Task.info"] = [trouble]
    with server.client() as client, suppress(LostResponse):
        client.get(TASK, "info")
    (logout,) = server.named("SessionManager.Logout")
    assert most - 1 < logout.within <= most


def test_closing_has_more_time_if_the_server_responds_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_CLOSING", 0.1)
    warnings: list[str] = []
    vcenter = Vcenter(info=SLOWLY, state=VIEW, Logout=after(0.5))
    with client_of(vcenter, tmp_path, warnings) as client, closing(client):
        with pytest.raises(LostResponse):
            client.call(TASK, "info", within=0.2)
        client.get(TASK, "state")
    assert vcenter.operations == ["Login", "info", "state", "Logout"]
    assert warnings == []


def test_a_time_limit_applies_to_all_requests_of_a_block(tmp_path: Path) -> None:
    vcenter = Vcenter(info=after(0.4))
    with client_of(vcenter, tmp_path, []) as client, closing(client):
        client.log_in()
        started = time.monotonic()
        with client.time_limit(1.0):
            client.get(TASK, "info")
            client.get(TASK, "info")
            with pytest.raises(LostResponse, match="within the time left"):
                client.get(TASK, "info")
        assert 0.9 < time.monotonic() - started < 2
        client.get(TASK, "info")
