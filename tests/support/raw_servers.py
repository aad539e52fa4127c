# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that send bytes of a test's choice: slowly, endlessly, or too many."""

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
    """The port of a server that does this with each connection, after a TLS handshake if there is a certificate."""
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


def drip(connection: socket.socket, data: bytes, *, then: bytes = b"x", pause: float = 0.05) -> None:
    """Send one byte at a time, and then another byte for ever."""
    for number in range(1 << 30):
        connection.sendall(data[number : number + 1] or then)
        time.sleep(pause)


def forever(connection: socket.socket, data: bytes, *, pause: float = 0.0) -> None:
    """Send the same for ever."""
    while True:
        connection.sendall(data)
        time.sleep(pause)


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
MANY = b" " * 65536
MEBIBYTE = 1 << 20

SLOW: dict[str, Serve] = {
    "status line": lambda to: drip(to, b"HTTP/1.1 200 OK\r\n"),
    "headers": lambda to: drip(to, b"HTTP/1.1 200 OK\r\nX: "),
    "body": lambda to: drip(to, b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", then=b" "),
    "endless chunks": lambda to: (to.sendall(CHUNKED), forever(to, b"1\r\n \r\n", pause=0.05)),
    "100 Continue": lambda to: forever(to, b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05),
    "silence": lambda to: time.sleep(60),
}
"""Responses that never end, with less than the timeout between two reads."""

LARGE: dict[str, Serve] = {
    "body": lambda to: (
        to.sendall(response(b"")[:-4].replace(b": 0", b": 99999999999") + b"\r\n\r\n"),
        forever(to, MANY),
    ),
    "chunks": lambda to: (to.sendall(CHUNKED), forever(to, b"10000\r\n" + MANY + b"\r\n")),
    "trailers": lambda to: (to.sendall(CHUNKED + b"0\r\n"), forever(to, b"X: y\r\n" * 1000)),
    "100 Continue": lambda to: forever(to, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "gzip": lambda to: to.sendall(response(gzip.compress(bytes(9 * MEBIBYTE)), "Content-Encoding: gzip")),
    "gzip in parts": lambda to: to.sendall(response(gzip.compress(bytes(MEBIBYTE)) * 9, "Content-Encoding: gzip")),
}
"""Responses of more than 4 MiB, unpacked."""


def after_request(serve: Serve) -> Serve:
    """Read one request first."""
    return lambda connection: (receive_request(connection), serve(connection))


def says(value: Any, *headers: str, status: str = "200 OK") -> Serve:
    """Give the same response to all requests of a connection."""

    def serve(connection: socket.socket) -> None:
        while receive_request(connection):
            connection.sendall(response(json.dumps(value).encode(), *headers, status=status))

    return serve
