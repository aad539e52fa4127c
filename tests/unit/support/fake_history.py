# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task history of a fake vCenter."""

from __future__ import annotations

from itertools import count
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._times import parse_rfc3339
from ansible_collections.vijson.tasks.tests.unit.support.fakes import (
    FakeClock,
    FakeVcenter,
    Fault,
    Params,
    TaskServer,
    info,
)

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"


class HistoryServer(FakeVcenter):
    """A task history. Its collectors move their cursors as those of a vCenter do.

    :ivar tasks: from the oldest to the newest
    :ivar reset: where ResetCollector puts the cursor: ``before`` or ``behind`` the latest page. ``latestPage`` is
        before it, and only the property of that name returns the page.
    :ivar refills: whether a larger page size fills the latest page with older tasks
    :ivar includes_start: whether ReadNextTasksByViewSpec includes the task with the start id
    :ivar arriving: new tasks; one arrives with every third request to a collector
    """

    max_collector = 32
    max_page = 1000
    refills = True
    includes_start = False
    filters_by: tuple[str, ...] = ("activationId", "time")

    def __init__(self, size: int = 0, *, reset: str = "before") -> None:
        super().__init__()
        self.tasks = [self.task(number) for number in range(size)]
        self.reset = reset
        self.arriving: list[dict[str, Any]] = []
        self.cursors: dict[str, int] = {}
        self.filters: dict[str, Params] = {}
        self.page_sizes: dict[str, int] = {}
        self._asked = count(1)
        self.answers.update(
            {
                "TaskManager.CreateCollectorForTasks": self._create_collector,
                "TaskManager.CreateCollectorWithInfoFilterForTasks": self._create_collector,
                "TaskHistoryCollector.DestroyCollector": self.disown,
                "TaskHistoryCollector.SetCollectorPageSize": self._set_page_size,
                "TaskHistoryCollector.ResetCollector": self._reset,
                "TaskHistoryCollector.ReadNextTasks": self._read_next,
                "TaskHistoryCollector.ReadPreviousTasks": self._read_previous,
                "TaskHistoryCollector.latestPage": self._latest_page,
                "TaskManager.ReadNextTasksByViewSpec": self._read_by_start_id,
            }
        )

    @staticmethod
    def task(number: int, **fields: Any) -> dict[str, Any]:
        """Task number n of a history, queued n seconds after its beginning."""
        minutes, seconds = divmod(number, 60)
        hours, minutes = divmod(minutes, 60)
        queued = f"2026-11-22T{hours:02d}:{minutes:02d}:{seconds:02d}Z"
        return info(f"task-{number}", "success", queueTime=queued, **fields)

    def _create_collector(self, _moid: str, params: Params) -> Any:
        if len(self.owned) >= self.max_collector:
            raise Fault("InvalidState")
        collector = self.own("TaskHistoryCollector")
        self.filters[collector["value"]] = params["filter"]
        self.cursors[collector["value"]] = 0
        return collector

    def _found(self, collector: str) -> list[dict[str, Any]]:
        self.check_owned(collector)
        if next(self._asked) % 3 == 0 and self.arriving:
            self.tasks.append(self.arriving.pop(0))
        spec = {part: value for part, value in self.filters[collector].items() if part in self.filters_by}
        wanted = spec.get("activationId")
        return [
            task
            for task in self.tasks
            if _is_in(spec.get("time"), task) and (not wanted or task.get("activationId") in wanted)
        ]

    def _set_page_size(self, collector: str, params: Params) -> None:
        self.check_owned(collector)
        self.page_sizes[collector] = params["maxCount"]

    def _reset(self, collector: str, _params: Params) -> None:
        found = self._found(collector)
        behind = 0 if self.reset == "behind" else self._shown(collector)
        self.cursors[collector] = max(0, len(found) - behind)

    def _read_next(self, collector: str, params: Params) -> Any:
        assert 0 < params["maxCount"] <= 1000
        if self.reset == "latestPage" and collector in self.page_sizes:
            return []
        page = self._found(collector)[self.cursors[collector] :][: params["maxCount"]]
        self.cursors[collector] += len(page)
        return page

    def _read_previous(self, collector: str, params: Params) -> Any:
        assert 0 < params["maxCount"] <= 1000
        page = self._found(collector)[: self.cursors[collector]][-params["maxCount"] :][::-1]
        self.cursors[collector] -= len(page)
        return page

    def _read_by_start_id(self, _moid: str, params: Params) -> Any:
        """Older tasks than the one with the start id, which need not exist; the newest first."""
        assert params["filterSpec"]["_typeName"] == "TaskFilterSpec"
        view = params["viewSpec"]
        assert view["_typeName"] == "TaskManagerViewByStartId"
        assert 0 < view["count"] <= self.max_page
        start = int(view["startId"][len("task-") :]) if view["startId"] else 10**20
        start += self.includes_start
        older = [task for task in self.tasks if int(task["key"][len("task-") :]) < start]
        return older[: -view["count"] - 1 : -1] or None

    def _shown(self, collector: str) -> int:
        """How many tasks the latest page has, if there are as many."""
        size = self.page_sizes.get(collector, 10)
        return size if self.refills else min(10, size)

    def _latest_page(self, collector: str, _params: Params) -> Any:
        page = self._found(collector)[-self._shown(collector) :]
        return page[::2] + page[1::2]


def _is_in(time: Params | None, task: dict[str, Any]) -> bool:
    """Whether a task was queued in a TaskFilterSpecByTime."""
    if time is None or time["timeType"] != "queuedTime":
        return True
    queued = parse_rfc3339(task["queueTime"])
    return parse_rfc3339(time.get("beginTime", FIRST)) <= queued <= parse_rfc3339(time.get("endTime", LAST))


class ExpiringServer(TaskServer):
    """Tasks whose objects expire, and a history that keeps their rows.

    :ivar history: holds the rows, from the oldest to the newest
    """

    def __init__(self, *moids: str, clock: FakeClock | None = None) -> None:
        super().__init__(*moids, clock=clock)
        self.history = HistoryServer()
        self.history.owned = self.owned
        self.answers.update(self.history.answers)

    def expire(self, moid: str, state: str = "success", **fields: Any) -> None:
        """The object of a task ends; its row stays."""
        self.remember(moid, state=state, **fields)
        self.change(moid, gone=True)

    def remember(self, *moids: str, state: str = "success", **fields: Any) -> None:
        """The history has rows of these tasks."""
        numbers = [int(moid[len("task-") :]) for moid in moids]
        self.history.tasks += [{**HistoryServer.task(number, **fields), "state": state} for number in numbers]
        self.history.tasks.sort(key=lambda task: int(task["key"][len("task-") :]))

    @property
    def searches(self) -> int:
        """How many requests read the history."""
        return sum(count for operation, count in self.operations.items() if "Read" in operation and "Task" in operation)
