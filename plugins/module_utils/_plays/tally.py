# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a play is, and what went wrong in it."""

from __future__ import annotations

MOST = 99
"""Percent until the end is there."""


class PlayTally:
    """Counts the results of a play, one for each host and task.

    :ivar percent: how far it is, an estimate: tasks may be left out, or be included on the way
    """

    def __init__(self, expected: int):
        self.percent = 0
        self._expected = max(1, expected)
        self._finished = 0
        self._failures: list[str] = []

    def finished(self) -> bool:
        """One more result is there; whether that shows in the percentage."""
        self._finished += 1
        before, self.percent = self.percent, min(MOST, 100 * self._finished // self._expected)
        return self.percent != before

    def failed(self, message: str) -> None:
        """Something failed that makes the play a failed one."""
        self._failures.append(message)

    @property
    def error(self) -> str | None:
        """What failed first, and how many more; ``None`` if nothing did."""
        if not self._failures:
            return None
        more = len(self._failures) - 1
        return self._failures[0] + (f" (and {more} more)" if more else "")
