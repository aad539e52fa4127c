# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's clock by the header ``Date`` of its responses, which costs no request."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Callable

from .._times import SECOND

_RESOLUTION = 2 * SECOND
"""A date that differs by less says nothing new: it has whole seconds, and the response took some time."""


class ServerClock:
    """What the server's clock shows now: exactly after :meth:`set`, otherwise to a second.

    A proxy may replace the date with that of its own clock, so :meth:`set` corrects the dates that follow.

    :param ticks: this machine's monotonic clock, in nanoseconds
    """

    def __init__(self, ticks: Callable[[], int] = time.monotonic_ns):
        self._ticks = ticks
        self._date = ""
        self._at = 0
        self._ahead: int | None = None
        self._correction: int | None = None

    def note(self, date: str | None) -> None:
        """Note the header ``Date`` of a response that has just arrived."""
        if date:
            self._date, self._at = date, self._ticks()

    def set(self, now: int) -> None:
        """Set the clock to a time in nanoseconds since 1970, which the last response contained."""
        dated, exact = self._take_date(), now - self._ticks()
        self._ahead, self._correction = exact, 0 if dated is None else exact - dated

    def now(self) -> int | None:
        """Nanoseconds since 1970; ``None`` if no response had a valid date."""
        dated = self._take_date()
        if dated is not None:
            dated += self._correction or 0
            is_known = self._correction is not None and abs(dated - (self._ahead or 0)) < _RESOLUTION
            self._ahead = self._ahead if is_known else dated
        return None if self._ahead is None else self._ahead + self._ticks()

    def _take_date(self) -> int | None:
        """How far the last date was ahead of this machine's clock; ``None`` if there is no new one."""
        noted, self._date = _parse_date(self._date), ""
        return None if noted is None else noted - self._at


def _parse_date(text: str) -> int | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return int((date - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * SECOND
