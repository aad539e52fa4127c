# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request for a member of a managed object, and its response. It knows the session's id, but never logs in."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable
from urllib.parse import quote

from .._errors import ConnectError, FaultError, LostResponse
from .._interrupts import finish
from .._secrets import Secrets
from .release import is_since, negotiate_release
from .response import NEGOTIATED, Response, read_response
from .server_clock import ServerClock
from .transport import Endpoint, Transport
from .wire import Reference

_SESSION_HEADER = "vmware-api-session-id"

_CLOSING = 2.0  # seconds to close everything after the server did not respond in time


class Exchange:
    """Sends one request at a time.

    :param release: of the API, or ``auto``
    :param transport: created for the first request if it is ``None``
    :ivar session_id: sent with each request; ``None`` without a session
    :ivar offered_id: an id in a response with a fault, by which the server may have replaced the session's id
    :ivar negotiated_release: what was negotiated with the server, by this client or by another one in the same session;
        used if the release is ``auto``
    :ivar on_renewal: called with the old and the new id when the server replaces the session's id
    :ivar secrets: what must not be shown
    :ivar clock: the server's clock
    """

    def __init__(self, endpoint: Endpoint, secrets: Secrets, release: str, transport: Transport | None = None):
        self.endpoint = endpoint
        self.secrets = secrets
        self.clock = ServerClock()
        self.session_id: str | None = None
        self.offered_id: str | None = None
        self.on_renewal: Callable[[str, str], None] = lambda _before, _after: None
        self._release = release
        self.negotiated_release: str | None = None
        self._transport = transport
        self._deadline = math.inf
        self._late = False
        self._close_by: float | None = None

    @property
    def release(self) -> str:
        """The release of the API in request paths. ``auto`` is negotiated once, with the first request."""
        if self._release != NEGOTIATED:
            return self._release
        if self.negotiated_release is None:
            self.negotiated_release = negotiate_release(self._send, self.endpoint.hostname)
        return self.negotiated_release

    def negotiate(self) -> None:
        """Negotiate the release with the next request that needs it."""
        self._release, self.negotiated_release = NEGOTIATED, None

    def supports(self, first: str) -> bool:
        """Whether the release has what came with the release ``first``."""
        return is_since(self.release, first)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """A block whose requests, including all retries, take at most this number of seconds in total."""
        before, self._deadline = self._deadline, min(self._deadline, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._deadline = before

    def finish(self, action: Callable[[], Any]) -> None:
        """Close something without interruption. After a late response, all closing together gets little time."""
        seconds = self.endpoint.request_timeout
        if self._late:
            self._close_by = self._close_by or time.monotonic() + _CLOSING
            seconds = self._close_by - time.monotonic()
        with self.time_limit(seconds):
            finish(action)

    def drop_connections(self) -> None:
        """Close the connections. The next request opens new ones."""
        if self._transport is not None:
            self._transport.close()

    def request(self, verb: str, target: Reference, member: str, params: dict[str, Any] | None, **how: Any) -> Any:
        """The value that the server returns.

        :param verb: ``GET`` reads a property, ``POST`` invokes a method
        :param how: options of :meth:`Transport.send`
        :raises FaultError: the server reported a fault
        :raises ConnectError: nothing was sent
        :raises NoResponse: the server may have processed the request
        """
        path = "/sdk/vim25/" + "/".join(quote(part, safe="") for part in (self.release, *target, member))
        response = self._send(verb, path, body=None if params is None else json.dumps(params), **how)
        self._note_session(response)
        self.clock.note(response.headers.get("Date"))
        try:
            return read_response(response, f"{member} of {target}", self.endpoint.hostname, self.release)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                self.offered_id = response.headers.get(_SESSION_HEADER) or self.offered_id
            raise

    def _send(self, verb: str, path: str, **options: Any) -> Response:
        if self._transport is None:
            self._transport = Transport(self.endpoint)
        self.secrets.register()
        headers = {_SESSION_HEADER: self.session_id} if self.session_id else {}
        within = options.get("within", math.inf)
        options["within"] = min(within, self._deadline - time.monotonic())
        try:
            response = self._transport.send(verb, path, headers=headers, **options)
        except (ConnectError, LostResponse) as error:
            self._late = self._late or isinstance(error, ConnectError) or error.late
            raise
        self._late, self._close_by = False, None
        return response

    def _note_session(self, response: Response) -> None:
        """Note the session's id in a response that succeeded. An error page may have an id that nobody opened."""
        session_id = response.headers.get(_SESSION_HEADER)
        self.secrets.add(session_id)
        if not session_id or session_id == self.session_id or not 200 <= response.status < 300:
            return
        self.use_session(session_id)

    def use_session(self, session_id: str) -> None:
        """Use this id from now on. If it replaces another one, call ``on_renewal``."""
        before, self.session_id, self.offered_id = self.session_id, session_id, None
        if before:
            self.on_renewal(before, session_id)
