# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of one client: opened when it is needed, replaced when it has ended, and logged out if it is private."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Callable, NamedTuple

from .._errors import BadResponse, ConnectError, FaultError, LoginRefused, LostResponse, NoResponse, ViError
from .._interrupts import opening
from .exchange import Exchange
from .session import GivenSession, OwnSession, Session, SessionEnd, SessionSource
from .singletons import Singletons
from .wire import REQUIREMENT, expect_object, expect_text


class Credentials(NamedTuple):
    """The id of a live session, or a user name and password."""

    username: str | None = None
    password: str | None = None
    session_id: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.username!r})"


class ClientSession:
    """The session in which a client sends its requests.

    :param source: where sessions come from; by default what the credentials say
    :ivar is_fresh: whether this client has logged in for the session
    :ivar was_used: whether the server has responded to this client in it; the client sets it
    """

    def __init__(
        self,
        exchange: Exchange,
        singletons: Singletons,
        credentials: Credentials,
        warn: Callable[[str], None],
        source: SessionSource | None = None,
    ):
        self._exchange = exchange
        self._singletons = singletons
        self._credentials = credentials
        self._warn = warn
        self._hostname = exchange.endpoint.hostname
        is_given = credentials.session_id is not None
        self._source = source or (GivenSession(self._hostname) if is_given else OwnSession())
        self._key: str | None = None
        self._user_name: str | None = None
        self.is_fresh = self.was_used = False
        self._told_of_another_id = False
        exchange.session_id = credentials.session_id
        exchange.on_renewal = self._note_renewal

    @property
    def is_open(self) -> bool:
        """Whether the client has a session, as far as it knows."""
        return self._exchange.session_id is not None

    @property
    def is_private(self) -> bool:
        """Whether only this client uses the session."""
        return self._source.is_private

    @property
    def ends_orphans(self) -> bool:
        """Whether a request that opens an object may be repeated: if its response is lost, the object ends soon."""
        return self._source.ends_orphans

    def open(self) -> Session:
        """The session, from its source if necessary.

        :raises SessionEnded: the session given as ``session_id`` has ended
        :raises ViError: the vCenter did not accept the credentials, or the login failed in another way
        """
        exchange = self._exchange
        if not self.is_open:
            self.is_fresh = False
            session = self._source.open(self._log_in)
            exchange.session_id, self._key, self._user_name, _release = session
            exchange.negotiated_release = session.release or exchange.negotiated_release
            exchange.secrets.add(session.id)
            self.was_used = False
        return Session(exchange.session_id or "", self._key, self._user_name, exchange.negotiated_release)

    def open_first(self) -> None:
        """Like :meth:`open`. Without a response to the login, the request that needs it is not sent.

        :raises ConnectError: there was no usable response
        """
        try:
            self.open()
        except NoResponse as error:
            late = isinstance(error, LostResponse) and error.late
            raise ConnectError(str(error), transient=isinstance(error, LostResponse), late=late) from error

    def try_offered_id(self) -> bool:
        """Use the id in a response with a fault, now that the server no longer knows the old one; False without one."""
        offered = self._exchange.offered_id
        if offered in (None, self._exchange.session_id):
            return False
        self._exchange.use_session(offered)
        return True

    def end(self, error: FaultError) -> None:
        """Note that the server no longer knows the session.

        :raises ViError: no other session can replace it
        """
        ended = self._exchange.session_id or ""
        self.forget()
        self._source.ended(SessionEnd(ended, error, self.was_used))

    def forget(self) -> None:
        """From now on, the client has no session."""
        self._exchange.session_id = self._exchange.offered_id = self._key = self._user_name = None

    def leave(self) -> bool:
        """From now on, use a session of this client alone. False if it already does, or cannot."""
        return self._source.leave()

    def keep(self) -> str:
        """Open the session if necessary, and return its id. From now on the client never logs it out."""
        session = self.open()
        self._source = GivenSession(self._hostname)
        return session.id

    def require(self) -> None:
        """FaultError NotAuthenticated if the session has ended (SessionManager.currentSession)."""
        if self._singletons.request("GET", "sessionManager", "currentSession", None) is None:
            # Most calls do not need this module. Importing it here saves them its load time.
            from .faults import server_fault

            raise server_fault({"_typeName": "NotAuthenticated"}, "currentSession")

    def user_name(self, read_current: Callable[[], Any]) -> str:
        """The name of the session's user, as the vCenter writes it: ``DOMAIN\\name``.

        :param read_current: reads the property ``currentSession``, if the login did not tell the name
        """
        self.open()
        if self._user_name is None:
            self._user_name = _text_of(read_current(), "userName")
        return self._user_name

    def key(self, read_current: Callable[[], Any]) -> str:
        """The key of the session (``UserSession.key``), which is not its id. Parameters as :meth:`user_name`."""
        self.open()
        if self._key is None:
            self._key = _text_of(read_current(), "key")
        return self._key

    def log_out(self) -> bool:
        """End the session (SessionManager.Logout). Returns whether there was one."""
        if not self.is_open:
            return False
        try:
            self._singletons.request("POST", "sessionManager", "Logout", None)
        except FaultError as error:
            if error.type != "NotAuthenticated":
                raise
            return False
        self.forget()
        return True

    def closed(self) -> None:
        """Tell the source that the client has closed."""
        self._source.closed()

    def _log_in(self) -> Session:
        self.is_fresh = True
        try:
            user = self._log_in_twice()
            session_id = self._exchange.session_id
            if not session_id:
                raise BadResponse(f"{self._hostname} returned no session id for the login. {REQUIREMENT}")
            session = expect_object(user, "Login")
        except ViError:
            # The session may be open although the rest of the response is unusable.
            self._exchange.finish(self._log_out_quietly)
            raise
        key, name = (value if isinstance(value, str) else None for value in map(session.get, ("key", "userName")))
        return Session(session_id, key, name, self._exchange.negotiated_release)

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
        params = {"userName": self._credentials.username, "password": self._credentials.password}
        try:
            with opening():
                return self._singletons.request("POST", "sessionManager", "Login", params, repeatable=False)
        except FaultError as error:
            if error.type == "InvalidLogin":
                raise LoginRefused(
                    f"{self._hostname} did not accept the user name and password of"
                    f" {self._credentials.username} (InvalidLogin)",
                    fault=error.fault,
                ) from error
            raise

    def _log_out_quietly(self) -> None:
        with suppress(ViError):
            self.log_out()

    def _note_renewal(self, before: str, after: str) -> None:
        is_news = self._source.renewed(before, after)
        if is_news and not self._told_of_another_id:
            self._told_of_another_id = True
            self._warn(
                f"{self._hostname} replaced the id of the session. If the old session is still open, it stays"
                " open until it expires."
            )


def _text_of(current: Any, field: str) -> str:
    return expect_text(expect_object(current, "currentSession").get(field), "currentSession")
