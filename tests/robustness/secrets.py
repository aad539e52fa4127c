# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password that is hard to hide, the forms that a secret can take, and the places to search for it."""

from __future__ import annotations

import base64
import html
import json
import shlex
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

import trustme

from ansible_collections.vijson.tasks.tests.support.processes import processes
from ansible_collections.vijson.tasks.tests.support.runs import Run
from ansible_collections.vijson.tasks.tests.support.vcenter import SESSION_HEADER, VCenter

PASSWORD = "p@ss \"w#rd'/\\ü&<%41>"
WRONG = "wr@ng \"w#rd'/\\ü&<%42>"
HOST = "127.0.0.1"


def forms(secret: str) -> set[str]:
    """A secret verbatim, and in the encodings that programs use."""
    raw = secret.encode()
    written = {
        *(secret, repr(secret)[1:-1], shlex.quote(secret), html.escape(secret)),
        *(json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]),
        *(quote(secret), quote(secret, safe=""), quote_plus(secret), raw.hex()),
        *(base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")),
    }
    return written | {json.dumps(form)[1:-1] for form in written}


def session_ids(vcenter: VCenter) -> set[str]:
    """The ids of all sessions in the server's log."""
    log: list[dict[str, Any]] = vcenter.control("GET", "log")
    headers = [{name.lower(): value for name, value in entry["headers"].items()} for entry in log]
    return {each[SESSION_HEADER] for each in headers if SESSION_HEADER in each}


def found_in(text: str, secrets: set[str]) -> list[str]:
    """The lines of a text that contain a secret in any form."""
    wanted = {form for secret in secrets for form in forms(secret)}
    return [line for line in text.splitlines() if any(form in line for form in wanted)]


def found_below(folder: Path, secrets: set[str]) -> list[str]:
    """The files below a folder that contain a secret in any form."""
    wanted = {form.encode() for secret in secrets for form in forms(secret)}
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(form in path.read_bytes() for form in wanted)]


class Place:
    """Where a program runs. Tests search ``folder`` for secrets; ``given`` holds its input."""

    def __init__(self, path: Path):
        self.folder, self.given = path / "run", path / "given"
        for name in ("tmp", "home", "ansible"):
            (self.folder / name).mkdir(parents=True)
        self.given.mkdir()
        self.log = self.folder / "ansible.log"

    @property
    def env(self) -> dict[str, str | None]:
        """The environment for Ansible: it writes below the folder, and keeps only what it keeps by default."""
        return {
            "TMPDIR": str(self.folder / "tmp"),
            "HOME": str(self.folder / "home"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp" / "local"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "tmp" / "remote"),
            "ANSIBLE_ASYNC_DIR": str(self.folder / "tmp" / "async"),
            "ANSIBLE_LOG_PATH": str(self.log),
            "ANSIBLE_KEEP_REMOTE_FILES": None,
        }

    def leaks(self, done: Run, secrets: set[str]) -> list[str]:
        """Where a secret appears in output, results, logs or files."""
        results = json.dumps([vars(outcome) for outcome in done], indent=1)
        return [*found_in(done.output, secrets), *found_in(results, secrets), *found_below(self.folder, secrets)]


class Commands:
    """Collects the command lines of all processes except simulators, which every user can see."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.modules = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Commands:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.3):
            for process in processes():
                if " -m simulator " not in process.command and process.command not in self.seen:
                    self.seen.add(process.command)
                    self.modules += process.is_module


class Sent(NamedTuple):
    """A request that a server received."""

    path: str
    headers: dict[str, str]
    body: bytes


class Redirecting:
    """A server that redirects requests, on demand logins too, and the server to which it redirects.

    :ivar arrived: the requests that the other server received
    """

    def __init__(self, port: int, authority: Path, arrived: list[Sent]):
        self.arrived = arrived
        self.vcenter = VCenter(
            {
                "VMWARE_HOST": HOST,
                "VMWARE_PORT": str(port),
                "VMWARE_USER": "administrator@vsphere.local",
                "VMWARE_PASSWORD": PASSWORD,
                "VMWARE_CA_PATH": str(authority),
            }
        )


@contextmanager
def redirecting(folder: Path, status: int, *, login: bool) -> Iterator[Redirecting]:
    """Run both servers, with certificates that clients trust."""
    authority = trustme.CA()
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST, "localhost").configure_cert(context)
    arrived: list[Sent] = []
    with ExitStack() as stack:
        other = stack.enter_context(_server(context, arrived, None, 200))
        port = stack.enter_context(_server(context, [], f"https://localhost:{other}", 200 if login else status, status))
        yield Redirecting(port, path, arrived)


@contextmanager
def _server(
    context: ssl.SSLContext, arrived: list[Sent], location: str | None, login: int, status: int = 200
) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            arrived.append(Sent(self.path, dict(self.headers), sent))
            code = login if self.path.endswith("/Login") else status
            body = b'{"_typeName": "UserSession", "key": "52ab"}' if code == 200 else b"elsewhere"
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header(SESSION_HEADER, "5e55-10n1d")
            if code != 200:
                self.send_header("Location", f"{location}{self.path}")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_request(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
