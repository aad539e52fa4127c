# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times: RFC 3339 with up to nine fractional digits, and relative times ("how long ago"), in whole nanoseconds.

``datetime`` has microseconds only, so it handles the seconds and the fraction is handled apart from it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1)
_FIRST, _LAST = ((each - _EPOCH) // timedelta(seconds=1) for each in (datetime.min, datetime.max))
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)
# Compiled at their first use, because most calls have no such option.
_DATE = r"(?a:\d{4}-\d\d-\d\d)"
_AGO = r"(?a:(\d{1,9})([smhdw]))"
_SPAN = r"(?a:(\d{1,9}(?:\.\d{1,9})?)([smhdw]?))"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Moment(NamedTuple):
    """A point in time: ``at`` nanoseconds since 1970 in UTC, or ``ago`` nanoseconds before the vCenter's clock."""

    at: int | None = None
    ago: int | None = None

    def resolve(self, now: int) -> int:
        """Nanoseconds since 1970, given ``now``, the vCenter's current time in the same unit."""
        return self.at if self.at is not None else now - (self.ago or 0)


def parse_rfc3339(text: str, *, zone_required: bool = False) -> int:
    """Parse an RFC 3339 time to nanoseconds since 1970 in UTC. A time without a zone is UTC.

    :raises ValueError: the text is not such a time, or has no zone although ``zone_required`` is set
    """
    match = _RFC3339.fullmatch(text)
    if not match or (zone_required and not match[4]):
        raise ValueError(text)
    date, clock, fraction, zone = match.groups()
    # Treat a leap second (:60) as the first second of the next minute.
    leap = clock.endswith(":60")
    seconds = datetime.fromisoformat(f"{date}T{clock[:-2]}{'59' if leap else clock[-2:]}")
    offset = timedelta()
    if zone and zone not in "Zz":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    whole = (seconds - _EPOCH - offset) // timedelta(seconds=1) + leap
    if not _FIRST <= whole <= _LAST:
        raise ValueError(text)
    return whole * SECOND + int((fraction or "").ljust(9, "0"))


def parse_moment(text: str) -> Moment:
    """Parse ``2026-11-22T04:00:00Z``, a date, or how long ago: ``90s``, ``15m``, ``12h``, ``7d``, ``1w``.

    :raises ValueError: the text is none of these
    """
    text = text.strip()
    ago = re.fullmatch(_AGO, text.lower())
    if ago:
        return Moment(ago=int(ago[1]) * _UNITS[ago[2]] * SECOND)
    # A date begins at midnight UTC.
    return Moment(at=parse_rfc3339(f"{text}T00:00:00Z" if re.fullmatch(_DATE, text) else text, zone_required=True))


def parse_span(text: str) -> float:
    """Seconds of ``90``, ``90s``, ``15m``, ``12h``, ``7d`` or ``1w``, in upper or lower case; ValueError."""
    span = re.fullmatch(_SPAN, text.strip().lower())
    if not span:
        raise ValueError(text)
    return float(span[1]) * _UNITS[span[2] or "s"]


def format_rfc3339(nanoseconds: int) -> str:
    """Format nanoseconds since 1970 as ``2026-11-22T04:33:57.127620409Z``, without trailing zeros in the fraction.

    :raises ValueError: the time is outside the years 1 to 9999
    """
    whole, fraction = divmod(nanoseconds, SECOND)
    try:
        text = (_EPOCH + timedelta(seconds=whole)).isoformat()
    except OverflowError as error:
        raise ValueError(str(nanoseconds)) from error
    digits = f"{fraction:09d}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"


def clamped_time(nanoseconds: int) -> int:
    """The time, or the nearest one in the years 1970 to 9999. Servers write earlier ones for times that are not set."""
    return min(max(0, nanoseconds), _LAST * SECOND)


def utc_now() -> int:
    """This machine's clock in nanoseconds since 1970. Use the vCenter's clock for anything compared with its times."""
    return int(datetime.now(timezone.utc).timestamp() * SECOND)


def format_span(seconds: float) -> str:
    """Format a duration for display, such as ``2m10s``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m{rest:02d}s"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"
