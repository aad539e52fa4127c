# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of a program and its forks, as Linux reports it."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SAMPLE = 0.5  # seconds; reading the memory of a hundred processes takes a while itself
_SHARE = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


def peak_memory(process: subprocess.Popen[str]) -> float:
    """Wait for the end of a program; returns the most MiB that it and its descendants had at the same time.

    Memory that several of them share is counted once.
    """
    peak = 0.0
    while process.returncode is None:
        peak = max(peak, sum(map(_proportional_share, _family(process.pid))) / 1024)
        time.sleep(_SAMPLE)
    return peak


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path("/proc", str(pid), "task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from _family(int(child))


def _proportional_share(pid: int) -> int:
    """The memory of a process in KiB, with its share of the memory that several processes share."""
    with suppress(OSError):
        found = _SHARE.search(Path("/proc", str(pid), "smaps_rollup").read_text())
        return int(found[1]) if found else 0
    return 0
