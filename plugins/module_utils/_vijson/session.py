# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a client's session comes from: its own login, an id from the user, or a run that shares a session.

A client asks its source for a session, tells it when a session has ended, and logs out only if the source says so. The
source for a shared session is in ``plugin_utils``, because only Ansible knows the run.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import Callable, NamedTuple, Protocol
from urllib.parse import quote, unquote

from .._errors import SessionEnded, ViError

LENT_SESSION_ENDED = "_vijson_lent_session_ended"
"""Key of a failed result: the session lent by the action plugin had ended before the module did anything."""

_LENT = re.compile(r"lent:([0-9a-f]{64}):([^:]*):(.*)")


class Session(NamedTuple):
    """A live session.

    :ivar id: the secret that opens it
    :ivar key: the server's name for it in lists of sessions, if known
    :ivar user_name: the user as the server writes it, if known
    :ivar release: the release that was negotiated with the server, if it was
    """

    id: str
    key: str | None = None
    user_name: str | None = None
    release: str | None = None

    def __repr__(self) -> str:
        return f"Session(key={self.key!r})"


LogIn = Callable[[], Session]


class SessionEnd(NamedTuple):
    """The server no longer knows a session.

    :ivar error: the fault that the server reported
    :ivar was_used: whether the server had responded to this client in that session before
    """

    session_id: str
    error: ViError
    was_used: bool


class SessionSource(Protocol):
    """The interface of a source.

    :ivar is_private: whether only this client uses the session, and therefore logs out when it closes
    :ivar ends_orphans: whether the session ends soon. Then a request that opens an object may be repeated: the object
        of a lost response ends with the session
    """

    is_private: bool
    ends_orphans: bool

    def open(self, log_in: LogIn, /) -> Session:
        """The session to use from now on.

        :raises ViError: there is none, or the login failed
        """

    def ended(self, end: SessionEnd) -> None:
        """The session has ended.

        :raises ViError: no other session can replace it
        """

    def renewed(self, before: str, after: str, /) -> bool:
        """The server has replaced the id of the session. Returns whether the user does not know that yet."""

    def leave(self) -> bool:
        """From now on, use a session of the client's own. False if it already does, or cannot."""

    def closed(self) -> None:
        """The client has closed."""


class OwnSession:
    """The client logs in for itself."""

    is_private = True
    ends_orphans = True

    def open(self, log_in: LogIn, /) -> Session:
        """Log in."""
        return log_in()

    def ended(self, end: SessionEnd) -> None:
        """Another login follows."""

    def renewed(self, _before: str, _after: str, /) -> bool:
        """Nothing to do: no other client uses the session."""
        return True

    def leave(self) -> bool:
        """The session is already the client's own."""
        return False

    def closed(self) -> None:
        """The client has logged out."""


class GivenSession(OwnSession):
    """The session whose id the user passes as ``session_id``. No other one replaces it."""

    is_private = False
    ends_orphans = False

    def __init__(self, hostname: str):
        self._message = (
            f"session_id: {hostname} does not know this session. It was logged out, has expired, or belongs to another"
            " server. Log in again with vi_session"
        )

    def open(self, _log_in: LogIn, /) -> Session:
        """Always raises SessionEnded: there are no credentials for a login."""
        raise SessionEnded(self._message)

    def ended(self, end: SessionEnd) -> None:
        """Always raises SessionEnded: there are no credentials for a login."""
        raise SessionEnded(self._message, fault=end.error.fault) from end.error


class LentSession(OwnSession):
    """The session of a run, lent to a module that runs in its own process. If it fails, the module logs in."""

    def __init__(self, session: Session):
        self._session = session
        self.is_private = False

    def open(self, log_in: LogIn, /) -> Session:
        """The lent session, or a login."""
        return log_in() if self.is_private else self._session

    def ended(self, end: SessionEnd) -> None:
        """Raise SessionEnded if the module has done nothing yet: the action plugin then replaces it for all modules."""
        if self.leave() and not end.was_used:
            result = {LENT_SESSION_ENDED: True}
            raise SessionEnded("The shared session has ended", fault=end.error.fault, result=result)

    def leave(self) -> bool:
        """From now on, log in."""
        was_private, self.is_private = self.is_private, True
        return not was_private


def lend_session(session: Session, purpose: str) -> str:
    """A value of the option ``session_id`` that contains a session.

    :param purpose: what the session is lent for. :func:`borrow_session` accepts it for the same purpose only
    """
    known = quote(json.dumps(session[1:]), safe="")
    return f"lent:{_seal(session, purpose)}:{known}:{session.id}"


def is_lent(value: str) -> bool:
    """Whether this value of the option ``session_id`` was made by :func:`lend_session`."""
    return _LENT.fullmatch(value) is not None


def borrow_session(value: str, purpose: str) -> Session | None:
    """The session in a value of :func:`lend_session`, ``None`` if it was lent for another purpose."""
    lent = _LENT.fullmatch(value)
    if lent is None:
        return None
    seal, known, session_id = lent.groups()
    session = Session(session_id, *json.loads(unquote(known)))
    return session if hmac.compare_digest(seal, _seal(session, purpose)) else None


def _seal(session: Session, purpose: str) -> str:
    return hmac.new(session.id.encode(), purpose.encode(), "sha256").hexdigest()
