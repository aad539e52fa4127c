# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress lines about tasks for the user who watches a wait."""

from __future__ import annotations

import time
from typing import Callable, NamedTuple

from .._task_info.task_info import ENDED, TaskInfo
from .._times import format_span
from .._vijson.faults import fault_text
from .._vijson.wire import unboxed_value
from .tracker import TaskTracker

_MAX_INTERVAL = 28.0  # seconds; leaves time for a request, so that a line appears every 30 seconds
_MIN_INTERVAL = 1.0  # seconds
_SINGLE_LINES = 5  # tasks


class _Line(NamedTuple):
    """A line, and whether it is about a task that does not change any more."""

    text: str
    final: bool


class ProgressReporter:
    """Shows a line when a task changes (at most once a second), and at least every 30 seconds.

    Up to five tasks have a line each, such as ``task-42 CloneVM_Task web01 43% (2m10s)``. More tasks share one line
    with numbers, such as ``4 of 20 done, 1 failed (2m10s)``, and each one that fails has a line of its own. A task
    that has ended is shown once.
    """

    def __init__(self, show: Callable[[str], None], now: Callable[[], float] = time.monotonic):
        self._show = show
        self._now = now
        self._started = now()
        self._last: float | None = None
        self._shown: set[_Line] = set()

    def __call__(self, tracker: TaskTracker) -> float:
        """Show changes, and return the seconds until a line is due even without a change."""
        now = self._now()
        self._show_changes(tracker, now)
        return _MAX_INTERVAL if self._last is None else self._last + _MAX_INTERVAL - now

    def _show_changes(self, tracker: TaskTracker, now: float) -> None:
        since = None if self._last is None else now - self._last
        final = not tracker.pending
        if since is not None and since < _MIN_INTERVAL and not final:
            return
        lines = self._lines(tracker)
        due = since is None or since >= _MAX_INTERVAL
        fresh = [line for line in lines if line not in self._shown or (due and not line.final)]
        if not fresh:
            return
        self._last, self._shown = now, set(lines)
        for line in fresh:
            self._show(f"{line.text} ({format_span(now - self._started)})")

    def _lines(self, tracker: TaskTracker) -> list[_Line]:
        if len(tracker.moids) <= _SINGLE_LINES:
            return [_line(moid, tracker) for moid in tracker.moids]
        reached = len(tracker.moids) - len(tracker.pending) - len(tracker.missing)
        goal = "started" if tracker.until == "running" else "done"
        parts = [f"{reached} of {len(tracker.moids)} {goal}"]
        if tracker.failed:
            parts.append(f"{len(tracker.failed)} failed")
        if tracker.missing:
            parts.append(f"{len(tracker.missing)} missing")
        return [*(_line(moid, tracker) for moid in tracker.failed), _Line(", ".join(parts), False)]


def _line(moid: str, tracker: TaskTracker) -> _Line:
    if moid in tracker.missing:
        return _Line(f"{moid} missing", True)
    info: TaskInfo = {field: unboxed_value(value) for field, value in tracker.infos.get(moid, {}).items()}
    words = [moid, info.get("name") or info.get("descriptionId"), info.get("entityName")]
    state, progress = info.get("state"), info.get("progress")
    words.append(f"{progress}%" if state not in ENDED and progress is not None else state)
    reason = f": {fault_text(info['error'])}" if state == "error" and isinstance(info.get("error"), dict) else ""
    return _Line(" ".join(str(word) for word in words if word) + reason, moid not in tracker.pending)
