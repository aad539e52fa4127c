# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session on a vCenter over VI JSON: log in, invoke methods, read properties, close objects and sessions.

The first request that needs a session asks the client's source for one, which usually logs in. After the fault
``NotAuthenticated`` the client logs in once more and repeats the request, because the vCenter did not process it.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Callable, NamedTuple, Union
from urllib.parse import quote

from .._errors import (
    BadResponse,
    ConnectError,
    FaultError,
    LoginRefused,
    LostResponse,
    NoResponse,
    SessionEnded,
    ViError,
    ignore,
)
from .._interrupts import finish, opening
from .._secrets import Secrets
from .._times import parse_rfc3339
from .recovery import UNREACHABLE
from .release import FIRST_RELEASE, is_release, is_since, negotiate_release
from .response import Response, read_response
from .server_clock import ServerClock
from .session import GivenSession, OwnSession, Session, SessionEnd, SessionSource
from .transport import Endpoint, Transport
from .wire import REQUIREMENT, Reference, expect_object, expect_reference, expect_text

_SESSION_HEADER = "vmware-api-session-id"

# These ids are the same on every vCenter. If an object does not exist, its id is read from the service content.
_SINGLETONS = {
    "authorizationManager": Reference("AuthorizationManager", "AuthorizationManager"),
    "customFieldsManager": Reference("CustomFieldsManager", "CustomFieldsManager"),
    "extensionManager": Reference("ExtensionManager", "ExtensionManager"),
    "propertyCollector": Reference("PropertyCollector", "propertyCollector"),
    "searchIndex": Reference("SearchIndex", "SearchIndex"),
    "setting": Reference("OptionManager", "VpxSettings"),
    "sessionManager": Reference("SessionManager", "SessionManager"),
    "taskManager": Reference("TaskManager", "TaskManager"),
    "viewManager": Reference("ViewManager", "ViewManager"),
}
_SERVICE = Reference("ServiceInstance", "ServiceInstance")

_CLOSING = 2.0  # seconds to close everything after the server did not respond in time

Target = Union[str, Reference]
"""A reference, or the name of a singleton as in ServiceContent."""


class Credentials(NamedTuple):
    """The id of a live session, or a user name and password."""

    username: str | None = None
    password: str | None = None
    session_id: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.username!r})"


