# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS connections with a deadline for the whole request, and bodies with a maximum size.

The timeouts of requests apply to each read of the socket, so a server that sends one byte at a time never exceeds
them. Here the timeout of each read is the time left. The size is checked while a body is unpacked: a small compressed
body can unpack to gigabytes.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

try:
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
    from urllib3.util.connection import allowed_gai_family
except ImportError:
    # transport says that requests is missing; here the classes only need a base.
    HTTPAdapter = object  # type: ignore[assignment, misc]
    ConnectTimeoutError = Exception  # type: ignore[assignment, misc]

ENCODING = "gzip"
"""Value of Accept-Encoding: what :func:`read_body` unpacks."""

_PLAIN = ("", "identity")
_PACKED = ("gzip", "x-gzip", "deflate")
_CHUNK = 1 << 16
_HEADERS = 1 << 20
_ANY_HEADER = zlib.MAX_WBITS | 32  # gzip or zlib


class HandshakeTimeoutError(ConnectTimeoutError):
    """A proxy did not finish CONNECT in time, or a server the TLS handshake. The request was not sent."""


class TooLarge(Exception):
    """The response is larger than allowed."""


class CannotUnpack(Exception):
    """The body is compressed in a way that was not asked for, or is damaged."""


class _Limits(threading.local):
    """The limits of the request that this thread sends.

    :ivar deadline: value of ``time.monotonic`` until which the current phase has to end
    :ivar connected_by: the deadline of the connection
    :ivar room: number of bytes that may still be received
    """

    deadline = connected_by = room = math.inf

    def left(self) -> float:
        """Seconds left; ``socket.timeout`` if there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return min(left, threading.TIMEOUT_MAX)

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """A block that establishes a connection, which has a deadline of its own."""
        whole, self.deadline = self.deadline, self.connected_by
        try:
            yield
        finally:
            self.deadline = whole


_limits = _Limits()


@contextmanager
def bounded(connect: float, response: float, size: int) -> Iterator[None]:
    """A block that sends one request and reads its response.

    :param connect: seconds until the connection has to be established
    :param response: seconds until the response has to be complete
    :param size: maximum number of bytes to receive, apart from headers
    """
    now = time.monotonic()
    _limits.deadline, _limits.connected_by, _limits.room = now + response, now + connect, size + _HEADERS
    try:
        yield
    finally:
        _limits.deadline = _limits.connected_by = _limits.room = math.inf


def read_body(response: Any, size: int) -> bytes:
    """The unpacked body of a ``requests.Response`` that was requested with ``stream=True``.

    :raises TooLarge: it has more than ``size`` bytes
    :raises CannotUnpack: the encoding is unknown, or the body is damaged
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in (*_PLAIN, *_PACKED):
        raise CannotUnpack(f"Content-Encoding {encoding!r}")
    chunks = response.raw.stream(_CHUNK, decode_content=False)
    body = bytearray()
    for part in chunks if encoding in _PLAIN else _unpacked(chunks, size + 1):
        body += part
        if len(body) > size:
            response.close()
            raise TooLarge
    return bytes(body)


def _unpacked(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Parts of at most ``size`` bytes; the rest of a larger one is dropped. A body may consist of several streams."""
    unpacker = zlib.decompressobj(_ANY_HEADER)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_ANY_HEADER)
                yield unpacker.decompress(rest, size)
                rest = unpacker.unused_data
    except zlib.error as error:
        raise CannotUnpack(str(error)) from error


class BoundedAdapter(HTTPAdapter):
    """An adapter of requests whose connections keep the limits of :func:`bounded`."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Create the pools of direct connections."""
        super().init_poolmanager(*args, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """The pools of connections through a proxy."""
        return _bound(super().proxy_manager_for(*args, **options))


def _bound(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {"https": _bounded_pool(manager.pool_classes_by_scheme["https"])}
    return manager


@cache
def _bounded_pool(pool: Any) -> Any:
    """The pool class with bounded connections: those of a SOCKS proxy have a class of their own."""
    if issubclass(pool.ConnectionCls, _BoundedConnection):
        return pool
    connection = type("BoundedConnection", (_BoundedConnection, pool.ConnectionCls), {})
    return type("BoundedPool", (pool,), {"ConnectionCls": connection})


class _Reader(io.RawIOBase):
    """Reads from a socket, each time with the time that is left."""

    def __init__(self, sock: Any, raw: Any):
        super().__init__()
        self._sock = sock
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_limits.left())
        count: int | None = self._raw.readinto(buffer)
        _limits.room -= count or 0
        if _limits.room < 0:
            raise TooLarge
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """Reads the status line, the headers and the body, and the response of a proxy to CONNECT."""

    def __init__(self, sock: Any, *args: Any, **options: Any):
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Reader(sock, self.fp.detach()))


class _BoundedConnection:
    """The part of a connection that keeps the deadline; the rest is urllib3's."""

    response_class = _BoundedResponse
    sock: Any
    ca_cert_dir: str | None
    ca_cert_data: str | None

    def connect(self) -> None:
        if self.ca_cert_dir and not self.ca_cert_data:
            from .trust_folder import read_certificates

            self.ca_cert_data = read_certificates(self.ca_cert_dir)
        with _limits.connecting():
            try:
                super().connect()  # type: ignore[misc]
            except socket.timeout as error:
                raise HandshakeTimeoutError(self, str(error)) from error

    def _new_conn(self) -> Any:
        """Try all addresses of the host, each for its part of the time left."""
        host = self._dns_host  # type: ignore[has-type]
        addresses = _addresses(host, self.port) if not hasattr(self, "_socks_options") else [host]  # type: ignore[attr-defined]
        try:
            for number, address in enumerate(addresses):
                self._dns_host = address
                self.timeout = _limits.left() / (len(addresses) - number)
                try:
                    sock = super()._new_conn()  # type: ignore[misc]
                except (ConnectTimeoutError, NewConnectionError):
                    if address == addresses[-1]:
                        raise
                else:
                    break
        finally:
            self._dns_host = host
        sock.settimeout(_limits.left())
        return sock

    def _tunnel(self) -> None:
        super()._tunnel()  # type: ignore[misc]
        # The TLS handshake with the server comes next.
        self.sock.settimeout(_limits.left())

    def _connect_tls_proxy(self, *args: Any) -> Any:
        sock = super()._connect_tls_proxy(*args)  # type: ignore[misc]
        receive = sock.recv

        def recv(*sizes: int) -> bytes:
            sock.settimeout(_limits.left())
            data: bytes = receive(*sizes)
            return data

        # TLS inside of TLS, in urllib3.util.ssltransport, reads with recv().
        sock.recv = recv
        return sock

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(_limits.left())
        super().send(data)  # type: ignore[misc]


def _addresses(host: str, port: int) -> list[str]:
    """The addresses of a host; the host itself if it has none, so that urllib3 raises the error."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, allowed_gai_family(), socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return [host]
    return list(dict.fromkeys(str(address[0]) for *_family, address in found))
