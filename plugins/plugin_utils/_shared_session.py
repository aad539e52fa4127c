# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session for each vCenter and user, which all modules of an Ansible run share.

The first worker that needs the session logs in. The first one that finds it ended logs in again, for all.
"""

from __future__ import annotations

import hmac
import json
import sys
import time
from contextlib import suppress
from ipaddress import ip_address
from socket import getaddrinfo

from ..module_utils._errors import BadResponse, ConnectError, FaultError, LoginRefused, LostResponse, ViError
from ..module_utils._interrupts import opening
from ..module_utils._vijson.client_session import Credentials
from ..module_utils._vijson.session import LogIn, OwnSession, Session, SessionEnd
from ..module_utils._vijson.transport import REQUESTS_IMPORT_ERROR, Endpoint
from ._run_sessions import MAIN, SALT, STORE, end_sessions
from ._session_store import Content, SessionStore, StoreFile, StoreUnusable

# On macOS, forked processes must not use the network frameworks with which requests looks for proxies.
_CAN_SHARE = sys.platform != "darwin" and REQUESTS_IMPORT_ERROR is None

_CONNECT_TIMEOUT = 3.0  # seconds, for a vCenter that this machine may be unable to reach
_FAILURES = {kind.__name__: kind for kind in (BadResponse, ConnectError, FaultError, LoginRefused, LostResponse)}


def share_session(where: Endpoint, credentials: Credentials) -> SharedSession | None:
    """The session of this run for an endpoint and credentials; ``None`` if this machine cannot share sessions."""
    return SharedSession(STORE, where.settled(), credentials) if _CAN_SHARE else None


def lendable_session(where: Endpoint, credentials: Credentials, *, is_remote: bool) -> LendableSession | None:
    """Like :func:`share_session`, for a module that runs in its own process.

    :param is_remote: whether the module runs on another machine, which may reach other servers than this one
    """
    if is_remote:
        if where.verify is False and _is_this_machine(where.hostname):
            # The address means the other machine. Here, another server would receive the password.
            return None
        where = where._replace(connect_timeout=_CONNECT_TIMEOUT)
    return LendableSession(STORE, where.settled(), credentials, is_remote=is_remote) if _CAN_SHARE else None


def _is_this_machine(hostname: str) -> bool:
    """Whether the name, or an unusual form of an address such as ``127.1``, means the machine that resolves it."""
    try:
        found = {ip_address(str(each[4][0]).partition("%")[0]) for each in getaddrinfo(hostname.rstrip("."), None)}
    except (OSError, ValueError):
        return False
    addresses = {getattr(each, "ipv4_mapped", None) or each for each in found}
    return any(each.is_loopback or each.is_unspecified for each in addresses)


class SharedSession(OwnSession):
    """The source of a client's session within a run. If sharing fails, the client logs in for itself.

    :param where: the endpoint without fallbacks to environment variables: the main process, which logs out, may have
        other variables
    """

    def __init__(self, store: SessionStore, where: Endpoint, credentials: Credentials):
        self._store = store
        self._where = where
        self._name = _file_name(where, credentials)
        self._ended = ""
        self.is_private = False

    def open(self, log_in: LogIn, /) -> Session:
        """The session of the run. The first client logs in, and the others wait for it."""
        if not self.is_private:
            try:
                return self.open_shared(log_in)
            except StoreUnusable:
                self.is_private = True
        return log_in()

    def open_shared(self, log_in: LogIn) -> Session:
        """Like :meth:`open`, but raises StoreUnusable if sharing fails."""
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

    def _keep(self, file: StoreFile, session: Session, *, renewed: bool = False) -> None:
        try:
            file.write({"session": session, "where": self._where, "renewed": renewed})
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
        """Raise the error of another client's login, if this client's login would fail in the same way.

        A refused login is never repeated, because servers lock accounts. Any other failure is raised for all clients
        that waited for that login. Later clients try again.
        """
        if failure is None:
            return
        is_refused = failure["kind"] == LoginRefused.__name__
        if is_refused or self._shares_failure(failure, asked):
            raise _restored(failure, ". This run does not send this password again" if is_refused else "")

    def _shares_failure(self, failure: Content, asked: float) -> bool:
        return bool(failure["at"] > asked and failure["limit"] >= self._limit)

    def ended(self, end: SessionEnd) -> None:
        """The next client that opens the session replaces it for all."""
        self._ended = end.session_id

    def renewed(self, before: str, after: str, /) -> bool:
        """Store the new id for the others. If they already use another session, this one ends with the client.

        Returns whether this is the first new id of the run.
        """
        is_first = True
        if self.is_private:
            return is_first
        try:
            with self._store.file(self._name, self._limit) as file:
                content = file.read()
                session, is_first = Session(*content.get("session") or [""]), not content.get("renewed")
                if session.id == before:
                    self._keep(file, session._replace(id=after), renewed=True)
                self.is_private = self.is_private or session.id not in (before, after)
        except StoreUnusable:
            self.is_private = True
        return is_first

    def leave(self) -> bool:
        """From now on, use a session of this client alone."""
        was_private, self.is_private = self.is_private, True
        return not was_private

    def closed(self) -> None:
        """End the sessions if the main process, which would end them, was killed."""
        if MAIN.has_ended():
            end_sessions()


class LendableSession(SharedSession):
    """The session of the run for a module that runs in its own process. It never logs in for that module alone.

    :ivar is_remote: whether the module runs on another machine. If a login failed here, the module may still be able
        to log in there, so a run tries it here only once
    """

    def __init__(self, store: SessionStore, where: Endpoint, credentials: Credentials, *, is_remote: bool):
        super().__init__(store, where, credentials)
        self.is_remote = is_remote

    def open(self, log_in: LogIn, /) -> Session:
        """Like :meth:`SharedSession.open_shared`."""
        return self.open_shared(log_in)

    def _shares_failure(self, failure: Content, asked: float) -> bool:
        return self.is_remote or super()._shares_failure(failure, asked)


def _file_name(where: Endpoint, credentials: Credentials) -> str:
    """A name that is equal for all clients that may share a session, and does not reveal the password."""
    who = [where.hostname.lower(), where.port, where.verify, where.proxy, credentials.username, credentials.password]
    return hmac.new(SALT, json.dumps(who).encode(), "sha256").hexdigest()


def _restored(failure: Content, more: str) -> ViError:
    kind: type[ViError] = _FAILURES.get(failure["kind"], ViError)
    error = kind.__new__(kind, failure["message"] + more)
    error.__dict__.update(failure["more"])
    return error
