# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one server: TLS, proxies, time limits and retries. It knows nothing of sessions or of VI JSON.

Retries: a connection that could not be made is tried up to three times more, whatever the request, for nothing was
sent. A broken connection, or 502, 503 or 504 from a proxy, is tried up to three times more only if the request is
``repeatable``. The pauses grow from half a second and vary by half, so that clients of one outage do not come back as
one. An answer that did not come in time is not asked for again.
"""

from __future__ import annotations

import math
import os
import random
import time
import warnings
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, LostAnswer, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import sleep, waiting

try:
    import requests
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.exceptions import InsecureRequestWarning, LocationParseError, NewConnectionError

    REQUESTS_IMPORT_ERROR: str | None = None
except ImportError as import_error:
    REQUESTS_IMPORT_ERROR = str(import_error)

PAUSES = (0.5, 1.0, 2.0)
"""Seconds before the second, third and fourth try."""

_LEAST_LIMIT = 0.1
_PROXY_STATUS = (502, 503, 504)


class Endpoint(NamedTuple):
    """Where and how to connect.

    ``verify``: False trusts anything, a path trusts that PEM file or directory, None leaves it to
    ``REQUESTS_CA_BUNDLE`` or to the list that requests brings. ``proxy``: URL of a proxy, None leaves it to
    ``HTTPS_PROXY`` and ``NO_PROXY``. ``request_timeout``: seconds. ``patience``: seconds for all tries of one request.
    """

    hostname: str
    port: int = 443
    verify: bool | str | None = None
    proxy: str | None = None
    request_timeout: float = 60.0
    patience: float = math.inf

    @property
    def url(self) -> str:
        """``https://host:port``"""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return f"https://{host}" if self.port == 443 else f"https://{host}:{self.port}"


