# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake vCenter for watching tasks: a history with updates of its latest page and of single tasks."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, format_rfc3339, parse_rfc3339
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Params, info, ref

BEGIN = parse_rfc3339("2026-11-22T04:00:00Z")
POLL = "PropertyCollector.WaitForUpdatesEx"

_TIMES = {"queuedTime": "queueTime", "startedTime": "startTime", "completedTime": "completeTime"}


class EventServer(HistoryServer):
    """A task history with updates. Its clock starts at 04:00:00.

    :ivar views: what each ListView lists
    """

    def __init__(self) -> None:
        super().__init__()
        self.views: dict[str, list[str]] = {}
        self._roots: dict[str, list[dict[str, str]]] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self.answers.update(
            {
                "ServiceInstance.CurrentTime": lambda _moid, _params: self.now(),
                "PropertyCollector.CreatePropertyCollector": lambda _moid, _params: self.own("PropertyCollector"),
                "PropertyCollector.DestroyPropertyCollector": self.disown,
                "PropertyCollector.CreateFilter": self._create_filter,
                "PropertyCollector.RetrievePropertiesEx": self._retrieve,
                POLL: self._wait,
                "ViewManager.CreateListView": lambda _moid, _params: self.own("ListView"),
                "ListView.ModifyListView": self._modify_view,
                "ListView.DestroyView": self.disown,
            }
        )

    def now(self) -> str:
        """The time on the server's clock."""
        return format_rfc3339(BEGIN + int(self.clock.time * SECOND))

    @property
    def date(self) -> str:
        return formatdate(BEGIN // SECOND + int(self.clock.time), usegmt=True)

    def put(self, moid: str, state: str = "running", **fields: Any) -> None:
        """Create a task, or change its state."""
        known: dict[str, Any] = next((task for task in self.tasks if task["key"] == moid), {"queueTime": self.now()})
        if state != "queued":
            known = {"startTime": self.now(), **known}
        if state in ("success", "error"):
            known = {"completeTime": self.now(), **known}
        changed = {**known, **info(moid, state), **fields}
        if moid in self.known():
            self.tasks[self.known().index(moid)] = changed
        else:
            self.tasks.append(changed)

    def put_at(self, when: float, moid: str, state: str = "running", **fields: Any) -> None:
        """The same at a later time, in seconds."""
        self.clock.at(when, lambda: self.put(moid, state, **fields))

    def known(self) -> list[str]:
        """The ids of all tasks, from the oldest to the newest."""
        return [task["key"] for task in self.tasks]

    # -- the history -----------------------------------------------------------------------------------------------

    def _found(self, collector: str) -> list[dict[str, Any]]:
        wanted = self.filters[collector]
        return [task for task in super()._found(collector) if _in_time(task, wanted) and _in_state(task, wanted)]

    # -- reading ---------------------------------------------------------------------------------------------------

    def _retrieve(self, _moid: str, params: Params) -> Any:
        (spec,) = params["specSet"]
        roots = [each["obj"] for each in spec["objectSet"]]
        if spec["propSet"][0]["type"] != "Task":
            return {"objects": [{"obj": root, "propSet": [{"name": "name", "val": "web01"}]} for root in roots]}
        asked = [root["value"] for root in roots]
        tasks = [task for task in self.tasks if task["key"] in asked]
        return {"objects": [{"obj": task["task"], "propSet": [{"name": "info", "val": task}]} for task in tasks]}

    # -- updates ---------------------------------------------------------------------------------------------------

    def _modify_view(self, moid: str, params: Params) -> Any:
        self.check_owned(moid)
        removed = [each["value"] for each in params.get("remove", ())]
        added = [each["value"] for each in params.get("add", ())]
        listed = self.views.setdefault(moid, [])
        self.views[moid] = [each for each in listed if each not in removed] + [
            each for each in added if each in self.known()
        ]
        return [ref("Task", each) for each in added if each not in self.known()]

    def _create_filter(self, moid: str, params: Params) -> None:
        self.check_owned(moid)
        self._roots.setdefault(moid, []).extend(root["obj"] for root in params["spec"]["objectSet"])

    def _wait(self, moid: str, params: Params) -> Any:
        end = self.clock.time + params["options"]["maxWaitSeconds"]
        while True:
            self.check_owned(moid)
            objects = self._fresh(moid)
            if objects:
                return {"version": "1", "filterSet": [{"objectSet": objects}]}
            if self.clock.time >= end:
                return None
            self.clock.advance(min(self.clock.next_event(), end) - self.clock.time)
            if moid not in self.owned:
                raise Fault("NotAuthenticated")

    def _fresh(self, collector: str) -> list[dict[str, Any]]:
        """The objects whose property has changed since the last update of this collector."""
        told = self._told.setdefault(collector, {})
        objects = []
        for obj, name, value in self._watched(collector):
            if told.get(obj["value"]) != value:
                told[obj["value"]] = value
                objects.append({"kind": "modify", "obj": obj, "changeSet": [{"name": name, "val": value}]})
        return objects

    def _watched(self, collector: str) -> list[tuple[dict[str, str], str, Any]]:
        watched: list[tuple[dict[str, str], str, Any]] = []
        for root in self._roots[collector]:
            if root["type"] == "TaskHistoryCollector":
                watched.append((root, "latestPage", self._latest_page(root["value"], {})))
            else:
                listed = self.views.get(root["value"], [])
                states = {task["key"]: task["state"] for task in self.tasks if task["key"] in listed}
                watched += [(ref("Task", moid), "info.state", state) for moid, state in states.items()]
        return watched


def _in_time(task: dict[str, Any], wanted: Params) -> bool:
    by_time = wanted.get("time")
    if by_time is None:
        return True
    at = task.get(_TIMES[by_time["timeType"]])
    return at is not None and parse_rfc3339(at) >= parse_rfc3339(by_time["beginTime"])


def _in_state(task: dict[str, Any], wanted: Params) -> bool:
    return "state" not in wanted or task["state"] in wanted["state"]
