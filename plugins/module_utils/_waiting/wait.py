# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for many tasks with one server-side filter over one ListView, and long polls (WaitForUpdatesEx).

Each wait has its own property collector, so that waits in the same session do not disturb each other. The tasks are
also read at the start, after each poll without updates (a task that no longer exists sends none), and at the deadline,
so that a task that ends right at the deadline still counts as ended.
"""

from __future__ import annotations

import math
import time
from typing import Callable, NamedTuple

from .._errors import BadResponse, ConnectError, FaultError, NoResponse, ViError
from .._interrupts import sleep
from .._task_info.task_info import task_reference
from .._vijson.client import Client
from .._vijson.property_reader import object_spec_through, property_filter_spec
from .._vijson.recovery import MAX_BAD_RESPONSES, WAIT_PAUSES, may_recover, pause_after
from .._vijson.updates import PACE, POLL, Change, Updates, change_list_view
from .._vijson.wire import Reference
from .tracker import TaskTracker

_GRACE = 5.0  # seconds after the deadline in which the response to a poll may arrive, and then the last read
_FORGIVEN = 10 * POLL  # seconds after which earlier failures do not count; one failure may take a timeout and a poll


class Clock(NamedTuple):
    """The current time and a pause, in seconds. Tests replace both."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = sleep


REAL_CLOCK = Clock()

Report = Callable[[TaskTracker], float]
"""Receives the state of the tasks, and returns the seconds until it wants the next call."""


def _no_report(_tracker: TaskTracker) -> float:
    return math.inf


def wait_for_tasks(
    client: Client,
    tracker: TaskTracker,
    timeout: float,
    *,
    report: Report = _no_report,
    clock: Clock = REAL_CLOCK,
) -> ViError | None:
    """Wait until no task is pending, or until the timeout.

    After the first response, the wait recovers from outages of the server until the deadline.

    :param timeout: seconds
    :returns: why the server was unreachable at the end; ``None`` if it was not
    :raises ViError: the first read failed, or a permanent failure
    """
    # Without a timeout nothing is waited for, so that only request_timeout limits the one read.
    with client.time_limit(timeout + 2 * _GRACE if timeout else math.inf):
        return _wait(client, tracker, timeout, report, clock)


def _wait(client: Client, tracker: TaskTracker, timeout: float, report: Report, clock: Clock) -> ViError | None:
    deadline = clock.now() + timeout
    tracker.read(client)
    report(tracker)
    trouble: ViError | None = None
    failures = _Failures(clock)
    while not tracker.is_over and clock.now() < deadline:
        before = len(tracker.pending)
        try:
            if tracker.pending:
                _watch(client, tracker, deadline, report, clock)
            else:
                tracker.read(client)
            trouble = None
        except (ConnectError, NoResponse, FaultError) as error:
            pause = failures.pause(error, made_progress=len(tracker.pending) < before)
            trouble = error
            clock.sleep(max(0.0, min(pause, deadline - clock.now())))
    if not tracker.is_over and timeout > 0:
        trouble = _read_again(client, tracker)
    report(tracker)
    return trouble


class _Failures:
    """Those of a wait since it last worked for a while, or made progress."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._last = -math.inf
        self._count = 0
        self._bad = 0

    def pause(self, error: ViError, *, made_progress: bool) -> float:
        """Seconds to wait after an error. Raises it if it is permanent, or has come back too often."""
        if made_progress or self._clock.now() - self._last >= _FORGIVEN:
            self._count = self._bad = 0
        self._last = self._clock.now()
        # An outage often ends with a few bad responses, of a vCenter that is starting.
        self._bad = self._bad + 1 if isinstance(error, BadResponse) else 0
        if self._bad > MAX_BAD_RESPONSES or not may_recover(error):
            raise error
        pause = pause_after(self._count, WAIT_PAUSES)
        self._count += 1
        return pause


def _read_again(client: Client, tracker: TaskTracker) -> ViError | None:
    try:
        tracker.read(client)
    except ViError as error:
        return error
    return None


class _Watched(NamedTuple):
    """A ListView, and the tasks that were added to it."""

    view: Reference
    moids: set[str]

    def add(self, client: Client, tracker: TaskTracker) -> None:
        """Add the pending tasks that are not in the view yet."""
        joined = [moid for moid in tracker.pending if moid not in self.moids]
        self.moids.update(joined)
        for missing in change_list_view(client, self.view, map(task_reference, joined)) if joined else ():
            tracker.lost(missing)


def _watch(client: Client, tracker: TaskTracker, deadline: float, report: Report, clock: Clock) -> None:
    """Poll one filter until no task is pending, or until the deadline."""
    with (
        client.owned("propertyCollector", "CreatePropertyCollector", None, "DestroyPropertyCollector") as collector,
        client.owned("viewManager", "CreateListView", {}, "DestroyView") as view,
    ):
        watched = _Watched(view, set())
        watched.add(client, tracker)
        if tracker.incomplete:
            tracker.read(client)
        updates = Updates(client, collector)
        updates.watch(property_filter_spec("Task", ["info"], [object_spec_through(view, "view")]))
        _poll(client, updates, watched, tracker, deadline, report, clock)


def _poll(
    client: Client,
    updates: Updates,
    watched: _Watched,
    tracker: TaskTracker,
    deadline: float,
    report: Report,
    clock: Clock,
) -> None:
    due = report(tracker)
    while tracker.pending:
        left = deadline - clock.now()
        if left <= 0 or (left < 1 and updates.version):
            clock.sleep(max(0.0, left))
            return
        # maxWaitSeconds is whole. With less than a second left, the first poll uses 0 and returns the current state.
        changes = updates.next(min(POLL, int(left), max(1, math.ceil(min(due, POLL)))), within=left + _GRACE)
        apply_changes(changes or [], tracker)
        if changes is None or tracker.incomplete:
            tracker.read(client)
        tracker.find_more(client)
        watched.add(client, tracker)
        due = report(tracker)
        if tracker.pending and not (changes and updates.truncated):
            clock.sleep(max(0.0, min(PACE, deadline - clock.now())))


def apply_changes(changes: list[Change], tracker: TaskTracker) -> None:
    """Record the changes, and the tasks that no longer exist, in the tracker."""
    for change in changes:
        for path, value in change.values.items():
            tracker.changed(change.ref.moid, path, value)
        if change.gone:
            tracker.lost(change.ref.moid)
