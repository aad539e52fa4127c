# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of the history that came after 8.0.1.0: without a collector, and without results."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import TASKS, Client, Running
from simulator.wire import Ref, box, data

Json = Any
FIVE = box("int", 5)


@pytest.fixture
def newest(server: Running) -> Client:
    """A client of release 9.1.0.0."""
    return server.client(release="9.1.0.0")


def view(client: Client, count: int, start: str = "", results: Json = None, **conditions: Json) -> list[Json]:
    parameters = {
        "viewSpec": data("TaskManagerViewByStartId", count=count, startId=start),
        "filterSpec": data("TaskFilterSpec", **conditions),
    }
    if results is not None:
        parameters["infoFilterSpec"] = info_filter(**results)
    tasks: list[Json] = client.call(TASKS, "ReadNextTasksByViewSpec", **parameters)
    return tasks


def info_filter(**results: Json) -> Json:
    return data("TaskInfoFilterSpec", filterTaskResults=data("TaskInfoFilterSpecFilterTaskResults", **results))


def keys(infos: list[Json]) -> list[str]:
    return [info["key"] for info in infos]


def test_views_read_on_either_side_of_an_id(server: Running, newest: Client) -> None:
    tasks = [server.add_task(state="success", queued_ago=n).value for n in range(6)]
    assert keys(view(newest, 2)) == [tasks[5], tasks[4]]
    assert keys(view(newest, 2, tasks[4])) == [tasks[3], tasks[2]]
    assert keys(view(newest, -2, tasks[1])) == [tasks[3], tasks[2]]
    assert keys(view(newest, -2, "task-0")) == [tasks[1], tasks[0]]
    assert keys(view(newest, 9, tasks[2])) == [tasks[1], tasks[0]]
    assert view(newest, 5, tasks[0]) == []
    assert view(newest, -5, tasks[5]) == []
    assert keys(view(newest, -9, "task-103")) == tasks[:2:-1]


def test_a_view_reads_one_task_by_its_id(server: Running, newest: Client) -> None:
    tasks = [server.add_task(state="success", completed_ago=3600 + n) for n in range(3)]
    number = int(tasks[1].value.removeprefix("task-"))
    assert keys(view(newest, 1, f"task-{number + 1}")) == [tasks[1].value]


def test_views_filter_tasks(server: Running, newest: Client) -> None:
    failed = [server.add_task(state=state).value for state in ("error", "success", "error", "running")][::2]
    assert keys(view(newest, 5, state=["error"])) == failed[::-1]
    assert keys(view(newest, 1, state=["error"])) == failed[1:]
    assert keys(view(newest, -1, "task-0", state=["error"])) == failed[:1]


def test_oldest_first_views_begins_views_with_the_oldest_task(server: Running, newest: Client) -> None:
    tasks = [server.add_task().value for _round in range(3)]
    server.control("POST", "quirks", {"oldest_first_views": True})
    assert keys(view(newest, 2)) == tasks[1:]
    assert keys(view(newest, -2, "task-0")) == tasks[:2]


def test_start_id_inclusive_includes_the_start(server: Running, newest: Client) -> None:
    tasks = [server.add_task().value for _round in range(3)]
    server.control("POST", "quirks", {"start_id_inclusive": True})
    assert keys(view(newest, 5)) == tasks[::-1]
    assert keys(view(newest, 2, tasks[1])) == [tasks[1], tasks[0]]
    assert keys(view(newest, -2, tasks[1])) == [tasks[2], tasks[1]]
    assert keys(view(newest, 1, tasks[1])) == keys(view(newest, -1, tasks[1])) == [tasks[1]]
    assert keys(view(newest, -2, "task-0")) == tasks[1::-1]


def test_history_lag_delays_new_tasks_in_views(server: Running, newest: Client) -> None:
    old = server.add_task(queued_ago=60).value
    server.control("POST", "quirks", {"history_lag": 30.0})
    server.add_task()
    assert keys(view(newest, 5)) == [old]


