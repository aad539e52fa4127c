# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session on a vCenter over VI JSON: log in, invoke methods, read properties, close what was opened.

The first request that needs a session logs in. ``NotAuthenticated`` leads to one new login and the request again,
for the server did not run it. A session that was handed in is used and never logged out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Callable, NamedTuple, Union
from urllib.parse import quote

from .._errors import BadResponse, FaultError, LostResponse, SessionEnded, ViError, ignore
from .._interrupts import finish, opening
from .._times import parse_rfc3339
from .recovery import UNREACHABLE
from .release import FIRST_RELEASE, negotiate_release
from .response import Response, read_response
from .transport import Endpoint, Transport
from .wire import SPOKEN_BY, Reference, expect_object, expect_reference, expect_text

_SESSION_HEADER = "vmware-api-session-id"

# Constant on every vCenter; where an object is not there, the service content tells its id.
_SINGLETONS = {
    "authorizationManager": Reference("AuthorizationManager", "AuthorizationManager"),
    "customFieldsManager": Reference("CustomFieldsManager", "CustomFieldsManager"),
    "extensionManager": Reference("ExtensionManager", "ExtensionManager"),
    "propertyCollector": Reference("PropertyCollector", "propertyCollector"),
    "searchIndex": Reference("SearchIndex", "SearchIndex"),
    "sessionManager": Reference("SessionManager", "SessionManager"),
    "taskManager": Reference("TaskManager", "TaskManager"),
    "viewManager": Reference("ViewManager", "ViewManager"),
}
_SERVICE = Reference("ServiceInstance", "ServiceInstance")

Target = Union[str, Reference]
"""A reference, or the name of a singleton in the service content."""


class Credentials(NamedTuple):
    """A live session's id, or what to log in with."""

    username: str | None = None
    password: str | None = None
    session_id: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.username!r})"