class Client:
    """A client for one vCenter. Use it as a context manager, or call :meth:`close`.

    :ivar secrets: the password, and the ids of the sessions that it has used
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        api_release: str = FIRST_RELEASE,
        warn: Callable[[str], None] = ignore,
        transport: Transport | None = None,
        source: SessionSource | None = None,
    ):
        """``source``: where sessions come from; by default what the credentials say."""
        self.endpoint = endpoint
        self._credentials = credentials
        self._release = api_release
        self._warn = warn
        self._transport = transport
        is_given = credentials.session_id is not None
        self._source = source or (GivenSession(endpoint.hostname) if is_given else OwnSession())
        self._session_id = credentials.session_id
        self.secrets = Secrets(credentials.password, credentials.session_id)
        self._session_key: str | None = None
        self._user_name: str | None = None
        self._is_fresh = False  # whether this client has logged in for the session
        self._was_used = False  # whether the server has responded to this client in it
        self._told_of_another_id = False
        self._singletons = dict(_SINGLETONS)
        self._open: list[tuple[Reference, str]] = []
        self._undestroyed: list[tuple[Reference, str]] = []
        self._clock = ServerClock()
        self._deadline = math.inf
        self._late = False
        self._close_by: float | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def ends_orphans(self) -> bool:
        """Whether a request that opens an object may be repeated: if its response is lost, the object ends soon."""
        return self._source.ends_orphans

    @property
    def release(self) -> str:
        """The release of the API in request paths. ``auto`` is negotiated once, with the first request."""
        if self._release == "auto":
            self._release = negotiate_release(self._send, self.endpoint.hostname)
        return self._release

    def use_newest_release(self) -> bool:
        """Use the newest release that both sides support from now on. Returns whether the server has no newer one."""
        self._release = "auto"
        about = expect_object(self.content().get("about") or {}, "content.about")
        newest = about.get("apiVersion")
        return isinstance(newest, str) and is_release(newest) and is_since(self.release, newest)

    def supports(self, first: str) -> bool:
        """Whether the release of this client has what came with the release ``first``."""
        return is_since(self.release, first)

    @contextmanager
    def twin(self) -> Iterator[Client]:
        """A second client in the same session, for a thread that must not wait for this client."""
        before = Credentials(session_id=self._session_id or "")
        with Client(self.endpoint, before, api_release=self._release, warn=self._warn) as twin:
            yield twin
            if self._session_id == before.session_id:
                self._session_id = twin._session_id

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """A block whose requests, including all retries, take at most this number of seconds in total."""
        before, self._deadline = self._deadline, min(self._deadline, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._deadline = before

    # -- methods and properties ------------------------------------------------------------------------------------

    def get(self, target: Target, name: str, *, bound: bool = False) -> Any:
        """The value of a property as received, ``None`` if it is unset.

        :raises FaultError: the vCenter reported a fault
        """
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

        :param repeatable: whether the method is idempotent
        :param bound: the object belongs to the session and ends with it, so a new login does not restore it
        :param hold: seconds that the vCenter may hold the response back
        :param within: seconds for all attempts
        :param check: raises the FaultError that a value contains
        :returns: the value as received, ``None`` if the response has no content
        :raises ConnectError: nothing was sent
        :raises FaultError: the vCenter reported a fault
        :raises NoResponse: the vCenter may have processed the request
        """
        how = {"repeatable": repeatable, "hold": hold, "within": within}
        return self._invoke("POST", target, method, params, bound=bound, check=check, **how)

    @contextmanager
    def owned(self, target: Target, method: str, params: dict[str, Any] | None, destroy: str) -> Iterator[Reference]:
        """An object that ``method`` creates in this session. It is destroyed at the end of the block.

        If the session ends soon, the request may be repeated: the logout destroys an object whose id was lost with the
        response. If other clients of the session have opened as many objects as it allows, the client opens a session
        of its own. If the vCenter is unreachable, the object is destroyed before the next one is created or by
        :meth:`close`.

        :param destroy: the method that destroys it
        """
        self._destroy_pending()
        made, reachable = None, True
        try:
            with opening():
                made = self._make(target, method, params)
                self._open.append((made, destroy))
            yield made
        except UNREACHABLE:
            reachable = False
            raise
        finally:
            # The client may have left its session meanwhile, and destroyed what was open in it.
            if made and (made, destroy) in self._open:
                self._open.remove((made, destroy))
                if reachable:
                    self._finish(partial(self._destroy, made, destroy))
                else:
                    self._undestroyed.append((made, destroy))

    def _make(self, target: Target, method: str, params: dict[str, Any] | None) -> Reference:
        try:
            made = self.call(target, method, params, repeatable=self.ends_orphans)
        except FaultError as error:
            if error.type != "InvalidState" or not self._source.leave():
                raise
            while self._open:
                self._destroy(*self._open.pop())
            self._forget_session()
            made = self.call(target, method, params)
        return expect_reference(made, method)

    def _destroy(self, made: Reference, method: str) -> None:
        # If this fails, the object has ended with its session, or will.
        if self._session_id is not None:
            with suppress(ViError):
                self.call(made, method, bound=True)

    def _destroy_pending(self) -> None:
        """Destroy the objects that could not be destroyed because the vCenter was unreachable.

        :raises ConnectError, LostResponse: it is still unreachable
        """
        while self._undestroyed and self._session_id is not None:
            with suppress(FaultError, BadResponse, SessionEnded):
                self.call(*self._undestroyed[-1], bound=True)
            self._undestroyed.pop()
        self._undestroyed.clear()

    def _invoke(
        self,
        verb: str,
        target: Target,
        member: str,
        params: dict[str, Any] | None,
        *,
        bound: bool,
        check: Callable[[Any], None] = ignore,
        **how: Any,
    ) -> Any:
        if self._session_id is None:
            self._open_session_first()
        try:
            value = self._request(verb, target, member, params, **how)
            check(value)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                raise
            was_fresh = self._is_fresh
            self._session_ended(error)
            if bound:
                raise
        else:
            self._was_used = True
            return value
        self._open_session_first()
        # bound: after two logins of this client a third one would not help either.
        bound = was_fresh and self._is_fresh
        return self._invoke(verb, target, member, params, bound=bound, check=check, **how)

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
        path = "/sdk/vim25/" + "/".join(quote(part, safe="") for part in (self.release, *target, member))
        response = self._send(verb, path, body=None if params is None else json.dumps(params), **how)
        self._note_session(response)
        self._clock.note(response.headers.get("Date"))
        return read_response(response, f"{member} of {target}", self.endpoint.hostname, self.release)

    def _send(self, verb: str, path: str, **options: Any) -> Response:
        if self._transport is None:
            self._transport = Transport(self.endpoint)
        self.secrets.register()
        headers = {_SESSION_HEADER: self._session_id} if self._session_id else {}
        within = options.get("within", math.inf)
        options["within"] = min(within, self._deadline - time.monotonic())
        try:
            response = self._transport.send(verb, path, headers=headers, **options)
        except (ConnectError, LostResponse) as error:
            self._late = self._late or isinstance(error, ConnectError) or error.late
            raise
        self._late, self._close_by = False, None
        return response

    def _finish(self, action: Callable[[], Any]) -> None:
        """Close something without interruption. After a late response, all closing together gets little time."""
        seconds = self.endpoint.request_timeout
        if self._late:
            self._close_by = self._close_by or time.monotonic() + _CLOSING
            seconds = self._close_by - time.monotonic()
        with self.time_limit(seconds):
            finish(action)

    # -- session ---------------------------------------------------------------------------------------------------

    def log_in(self) -> Session:
        """The client's session, opened if necessary.

        :raises SessionEnded: the session given as ``session_id`` has ended
        :raises ViError: the vCenter did not accept the credentials, or the login failed in another way
        """
        if self._session_id is None:
            self._open_session()
        return Session(self._session_id or "", self._session_key, self._user_name)

    def _open_session(self) -> None:
        """Get a session from the source."""
        self._is_fresh = False
        session = self._source.open(self._log_in)
        self._session_id, self._session_key, self._user_name = session
        self.secrets.add(session.id)
        self._was_used = False

    def _open_session_first(self) -> None:
        """Like :meth:`_open_session`. Without a response to the login, the request that needs it is not sent.

        :raises ConnectError: there was no usable response
        """
        try:
            self._open_session()
        except NoResponse as error:
            late = isinstance(error, LostResponse) and error.late
            raise ConnectError(str(error), transient=isinstance(error, LostResponse), late=late) from error

    def _session_ended(self, error: FaultError) -> None:
        ended = self._session_id or ""
        self._forget_session()
        self._source.ended(SessionEnd(ended, error, self._was_used))

    def _forget_session(self) -> None:
        self._session_id = self._session_key = self._user_name = None

    def _note_session(self, response: Response) -> None:
        """Note the session's id in a response that succeeded. An error page may have an id that nobody opened."""
        session_id = response.headers.get(_SESSION_HEADER)
        self.secrets.add(session_id)
        if not session_id or session_id == self._session_id or not 200 <= response.status < 300:
            return
        before, self._session_id = self._session_id, session_id
        if not before:
            return
        self._source.renewed(before, session_id)
        if not self._told_of_another_id:
            self._told_of_another_id = True
            self._warn(
                f"{self.endpoint.hostname} replaced the id of the session. If the old session is still open, it stays"
                " open until it expires."
            )

    def _log_in(self) -> Session:
        self._is_fresh = True
        try:
            user = self._log_in_twice()
            if not self._session_id:
                raise BadResponse(f"{self.endpoint.hostname} returned no session id for the login. {REQUIREMENT}")
            session = expect_object(user, "Login")
        except ViError:
            # The session may be open although the rest of the response is unusable.
            self._finish(self._log_out_quietly)
            raise
        key, name = session.get("key"), session.get("userName")
        return Session(self._session_id, key if isinstance(key, str) else None, name if isinstance(name, str) else None)

    def _log_in_twice(self) -> Any:
        try:
            return self._log_in_once()
        except LostResponse as error:
            self._warn(
                f"The response to the login was lost: {str(error).rstrip('.')}. Trying once more."
                " If the vCenter processed the first login, that session stays open until it expires."
            )
            return self._log_in_once()

    def _log_in_once(self) -> Any:
        self._forget_session()
        params = {"userName": self._credentials.username, "password": self._credentials.password}
        try:
            with opening():
                return self._request("POST", "sessionManager", "Login", params, repeatable=False)
        except FaultError as error:
            if error.type == "InvalidLogin":
                raise LoginRefused(
                    f"{self.endpoint.hostname} did not accept the user name and password of"
                    f" {self._credentials.username} (InvalidLogin)",
                    fault=error.fault,
                ) from error
            raise

    def log_out(self) -> bool:
        """End the session (SessionManager.Logout). Returns whether there was one."""
        if self._session_id is None:
            return False
        try:
            self._request("POST", "sessionManager", "Logout", None)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                raise
            return False
        self._forget_session()
        return True

    def _log_out_quietly(self) -> None:
        with suppress(ViError):
            self.log_out()

    def keep(self) -> str:
        """Log in if necessary, and return the session's id. From now on the client never logs the session out."""
        session = self.log_in()
        self._source = GivenSession(self.endpoint.hostname)
        return session.id

    def close(self) -> None:
        """Log out of the client's own session and close the connections. A failure is only a warning."""
        self._finish(self._close)

    def _close(self) -> None:
        try:
            if self._source.is_private:
                self.log_out()
            else:
                self._destroy_pending()
        except ViError as error:
            is_own = self._source.is_private
            opened = "the session; it expires when idle" if is_own else "objects; they expire with the session"
            self._warn(f"Could not close {opened}: {error}")
        finally:
            self.secrets.forget()
            self.drop_connections()
            self._source.closed()

    def drop_connections(self) -> None:
        """Close the connections. The next request opens new ones: a forked process must not use those of its parent."""
        if self._transport is not None:
            self._transport.close()

    def require_session(self) -> None:
        """FaultError NotAuthenticated if the session has ended (SessionManager.currentSession)."""
        if self._request("GET", "sessionManager", "currentSession", None) is None:
            # Most calls do not need this module. Importing it here saves them its load time.
            from .faults import server_fault

            raise server_fault({"_typeName": "NotAuthenticated"}, "currentSession")

    def user_name(self) -> str:
        """The name of the session's user, as the vCenter writes it: ``DOMAIN\\name``."""
        self.log_in()
        if self._user_name is None:
            session = expect_object(self.get("sessionManager", "currentSession"), "currentSession")
            self._user_name = expect_text(session.get("userName"), "currentSession")
        return self._user_name

    def session_key(self) -> str:
        """The key of the session (``UserSession.key``), which is not its id."""
        self.log_in()
        if self._session_key is None:
            session = expect_object(self.get("sessionManager", "currentSession"), "currentSession")
            self._session_key = expect_text(session.get("key"), "currentSession")
        return self._session_key

    # -- the server ------------------------------------------------------------------------------------------------

    def content(self) -> dict[str, Any]:
        """The ServiceContent. Needs no session."""
        return expect_object(self._exchange("GET", _SERVICE, "content", None), "content")

    def reference(self, name: str) -> Reference:
        """The reference of a singleton, without a request. If the object does not exist, use :meth:`singleton`."""
        return self._singletons[name]

    def singleton(self, name: str) -> Reference:
        """The reference of a singleton such as ``taskManager`` or ``rootFolder``, read from the ServiceContent.

        :raises ViError: the server has no such object
        """
        found = self.content().get(name)
        if found is None:
            raise ViError(f"{self.endpoint.hostname} has no {name}. For an ESXi host, use the vCenter that manages it")
        self._singletons[name] = expect_reference(found, f"content.{name}")
        return self._singletons[name]

    def current_time(self) -> int:
        """The vCenter's clock (ServiceInstance.CurrentTime), in nanoseconds since 1970."""
        now = expect_text(self.call(_SERVICE, "CurrentTime"), "CurrentTime")
        try:
            return parse_rfc3339(now)
        except ValueError as error:
            raise BadResponse(f"CurrentTime returned {now!r}, which is not a valid time") from error

    def now(self) -> int | None:
        """The vCenter's clock in nanoseconds since 1970, to a second; ``None`` if it is unknown.

        Usually takes no request: each response has the time. Use :meth:`current_time` to decide something by it.
        """
        if self._clock.now() is None:
            with suppress(ViError):
                self._clock.set(self.current_time())
        return self._clock.now()