@pytest.mark.parametrize(
    ("count", "start", "place"),
    [
        (0, "", "viewSpec.count"),
        (1001, "", "viewSpec.count"),
        (-1001, "task-0", "viewSpec.count"),
        (-1, "", "viewSpec.startId"),
        (1, "task-x", "viewSpec.startId"),
        (1, "17", "viewSpec.startId"),
    ],
)
def test_invalid_views_are_refused(newest: Client, count: int, start: str, place: str) -> None:
    spec = data("TaskManagerViewByStartId", count=count, startId=start)
    fault = newest.fault(TASKS, "ReadNextTasksByViewSpec", viewSpec=spec, filterSpec=data("TaskFilterSpec"))
    assert (fault["_typeName"], fault["invalidProperty"]) == ("InvalidArgument", place)


def test_a_view_without_a_start_is_refused(newest: Client) -> None:
    spec = data("TaskManagerTaskViewSpec")
    fault = newest.fault(TASKS, "ReadNextTasksByViewSpec", viewSpec=spec, filterSpec=data("TaskFilterSpec"))
    assert fault["invalidProperty"] == "viewSpec"


RESULTS: list[tuple[Json, set[str]]] = [
    ({}, {"clone", "migrate", "powerOn"}),
    ({"removeAll": True}, set()),
    ({"removeAll": True, "descriptionIds": ["VirtualMachine.clone"], "filterIn": True}, set()),
    ({"descriptionIds": ["VirtualMachine.clone"]}, {"migrate", "powerOn"}),
    ({"descriptionIds": ["VirtualMachine.clone"], "filterIn": True}, {"clone"}),
    ({"descriptionIds": ["VirtualMachine.clone"], "removeAll": False, "filterIn": False}, {"migrate", "powerOn"}),
    ({"descriptionIds": [], "filterIn": True}, {"clone", "migrate", "powerOn"}),
]


@pytest.mark.parametrize(("spec", "kept"), RESULTS)
def test_an_info_filter_leaves_results_out(server: Running, newest: Client, spec: Json, kept: set[str]) -> None:
    for name in ("clone", "migrate", "powerOn"):
        server.add_task(state="success", type=f"VirtualMachine.{name}", result=FIVE)
    made = newest.call(
        TASKS, "CreateCollectorWithInfoFilterForTasks", filter=data("TaskFilterSpec"), infoFilter=info_filter(**spec)
    )
    collector = Ref(made["type"], made["value"])
    for infos in (
        newest.call(collector, "ReadNextTasks", maxCount=10),
        newest.call(collector, "ReadPreviousTasks", maxCount=10),
        newest.read(collector, "latestPage"),
        view(newest, 10, results=spec),
    ):
        assert len(infos) == 3
        assert {info["descriptionId"].partition(".")[2] for info in infos if info.get("result") == FIVE} == kept
        assert all(info.get("result") in (None, FIVE) for info in infos)


def test_results_are_kept_without_an_info_filter(server: Running, newest: Client) -> None:
    server.add_task(state="success", result=FIVE)
    made = newest.call(TASKS, "CreateCollectorWithInfoFilterForTasks", filter=data("TaskFilterSpec"))
    (info,) = newest.call(Ref(made["type"], made["value"]), "ReadNextTasks", maxCount=10)
    assert info["result"] == FIVE
    assert server.state()["collectors"] == 1


def test_collectors_with_an_info_filter_are_limited_too(newest: Client) -> None:
    for _round in range(16):
        newest.collector()
        newest.call(TASKS, "CreateCollectorWithInfoFilterForTasks", filter=data("TaskFilterSpec"))
    fault = newest.fault(TASKS, "CreateCollectorWithInfoFilterForTasks", filter=data("TaskFilterSpec"))
    assert fault["_typeName"] == "InvalidState"
