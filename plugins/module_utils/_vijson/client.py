# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of one vCenter over VI JSON: invokes methods and reads properties.

The first request that needs a session opens one, usually by a login. After the fault ``NotAuthenticated`` the client
opens another session once and repeats the request, because the vCenter did not process it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Callable

from .._errors import BadResponse, FaultError, ViError, ignore
from .._secrets import Secrets
from .._times import parse_rfc3339
from .client_session import ClientSession, Credentials
from .exchange import Exchange
from .release import FIRST_RELEASE, is_release, is_since
from .session import Session, SessionSource
from .singletons import SERVICE, Singletons, Target
from .transport import Endpoint, Transport
from .wire import Reference, expect_object, expect_text

if TYPE_CHECKING:
    from .owned_objects import OwnedObjects


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
        self.secrets = Secrets(credentials.password, credentials.session_id)
        self._warn = warn
        self._exchange = Exchange(endpoint, self.secrets, api_release, transport)
        self._singletons = Singletons(self._exchange)
        self._session = ClientSession(self._exchange, self._singletons, credentials, warn, source)
        self._owned: OwnedObjects | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

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
        if self._owned is None:
            # Most calls do not need this module. Importing it here saves them its load time.
            from .owned_objects import OwnedObjects

            self._owned = OwnedObjects(self.call, self._session, self._exchange.finish)
        with self._owned.create(target, method, params, destroy) as ref:
            yield ref

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
        session = self._session
        session.open_first()
        try:
            value = self._singletons.request(verb, target, member, params, **how)
            check(value)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                raise
            if session.try_offered_id():
                return self._invoke(verb, target, member, params, bound=bound, check=check, **how)
            was_fresh = session.is_fresh
            session.end(error)
            if bound:
                raise
        else:
            session.was_used = True
            return value
        session.open_first()
        # bound: after two logins of this client a third one would not help either.
        bound = was_fresh and session.is_fresh
        return self._invoke(verb, target, member, params, bound=bound, check=check, **how)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """A block whose requests, including all retries, take at most this number of seconds in total."""
        with self._exchange.time_limit(seconds):
            yield

    # -- session ---------------------------------------------------------------------------------------------------

    @property
    def ends_orphans(self) -> bool:
        """Whether a request that opens an object may be repeated: if its response is lost, the object ends soon."""
        return self._session.ends_orphans

    def log_in(self) -> Session:
        """The client's session, opened if necessary.

        :raises SessionEnded: the session given as ``session_id`` has ended
        :raises ViError: the vCenter did not accept the credentials, or the login failed in another way
        """
        return self._session.open()

    def log_out(self) -> bool:
        """End the session (SessionManager.Logout). Returns whether there was one."""
        return self._session.log_out()

    def keep(self) -> str:
        """Log in if necessary, and return the session's id. From now on the client never logs the session out."""
        return self._session.keep()

    def require_session(self) -> None:
        """FaultError NotAuthenticated if the session has ended (SessionManager.currentSession)."""
        self._session.require()

    def user_name(self) -> str:
        """The name of the session's user, as the vCenter writes it: ``DOMAIN\\name``."""
        return self._session.user_name(self._current_session)

    def session_key(self) -> str:
        """The key of the session (``UserSession.key``), which is not its id."""
        return self._session.key(self._current_session)

    def _current_session(self) -> Any:
        return self.get("sessionManager", "currentSession")

    @contextmanager
    def twin(self) -> Iterator[Client]:
        """A second client in the same session, for a thread that must not wait for this client."""
        exchange = self._exchange
        before = Credentials(session_id=exchange.session_id or "")
        with Client(self.endpoint, before, api_release=self.release, warn=self._warn) as twin:
            yield twin
            if exchange.session_id == before.session_id:
                exchange.session_id = twin._exchange.session_id

    def close(self) -> None:
        """Log out of the client's own session and close the connections. A failure is only a warning."""
        self._exchange.finish(self._close)

    def _close(self) -> None:
        is_private = self._session.is_private
        try:
            if is_private:
                self.log_out()
            elif self._owned:
                self._owned.destroy_pending()
        except ViError as error:
            opened = "the session; it expires when idle" if is_private else "objects; they expire with the session"
            self._warn(f"Could not close {opened}: {error}")
        finally:
            self.secrets.forget()
            self.drop_connections()
            self._session.closed()

    def drop_connections(self) -> None:
        """Close the connections. The next request opens new ones: a forked process must not use those of its parent."""
        self._exchange.drop_connections()

    # -- the server ------------------------------------------------------------------------------------------------

    @property
    def release(self) -> str:
        """The release of the API in request paths. ``auto`` is negotiated once, with the first request."""
        return self._exchange.release

    def supports(self, first: str) -> bool:
        """Whether the release of this client has what came with the release ``first``."""
        return self._exchange.supports(first)

    def use_newest_release(self) -> bool:
        """Use the newest release that both sides support from now on. Returns whether the server has no newer one."""
        self._exchange.negotiate()
        about = expect_object(self.content().get("about") or {}, "content.about")
        newest = about.get("apiVersion")
        return isinstance(newest, str) and is_release(newest) and is_since(self.release, newest)

    def content(self) -> dict[str, Any]:
        """The ServiceContent. Needs no session."""
        return self._singletons.content()

    def reference(self, name: str) -> Reference:
        """The reference of a singleton, without a request. If the object does not exist, use :meth:`singleton`."""
        return self._singletons.known(name)

    def singleton(self, name: str) -> Reference:
        """The reference of a singleton such as ``taskManager`` or ``rootFolder``, read from the ServiceContent.

        :raises ViError: the server has no such object
        """
        return self._singletons.read(name)

    def current_time(self) -> int:
        """The vCenter's clock (ServiceInstance.CurrentTime), in nanoseconds since 1970."""
        now = expect_text(self.call(SERVICE, "CurrentTime"), "CurrentTime")
        try:
            time = parse_rfc3339(now)
        except ValueError as error:
            raise BadResponse(f"CurrentTime returned {now!r}, which is not a valid time") from error
        self._exchange.clock.set(time)
        return time

    def now(self) -> int | None:
        """The vCenter's clock in nanoseconds since 1970, to a second; ``None`` if it is unknown.

        Usually takes no request: each response has the time. Use :meth:`current_time` to decide something by it.
        """
        clock = self._exchange.clock
        if clock.now() is None:
            with suppress(ViError):
                self.current_time()
        return clock.now()