class Client:
    """One vCenter. Use it as a context manager, or call :meth:`close`."""

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        api_release: str = FIRST_RELEASE,
        warn: Callable[[str], None] = ignore,
        transport: Transport | None = None,
    ):
        self.endpoint = endpoint
        self._credentials = credentials
        self._release = api_release
        self._warn = warn
        self._transport = transport
        self._session_id = credentials.session_id
        self._session_key: str | None = None
        self._singletons = dict(_SINGLETONS)
        self._left: list[tuple[Reference, str]] = []

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def shared(self) -> bool:
        """Whether the session was handed in, so that others may use it too."""
        return self._credentials.session_id is not None

    @contextmanager
    def twin(self) -> Iterator[Client]:
        """Another client in the session as it is now, for a thread that must not wait for this one."""
        before = Credentials(session_id=self._session_id or "")
        with Client(self.endpoint, before, api_release=self._release, warn=self._warn) as twin:
            yield twin
            if self._session_id == before.session_id:
                self._session_id = twin._session_id

    # -- methods and properties ------------------------------------------------------------------------------------

    def get(self, target: Target, name: str, *, bound: bool = False) -> Any:
        """The value of a property, ``None`` where it has none."""
        return self._invoke("GET", target, name, None, bound=bound)

    def call(
        self,
        target: Target,
        method: str,
        params: dict[str, Any] | None = None,
        *,
        repeatable: bool = True,
        bound: bool = False,
        hold: float = 0.0,
        within: float = math.inf,
        check: Callable[[Any], None] = ignore,
    ) -> Any:
        """Invoke a method.

        :param repeatable: whether running twice does the same as running once
        :param bound: the object lives in the session and ends with it, so a new login can't bring it back
        :param hold: seconds that the server may take on purpose
        :param within: seconds for all tries
        :param check: raises the FaultError that an answer has inside
        :returns: the answer as it came, ``None`` where there is none
        :raises FaultError: the server answered a fault
        :raises NoAnswer: the server may or may not have run it
        """
        how = {"repeatable": repeatable, "hold": hold, "within": within}
        return self._invoke("POST", target, method, params, bound=bound, check=check, **how)

    @contextmanager
    def owned(self, target: Target, method: str, params: dict[str, Any] | None, destroy: str) -> Iterator[Reference]:
        """An object that ``method`` makes in this session, destroyed at the end whatever happens.

        In a session of its own the request may be repeated, for logging out closes what a lost answer opened. Where the
        server is out of reach, the end waits for the next object or for :meth:`close`.
        """
        self._destroy_left()
        made, reachable = None, True
        try:
            with opening():
                made = expect_reference(self.call(target, method, params, repeatable=not self.shared), method)
            yield made
        except UNREACHABLE:
            reachable = False
            raise
        finally:
            if made and reachable:
                finish(partial(self._destroy, made, destroy))
            elif made:
                self._left.append((made, destroy))

    def _destroy(self, made: Reference, method: str) -> None:
        # Where this fails, it is gone with its session, or goes with it.
        if self._session_id is not None:
            with suppress(ViError):
                self.call(made, method, bound=True)

    def _destroy_left(self) -> None:
        """Destroy what the server was out of reach for; ConnectError or LostAnswer while it still is."""
        while self._left and self._session_id is not None:
            with suppress(FaultError, BadResponse, SessionEnded):
                self.call(*self._left[-1], bound=True)
            self._left.pop()
        self._left.clear()

    def _invoke(
        self,
        verb: str,
        target: Target,
        member: str,
        params: dict[str, Any] | None,
        *,
        bound: bool = False,
        check: Callable[[Any], None] = ignore,
        **how: Any,
    ) -> Any:
        if self._session_id is None:
            self.log_in()
        try:
            answer = self._request(verb, target, member, params, **how)
            check(answer)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                raise
            self._session_id = None
            if self.shared:
                raise SessionEnded(
                    f"The session given as session_id is not known to {self.endpoint.hostname}: it was logged out,"
                    " idled out, or belongs to another server. Make a new one with vi_session.",
                    fault=error.fault,
                ) from error
            if bound:
                raise
        else:
            return answer
        # No login after this one would help either.
        return self._invoke(verb, target, member, params, bound=True, check=check, **how)

    def _request(self, verb: str, target: Target, member: str, params: dict[str, Any] | None, **how: Any) -> Any:
        known = self._singletons[target] if isinstance(target, str) else target
        try:
            return self._exchange(verb, known, member, params, **how)
        except FaultError as error:
            if not isinstance(target, str) or not error.names(known.moid):
                raise
            actual = self.singleton(target)
            if actual == known:
                raise
        return self._exchange(verb, actual, member, params, **how)

    def _exchange(self, verb: str, target: Reference, member: str, params: dict[str, Any] | None, **how: Any) -> Any:
        if self._release == "auto":
            self._release = negotiate_release(self._send, self.endpoint.hostname)
        path = "/sdk/vim25/" + "/".join(quote(part, safe="") for part in (self._release, *target, member))
        answer = self._send(verb, path, body=None if params is None else json.dumps(params), **how)
        self._session_id = answer.headers.get(_SESSION_HEADER) or self._session_id
        return read_response(answer, f"{member} of {target}", self.endpoint.hostname, self._release)

    def _send(self, verb: str, path: str, **options: Any) -> Response:
        if self._transport is None:
            self._transport = Transport(self.endpoint)
        headers = {_SESSION_HEADER: self._session_id} if self._session_id else {}
        return self._transport.send(verb, path, headers=headers, **options)

    # -- session ---------------------------------------------------------------------------------------------------

    def log_in(self) -> str:
        """Open a session of this client's own and return its id."""
        if self.shared:
            raise SessionEnded("The session given as session_id has ended. Make a new one with vi_session.")
        try:
            user = self._log_in_once()
        except LostResponse as error:
            self._warn(
                f"The answer to the login was lost ({error}) and it is tried once more. If the server ran the first,"
                " it left a session behind, which ends when it idles out."
            )
            user = self._log_in_once()
        if not self._session_id:
            raise BadResponse(f"{self.endpoint.hostname} answered the login without a session id. {SPOKEN_BY}")
        key = expect_object(user, "Login").get("key")
        self._session_key = key if isinstance(key, str) else None
        return self._session_id

    def _log_in_once(self) -> Any:
        self._session_id = self._session_key = None
        params = {"userName": self._credentials.username, "password": self._credentials.password}
        try:
            with opening():
                return self._request("POST", "sessionManager", "Login", params, repeatable=False)
        except FaultError as error:
            if error.type == "InvalidLogin":
                raise ViError(
                    f"{self.endpoint.hostname} did not accept the user name and password of"
                    f" {self._credentials.username} (InvalidLogin)",
                    fault=error.fault,
                ) from error
            raise

    def log_out(self) -> bool:
        """End the session; whether there was one."""
        if self._session_id is None:
            return False
        try:
            self._request("POST", "sessionManager", "Logout", None)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                raise
            return False
        self._session_id = None
        return True

    def keep(self) -> str:
        """Log in if need be, and leave the session open for others as if it had been handed in. Its id."""
        session_id = self._session_id or self.log_in()
        self._credentials = Credentials(session_id=session_id)
        return session_id

    def close(self) -> None:
        """Log out of a session of this client's own and drop the connections."""
        finish(self._close)

    def _close(self) -> None:
        try:
            if self.shared:
                self._destroy_left()
            else:
                self.log_out()
        except ViError as error:
            self._warn(f"What was opened could not be closed and ends when its session idles out: {error}")
        finally:
            if self._transport is not None:
                self._transport.close()

    def session_key(self) -> str:
        """The key of the session, which is not its id."""
        if self._session_id is None:
            self.log_in()
        if self._session_key is None:
            session = expect_object(self.get("sessionManager", "currentSession"), "currentSession")
            self._session_key = expect_text(session.get("key"), "currentSession")
        return self._session_key

    # -- the server ------------------------------------------------------------------------------------------------

    def content(self) -> dict[str, Any]:
        """The ServiceContent; needs no session."""
        return expect_object(self._exchange("GET", _SERVICE, "content", None), "content")

    def reference(self, name: str) -> Reference:
        """A singleton as it is known here; where it turns out not to be there, ask :meth:`singleton`."""
        return self._singletons[name]

    def singleton(self, name: str) -> Reference:
        """A singleton as the server names it, such as ``taskManager`` or ``rootFolder``; ViError if it has none."""
        found = self.content().get(name)
        if found is None:
            raise ViError(f"{self.endpoint.hostname} has no {name}, as an ESXi host: ask the vCenter that manages it")
        self._singletons[name] = expect_reference(found, f"content.{name}")
        return self._singletons[name]

    def current_time(self) -> int:
        """The server's clock, in nanoseconds since 1970."""
        answer = expect_text(self.call(_SERVICE, "CurrentTime"), "CurrentTime")
        try:
            return parse_rfc3339(answer)
        except ValueError as error:
            raise BadResponse(f"CurrentTime answered {answer!r}, which is no time") from error
