# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines on how far tasks are, for a person who looks on."""

from __future__ import annotations

import time
from typing import Callable

from .._task_info.task_info import ENDED, TaskInfo
from .._times import format_span
from .tracker import TaskTracker

_EVERY = 28.0  # an answer may take a moment
_LEAST = 1.0
_SINGLE_LINES = 5


class ProgressReporter:
    """Shows a line when something changed (once a second at most), and every 30 seconds in any case.

    A few tasks have a line each, such as ``task-42 CloneVM_Task web01 43% (2m10s)``; of many, their numbers are told.
    """

    def __init__(self, show: Callable[[str], None], now: Callable[[], float] = time.monotonic):
        self._show = show
        self._now = now
        self._begun = now()
        self._last: float | None = None
        self._shown: list[str] = []

    def __call__(self, tracker: TaskTracker) -> float:
        """Show what is new; in how many seconds there is something to show in any case."""
        now = self._now()
        self._tell(tracker, now)
        return _EVERY if self._last is None else self._last + _EVERY - now

    def _tell(self, tracker: TaskTracker, now: float) -> None:
        since = None if self._last is None else now - self._last
        final = not tracker.pending
        if since is not None and since < _LEAST and not final:
            return
        lines = self._lines(tracker)
        due = since is None or since >= _EVERY
        fresh = lines if due else [line for line in lines if line not in self._shown]
        if not fresh:
            return
        self._last, self._shown = now, lines
        for line in fresh:
            self._show(f"{line} ({format_span(now - self._begun)})")

    def _lines(self, tracker: TaskTracker) -> list[str]:
        if len(tracker.moids) <= _SINGLE_LINES:
            return [f"{moid} gone" if moid in tracker.missing else _line(moid, tracker) for moid in tracker.moids]
        arrived = len(tracker.moids) - len(tracker.pending) - len(tracker.missing)
        failed = sum(info.get("state") == "error" for info in tracker.infos.values())
        parts = [f"{arrived} of {len(tracker.moids)} tasks are there"]
        if failed:
            parts.append(f"{failed} in error")
        if tracker.missing:
            parts.append(f"{len(tracker.missing)} gone")
        return [", ".join(parts)]


def _line(moid: str, tracker: TaskTracker) -> str:
    info: TaskInfo = tracker.infos.get(moid, {})
    words = [moid, info.get("name") or info.get("descriptionId"), info.get("entityName")]
    state, progress = info.get("state"), info.get("progress")
    words.append(f"{progress}%" if state not in ENDED and progress is not None else state)
    return " ".join(str(word) for word in words if word)
