# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a client's session comes from: a login of its own, an id that the user gives, or a run that shares one.

A client asks its source for a session, tells it that a session has ended, and logs out of the session only if the
source says so. The source of a run that shares its session is in ``plugin_utils``, for only Ansible knows the run.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import Callable, NamedTuple, Protocol
from urllib.parse import quote, unquote

from .._errors import SessionEnded, ViError

LENT_SESSION_ENDED = "_vijson_lent_session_ended"
"""Key of a failed result: the session that the action plugin lent had ended before the module did anything."""

_LENT = re.compile(r"lent:([0-9a-f]{64}):([^:]*):(.*)")


class Session(NamedTuple):
    """A live session.

    :ivar id: the secret that opens it
    :ivar key: the server's name for it in lists of sessions, if known
    :ivar user_name: the user as the server writes it, if known
    """

    id: str
    key: str | None = None
    user_name: str | None = None

    def __repr__(self) -> str:
        return f"Session(key={self.key!r})"


LogIn = Callable[[], Session]


class SessionEnd(NamedTuple):
    """What a client found: the server does not know a session any more.

    :ivar error: what the server responded
    :ivar was_used: whether it had responded to this client in that session before
    """

    session_id: str
    error: ViError
    was_used: bool


class SessionSource(Protocol):
    """What a client needs to know of the place that its sessions come from.

    :ivar is_private: whether the client logs out when it closes, for nobody else uses the session
    :ivar ends_orphans: whether somebody logs out soon, so that a request which opens something may be repeated: what a
        lost response opened ends with the session
    """

    is_private: bool
    ends_orphans: bool

    def open(self, log_in: LogIn, /) -> Session:
        """The session to use from now on; ViError."""

    def ended(self, end: SessionEnd) -> None:
        """The session has ended. ViError where no other can follow."""

    def renewed(self, before: str, after: str) -> None:
        """The server has given the session another id."""

    def leave(self) -> bool:
        """Use a session of the client's own from now on; False if it is one already, or if there is no other."""

    def closed(self) -> None:
        """The client has closed."""


class OwnSession:
    """Every session is a login of the client's own."""

    is_private = True
    ends_orphans = True

    def open(self, log_in: LogIn, /) -> Session:
        """Log in."""
        return log_in()

    def ended(self, end: SessionEnd) -> None:
        """Another login follows."""

    def renewed(self, before: str, after: str) -> None:
        """The client knows it."""

    def leave(self) -> bool:
        """It is the client's own already."""
        return False

    def closed(self) -> None:
        """The client has logged out."""


class GivenSession(OwnSession):
    """The client has the session, whose id the user gives, from the beginning: there is no other."""

    is_private = False
    ends_orphans = False

    def __init__(self, hostname: str):
        self._hostname = hostname

    def open(self, _log_in: LogIn, /) -> Session:
        """There is nothing to log in with."""
        raise SessionEnded("session_id: the session has ended. Log in again with vi_session")

    def ended(self, end: SessionEnd) -> None:
        """There is nothing to log in with."""
        raise SessionEnded(
            f"session_id: {self._hostname} does not know this session. It was logged out, has expired,"
            " or belongs to another server. Log in again with vi_session",
            fault=end.error.fault,
        ) from end.error


class LentSession(OwnSession):
    """The session of a run, lent to a module that is a process of its own. Where it fails, the module logs in."""

    def __init__(self, session: Session):
        self._session = session
        self.is_private = False

    def open(self, log_in: LogIn, /) -> Session:
        """The lent session, or a login."""
        return log_in() if self.is_private else self._session

    def ended(self, end: SessionEnd) -> None:
        """Before anything was done, the action plugin can replace it for all modules of the run."""
        if self.leave() and not end.was_used:
            result = {LENT_SESSION_ENDED: True}
            raise SessionEnded("The shared session has ended", fault=end.error.fault, result=result)

    def leave(self) -> bool:
        """Log in from now on."""
        was_private, self.is_private = self.is_private, True
        return not was_private


def lend_session(session: Session, purpose: str) -> str:
    """A session as a value of the option ``session_id``.

    :param purpose: what it is for; with another purpose it can't be taken
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
