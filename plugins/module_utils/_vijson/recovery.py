# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for retries: which errors are temporary, how long to pause, how often to try, when a response is lost.

``transport`` retries single requests. Code that uses an object on the vCenter (a collector, a filter, a view) creates
it again after an error that :func:`may_recover` accepts.
"""

from __future__ import annotations

from typing import Callable, TypeVar

from .._errors import ConnectError, FaultError, LostResponse, NoResponse, ViError

REQUEST_PAUSES = (0.5, 1.0, 2.0)
"""Seconds before the second, third and fourth attempt of a request."""

WAIT_PAUSES = (1.0, 2.0, 5.0)
"""Seconds between attempts to continue a wait; the last one repeats."""

WATCH_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts of an event source, which never gives up; the last one repeats."""

MAX_READS = 3
"""Attempts to read properties that span several pages."""

MAX_FRUITLESS_RESTARTS = 3
"""Consecutive restarts of a history that return nothing new."""

MAX_BAD_RESPONSES = 3
"""Consecutive unreadable responses during a wait."""

MAX_REFUSALS = 10
"""Consecutive errors of an event source that are not an outage."""

MAX_LOST_IN_A_ROW = 2
"""Consecutive requests without a response, after which the remaining ones of a list are not sent."""

LOST_STATUSES = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
"""HTTP statuses that a proxy returns in place of the server. The response counts as lost."""

SESSION_LOST = frozenset(["NotAuthenticated", "InvalidCollectorVersion", "RequestCanceled", "ManagedObjectNotFound"])
"""Faults on an object of the session which mean that the session or the object no longer exists."""

UNREACHABLE = (ConnectError, LostResponse)
"""Exceptions which mean that the server is unreachable."""

_Made = TypeVar("_Made")


def pause_after(failures: int, pauses: tuple[float, ...]) -> float:
    """Seconds to pause.

    :param failures: number of consecutive failures before the latest one
    """
    return pauses[min(failures, len(pauses) - 1)]


def may_recover(error: ViError) -> bool:
    """Whether a new session or another attempt may help. Only faults other than SESSION_LOST are final."""
    return not isinstance(error, FaultError) or error.type in SESSION_LOST


def is_outage(error: ViError) -> bool:
    """Whether the error means that the server is unreachable or that the session ended."""
    if isinstance(error, ConnectError):
        return error.transient
    return isinstance(error, LostResponse) or (isinstance(error, FaultError) and may_recover(error))


def send_once(send: Callable[[], _Made], find: Callable[[], _Made | None]) -> _Made:
    """Send a request that must not take effect twice.

    Without a response: look for its effect, send it again if there is none, and look again if that reports a fault.

    :param send: sends the request and returns its effect
    :param find: returns the effect of the request on the vCenter, or ``None`` if there is none
    :raises NoResponse: the second attempt had no response either, so the effect is unknown
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
        # The first request may have taken effect just after find().
        found = find()
        if found is None:
            raise
        return found
