# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress and the failures of a play."""

from __future__ import annotations

_MAX_PERCENT = 99  # before the play has ended


class PlayTally:
    """Counts the results of a play, one for each host and task.

    :param expected: the number of results that the play will have
    :ivar percent: the progress; an estimate, because a play may skip tasks or include more
    """

    def __init__(self, expected: int):
        self.percent = 0
        self._expected = max(1, expected)
        self._finished = 0
        self._failures: list[str] = []

    def finished(self) -> bool:
        """Count one more result, and return whether the percentage changed."""
        self._finished += 1
        before, self.percent = self.percent, min(_MAX_PERCENT, 100 * self._finished // self._expected)
        return self.percent != before

    def failed(self, message: str) -> None:
        """Record a failure that makes the play fail."""
        self._failures.append(message)

    @property
    def error(self) -> str | None:
        """The first failure and the number of others; ``None`` if nothing failed."""
        if not self._failures:
            return None
        more = len(self._failures) - 1
        return self._failures[0] + (f" (and {more} more)" if more else "")
