# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deadlines and sizes of whole requests, against servers on this machine that never end their response."""

from __future__ import annotations

import gzip
import io
import json
import math
import resource
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    ConnectError,
    LostResponse,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import bounded_http
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import MEBIBYTE, Endpoint, Transport
from ansible_collections.vijson.tasks.tests.support.raw_servers import (
    HOST,
    LARGE,
    SLOW,
    Serve,
    after_request,
    drips,
    new_certificate,
    raw_server,
    receive_request,
    repeats,
    response,
    says,
    sends,
    silent,
)

TIMEOUT = 0.6
SLACK = 1.5


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls") / "ca.pem"


@pytest.fixture(scope="module")
def certificate(authority: Path) -> ssl.SSLContext:
    return new_certificate(authority)


@contextmanager
def took(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert seconds * 0.9 <= time.monotonic() - started < seconds + SLACK


def failure(port: int, verify: Any, **given: Any) -> ViError:
    how = {"hold": given.pop("hold", 0.0), "within": given.pop("within", math.inf)}
    given.setdefault("request_timeout", TIMEOUT)
    transport = Transport(Endpoint(HOST, port, verify=str(verify), **given))
    with pytest.raises(ViError) as failed:
        transport.send("POST", "/x", body="{}", repeatable=False, **how)
    transport.close()
    return failed.value


@pytest.mark.parametrize("serve", SLOW.values(), ids=SLOW)
def test_request_timeout_limits_the_whole_response(serve: Serve, certificate: ssl.SSLContext, authority: Path) -> None:
    with raw_server(after_request(serve), certificate) as port, took(TIMEOUT):
        error = failure(port, authority)
    assert isinstance(error, LostResponse)
    assert error.late
    assert str(error) == f"{HOST}:{port} did not respond within request_timeout (0.6 s)"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [({"hold": 0.5}, TIMEOUT + 0.5), ({"hold": 30.0, "within": 0.7}, 0.7), ({"patience": 0.3}, 0.3)],
)
def test_other_timeouts_limit_the_whole_response(
    given: dict[str, Any], seconds: float, certificate: ssl.SSLContext, authority: Path
) -> None:
    with raw_server(after_request(SLOW["endless chunks"]), certificate) as port, took(seconds):
        assert isinstance(failure(port, authority, **given), LostResponse)


def test_an_endless_handshake_times_out(authority: Path, certificate: ssl.SSLContext) -> None:
    """A record of TLS with a length that is never reached. Nothing was sent, so nothing can have been processed."""
    with raw_server(drips(b"\x16\x03\x03\x40\x00")) as port, took(TIMEOUT):
        error = failure(port, authority)
    assert isinstance(error, ConnectError)
    assert "did not finish the handshake within request_timeout (0.6 s)" in str(error)
    assert str(error).startswith(f"{HOST}:")
    assert (error.transient, error.late) == (True, True)


CONNECTED = b"HTTP/1.1 200 Connection established\r\n"
PROXIES: dict[str, Serve] = {
    "status line": after_request(drips(CONNECTED[:-2])),
    "headers": after_request(sends(CONNECTED), repeats(b"X: y\r\n", pause=0.05)),
    "then silence": after_request(sends(CONNECTED + b"\r\n"), silent),
}


@pytest.mark.parametrize("serve", PROXIES.values(), ids=PROXIES)
def test_an_endless_response_of_a_proxy_times_out(serve: Serve, authority: Path, certificate: ssl.SSLContext) -> None:
    with raw_server(serve) as port, took(TIMEOUT):
        error = failure(443, authority, proxy=f"http://u:pa55word@{HOST}:{port}")
    assert isinstance(error, ConnectError)
    assert f"the proxy {HOST}:{port} or {HOST}:443 accepted a connection" in str(error)


def test_a_request_reaches_the_server_through_a_proxy(certificate: ssl.SSLContext, authority: Path) -> None:
    requests: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        requests.append(receive_request(connection))
        connection.sendall(CONNECTED + b"\r\n")
        with certificate.wrap_socket(connection, server_side=True) as server:
            requests.append(receive_request(server))
            server.sendall(response(b"{}"))

    with raw_server(serve) as port:
        endpoint = Endpoint(HOST, 443, verify=str(authority), proxy=f"http://{HOST}:{port}", request_timeout=5.0)
        transport = Transport(endpoint)
        assert transport.send("GET", "/x").status == 200
        transport.close()
    assert [request.split()[:2] for request in requests] == [[b"CONNECT", f"{HOST}:443".encode()], [b"GET", b"/x"]]


def test_an_endless_handshake_behind_a_tls_proxy_times_out(certificate: ssl.SSLContext, authority: Path) -> None:
    serve = after_request(sends(CONNECTED + b"\r\n"), drips(b"\x16\x03\x03\x40\x00"))
    with raw_server(serve, certificate) as port, took(TIMEOUT):
        error = failure(443, authority, proxy=f"https://{HOST}:{port}")
    assert isinstance(error, ConnectError)


