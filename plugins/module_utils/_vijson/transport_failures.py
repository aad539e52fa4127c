# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of connections and requests: the message, and whether the server may have processed the request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from .._errors import BadResponse, ConnectError, LostResponse, ViError
from .recovery import LOST_STATUSES
from .trust_folder import read_certificates

_LEVELS = 8


class RequestAttempt(NamedTuple):
    """A request that failed.

    :ivar limit: seconds for the connection and for the response
    :ivar own_limit: whether ``limit`` is the option ``request_timeout``
    :ivar proxy: URL of the proxy, which may contain a password
    :ivar trusted: the file or folder of trusted certificates
    """

    hostname: str
    port: int
    limit: float
    own_limit: bool
    proxy: str | None
    trusted: str

    @property
    def where(self) -> str:
        """``vcenter.example.com:443``"""
        return f"{self.hostname}:{self.port}"

    @property
    def span(self) -> str:
        """The timeout, for a message."""
        return f"{'request_timeout' if self.own_limit else 'the time left'} ({round(self.limit, 1):g} s)"


def transport_failure(error: Exception, attempt: RequestAttempt) -> ViError:
    """The exception to raise for an exception of requests, urllib3 or the operating system."""
    # requests may not be installed, so it is not imported at the top.
    from requests.exceptions import ConnectTimeout, InvalidURL, ProxyError, SSLError, Timeout
    from urllib3.exceptions import LocationParseError, NewConnectionError

    from .bounded_http import HandshakeTimeoutError

    reason = _innermost(error)
    where = attempt.where
    if isinstance(error, ProxyError):
        return ConnectError(f"The proxy {_proxy_host(attempt)} did not connect to {where}: {reason}", transient=True)
    if isinstance(error, SSLError):
        return _tls_failure(reason, attempt)
    if any(isinstance(cause, HandshakeTimeoutError) for cause in _causes(error)):
        via = f"the proxy {_proxy_host(attempt)} or " if attempt.proxy else ""
        text = f"{via}{where} accepted a connection but did not finish the handshake within {attempt.span}"
        return ConnectError(text, transient=True, late=True)
    if isinstance(error, ConnectTimeout):
        return ConnectError(f"{where} did not accept a connection within {attempt.span}", transient=True)
    if any(isinstance(cause, NewConnectionError) for cause in _causes(error)):
        return ConnectError(_no_connection(attempt, str(reason)), transient=True)
    if isinstance(error, (Timeout, TimeoutError)) or "timed out" in str(error).lower():
        return LostResponse(f"{where} did not respond within {attempt.span}", late=True)
    if isinstance(error, (InvalidURL, LocationParseError)):
        # The text may quote part of the proxy's URL, including its password.
        detail = ", or the proxy (proxy_host or HTTPS_PROXY) is not valid" if attempt.proxy else f": {error}"
        return ViError(f"Cannot connect to {where}: the host name is not valid{detail}")
    return LostResponse(f"The connection to {where} broke before the response arrived: {reason}")


def bad_body(where: str, error: Exception, max_size: int) -> BadResponse:
    """The exception for a body that is too large or cannot be unpacked.

    :param max_size: the option ``max_response_size``
    """
    if str(error):
        return BadResponse(f"{where} sent a compressed response that cannot be unpacked: {error}")
    return BadResponse(
        f"{where} sent a response of more than max_response_size ({max_size} MiB). Request less at once, such as with a"
        " smaller page_size, or set max_response_size to a larger number"
    )


def proxy_failure(where: str, status: int) -> LostResponse:
    """The exception for one of ``LOST_STATUSES``."""
    hint = " It may be starting, or at its session limit: sessions that were left open expire when idle."
    text = f"{where} returned HTTP {status} ({LOST_STATUSES[status]}).{hint if status == 503 else ''}"
    return LostResponse(text, status=status)


def _proxy_host(attempt: RequestAttempt) -> str:
    return urlsplit(attempt.proxy or "").netloc.rpartition("@")[2]


def _tls_failure(reason: BaseException, attempt: RequestAttempt) -> ViError:
    text = str(reason)
    if "NO_CERTIFICATE_OR_CRL_FOUND" in text or "PEM lib" in text or _is_empty_folder(attempt.trusted):
        return ViError(
            f"ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): there is no certificate in {attempt.trusted!r}."
            " Use a PEM file or a folder of CA certificates"
        )
    if "certificate" in text.lower() or "doesn't match" in text:
        why = (getattr(reason, "verify_message", "") or text).rstrip(".")
        advice = "Set ca_path to the CA that signed it, or turn verification off with validate_certs: false"
        if any(words in why for words in ("expired", "not yet valid", "not valid for", "match")):
            advice = "Setting ca_path does not help. Only validate_certs: false turns verification off"
        return ConnectError(f"The certificate of {attempt.where} is not trusted: {why}. {advice}.", transient=False)
    if "EOF" in text or "reset" in text.lower():
        return LostResponse(f"The connection to {attempt.where} broke before the response arrived: {text}")
    return ConnectError(f"The TLS handshake with {attempt.where} failed: {text}", transient=False)


def _is_empty_folder(trusted: str) -> bool:
    """Whether it is a folder without a certificate."""
    return os.path.isdir(trusted) and read_certificates(trusted) is None


def _no_connection(attempt: RequestAttempt, text: str) -> str:
    if any(words in text for words in ("Name or service not known", "resolve", "nodename", "getaddrinfo")):
        return f"Cannot resolve the host name {attempt.hostname}: {text}"
    return f"No connection to {attempt.where}: {text}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those that it wraps: requests and urllib3 wrap exceptions several times."""
    for _level in range(_LEVELS):
        yield error
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = error.__cause__ or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException) or inner is error:
            return
        error = inner


def _innermost(error: BaseException) -> BaseException:
    """The innermost cause, which is the most specific."""
    *_outer, inner = _causes(error)
    return inner
