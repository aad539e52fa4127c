# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one server: TLS, proxies, timeouts and retries. It knows nothing of sessions or of VI JSON.

Retries: after a failed connection every request is retried up to three times, because nothing was sent. After a broken
connection, or status 502, 503 or 504 from a proxy, only a ``repeatable`` request is retried up to three times. The
pauses grow from half a second and vary randomly by half, so that clients do not all return at once after an outage.
There is no retry after a timeout.
"""

from __future__ import annotations

import math
import os
import random
import time
import warnings
from typing import Callable, NamedTuple

from .._errors import BadResponse, ConnectError, LostResponse, ViError, ignore
from .._interrupts import sleep, waiting
from .recovery import LOST_STATUSES, REQUEST_PAUSES
from .response import Response

try:
    import requests
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.exceptions import HTTPError, InsecureRequestWarning

    from .bounded_http import ENCODING, BoundedAdapter, CannotUnpack, TooLarge, bounded, read_body

    REQUESTS_IMPORT_ERROR: str | None = None
except ImportError as import_error:
    REQUESTS_IMPORT_ERROR = str(import_error)

MEBIBYTE = 1 << 20

_LEAST_LIMIT = 0.1


class Endpoint(NamedTuple):
    """Where and how to connect.

    :ivar verify: ``False`` accepts any certificate, a path trusts that PEM file or folder, ``None`` uses
        ``REQUESTS_CA_BUNDLE`` or else the list that ships with requests
    :ivar proxy: URL of a proxy, ``None`` uses ``HTTPS_PROXY`` and ``NO_PROXY``, an empty text is no proxy
    :ivar request_timeout: seconds for one attempt
    :ivar patience: seconds for all attempts of one request
    :ivar max_response_size: maximum number of bytes of an unpacked response
    :ivar connect_timeout: seconds for a connection, if that is less
    """

    hostname: str
    port: int = 443
    verify: bool | str | None = None
    proxy: str | None = None
    request_timeout: float = 60.0
    patience: float = math.inf
    max_response_size: int = 64 * MEBIBYTE
    connect_timeout: float = math.inf

    @property
    def where(self) -> str:
        """``host:port``, for a message"""
        return f"{self.hostname}:{self.port}"

    @property
    def url(self) -> str:
        """``https://host:port``"""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return f"https://{host}" if self.port == 443 else f"https://{host}:{self.port}"

    @property
    def trusted(self) -> bool | str:
        """What to verify certificates with, as requests takes it."""
        return (os.environ.get("REQUESTS_CA_BUNDLE") or True) if self.verify is None else self.verify

    def settled(self) -> Endpoint:
        """The same with nothing left to the environment or to the current folder."""
        verify = os.path.abspath(self.trusted) if isinstance(self.trusted, str) else self.trusted
        proxy = select_proxy(self.url, get_environ_proxies(self.url)) if self.proxy is None else self.proxy
        return self._replace(verify=verify, proxy=proxy or "")


class Transport:
    """One HTTP session with kept-alive connections to one endpoint."""

    def __init__(self, endpoint: Endpoint, sleep: Callable[[float], None] = sleep):
        if REQUESTS_IMPORT_ERROR:
            raise ViError(
                f"The Python library requests is missing ({REQUESTS_IMPORT_ERROR}). Install it: pip install requests"
            )
        self.endpoint = endpoint
        self._sleep = sleep
        self._session = requests.Session()
        # Otherwise REQUESTS_CA_BUNDLE overrides verify=False, and requests sends credentials from .netrc.
        self._session.trust_env = False
        # Otherwise requests reads the target of a redirect that is not followed, and its body without a limit.
        self._session.get_redirect_target = ignore  # type: ignore[assignment, method-assign]
        self._session.verify = self._trust()
        proxy = endpoint.settled().proxy
        self._session.proxies = {"https": proxy} if proxy else {}
        self._session.headers.update(
            {"Accept": "application/json", "Accept-Encoding": ENCODING, "User-Agent": "vijson.tasks"}
        )
        self._session.mount("https://", BoundedAdapter())

    def _trust(self) -> bool | str:
        trusted = self.endpoint.trusted
        if isinstance(trusted, str) and not os.path.exists(trusted):
            raise ViError(
                f"ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): {trusted!r} does not exist."
                " Use a PEM file or a folder of CA certificates"
            )
        return trusted

    def close(self) -> None:
        """Close the connections."""
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
    ) -> Response:
        """Send a request and return the response, with any status except 502, 503 and 504.

        :param body: JSON text
        :param repeatable: whether the request is idempotent
        :param hold: seconds that the server may hold the response back, in addition to ``request_timeout``
        :param within: seconds for all attempts, if that is less than the endpoint's patience
        :raises ConnectError: nothing was sent
        :raises LostResponse: the server may have processed the request
        """
        end = time.monotonic() + min(hold + self.endpoint.patience, within)
        for pause in REQUEST_PAUSES:
            try:
                return self._send_once(method, path, body, headers, hold, end)
            except ConnectError as error:
                if not error.transient or error.late or time.monotonic() >= end:
                    raise
            except LostResponse as error:
                if not repeatable or error.late or time.monotonic() >= end:
                    raise
            self._sleep(min(pause * random.uniform(0.5, 1.5), max(0.0, end - time.monotonic())))
        return self._send_once(method, path, body, headers, hold, end)

    def _send_once(
        self, method: str, path: str, body: str | None, headers: dict[str, str] | None, hold: float, end: float
    ) -> Response:
        left = max(_LEAST_LIMIT, end - time.monotonic())
        limit = self.endpoint.request_timeout
        timeout = (min(limit, left, self.endpoint.connect_timeout), min(limit + hold, left))
        size = self.endpoint.max_response_size
        if body is not None:
            headers = {**(headers or {}), "Content-Type": "application/json"}
        try:
            with waiting(), bounded(*timeout, size), warnings.catch_warnings():
                warnings.simplefilter("ignore", InsecureRequestWarning)
                response = self._session.request(
                    method,
                    self.endpoint.url + path,
                    data=body.encode() if body is not None else None,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,
                )
                content = read_body(response, size)
        except (requests.RequestException, HTTPError, OSError) as error:
            # Not "from error": its text may repeat what was sent, and a traceback would show it.
            raise self._failure(error, min(limit, left)) from None
        except (CannotUnpack, TooLarge) as error:
            raise self._bad_body(error) from None
        if response.status_code in LOST_STATUSES:
            raise self._proxy_failure(response.status_code)
        return Response(response.status_code, response.headers, content)

    # The code that describes failures is imported only when there is one.

    def _failure(self, error: Exception, limit: float) -> ViError:
        from .transport_failures import RequestAttempt, transport_failure

        proxy = select_proxy(self.endpoint.url, self._session.proxies)
        trusted = str(self._session.verify)
        where = self.endpoint
        return transport_failure(
            error, RequestAttempt(where.hostname, where.port, limit, limit == where.request_timeout, proxy, trusted)
        )

    def _bad_body(self, error: Exception) -> BadResponse:
        from .transport_failures import bad_body

        return bad_body(self.endpoint.where, error, self.endpoint.max_response_size // MEBIBYTE)

    def _proxy_failure(self, status: int) -> LostResponse:
        from .transport_failures import proxy_failure

        return proxy_failure(self.endpoint.where, status)
