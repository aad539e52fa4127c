# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new of tasks: which changes a TaskInfo tells, each once. No I/O."""

from __future__ import annotations

from typing import NamedTuple

from .._task_info.task_info import ENDED, TaskInfo, task_moid, task_time
from .._times import SECOND
from .._vijson.wire import expect_text

CREATED, STATE = "created", "state"
ENDS = {"success": "done", "error": "failed"}

OVERLAP = 600 * SECOND
"""Nanoseconds that are looked at again after a gap: a server may show a task some time after its times say so."""

_ORDER = {"queued": 0, "running": 1, "success": 2, "error": 2}
_RUNNING = 1


class Known(NamedTuple):
    """An active task: when it was queued, and its state."""

    queued: int
    state: str


class TaskLedger:
    """Which tasks were seen in which state since the beginning, a time of the server in nanoseconds.

    ``settled`` has to be set once all tasks that were active at the beginning were seen: any other is new from then on.
    A task is known by its id and by when it was queued, for a server that is set up anew counts from the start again.

    :ivar horizon: all that happened before this time was told
    """

    def __init__(self, begin: int):
        self.settled = False
        self.horizon = begin
        self._begin = begin
        self._newest = begin
        self._active: dict[str, Known] = {}
        self._ended: dict[tuple[str, int], int] = {}
        self._lost: set[str] = set()

    @property
    def active(self) -> list[str]:
        """The ids of tasks that have not ended, as far as they are known to be there."""
        return [moid for moid in self._active if moid not in self._lost]

    def lose(self, moid: str) -> None:
        """The task can't be read any more; should it come up once again, it is not new."""
        self._lost.add(moid)

    def enter(self, info: TaskInfo) -> list[str]:
        """The changes that a TaskInfo tells for the first time, in their order: ``created``, then its state."""
        moid, now = task_moid(info), Known(_time(info, "queueTime"), expect_text(info.get("state"), "info.state"))
        if (moid, now.queued) in self._ended:
            return []
        before = self._active.get(moid)
        if before is not None and before.queued != now.queued:
            before = None
        ended = _ended_at(info) if now.state in ENDED else None
        if before is None and ended is not None and ended < self.horizon:
            return []
        if before is not None and _rank(now.state) <= _rank(before.state):
            return []
        self._note(moid, now, ended)
        self._newest = max(self._newest, now.queued, _time(info, "startTime"), ended or 0)
        return self._first_sight(info, now) if before is None else [ENDS.get(now.state, STATE)]

    def move_on(self) -> None:
        """All that happened until now was told: forget what can't come up again."""
        self.horizon = max(self.horizon, self._newest - OVERLAP)
        self._ended = {known: at for known, at in self._ended.items() if at >= self.horizon}

    def _note(self, moid: str, now: Known, ended: int | None) -> None:
        if ended is None:
            self._active[moid] = now
        else:
            self._active.pop(moid, None)
            self._lost.discard(moid)
            self._ended[moid, now.queued] = ended

    def _first_sight(self, info: TaskInfo, now: Known) -> list[str]:
        is_new = self.settled or now.queued >= self._begin
        changes = [CREATED] if is_new else []
        if now.state in ENDS:
            changes.append(ENDS[now.state])
        elif not is_new and now.state != "queued" and _time(info, "startTime") >= self._begin:
            changes.append(STATE)
        return changes


class ChangeSelection(NamedTuple):
    """Which changes to tell; ``None`` lets all through."""

    states: list[str] | None = None
    description_ids: list[str] | None = None

    def takes(self, change: str, info: TaskInfo) -> bool:
        """Whether to tell a change. That a task was created counts as queued where it has ended since."""
        if self.description_ids is not None and info.get("descriptionId") not in self.description_ids:
            return False
        state = "queued" if change == CREATED and info.get("state") in ENDED else info.get("state")
        return self.states is None or state in self.states


def _rank(state: str) -> int:
    # A state that is not known yet is one on the way.
    return _ORDER.get(state, _RUNNING)


def _ended_at(info: TaskInfo) -> int:
    return _time(info, "completeTime") or _time(info, "startTime") or _time(info, "queueTime")


def _time(info: TaskInfo, field: str) -> int:
    return task_time(info, field) or 0
