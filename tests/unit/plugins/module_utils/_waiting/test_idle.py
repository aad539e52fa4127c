# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until a selection is idle."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, InputError, ignore
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.selection import Selection
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Entity, EntityName, Reference
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.idle import IdleTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, TaskServer, info, ref

NOW = "2026-11-22T04:00:00Z"
LATER = "2026-11-22T04:00:07Z"
CLONES = Selection(None, ["self"], None, None, ["a.clone"], None)


class RecentServer(TaskServer):
    """A vCenter whose tasks are all recent ones.

    :ivar looks: when the recent tasks were read
    :ivar inventory: the name of each entity
    :ivar unreadable: how many of the next looks get a damaged response
    """

    lists_all = True

    def __init__(self) -> None:
        super().__init__()
        self.answers["PropertyCollector.RetrievePropertiesEx"] = self.retrieve
        self.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: NOW
        self.answers["ServiceInstance.content"] = lambda _moid, _params: {"rootFolder": ref("Folder", "group-d1")}
        self.looks: list[float] = []
        self.inventory: dict[str, str] = {}
        self.unreadable = 0

    def retrieve(self, moid: str, params: dict[str, Any]) -> Any:
        (spec,) = params["specSet"]
        roots = [each["obj"] for each in spec["objectSet"]]
        for root in roots:
            if root["type"] not in ("TaskManager", "Task") and root["value"] not in self.inventory:
                raise Fault("ManagedObjectNotFound", obj=root)
        if roots[0]["type"] == "TaskManager":
            self.looks.append(self.clock.time)
            if self.unreadable:
                self.unreadable -= 1
                return {"objects": 5}
        if roots[0]["type"] in ("TaskManager", "Task"):
            return self._retrieve(moid, params)
        return {
            "objects": [
                {"obj": ref("VirtualMachine", each), "propSet": [{"name": "name", "val": name}]}
                for each, name in self.inventory.items()
            ]
        }

    def begin(self, moid: str, state: str = "running", **fields: Any) -> None:
        """A task begins at this time, or ends at once."""
        self.tasks[moid] = info(moid, state, **{"descriptionId": "a.clone", "queueTime": LATER, **fields})


def wait(
    server: RecentServer,
    selection: Selection = CLONES,
    timeout: float = 600,
    warn_of: Callable[[list[str]], None] = ignore,
) -> IdleTracker:
    """The state of the tasks after a wait."""
    tracker = IdleTracker(selection, warn_of, server.clock.clock.now)
    with server.client() as client:
        wait_for_tasks(client, tracker, timeout, clock=server.clock.clock)
    assert server.owned == {}
    return tracker


def test_an_idle_selection_ends_the_wait_at_once() -> None:
    server = RecentServer()
    server.begin("task-1", "success", queueTime=None)
    server.begin("task-2", descriptionId="another")
    assert wait(server).moids == []
    assert "PropertyCollector.CreateFilter" not in server.operations


def test_tasks_that_start_meanwhile_are_waited_for() -> None:
    server = RecentServer()
    server.begin("task-1")
    server.clock.at(5, lambda: server.begin("task-2"))
    server.clock.at(6, lambda: server.begin("task-3", descriptionId="another"))
    server.clock.at(9, lambda: server.finish("task-1"))
    server.clock.at(20, lambda: server.finish("task-2", "error"))
    tracker = wait(server)
    assert (tracker.moids, tracker.failed) == (["task-1", "task-2"], ["task-2"])
    assert 20 <= server.clock.time < 30
    assert server.operations["PropertyCollector.CreateFilter"] == 1
    assert server.operations["ListView.ModifyListView"] == 2


def test_a_task_that_starts_and_ends_between_two_reads_is_in_the_result() -> None:
    server = RecentServer()
    server.begin("task-1")
    server.begin("task-9", "error", queueTime="2026-11-22T03:59:59Z")
    server.clock.at(4, lambda: server.begin("task-2", "error"))
    server.clock.at(4, lambda: server.begin("task-3", "error", queueTime=NOW))
    server.clock.at(9, lambda: server.finish("task-1"))
    assert wait(server).failed == ["task-2", "task-3"]


