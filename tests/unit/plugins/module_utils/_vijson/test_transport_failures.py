# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages about failed connections, with real sockets on this machine."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, LostResponse, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport_failures import (
    RequestAttempt,
    transport_failure,
)
from ansible_collections.vijson.tasks.tests.unit.support.wire import HOST, Call, Wire, html


@contextmanager
def listener(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that handles each connection with this."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def failure_at(port: int, hostname: str = "127.0.0.1", *, repeatable: bool = False) -> ViError:
    transport = Transport(Endpoint(hostname, port, request_timeout=5.0), sleep=lambda seconds: None)
    with pytest.raises(ViError) as failed:
        transport.send("GET", "/x", repeatable=repeatable)
    transport.close()
    return failed.value


def test_a_refused_connection_is_a_connect_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    failure = failure_at(port)
    assert isinstance(failure, ConnectError)
    assert f"127.0.0.1:{port}" in str(failure)
    assert "refused" in str(failure).lower()


def test_an_unknown_host_is_a_connect_error() -> None:
    failure = failure_at(443, "no-such-host.invalid")
    assert isinstance(failure, ConnectError)
    assert "Cannot resolve the host name no-such-host.invalid: " in str(failure)


def test_a_server_that_closes_the_connection_is_named() -> None:
    with listener(lambda connection: None) as port:
        failure = failure_at(port)
    assert isinstance(failure, (LostResponse, ConnectError))
    assert f"127.0.0.1:{port}" in str(failure)


def test_a_server_without_tls_is_named() -> None:
    with listener(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        failure = failure_at(port)
    assert isinstance(failure, (ConnectError, LostResponse))
    assert f"127.0.0.1:{port}" in str(failure)


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (requests.exceptions.ConnectTimeout("too late"), True),
        (requests.exceptions.ProxyError("no route"), True),
        (requests.exceptions.SSLError("WRONG_VERSION_NUMBER"), False),
        (requests.exceptions.SSLError("certificate verify failed"), False),
    ],
)
def test_which_connections_may_succeed_later(error: Exception, transient: bool) -> None:
    failure = transport_failure(error, RequestAttempt("vc.example.com", 443, 5.0, True, None, "/etc/ca.pem"))
    assert isinstance(failure, ConnectError)
    assert (failure.transient, failure.late) == (transient, False)


@pytest.mark.parametrize(
    ("limit", "own_limit", "span"),
    [
        (5.0, True, "request_timeout (5 s)"),
        (1.26, True, "request_timeout (1.3 s)"),
        (0.5, False, "the time left (0.5 s)"),
    ],
)
def test_a_message_names_the_timeout_with_tenths_of_seconds(limit: float, own_limit: bool, span: str) -> None:
    assert RequestAttempt("vc.example.com", 443, limit, own_limit, None, "").span == span


@pytest.mark.parametrize("text", ["EOF occurred in violation of protocol", "Connection reset by peer"])
def test_a_tls_connection_that_breaks_is_a_lost_response(text: str) -> None:
    error = requests.exceptions.SSLError(ssl.SSLError(text))
    failure = transport_failure(error, RequestAttempt("vc.example.com", 443, 5.0, True, None, "/etc/ca.pem"))
    assert isinstance(failure, LostResponse)


@pytest.mark.parametrize("hostname", ["vc..example.com", "a" * 64, f"{'a' * 64}.example.com", ".example.com", "-", "."])
def test_an_invalid_host_name_is_named(hostname: str) -> None:
    assert hostname in str(failure_at(443, hostname))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:1006)", "self-signed certificate"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:1006)", "certificate has expired"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {}", "unable to get local issuer certificate"),
        ("{}", "hostname '127.0.0.1' doesn't match 'vc.example.com'"),
    ],
)
def test_an_untrusted_certificate_gives_advice(wire: Wire, pauses: list[float], error: str, reason: str) -> None:
    refused = requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, error.format(reason)))
    wire.expect(Call("GET", f"{HOST}/x", refused))
    with pytest.raises(ConnectError) as failed:
        Transport(Endpoint("vc.example.com"), sleep=pauses.append).send("GET", "/x")
    message = str(failed.value)
    assert pauses == []
    for word in ("vc.example.com", "validate_certs", "ca_path", reason):
        assert word in message
    assert ("ca_path does not help" in message) == ("expired" in reason or "match" in reason)


def test_a_file_without_certificates_is_named(wire: Wire, pauses: list[float]) -> None:
    none = requests.exceptions.SSLError(
        ssl.SSLError(136, "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate (_ssl.c)")
    )
    wire.expect(Call("GET", f"{HOST}/x", none))
    with pytest.raises(ViError, match=f"ca_path .*no certificate in '{__file__}'"):
        Transport(Endpoint("vc.example.com", verify=__file__), sleep=pauses.append).send("GET", "/x")
    assert pauses == []


def test_a_proxy_that_does_not_connect_is_named_without_its_password(wire: Wire) -> None:
    refused = requests.exceptions.ProxyError("Unable to connect to proxy", OSError("Tunnel connection failed: 407"))
    wire.expect(*[Call("GET", f"{HOST}/x", refused)] * 4)
    endpoint = Endpoint("vc.example.com", proxy="http://joe:secret@p.example.com:3128")
    with pytest.raises(ConnectError) as failed:
        Transport(endpoint, sleep=lambda _seconds: None).send("GET", "/x")
    assert str(failed.value).startswith("The proxy p.example.com:3128 did not connect to vc.example.com:443: ")


@pytest.mark.parametrize(("status", "word"), [(502, "Bad Gateway"), (503, "session limit"), (504, "Timeout")])
def test_an_error_of_a_gateway_is_a_lost_response(wire: Wire, status: int, word: str) -> None:
    wire.expect(Call("GET", f"{HOST}/x", html(status)))
    with pytest.raises(LostResponse, match=f"HTTP {status}.*{word}") as lost:
        Transport(Endpoint("vc.example.com")).send("GET", "/x", repeatable=False)
    assert lost.value.status == status


@pytest.mark.parametrize("place", ["@pro xy.example.com:3128", "@:3128", "@127.0.0.1:x", "/4@127.0.0.1:3128"])
def test_an_invalid_proxy_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:s3cret{place}")
    failure = failure_at(443, "vc.example.com")
    assert "s3cret" not in str(failure)
    assert "proxy" in str(failure).replace(" ", "").lower()
