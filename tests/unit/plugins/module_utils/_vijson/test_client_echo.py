# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway that repeats the body of the login, or the session id, in its error page: no message contains it."""

from __future__ import annotations

import html
import json
import logging
import socket
import ssl
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._events.event_source import TaskEvents
from ansible_collections.vijson.tasks.plugins.module_utils._plays.recorder import CALLBACK_SPEC, play_recorder
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import transport
from ansible_collections.vijson.tasks.tests.support.raw_servers import (
    HOST,
    LOGIN,
    new_certificate,
    raw_server,
    receive_request,
    response,
)
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection

PASSWORD = 'p4"5/w0rd\\ grün\tx'
SESSION_ID = "5e55-10n-1d-0f-th3-u53r"
PIECE = 4
"""No message may contain this many characters of a secret in a row."""

FIRST = {"Login": LOGIN, "content": {"rootFolder": {"type": "Folder", "value": "group-d1"}}}
"""The responses that the client gets before its session is used."""

Gateway = Callable[[str], bytes]


def _page(text: str, status: str = "400 Bad Request", media: str = "text/html") -> bytes:
    return response(text.encode(), status=status).replace(b"application/json", media.encode())


GATEWAYS: dict[str, Gateway] = {
    "page": lambda secret: _page(f"<p>Your request: {html.escape(secret)}</p>"),
    "json": lambda secret: _page(json.dumps({"body": {"password": secret}})),
    "percent": lambda secret: _page(f"https://login.example.com/?body={quote(json.dumps({'password': secret}))}"),
    "not json": lambda secret: _page(f"{json.dumps(secret, ensure_ascii=False)}...", "200 OK", "application/json"),
    "fault": lambda secret: _page(
        json.dumps({"_typeName": "SystemError", "faultstring": f"Cannot parse {secret}", "detail": [secret]}),
        "500 Internal Server Error",
        "application/json",
    ),
    "status line": lambda secret: f"HTTQ {json.dumps(secret)}\r\n\r\n".encode(),
    "chunk": lambda secret: f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{json.dumps(secret)}\r\n".encode(),
    "encoding": lambda secret: f"HTTP/1.1 200 OK\r\nContent-Encoding: {json.dumps(secret)}\r\n\r\n".encode(),
}


def pieces(secret: str) -> set[str]:
    """All parts that are long enough to be recognized."""
    shown = {secret, " ".join(secret.split()), json.dumps(secret)[1:-1], quote(secret), html.escape(secret)}
    return {text[at : at + PIECE] for text in shown for at in range(len(text) - PIECE + 1)}


def leaked(texts: list[str], secret: str) -> list[str]:
    everything = "\n".join(texts)
    return [piece for piece in pieces(secret) if piece in everything]


def echo(gateway: Gateway, padding: int, *, of: str) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        while request := receive_request(connection):
            operation = request.split(b" ")[1].decode().rpartition("/")[2]
            if of == SESSION_ID and operation in FIRST:
                header = [f"vmware-api-session-id: {SESSION_ID}"] if operation == "Login" else []
                connection.sendall(response(json.dumps(FIRST[operation]).encode(), *header))
            else:
                connection.sendall(gateway("=" * padding + of))
                connection.close()
                return

    return serve


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once; other tests check the pauses."""
    monkeypatch.setattr(transport, "REQUEST_PAUSES", (0.01, 0.01, 0.01))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    return new_certificate(file), file


def seen_by_module(options: dict[str, Any], caplog: pytest.LogCaptureFixture) -> list[str]:
    warnings: list[str] = []
    errors: list[str] = []

    def run(job: Job) -> dict[str, Any]:
        try:
            job.client.get("taskManager", "maxCollector")
        except ViError as error:
            errors.extend([*traceback.format_exception(type(error), error, error.__traceback__), str(error.fault)])
            raise
        return {}

    result = run_job(run, Job(connection(**options), warn=warnings.append))
    assert result["failed"]
    return [str(result), *warnings, *errors]


def seen_by_callback(options: dict[str, Any], caplog: pytest.LogCaptureFixture) -> list[str]:
    warnings: list[str] = []
    spec = {name: option.get("default") for name, option in CALLBACK_SPEC.items()}
    plays = play_recorder({**spec, **connection(**options)}, warnings.append)
    plays.begin("a play")
    plays.close()
    assert warnings
    return warnings


def seen_by_event_source(options: dict[str, Any], caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.set_level(logging.DEBUG)
    events = TaskEvents({name: value for name, value in connection(**options).items() if value is not None})
    with pytest.raises(ViError) as failed:
        events.next()
    events.close()
    error = failed.value
    return [caplog.text, *traceback.format_exception(type(error), error, error.__traceback__)]


@pytest.mark.parametrize("secret", [PASSWORD, SESSION_ID], ids=["password", "session-id"])
@pytest.mark.parametrize("name", GATEWAYS)
@pytest.mark.parametrize("see", [seen_by_module, seen_by_callback, seen_by_event_source])
def test_no_message_repeats_a_secret_that_a_gateway_echoes(
    tls: tuple[ssl.SSLContext, Path],
    caplog: pytest.LogCaptureFixture,
    see: Callable[[dict[str, Any], pytest.LogCaptureFixture], list[str]],
    name: str,
    secret: str,
) -> None:
    """At any position in the text, because messages shorten the text."""
    for padding in (0, 77, 95) if see is seen_by_module else (77,):
        with raw_server(echo(GATEWAYS[name], padding, of=secret), tls[0]) as port:
            seen = see({"hostname": HOST, "port": port, "ca_path": str(tls[1]), "password": PASSWORD}, caplog)
        assert leaked(seen, secret) == [], seen