def test_a_task_that_no_longer_exists_is_missing() -> None:
    server = RecentServer()
    server.begin("task-1")
    server.clock.at(9, lambda: server.change("task-1", gone=True))
    assert wait(server).missing == ["task-1"]
    assert server.clock.time < 60


@pytest.mark.parametrize("failures", [1, 2])
def test_a_failed_look_for_more_tasks_does_not_end_the_wait(failures: int) -> None:
    """Nothing is pending then, but another task may have begun."""
    server = RecentServer()
    server.begin("task-1")
    server.clock.at(5, lambda: server.begin("task-2"))

    def finish_unseen() -> None:
        server.finish("task-1")
        server.unreadable = failures

    server.clock.at(9, finish_unseen)
    server.clock.at(20, lambda: server.finish("task-2"))
    tracker = wait(server)
    assert tracker.moids == ["task-1", "task-2"]
    assert server.clock.time >= 20
    assert tracker.is_over


def test_a_wait_whose_last_look_failed_is_not_over() -> None:
    server = RecentServer()
    server.begin("task-1")

    def finish_unseen() -> None:
        server.finish("task-1")
        server.unreadable = 100

    server.clock.at(9, finish_unseen)
    tracker = IdleTracker(CLONES, ignore, server.clock.clock.now)
    with server.client() as client:
        trouble = wait_for_tasks(client, tracker, 12, clock=server.clock.clock)
    assert (list(tracker.pending), tracker.is_over) == ([], False)
    assert isinstance(trouble, BadResponse)


def test_a_long_wait_reads_recent_tasks_every_half_minute() -> None:
    server = RecentServer()
    server.begin("task-1")
    server.clock.at(300, lambda: server.finish("task-1"))
    wait(server)
    assert max(later - sooner for sooner, later in zip(server.looks, server.looks[1:])) <= 31
    assert len(server.looks) < 14


def test_a_wait_with_many_changes_reads_recent_tasks_every_half_minute() -> None:
    server = RecentServer()
    server.begin("task-1")
    for step in range(300):
        server.clock.at(step / 2, lambda step=step: server.change("task-1", progress=step % 100))  # type: ignore[misc]
    server.clock.at(150, lambda: server.finish("task-1"))
    wait(server)
    *gaps, _last = (later - sooner for sooner, later in zip(server.looks, server.looks[1:]))
    assert len(gaps) == 4
    assert all(30 <= round(gap, 3) < 31 for gap in gaps)


def test_names_that_no_task_has_are_reported_once() -> None:
    server = RecentServer()
    server.begin("task-1", "success", queueTime=None)
    shown: list[str] = []
    wait(server, Selection(None, ["self"], None, ["nobody"], None, None), warn_of=shown.extend)
    assert len(shown) == 1
    assert shown[0].startswith("users: none of the 1 recent tasks")
    wait(server, warn_of=shown.extend)
    assert len(shown) == 1


def test_an_object_that_does_not_exist_is_refused() -> None:
    server = RecentServer()
    server.begin("task-1")
    with pytest.raises(InputError, match="entity: VirtualMachine:vm-9 does not exist"):
        wait(server, Selection([Reference("VirtualMachine", "vm-9")], ["self"], None, None, None, None))


def test_a_timeout_leaves_running_tasks_pending() -> None:
    server = RecentServer()
    server.begin("task-1")
    tracker = wait(server, timeout=100)
    assert (list(tracker.pending), tracker.until) == (["task-1"], "idle")


def test_states_limit_the_tasks_of_the_wait() -> None:
    server = RecentServer()
    server.begin("task-1", "queued")
    assert wait(server, CLONES._replace(states=["running"])).moids == []


@pytest.mark.parametrize(("entity", "lookups"), [(EntityName("web01"), 1), (Reference("VirtualMachine", "vm-1"), 0)])
def test_an_object_is_looked_up_once_and_may_be_removed(entity: Entity, lookups: int) -> None:
    server = RecentServer()
    server.inventory = {"group-d1": "Datacenters", "vm-1": "web01"}
    server.begin("task-1", entity=ref("VirtualMachine", "vm-1"))

    def remove() -> None:
        del server.inventory["vm-1"]
        server.finish("task-1")

    server.clock.at(9, remove)
    selection = Selection([entity], ["self"], None, None, None, None)
    assert wait(server, selection).moids == ["task-1"]
    assert server.operations["ServiceInstance.content"] == lookups
