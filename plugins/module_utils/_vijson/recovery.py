# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule for retrying: which failures may pass, how long to pause, how often to try, what to do without a response.

``transport`` retries single requests. Whoever holds something on the server (a collector, a filter, a view) rebuilds
it after a failure that :func:`may_recover` accepts.
"""

from __future__ import annotations

from typing import Callable, TypeVar

from .._errors import ConnectError, FaultError, LostResponse, NoResponse, ViError

REQUEST_PAUSES = (0.5, 1.0, 2.0)
"""Seconds before the second, third and fourth attempt of a request."""

WAIT_PAUSES = (1.0, 2.0, 5.0)
"""Seconds between attempts to go on with a wait; the last one repeats."""

WATCH_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts of an event source, which never gives up; the last one repeats."""

MAX_READS = 3
"""Attempts to read properties that come in several pages."""

MAX_FRUITLESS_RESTARTS = 3
"""Restarts of a history in a row that bring nothing new."""

MAX_BAD_RESPONSES = 3
"""Unreadable responses in a row during a wait."""

MAX_REFUSALS = 10
"""Failures of an event source in a row that do not look like an outage."""

MAX_LOST_IN_A_ROW = 2
"""Requests of one kind without a response, after which a list of them is not continued."""

SESSION_LOST = frozenset(["NotAuthenticated", "InvalidCollectorVersion", "RequestCanceled", "ManagedObjectNotFound"])
"""Faults on an object of the session that mean: the session, or the object, no longer exists."""

UNREACHABLE = (ConnectError, LostResponse)
"""Exceptions that mean: the server is out of reach."""

_Made = TypeVar("_Made")


def pause_after(failures: int, pauses: tuple[float, ...]) -> float:
    """Seconds to pause after so many failures before this one."""
    return pauses[min(failures, len(pauses) - 1)]


def may_recover(error: ViError) -> bool:
    """Whether a new session, or more patience, may help: only a fault about something else is final."""
    return not isinstance(error, FaultError) or error.type in SESSION_LOST


def is_outage(error: ViError) -> bool:
    """Whether the error is what a server that restarts, or whose session ended, looks like."""
    if isinstance(error, ConnectError):
        return error.transient
    return isinstance(error, LostResponse) or (isinstance(error, FaultError) and may_recover(error))


def send_once(send: Callable[[], _Made], find: Callable[[], _Made | None]) -> _Made:
    """Send a request that must not run twice. Without a response: look, send again, and look again if that fails.

    :param find: what the request does on the server, or ``None`` if it is not done
    :raises NoResponse: there was no response again, so nobody knows
    """
    try:
        return send()
    except NoResponse:
        found = find()
    if found is not None:
        return found
    try:
        return send()
    except FaultError:
        # The first request may have arrived just after the look.
        found = find()
        if found is None:
            raise
        return found
