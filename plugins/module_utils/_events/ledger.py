# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the changes that a TaskInfo shows for the first time. No I/O."""

from __future__ import annotations

from typing import NamedTuple

from .._task_info.task_info import ENDED, TaskInfo, task_moid, task_time
from .._times import SECOND
from .._vijson.wire import expect_text

CREATED, STATE, OVERDUE = "created", "state", "overdue"
ENDS = {"success": "done", "error": "failed"}

_REMEMBERED = 10_000
"""Ended tasks to remember. The history and the latest page may return them again, also after the clock steps back."""

OVERLAP = 600 * SECOND
"""Nanoseconds of history to read again after a gap: a server may list a task later than its times say."""

_ORDER = {"queued": 0, "running": 1, "success": 2, "error": 2}
_RUNNING = 1


class Known(NamedTuple):
    """An active task.

    :ivar since: when it started, or was queued if it has not started
    """

    queued: int
    state: str
    since: int


class TaskLedger:
    """The last known state of each task since ``begin``, a time of the server in nanoseconds since 1970.

    A task is identified by its id and its queue time, because a reinstalled server starts its ids again.

    :param overdue_after: nanoseconds that a task may be queued, and may run, until it is overdue; ``None``: never
    :ivar settled: the caller sets it when all tasks that were active at ``begin`` are recorded. From then on, a task
        that the ledger does not know is new
    :ivar horizon: all changes before this time (nanoseconds since 1970) have been returned
    """

    def __init__(self, begin: int, overdue_after: int | None = None):
        self.settled = False
        self.horizon = begin
        self._begin = begin
        self._newest = begin
        self._active: dict[str, Known] = {}
        self._ended: dict[tuple[str, int], int] = {}
        self._lost: set[str] = set()
        self._overdue_after = overdue_after
        self._overdue: set[str] = set()

    @property
    def active(self) -> list[str]:
        """The ids of tasks that have not ended, without those that no longer exist."""
        return [moid for moid in self._active if moid not in self._lost]

    def lose(self, moid: str) -> None:
        """Record that a task no longer exists. If it appears again, it is not new."""
        self._lost.add(moid)

    def enter(self, info: TaskInfo) -> list[str]:
        """Record a TaskInfo and return its new changes in order: ``created``, then ``state``, ``done`` or ``failed``.

        :raises BadResponse: it is not a TaskInfo
        """
        moid, now = task_moid(info), _known(info)
        if (moid, now.queued) in self._ended:
            return []
        before = self._active.get(moid)
        if before is not None and before.queued != now.queued:
            before = None
        ended = _ended_at(info) if now.state in ENDED else None
        if before is None and ended is not None and ended < self.horizon:
            self._ended[moid, now.queued] = ended
            return []
        if before is not None and _rank(now.state) <= _rank(before.state):
            return []
        if before is None:
            self._overdue.discard(moid)
            self._lost.discard(moid)
        self._record(moid, now, ended)
        self._newest = max(self._newest, now.queued, _time(info, "startTime"), ended or 0)
        return self._first_changes(info, now) if before is None else [ENDS.get(now.state, STATE)]

    def next_due(self) -> int | None:
        """When the next task will be overdue, in nanoseconds since 1970; ``None`` if none will be."""
        return min(self._due().values(), default=None)

    def overdue(self, now: int) -> list[str]:
        """The ids of tasks that have been queued or running for too long and were not reported as overdue."""
        return [moid for moid, due in self._due().items() if due <= now]

    def enter_overdue(self, info: TaskInfo, now: int) -> list[str]:
        """Like :meth:`enter`, but adds ``overdue`` if the task is overdue and that was not reported yet."""
        changes, moid = self.enter(info), task_moid(info)
        if moid not in self.overdue(now):
            return changes
        self._overdue.add(moid)
        return [*changes, OVERDUE]

    def _due(self) -> dict[str, int]:
        after = self._overdue_after
        if after is None:
            return {}
        return {moid: self._active[moid].since + after for moid in self.active if moid not in self._overdue}

    def move_on(self, now: int | None = None) -> None:
        """Record that all changes until now have been returned, and forget ended tasks if there are very many.

        :param now: the server's clock in nanoseconds since 1970. A task whose time lies in the future does not move the
            horizon beyond it, and a clock that steps back moves the horizon back.
        """
        if now is not None:
            self._newest = min(self._newest, now)
        self.horizon = max(self.horizon, self._newest - OVERLAP)
        if now is not None and now < self.horizon:
            self.horizon = now - OVERLAP
        for known in list(self._ended)[: max(0, len(self._ended) - _REMEMBERED)]:
            if self._ended[known] < self.horizon:
                del self._ended[known]

    def _record(self, moid: str, now: Known, ended: int | None) -> None:
        if ended is None:
            self._active[moid] = now
        else:
            self._active.pop(moid, None)
            self._lost.discard(moid)
            self._overdue.discard(moid)
            self._ended[moid, now.queued] = ended

    def _first_changes(self, info: TaskInfo, now: Known) -> list[str]:
        is_new = self.settled or now.queued >= self._begin
        changes = [CREATED] if is_new else []
        if now.state in ENDS:
            changes.append(ENDS[now.state])
        elif now.state != "queued" and (is_new or _time(info, "startTime") >= self._begin):
            changes.append(STATE)
        return changes


class ChangeSelection(NamedTuple):
    """Which changes become events; ``None`` means all. States do not exclude ``overdue``, which is not a new state."""

    states: list[str] | None = None
    description_ids: list[str] | None = None

    def takes(self, change: str, info: TaskInfo) -> bool:
        """Whether a change becomes an event. ``created`` has the state ``queued`` if the task has already ended."""
        if self.description_ids is not None and info.get("descriptionId") not in self.description_ids:
            return False
        if change == OVERDUE:
            return True
        state = "queued" if change == CREATED and info.get("state") in ENDED else info.get("state")
        return self.states is None or state in self.states


def _known(info: TaskInfo) -> Known:
    queued, state = _time(info, "queueTime"), expect_text(info.get("state"), "info.state")
    return Known(queued, state, _time(info, "startTime") or queued)


def _rank(state: str) -> int:
    # A state that this version does not know is between queued and ended.
    return _ORDER.get(state, _RUNNING)


def _ended_at(info: TaskInfo) -> int:
    return _time(info, "completeTime") or _time(info, "startTime") or _time(info, "queueTime")


def _time(info: TaskInfo, field: str) -> int:
    return task_time(info, field) or 0