def test_addresses_share_the_timeout_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several addresses that do not respond, none may use up the time of the others."""
    addresses = [f"127.0.0.{number}" for number in range(1, 5)]
    monkeypatch.setattr(bounded_http, "_addresses", lambda host, port: addresses)
    seen: list[tuple[str, float]] = []

    def create_connection(where: tuple[str, int], timeout: float, **_options: Any) -> socket.socket:
        seen.append((where[0], timeout))
        time.sleep(timeout)
        raise socket.timeout("timed out")

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    transport = Transport(Endpoint("vc.example.com", request_timeout=TIMEOUT, patience=TIMEOUT), sleep=lambda _s: None)
    with took(TIMEOUT), pytest.raises(ConnectError, match=r"vc\.example\.com:443 did not accept a connection within"):
        transport.send("GET", "/x")
    assert [address for address, _timeout in seen[:4]] == addresses
    assert all(timeout == pytest.approx(TIMEOUT / 4, abs=0.1) for _address, timeout in seen[:4])


def test_the_first_address_that_does_not_refuse_is_used(
    monkeypatch: pytest.MonkeyPatch, certificate: ssl.SSLContext, authority: Path
) -> None:
    monkeypatch.setattr(bounded_http, "_addresses", lambda host, port: ["127.0.0.2", HOST, "127.0.0.3"])
    with raw_server(says({"a": 1}), certificate) as port:
        transport = Transport(Endpoint(HOST, port, verify=str(authority)))
        assert transport.send("GET", "/x").body == b'{"a": 1}'
        transport.close()


@pytest.mark.parametrize("serve", LARGE.values(), ids=LARGE)
def test_a_body_has_a_maximum_size(serve: Serve, certificate: ssl.SSLContext, authority: Path) -> None:
    with raw_server(after_request(serve), certificate) as port:
        error = failure(port, authority, request_timeout=30.0, max_response_size=4 << 20)
    assert isinstance(error, BadResponse)
    assert str(error).startswith(f"{HOST}:{port} sent a response of more than max_response_size (4 MiB). ")


def test_a_body_may_have_exactly_the_maximum_size() -> None:
    def received() -> requests.Response:
        response = requests.Response()
        response.raw = urllib3.HTTPResponse(io.BytesIO(b"12345"), preload_content=False)
        return response

    assert bounded_http.read_body(received(), 5) == b"12345"
    with pytest.raises(bounded_http.TooLarge):
        bounded_http.read_body(received(), 4)


def test_a_compression_bomb_needs_little_memory(certificate: ssl.SSLContext, authority: Path) -> None:
    """256 MiB of zeros, which a quarter of a mebibyte unpacks to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(MEBIBYTE)) for _turn in range(256)) + packer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with raw_server(after_request(sends(response(bomb, "Content-Encoding: gzip"))), certificate) as port:
        error = failure(port, authority, request_timeout=30.0, max_response_size=4 * MEBIBYTE)
    assert isinstance(error, BadResponse)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "deflate"])
def test_compressed_bodies_are_unpacked(encoding: str, certificate: ssl.SSLContext, authority: Path) -> None:
    value = {"text": "ä" * 300_000}
    plain = json.dumps(value, ensure_ascii=False).encode()
    packed = {"gzip": gzip.compress(plain), "deflate": zlib.compress(plain)}.get(encoding, plain)
    headers = [f"Content-Encoding: {encoding}"] if encoding else []
    requests: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        while request := receive_request(connection):
            requests.append(request)
            connection.sendall(response(packed, *headers))

    with raw_server(serve, certificate) as port:
        transport = Transport(Endpoint(HOST, port, verify=str(authority)))
        assert [json.loads(transport.send("GET", "/x").body) for _turn in range(3)] == [value] * 3
        transport.close()
    assert len(requests) == 3
    assert b"Accept-Encoding: gzip\r\n" in requests[0]


@pytest.mark.parametrize(("encoding", "body"), [("br", b"x"), ("gzip", b"not gzip"), ("gzip, gzip", b"x")])
def test_a_body_that_cannot_be_unpacked_is_an_error(
    encoding: str, body: bytes, certificate: ssl.SSLContext, authority: Path
) -> None:
    serve = after_request(sends(response(body, f"Content-Encoding: {encoding}")))
    with raw_server(serve, certificate) as port:
        error = failure(port, authority)
    assert isinstance(error, BadResponse)
    assert "sent a compressed response that cannot be unpacked" in str(error)


def test_a_connection_is_kept_between_requests(certificate: ssl.SSLContext, authority: Path) -> None:
    """Also after a response whose last read had little time left: each request has its own deadline."""
    connections: list[int] = []

    def serve(connection: socket.socket) -> None:
        connections.append(1)
        for pause in (0.5, 0.5, 0.5):
            receive_request(connection)
            time.sleep(pause)
            connection.sendall(response(b"{}"))

    with raw_server(serve, certificate) as port:
        transport = Transport(Endpoint(HOST, port, verify=str(authority), request_timeout=1.0))
        assert [transport.send("GET", "/x").status for _turn in range(3)] == [200] * 3
        transport.close()
    assert len(connections) == 1


def test_limits_of_one_thread_do_not_apply_to_another(certificate: ssl.SSLContext, authority: Path) -> None:
    def serve(connection: socket.socket) -> None:
        receive_request(connection)
        time.sleep(1.0)
        connection.sendall(response(b"{}"))

    with raw_server(serve, certificate) as port:
        transport = Transport(Endpoint(HOST, port, verify=str(authority), request_timeout=5.0))
        other = threading.Thread(target=failure, args=(port, authority))
        other.start()
        assert transport.send("GET", "/x").status == 200
        other.join()
        transport.close()
