# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lends the session of a run to a module that runs in its own process, on this machine or on another one.

The module receives it as its ``session_id``, bound to its other connection options. If it cannot use the session, it
logs in for itself.
"""

from __future__ import annotations

from typing import Any, Callable

from ..module_utils._errors import LoginRefused, ViError
from ..module_utils._interrupts import interruptible, sleep
from ..module_utils._options.connection import connect_client, lend, parse_credentials, parse_endpoint
from ..module_utils._run.job import Job, Result
from ..module_utils._vijson.client import Client
from ..module_utils._vijson.response import Response
from ..module_utils._vijson.session import LENT_SESSION_ENDED, SessionEnd
from ..module_utils._vijson.transport import Transport
from ._session_store import StoreUnusable
from ._shared_session import lendable_session

_LOANS = 3
"""Maximum number of sessions to lend to one module: another one follows if a session had ended."""


class Lender:
    """Lends sessions to one module.

    :param params: the options of the module, as far as this machine knows them
    :param is_remote: whether the module may reach other servers than this process
    :raises InputError: the connection options are not valid
    """

    def __init__(self, params: dict[str, Any], warn: Callable[[str], None], *, is_remote: bool):
        self._params = params
        self._warn = warn
        self._is_remote = is_remote
        self._session_id = ""
        self._loans = 0
        credentials = parse_credentials(params)
        self._source = None
        if credentials.session_id is None:
            self._source = lendable_session(parse_endpoint(params), credentials, is_remote=is_remote)

    def lend(self) -> str | None:
        """A value for ``session_id``, ``None`` if the module has to log in.

        :raises ViError: the login failed, and the module's own login would fail in the same way
        :raises Interrupted: a signal arrived
        """
        if self._source is None or self._source.is_private or self._loans == _LOANS:
            return None
        self._loans += 1
        connect = connect_client(self._params, self._warn, share=lambda _where, _who: self._source)
        try:
            with interruptible(), connect as client:
                session = client.log_in()
                # If a signal arrived meanwhile, end the task now.
                sleep(0)
        except StoreUnusable:
            return None
        except LoginRefused:
            raise
        except ViError:
            if self._is_remote:
                return None
            raise
        self._session_id = session.id
        return None if self._source.is_private else lend(session, self._params)

    def is_refused(self, result: Result) -> bool:
        """Whether the module has done nothing because the lent session had ended."""
        has_ended: bool = result.pop(LENT_SESSION_ENDED, False)
        if has_ended and self._source is not None:
            if self._is_remote and self._is_alive():
                # By this name, the module reaches another server.
                self._loans = _LOANS
            else:
                self._source.ended(SessionEnd(self._session_id, ViError("It had ended"), was_used=False))
        return has_ended

    def _is_alive(self) -> bool:
        """Whether the server that this process reaches knows the lent session."""
        try:
            with connect_client({**self._params, "session_id": self._session_id}, self._warn) as client:
                client.require_session()
        except ViError:
            return False
        return True


def needs_session(run: Callable[[Job], Result], params: dict[str, Any], check_mode: bool) -> bool:
    """Whether the module would send a request. If its options are not valid, it fails before the first one."""
    try:
        job = Job(params, check_mode=check_mode)
        job.client = Client(job.client.endpoint, parse_credentials(params), transport=_Nowhere())
        run(job)
    except _FirstRequest:
        return True
    except ViError:
        return False
    return False


class _FirstRequest(BaseException):
    """A BaseException, so that the error handling of a module does not catch it."""


class _Nowhere(Transport):
    """Stands in for a server."""

    def __init__(self) -> None:
        """No connection is needed."""

    def send(self, *_request: Any, **_options: Any) -> Response:
        """Stop at the first request."""
        raise _FirstRequest

    def close(self) -> None:
        """There is nothing to close."""
