# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many tasks: one server-side filter over one view of them, and long polls.

A property collector of one's own keeps waits that share a session apart. What a filter does not tell is read instead:
at the beginning, after each poll that stayed quiet (a task that is gone never updates), and at the end of the time, so
that a task that is done counts as done however late it is.
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
from .tracker import TaskTracker

_GRACE = 5.0  # seconds after the deadline that a poll may take to come back


class Clock(NamedTuple):
    """Time that passes, in seconds; a test brings its own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = sleep


REAL_CLOCK = Clock()

Report = Callable[[TaskTracker], float]


def _silent(_tracker: TaskTracker) -> float:
    return math.inf


def wait_for_tasks(
    client: Client,
    tracker: TaskTracker,
    timeout: float,
    *,
    report: Report = _silent,
    clock: Clock = REAL_CLOCK,
) -> ViError | None:
    """Wait until nothing is pending or the time has passed.

    A server that goes away after the first answer is waited for within the time.

    :param report: told of what is known; answers in how many seconds at most it wants to be told again
    :returns: what kept the server out of reach at the end, if anything did
    :raises ViError: what can't get better by waiting
    """
    deadline = clock.now() + timeout
    tracker.read(client)
    report(tracker)
    trouble: ViError | None = None
    failures = 0
    while tracker.pending and clock.now() < deadline:
        before = len(tracker.pending)
        try:
            _watch(client, tracker, deadline, report, clock)
            trouble = None
        except (ConnectError, NoResponse, FaultError) as error:
            failures = 0 if len(tracker.pending) < before else failures
            is_hopeless = isinstance(error, BadResponse) and failures >= MAX_BAD_RESPONSES
            if is_hopeless or not may_recover(error):
                raise
            trouble = error
            pause = pause_after(failures, WAIT_PAUSES)
            failures += 1
            clock.sleep(max(0.0, min(pause, deadline - clock.now())))
    if tracker.pending and timeout > 0:
        trouble = _last_look(client, tracker) or None
    report(tracker)
    return trouble


def _last_look(client: Client, tracker: TaskTracker) -> ViError | None:
    try:
        tracker.read(client)
    except ViError as error:
        return error
    return None


def _watch(client: Client, tracker: TaskTracker, deadline: float, report: Report, clock: Clock) -> None:
    """Poll one filter until nothing is pending or the time has passed."""
    with (
        client.owned("propertyCollector", "CreatePropertyCollector", None, "DestroyPropertyCollector") as collector,
        client.owned("viewManager", "CreateListView", {}, "DestroyView") as view,
    ):
        for lost in change_list_view(client, view, map(task_reference, tracker.pending)):
            tracker.gone(lost)
        updates = Updates(client, collector)
        updates.watch(property_filter_spec("Task", ["info"], [object_spec_through(view, "view")]))
        _poll(client, updates, tracker, deadline, report, clock)


def _poll(
    client: Client,
    updates: Updates,
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
        # Whole seconds; none at all if less is left, for a first answer that tells what is there.
        changes = updates.next(min(POLL, int(left), max(1, math.ceil(min(due, POLL)))), within=left + _GRACE)
        apply_changes(changes or [], tracker)
        if changes is None or tracker.incomplete:
            tracker.read(client)
        due = report(tracker)
        if tracker.pending and not updates.truncated:
            clock.sleep(max(0.0, min(PACE, deadline - clock.now())))


def apply_changes(changes: list[Change], tracker: TaskTracker) -> None:
    """Take over what changed, and which tasks left."""
    for change in changes:
        for path, value in change.values.items():
            tracker.changed(change.ref.moid, path, value)
        if change.gone:
            tracker.gone(change.ref.moid)
