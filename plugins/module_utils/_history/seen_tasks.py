# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of a history that were read before, in little memory. No I/O."""

from __future__ import annotations

import re

_MOID = re.compile(r"task-([1-9][0-9]{0,17}|0)", re.ASCII)
_BITS = 1024


class SeenTasks:
    """A set of moIds of tasks. The number in a moId is one bit: a million tasks in a row take 200 KiB."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._others: set[str] = set()

    def add(self, moid: str) -> bool:
        """Add a task. Returns whether it was not there before."""
        match = _MOID.fullmatch(moid)
        if match is None:
            before = len(self._others)
            self._others.add(moid)
            return len(self._others) > before
        block, position = divmod(int(match[1]), _BITS)
        bits = self._bits.get(block, 0)
        self._bits[block] = bits | 1 << position
        return not bits >> position & 1