class Answer(NamedTuple):
    """An HTTP answer, read to its end."""

    status: int
    headers: Any
    body: bytes

    @property
    def content_type(self) -> str:
        """Without parameters, in lower case."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


class Transport:
    """One HTTP session with kept-alive connections to one endpoint."""

    def __init__(self, endpoint: Endpoint, sleep: Callable[[float], None] = sleep):
        if REQUESTS_IMPORT_ERROR:
            raise ViError(f"The Python library requests is missing ({REQUESTS_IMPORT_ERROR}): pip install requests")
        self.endpoint = endpoint
        self._sleep = sleep
        self._session = requests.Session()
        # requests would let REQUESTS_CA_BUNDLE override verify=False, and send what .netrc holds.
        self._session.trust_env = False
        self._session.verify = self._trust()
        self._session.proxies = self._proxies()
        self._session.headers.update({"Accept": "application/json", "User-Agent": "vijson.tasks"})

    def _trust(self) -> bool | str:
        verify = self.endpoint.verify
        if verify is None:
            verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        if isinstance(verify, str) and not os.path.exists(verify):
            raise ViError(f"The certificates to trust are not there: {verify} (ca_path or REQUESTS_CA_BUNDLE)")
        return verify

    def _proxies(self) -> dict[str, str]:
        if self.endpoint.proxy:
            return {"https": self.endpoint.proxy}
        return dict(get_environ_proxies(self.endpoint.url))

    def close(self) -> None:
        """Drop the connections."""
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: str | None = None,
        headers: dict[str, str] | None = None,
        repeatable: bool = True,
        hold: float = 0.0,
        within: float = math.inf,
    ) -> Answer:
        """The answer to a request, whatever its status but 502, 503 and 504.

        :param body: JSON text
        :param repeatable: whether the request may run twice
        :param hold: seconds that the server may hold the answer back, on top of ``request_timeout``
        :param within: seconds for all tries, if that is less than the endpoint's patience
        :raises ConnectError: nothing was sent
        :raises LostAnswer: the server may have run it
        """
        end = time.monotonic() + min(hold + self.endpoint.patience, within)
        for pause in PAUSES:
            try:
                return self._send_once(method, path, body, headers, hold, end)
            except ConnectError as error:
                if not error.transient or time.monotonic() >= end:
                    raise
            except LostAnswer as error:
                if not repeatable or error.late or time.monotonic() >= end:
                    raise
            self._sleep(min(pause * random.uniform(0.5, 1.5), max(0.0, end - time.monotonic())))
        return self._send_once(method, path, body, headers, hold, end)

    def _send_once(
        self, method: str, path: str, body: str | None, headers: dict[str, str] | None, hold: float, end: float
    ) -> Answer:
        left = max(_LEAST_LIMIT, end - time.monotonic())
        limit = self.endpoint.request_timeout
        if body is not None:
            headers = {**(headers or {}), "Content-Type": "application/json"}
        try:
            with waiting(), warnings.catch_warnings():
                warnings.simplefilter("ignore", InsecureRequestWarning)
                response = self._session.request(
                    method,
                    self.endpoint.url + path,
                    data=body.encode() if body is not None else None,
                    headers=headers,
                    timeout=(min(limit, left), min(limit + hold, left)),
                    allow_redirects=False,
                )
        except (requests.RequestException, LocationParseError, OSError) as error:
            raise self._failure(error, min(limit, left)) from error
        if response.status_code in _PROXY_STATUS:
            raise LostAnswer(self._proxy_status(response.status_code), status=response.status_code)
        return Answer(response.status_code, response.headers, response.content)

    # -- what went wrong, in words ---------------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return f"{self.endpoint.hostname}:{self.endpoint.port}"

    def _proxy_status(self, status: int) -> str:
        reason = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}[status]
        hint = {
            503: " It may be starting, or at its limit of sessions: those left behind end when they idle out.",
        }.get(status, "")
        return f"{self._where} answered HTTP {status} ({reason}).{hint}"

    def _failure(self, error: Exception, limit: float) -> ViError:
        reason = _innermost(error)
        whose = "request_timeout" if limit == self.endpoint.request_timeout else "the time left"
        span = f"{whose} ({round(limit, 1):g} s)"
        if isinstance(error, requests.exceptions.ProxyError):
            return ConnectError(f"The proxy {self._proxy} did not connect to {self._where}: {reason}", transient=True)
        if isinstance(error, requests.exceptions.SSLError):
            return self._tls_failure(reason)
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return ConnectError(
                f"{self._where} did not take a connection within {span}",
                transient=True,
            )
        if _never_connected(error):
            return ConnectError(_connect_message(self._where, self.endpoint.hostname, reason), transient=True)
        if isinstance(error, (requests.exceptions.Timeout, TimeoutError)) or "timed out" in str(error).lower():
            return LostAnswer(f"{self._where} did not answer within {span}", late=True)
        if isinstance(error, (requests.exceptions.InvalidURL, LocationParseError)):
            return ViError(f"{self._where} is no host that can be connected to{self._detail(error)}")
        return LostAnswer(f"The connection to {self._where} broke before the answer was there: {reason}")

    @property
    def _proxy(self) -> str:
        parts = urlsplit(select_proxy(self.endpoint.url, self._session.proxies) or "")
        return parts.netloc.rpartition("@")[2]

    def _detail(self, error: Exception) -> str:
        # The text may quote a part of a proxy's URL, and its password with it.
        return ", or its proxy is none (proxy_host or HTTPS_PROXY)" if self._session.proxies else f": {error}"

    def _tls_failure(self, reason: BaseException) -> ViError:
        text = str(reason)
        if "NO_CERTIFICATE_OR_CRL_FOUND" in text:
            return ViError(f"There is no certificate in {self._session.verify} (ca_path or REQUESTS_CA_BUNDLE)")
        if "CERTIFICATE_VERIFY_FAILED" in text or "certificate" in text.lower() or "doesn't match" in text:
            why = getattr(reason, "verify_message", "") or text
            return ConnectError(
                f"The certificate of {self._where} is not trusted: {why}. Give the authority that signed it in ca_path,"
                f" or turn the check off with validate_certs: false.",
                transient=False,
            )
        if "EOF" in text or "reset" in text.lower():
            return LostAnswer(f"The connection to {self._where} broke before the answer was there: {text}")
        return ConnectError(f"{self._where} does not speak TLS as expected: {text}", transient=False)


def _innermost(error: BaseException) -> BaseException:
    """The cause that says most: requests and urllib3 wrap it several times."""
    for _level in range(8):
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = error.__cause__ or (
                error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
            )
        if not isinstance(inner, BaseException) or inner is error:
            break
        error = inner
    return error


def _never_connected(error: BaseException) -> bool:
    seen = error
    for _level in range(8):
        if isinstance(seen, NewConnectionError):
            return True
        inner = getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)
        if not isinstance(inner, BaseException):
            return False
        seen = inner
    return False


def _connect_message(where: str, hostname: str, reason: BaseException) -> str:
    text = str(reason)
    if "Name or service not known" in text or "resolve" in text or "nodename" in text or "getaddrinfo" in text:
        return f"The host {hostname} is not known: its name can't be resolved ({text})"
    return f"No connection to {where}: {text}"
