# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong between here and a server, in words, and whether the server may have run the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from .._errors import ConnectError, LostResponse, ViError

_LEVELS = 8


class RequestAttempt(NamedTuple):
    """A request that failed.

    :ivar limit: seconds for a connection and for an answer; ``own_limit``: whether they are the request_timeout
    :ivar proxy: URL of the proxy on the way, with a password perhaps
    :ivar trusted: the file or directory of the certificates that are trusted
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
        """How long it took, in words."""
        return f"{'request_timeout' if self.own_limit else 'the time left'} ({round(self.limit, 1):g} s)"


def transport_failure(error: Exception, attempt: RequestAttempt) -> ViError:
    """The exception to raise for one of requests, urllib3 or the system."""
    # Nothing is imported at the top that may not be installed, and without it there is no failure to explain.
    from requests.exceptions import ConnectTimeout, InvalidURL, ProxyError, SSLError, Timeout
    from urllib3.exceptions import LocationParseError, NewConnectionError

    reason = _innermost(error)
    where = attempt.where
    if isinstance(error, ProxyError):
        proxy = urlsplit(attempt.proxy or "").netloc.rpartition("@")[2]
        return ConnectError(f"The proxy {proxy} did not connect to {where}: {reason}", transient=True)
    if isinstance(error, SSLError):
        return _tls_failure(reason, attempt)
    if isinstance(error, ConnectTimeout):
        return ConnectError(f"{where} did not take a connection within {attempt.span}", transient=True)
    if any(isinstance(cause, NewConnectionError) for cause in _causes(error)):
        return ConnectError(_no_connection(attempt, str(reason)), transient=True)
    if isinstance(error, (Timeout, TimeoutError)) or "timed out" in str(error).lower():
        return LostResponse(f"{where} did not answer within {attempt.span}", late=True)
    if isinstance(error, (InvalidURL, LocationParseError)):
        # The text may quote a part of a proxy's URL, and its password with it.
        detail = ", or its proxy is none (proxy_host or HTTPS_PROXY)" if attempt.proxy else f": {error}"
        return ViError(f"{where} is no host that can be connected to{detail}")
    return LostResponse(f"The connection to {where} broke before the answer was there: {reason}")


def proxy_failure(where: str, status: int) -> LostResponse:
    """The exception for a status with which proxies answer in place of a server."""
    reason = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}[status]
    hint = " It may be starting, or at its limit of sessions: those left behind end when they idle out."
    return LostResponse(f"{where} answered HTTP {status} ({reason}).{hint if status == 503 else ''}", status=status)


def _tls_failure(reason: BaseException, attempt: RequestAttempt) -> ViError:
    text = str(reason)
    if "NO_CERTIFICATE_OR_CRL_FOUND" in text or "PEM lib" in text:
        return ViError(f"There is no certificate in {attempt.trusted} (ca_path, VMWARE_CA_PATH or REQUESTS_CA_BUNDLE)")
    if "certificate" in text.lower() or "doesn't match" in text:
        why = (getattr(reason, "verify_message", "") or text).rstrip(".")
        cure = "Give the authority that signed it in ca_path, or turn the check off with validate_certs: false"
        if any(words in why for words in ("expired", "not yet valid", "not valid for", "match")):
            cure = "No authority in ca_path makes up for that, only validate_certs: false turns the check off"
        return ConnectError(f"The certificate of {attempt.where} is not trusted: {why}. {cure}.", transient=False)
    if "EOF" in text or "reset" in text.lower():
        return LostResponse(f"The connection to {attempt.where} broke before the answer was there: {text}")
    return ConnectError(f"{attempt.where} does not speak TLS as expected: {text}", transient=False)


def _no_connection(attempt: RequestAttempt, text: str) -> str:
    if any(words in text for words in ("Name or service not known", "resolve", "nodename", "getaddrinfo")):
        return f"The host {attempt.hostname} is not known: its name can't be resolved ({text})"
    return f"No connection to {attempt.where}: {text}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those inside it: requests and urllib3 wrap one into another several times."""
    for _level in range(_LEVELS):
        yield error
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = error.__cause__ or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException) or inner is error:
            return
        error = inner


def _innermost(error: BaseException) -> BaseException:
    """The cause that says most."""
    *_outer, inner = _causes(error)
    return inner
