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
from collections.abc import Iterable
from typing import Any, Callable, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._answers import DONE, task_answer
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import obj, unboxed
from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadAnswer,
    ConnectError,
    FaultError,
    NoAnswer,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import sleep
from ansible_collections.vijson.tasks.plugins.module_utils._properties import filter_spec, through
from ansible_collections.vijson.tasks.plugins.module_utils._tasks import read_infos, task_ref
from ansible_collections.vijson.tasks.plugins.module_utils._updates import PACE, POLL, Change, Updates, change_view

_RECOVERY_PAUSES = (1.0, 2.0, 5.0)
_GRACE = 5.0  # seconds after the deadline that a poll may take to come back
_BAD_ANSWERS = 3
SESSION_LOST = ("NotAuthenticated", "InvalidCollectorVersion", "RequestCanceled", "ManagedObjectNotFound")


class Clock(NamedTuple):
    """Time that passes, in seconds; a test brings its own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = sleep


REAL_CLOCK = Clock()

Report = Callable[["Tracker"], float]


class Tracker:
    """What is known of the tasks that are waited for.

    :ivar infos: TaskInfo as it came, by moId
    :ivar pending: ids of tasks that are there and not yet where they should be
    :ivar missing: ids of tasks that are not, or not any more, on the server
    :ivar incomplete: whether a task's state was told without the rest of its info
    """

    def __init__(self, moids: Iterable[str], until: str = "done"):
        self.moids = list(moids)
        self.infos: dict[str, dict[str, Any]] = {}
        self.pending: dict[str, None] = dict.fromkeys(self.moids)
        self.missing: list[str] = []
        self.incomplete = False
        self._arrived = ("running", *DONE) if until == "running" else DONE

    def saw(self, moid: str, info: dict[str, Any]) -> None:
        """A task's info was read, or came with an update."""
        if moid in self.pending:
            self.infos[moid] = info
            if info.get("state") in self._arrived:
                del self.pending[moid]

    def changed(self, moid: str, path: str, value: Any) -> None:
        """A property changed: ``info`` as a whole, or one of its fields as ``info.progress``."""
        if path == "info":
            self.saw(moid, obj(value, "info"))
        elif path.startswith("info.") and moid in self.pending:
            self.infos[moid] = {**self.infos.get(moid, {}), path[len("info.") :]: unboxed(value)}
            self.incomplete = self.incomplete or self.infos[moid].get("state") in self._arrived

    def gone(self, moid: str) -> None:
        """A task is not on the server."""
        if moid in self.pending:
            del self.pending[moid]
            self.missing.append(moid)

    def read(self, client: Client) -> None:
        """Read all that are pending in one request."""
        found = read_infos(client, self.pending)
        self.incomplete = False
        for moid in list(self.pending):
            if moid in found:
                self.saw(moid, found[moid])
            else:
                self.gone(moid)

    def tasks(self) -> list[dict[str, Any]]:
        """All that were ever seen, in answer form and in the order asked for."""
        return [task_answer(self.infos[moid]) for moid in self.moids if moid in self.infos]


def _silent(_tracker: Tracker) -> float:
    return math.inf


def wait(
    client: Client,
    tracker: Tracker,
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
        except (ConnectError, NoAnswer, FaultError) as error:
            failures = 0 if len(tracker.pending) < before else failures
            if not _may_pass(error, failures):
                raise
            trouble = error
            pause = _RECOVERY_PAUSES[min(failures, len(_RECOVERY_PAUSES) - 1)]
            failures += 1
            clock.sleep(max(0.0, min(pause, deadline - clock.now())))
    if tracker.pending and timeout > 0:
        trouble = _last_look(client, tracker) or None
    report(tracker)
    return trouble


def _may_pass(error: ViError, failures: int) -> bool:
    """Whether waiting may cure it: a server that restarts, a session that ended, an answer damaged on its way."""
    if isinstance(error, FaultError):
        return error.type in SESSION_LOST
    return not isinstance(error, BadAnswer) or failures < _BAD_ANSWERS


def _last_look(client: Client, tracker: Tracker) -> ViError | None:
    try:
        tracker.read(client)
    except ViError as error:
        return error
    return None


def _watch(client: Client, tracker: Tracker, deadline: float, report: Report, clock: Clock) -> None:
    """Poll one filter until nothing is pending or the time has passed."""
    with (
        client.owned("propertyCollector", "CreatePropertyCollector", None, "DestroyPropertyCollector") as collector,
        client.owned("viewManager", "CreateListView", {}, "DestroyView") as view,
    ):
        for lost in change_view(client, view, map(task_ref, tracker.pending)):
            tracker.gone(lost)
        updates = Updates(client, collector)
        updates.watch(filter_spec("Task", ["info"], [through(view, "view")]))
        _poll(client, updates, tracker, deadline, report, clock)


def _poll(
    client: Client,
    updates: Updates,
    tracker: Tracker,
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
        apply(changes or [], tracker)
        if changes is None or tracker.incomplete:
            tracker.read(client)
        due = report(tracker)
        if tracker.pending and not updates.truncated:
            clock.sleep(max(0.0, min(PACE, deadline - clock.now())))


def apply(changes: list[Change], tracker: Tracker) -> None:
    """Take over what changed, and which tasks left."""
    for change in changes:
        for path, value in change.values.items():
            tracker.changed(change.ref.moid, path, value)
        if change.gone:
            tracker.gone(change.ref.moid)
