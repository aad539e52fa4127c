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


class ServerClock:
    """What the server's clock shows now, to a second.

    :param ticks: this machine's monotonic clock, in nanoseconds
    """

    def __init__(self, ticks: Callable[[], int] = time.monotonic_ns):
        self._ticks = ticks
        self._date: str | None = None
        self._at = 0
        self._ahead: int | None = None

    def note(self, date: str | None) -> None:
        """Note the header ``Date`` of a response that has just arrived."""
        if date:
            self._date, self._at = date, self._ticks()

    def set(self, now: int) -> None:
        """Set the clock to a time in nanoseconds since 1970."""
        self._ahead = now - self._ticks()

    def now(self) -> int | None:
        """Nanoseconds since 1970; ``None`` if no response had a valid date."""
        if self._date is not None:
            noted, self._date = _parse_date(self._date), None
            if noted is not None:
                self._ahead = noted - self._at
        return None if self._ahead is None else self._ahead + self._ticks()


def _parse_date(text: str) -> int | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return int((date - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * SECOND
