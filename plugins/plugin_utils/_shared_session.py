# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session for all modules of a run of Ansible, for each vCenter and user.

The first worker that needs it logs in; whoever finds that it has ended replaces it for all.
"""

from __future__ import annotations

import hmac
import json
import sys
import time
from contextlib import suppress
from ipaddress import ip_address

from ..module_utils._errors import BadResponse, ConnectError, FaultError, LoginRefused, LostResponse, ViError
from ..module_utils._interrupts import opening
from ..module_utils._vijson.client import Credentials
from ..module_utils._vijson.session import LogIn, OwnSession, Session, SessionEnd
from ..module_utils._vijson.transport import REQUESTS_IMPORT_ERROR, Endpoint
from ._run_sessions import MAIN, SALT, STORE, end_sessions
from ._session_store import Content, SessionStore, StoreFile, StoreUnusable

# Forked processes of macOS must not use the network frameworks that requests looks for proxies with.
_CAN_SHARE = sys.platform != "darwin" and REQUESTS_IMPORT_ERROR is None

_CONNECT_TIMEOUT = 3.0  # seconds, for a server that this machine may not reach at all
_FAILURES = {kind.__name__: kind for kind in (BadResponse, ConnectError, FaultError, LoginRefused, LostResponse)}


def share_session(where: Endpoint, credentials: Credentials) -> SharedSession | None:
    """The session of this run for these credentials at this endpoint; ``None`` where there can be none."""
    return SharedSession(STORE, where.settled(), credentials) if _CAN_SHARE else None


def lendable_session(where: Endpoint, credentials: Credentials, *, is_remote: bool) -> LendableSession | None:
    """The same, to be lent to a module that is a process of its own.

    :param is_remote: the module runs on another machine, from where it may reach other servers than this one
    """
    if is_remote:
        if where.verify is False and _is_loopback(where.hostname):
            # This would show the password to another server than the user means.
            return None
        where = where._replace(connect_timeout=_CONNECT_TIMEOUT)
    return LendableSession(STORE, where.settled(), credentials, is_remote=is_remote) if _CAN_SHARE else None


def _is_loopback(hostname: str) -> bool:
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return hostname.lower().rstrip(".").partition(".")[0] == "localhost"


class SharedSession(OwnSession):
    """What a client of this run gets its session from. Where nothing can be shared, it is a login of its own.

    :param where: with nothing left to the environment, for the main process logs out and has another
    """

    def __init__(self, store: SessionStore, where: Endpoint, credentials: Credentials):
        self._store = store
        self._where = where
        self._name = _file_name(where, credentials)
        self._ended = ""
        self.is_private = False

    def open(self, log_in: LogIn, /) -> Session:
        """The session of the run; the first client logs in, the others wait for it."""
        if not self.is_private:
            try:
                return self.open_shared(log_in)
            except StoreUnusable:
                self.is_private = True
        return log_in()

    def open_shared(self, log_in: LogIn) -> Session:
        """The session of the run; StoreUnusable where there can be none."""
        asked = time.monotonic()
        with self._store.file(self._name, self._limit) as file:
            content = file.read()
            if content.get("session") and content["session"][0] != self._ended:
                return Session(*content["session"])
            self._raise_known(content.get("failure"), asked)
            with opening():
                try:
                    session = log_in()
                except ViError as error:
                    with suppress(StoreUnusable):
                        file.write({"failure": self._failure(error)})
                    raise
                self._keep(file, session)
            return session

    def _keep(self, file: StoreFile, session: Session) -> None:
        try:
            file.write({"session": session, "where": self._where})
        except StoreUnusable:
            self.is_private = True

    def _failure(self, error: ViError) -> Content:
        kind = type(error).__name__
        return {"kind": kind, "message": str(error), "more": vars(error), "at": time.monotonic(), "limit": self._limit}

    @property
    def _limit(self) -> float:
        """Seconds to wait for the login of another client."""
        return min(self._where.request_timeout, self._where.patience)

    def _raise_known(self, failure: Content | None, asked: float) -> None:
        """Raise what another client met, if a login of this one would meet the same.

        A refused login is never repeated, for servers lock accounts. Other failures are those of all who waited for
        this login; who comes later tries again.
        """
        if failure is None:
            return
        is_refused = failure["kind"] == LoginRefused.__name__
        if is_refused or self._shares_failure(failure, asked):
            raise _restored(failure, ". This run does not try it again" if is_refused else "")

    def _shares_failure(self, failure: Content, asked: float) -> bool:
        return bool(failure["at"] > asked and failure["limit"] >= self._limit)

    def ended(self, end: SessionEnd) -> None:
        """Whoever comes first replaces it for all."""
        self._ended = end.session_id

    def renewed(self, before: str, after: str) -> None:
        """Tell the others; where they have another session already, this one ends with the client."""
        if self.is_private:
            return
        try:
            with self._store.file(self._name, self._limit) as file:
                content = file.read()
                session = Session(*content.get("session") or [""])
                if session.id == before:
                    self._keep(file, session._replace(id=after))
                self.is_private = self.is_private or session.id not in (before, after)
        except StoreUnusable:
            self.is_private = True

    def leave(self) -> bool:
        """Log in for this client alone from now on."""
        was_private, self.is_private = self.is_private, True
        return not was_private

    def closed(self) -> None:
        """Where the main process was killed, this one ends the sessions in its place."""
        if MAIN.has_ended():
            end_sessions()


class LendableSession(SharedSession):
    """The session of the run for a module that is a process of its own. There is no login for that module alone.

    :ivar is_remote: whether the module may log in where this machine can't, so that one attempt of a run is enough
    """

    def __init__(self, store: SessionStore, where: Endpoint, credentials: Credentials, *, is_remote: bool):
        super().__init__(store, where, credentials)
        self.is_remote = is_remote

    def open(self, log_in: LogIn, /) -> Session:
        """The session of the run; StoreUnusable where there can be none."""
        return self.open_shared(log_in)

    def _shares_failure(self, failure: Content, asked: float) -> bool:
        return self.is_remote or super()._shares_failure(failure, asked)


def _file_name(where: Endpoint, credentials: Credentials) -> str:
    """The same for all that may share a session, and no trace of the password."""
    who = [where.hostname.lower(), where.port, where.verify, where.proxy, credentials.username, credentials.password]
    return hmac.new(SALT, json.dumps(who).encode(), "sha256").hexdigest()


def _restored(failure: Content, more: str) -> ViError:
    kind: type[ViError] = _FAILURES.get(failure["kind"], ViError)
    error = kind.__new__(kind, failure["message"] + more)
    error.__dict__.update(failure["more"])
    return error
