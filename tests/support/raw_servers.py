# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that send the bytes that a test chooses: slowly, endlessly, or too many."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import trustme

HOST = "127.0.0.1"
Serve = Callable[[socket.socket], Any]


@contextmanager
def raw_server(serve: Serve, certificate: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that handles each connection like this, after a TLS handshake if there is a certificate."""
    with socket.create_server((HOST, 0)) as listening:

        def handle(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                if certificate is None:
                    serve(connection)
                else:
                    with certificate.wrap_socket(connection, server_side=True) as secured:
                        serve(secured)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = listening.accept()
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def certificate_of(authority: trustme.CA) -> ssl.SSLContext:
    """A certificate for HOST."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    return context


def new_certificate(file: Path) -> ssl.SSLContext:
    """A certificate for HOST from a new authority, whose own certificate is written to the file."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(file)
    return certificate_of(authority)


def receive_request(connection: socket.socket) -> bytes:
    """The headers and the body of the next request; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _blank, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole response with JSON."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def sends(data: bytes) -> Serve:
    """Send these bytes."""
    return lambda connection: connection.sendall(data)


def drips(data: bytes, *, then: bytes = b"x", pause: float = 0.05) -> Serve:
    """Send one byte at a time, and then repeat one byte forever."""

    def serve(connection: socket.socket) -> None:
        for number in range(1 << 30):
            connection.sendall(data[number : number + 1] or then)
            time.sleep(pause)

    return serve


def repeats(data: bytes, *, pause: float = 0.0) -> Serve:
    """Repeat the same bytes forever."""

    def serve(connection: socket.socket) -> None:
        while True:
            connection.sendall(data)
            time.sleep(pause)

    return serve


def silent(_connection: socket.socket) -> None:
    """Send nothing."""
    time.sleep(60)


def in_turn(*serves: Serve) -> Serve:
    """Run one function after the other."""

    def serve(connection: socket.socket) -> None:
        for each in serves:
            each(connection)

    return serve


def after_request(*serves: Serve) -> Serve:
    """Read one request first."""
    return in_turn(receive_request, *serves)


CHUNKED = sends(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
LONG = sends(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n")
MANY = b" " * 65536
MEBIBYTE = 1 << 20

SLOW: dict[str, Serve] = {
    "status line": drips(b"HTTP/1.1 200 OK\r\n"),
    "headers": drips(b"HTTP/1.1 200 OK\r\nX: "),
    "body": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", then=b" "),
    "endless chunks": in_turn(CHUNKED, repeats(b"1\r\n \r\n", pause=0.05)),
    "100 Continue": repeats(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05),
    "silence": silent,
}
"""Responses that never end, with less than the timeout between two reads."""

LARGE: dict[str, Serve] = {
    "body": in_turn(LONG, repeats(MANY)),
    "chunks": in_turn(CHUNKED, repeats(b"10000\r\n" + MANY + b"\r\n")),
    "trailers": in_turn(CHUNKED, sends(b"0\r\n"), repeats(b"X: y\r\n" * 1000)),
    "100 Continue": repeats(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "gzip": sends(response(gzip.compress(bytes(9 * MEBIBYTE)), "Content-Encoding: gzip")),
    "gzip in parts": sends(response(gzip.compress(bytes(MEBIBYTE)) * 9, "Content-Encoding: gzip")),
}
"""Responses of more than 4 MiB, unpacked."""


def says(value: Any, *headers: str, status: str = "200 OK") -> Serve:
    """Give the same response to all requests of a connection."""

    def serve(connection: socket.socket) -> None:
        while receive_request(connection):
            connection.sendall(response(json.dumps(value).encode(), *headers, status=status))

    return serve


LOGIN: Any = {"_typeName": "UserSession", "key": "key-1", "userName": "u"}


class Vcenter:
    """A vCenter that logs in and out, and does what a test says for other operations.

    :ivar operations: the operations that were requested, such as ``Login``
    """

    def __init__(self, **operations: Serve | Any):
        """Each operation gets a function that sends its response, or the value to respond with."""
        self.operations: list[str] = []
        self._responses: dict[str, Any] = {"Login": LOGIN, **operations}

    def __call__(self, connection: socket.socket) -> None:
        while request := receive_request(connection):
            operation = request.split(b" ", 2)[1].decode().rpartition("/")[2]
            self.operations.append(operation)
            value = self._responses.get(operation)
            if callable(value):
                value(connection)
            elif value is None:
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            else:
                connection.sendall(response(json.dumps(value).encode(), "vmware-api-session-id: 5e55-10n"))


def fault(type_name: str, **fields: Any) -> Serve:
    """Respond with a fault."""
    body = json.dumps({"_typeName": type_name, **fields}).encode()
    return sends(response(body, status="500 Internal Server Error"))
