# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskFilterSpec: each condition against tasks that meet it and tasks that do not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import ROOT, TASKS, VM, Running
from simulator.wire import Ref, data, moref

Json = Any


def by_entity(ref: Ref, recursion: str) -> Json:
    return data("TaskFilterSpecByEntity", entity=moref(ref), recursion=recursion)


def by_user(system_user: bool, *names: str) -> Json:
    return data("TaskFilterSpecByUsername", systemUser=system_user, userList=list(names) or None)


def found(server: Running, **conditions: Json) -> set[str]:
    client = server.client()
    collector = client.collector(**conditions)
    try:
        return {info["key"] for info in client.call(collector, "ReadNextTasks", maxCount=1000)}
    finally:
        client.call(collector, "DestroyCollector")


def keys(*tasks: Ref) -> set[str]:
    return {task.value for task in tasks}


ENTITIES = ("group-d1", "datacenter-2", "group-v3", "vm-21", "group-v9", "vm-24", "host-11", "vm-61")


@pytest.mark.parametrize(
    ("ref", "recursion", "expected"),
    [
        (VM, "self", {"vm-21"}),
        (VM, "children", set()),
        (VM, "all", {"vm-21"}),
        (ROOT, "self", {"group-d1"}),
        (ROOT, "children", set(ENTITIES) - {"group-d1"}),
        (ROOT, "all", set(ENTITIES)),
        (Ref("Folder", "group-v3"), "children", {"vm-21", "group-v9", "vm-24"}),
        (Ref("Folder", "group-v3"), "all", {"group-v3", "vm-21", "group-v9", "vm-24"}),
        (Ref("Datacenter", "datacenter-2"), "children", set(ENTITIES) - {"group-d1", "datacenter-2", "vm-61"}),
        (Ref("Datacenter", "datacenter-2"), "all", set(ENTITIES) - {"group-d1", "vm-61"}),
        (Ref("ClusterComputeResource", "domain-c7"), "self", set()),
        (Ref("ClusterComputeResource", "domain-c7"), "children", {"host-11"}),
    ],
)
def test_entity_and_recursion_select_tasks(server: Running, ref: Ref, recursion: str, expected: set[str]) -> None:
    tasks = {moid: server.add_task(entity=moid).value for moid in ENTITIES}
    assert found(server, entity=by_entity(ref, recursion)) == {tasks[moid] for moid in expected}


def test_states_select_tasks(server: Running) -> None:
    tasks = {state: server.add_task(state=state).value for state in ("queued", "running", "success", "error")}
    for state, key in tasks.items():
        assert found(server, state=[state]) == {key}
    assert found(server, state=["queued", "error"]) == {tasks["queued"], tasks["error"]}
    assert found(server, state=[]) == set(tasks.values())
    assert found(server) == set(tasks.values())


@pytest.mark.parametrize(
    ("condition", "field", "wanted", "others"),
    [
        ("activationId", "activation_id", "mine-1", "mine-2"),
        ("eventChainId", "event_chain_id", 7, 8),
        ("tag", "tag", "nightly", "weekly"),
        ("parentTaskKey", "parent_task_key", "task-7", "task-77"),
        ("rootTaskKey", "root_task_key", "task-8", "task-88"),
    ],
)
def test_lists_of_values_select_tasks(server: Running, condition: str, field: str, wanted: Json, others: Json) -> None:
    match, other, without = server.add_task(**{field: wanted}), server.add_task(**{field: others}), server.add_task()
    assert found(server, **{condition: [wanted]}) == keys(match)
    assert found(server, **{condition: [wanted, others]}) == keys(match, other)
    assert found(server, **{condition: []}) == keys(match, other, without)


def test_an_empty_tag_selects_tasks_without_a_tag(server: Running) -> None:
    tagged, other, plain = server.add_task(tag="a"), server.add_task(tag="b"), server.add_task()
    assert found(server, tag=[""]) == keys(plain)
    assert found(server, tag=["", "a"]) == keys(plain, tagged)
    assert found(server, tag=["a", "b"]) == keys(tagged, other)


def test_users_select_tasks(server: Running) -> None:
    anna, bob = server.add_task(user="EXAMPLE.COM\\anna"), server.add_task(user="EXAMPLE.COM\\bob")
    system, alarm = server.add_task(system=True), server.add_task(alarm="alarm-5")
    assert found(server, userName=by_user(False)) == keys(anna, bob)
    assert found(server, userName=by_user(False, "EXAMPLE.COM\\anna")) == keys(anna)
    assert found(server, userName=by_user(False, "example.com\\ANNA", "EXAMPLE.COM\\bob")) == keys(anna, bob)
    assert found(server, userName=by_user(False, "anna")) == set()
    assert found(server, userName=by_user(True)) == keys(system, alarm)
    assert found(server, userName=by_user(True, "EXAMPLE.COM\\bob")) == keys(bob, system, alarm)


@pytest.mark.parametrize(
    ("kind", "time_type"), [("queued", "queuedTime"), ("started", "startedTime"), ("completed", "completedTime")]
)
def test_times_select_tasks_inclusively(server: Running, kind: str, time_type: str) -> None:
    field = {"queued": "queueTime", "started": "startTime", "completed": "completeTime"}[kind]
    ages = {"queued_ago": 9000, "started_ago": 8000, "completed_ago": 7000}
    tasks = [server.add_task(state="success", **{**ages, f"{kind}_ago": 3000 - n * 1000}) for n in range(3)]
    server.add_task(state="queued", queued_ago=99999)
    infos = [server.control("PATCH", f"tasks/{task.value}", {})[field] for task in tasks]

    def between(begin: str | None, end: str | None) -> set[str]:
        return found(server, time=data("TaskFilterSpecByTime", timeType=time_type, beginTime=begin, endTime=end))

    assert between(infos[1], infos[1]) == keys(tasks[1])
    assert between(infos[1], None) == keys(*tasks[1:])
    assert between(infos[0], infos[1]) == keys(*tasks[:2])
    assert between(infos[2], infos[0]) == set()
    if kind != "queued":
        assert between(None, infos[1]) == keys(*tasks[:2])
        assert between(None, None) == keys(*tasks)


def test_a_time_with_fewer_digits_still_selects_its_task(server: Running) -> None:
    for digits in range(10):
        task = server.add_task(state="success", digits=digits)
        moment = server.client().read(task, "info")["queueTime"]
        by_time = data("TaskFilterSpecByTime", timeType="queuedTime", beginTime=moment, endTime=moment)
        assert task.value in found(server, time=by_time)


def test_alarms_and_scheduled_tasks_select_tasks(server: Running) -> None:
    alarm, other = server.add_task(alarm="alarm-5"), server.add_task(alarm="alarm-6")
    job = server.add_task(scheduled_task="schedule-7")
    server.add_task()
    assert found(server, alarm=moref(Ref("Alarm", "alarm-5"))) == keys(alarm)
    assert found(server, alarm=moref(Ref("Alarm", "alarm-6"))) == keys(other)
    assert found(server, scheduledTask=moref(Ref("ScheduledTask", "schedule-7"))) == keys(job)
    assert found(server, scheduledTask=moref(Ref("ScheduledTask", "schedule-8"))) == set()


def test_a_task_must_meet_all_conditions(server: Running) -> None:
    common: dict[str, Json] = {
        "entity": "vm-21",
        "state": "error",
        "tag": "t",
        "user": "A\\b",
        "activation_id": "x",
        "completed_ago": 50,
    }
    match = server.add_task(**common)
    differing: list[dict[str, Json]] = [
        {"entity": "vm-22"},
        {"state": "success"},
        {"tag": "other"},
        {"user": "A\\c"},
        {"activation_id": "y"},
        {"completed_ago": 5000},
    ]
    for difference in differing:
        server.add_task(**{**common, **difference})
    begin = server.client().read(match, "info")["queueTime"]
    conditions = {
        "entity": by_entity(VM, "self"),
        "state": ["error"],
        "tag": ["t"],
        "userName": by_user(False, "A\\b"),
        "activationId": ["x"],
        "time": data("TaskFilterSpecByTime", timeType="queuedTime", beginTime=begin),
    }
    assert found(server, **conditions) == keys(match)
    for left_out in conditions:
        rest = {name: condition for name, condition in conditions.items() if name != left_out}
        assert len(found(server, **rest)) == 2, left_out


@pytest.mark.parametrize(
    ("conditions", "fault_type"),
    [
        ({"time": data("TaskFilterSpecByTime", beginTime="2026-01-01T00:00:00Z")}, "InvalidRequest"),
        ({"time": data("TaskFilterSpecByTime", timeType="doneTime")}, "InvalidArgument"),
        ({"time": data("TaskFilterSpecByTime", timeType="queuedTime", beginTime="now")}, "InvalidArgument"),
        ({"userName": data("TaskFilterSpecByUsername", userList=["a"])}, "InvalidRequest"),
        ({"entity": data("TaskFilterSpecByEntity", entity=moref(VM))}, "InvalidRequest"),
        ({"entity": by_entity(Ref("VirtualMachine", "vm-999"), "self")}, "ManagedObjectNotFound"),
        ({"entity": by_entity(Ref("HostSystem", "vm-21"), "self")}, "ManagedObjectNotFound"),
        ({"entity": by_entity(TASKS, "self")}, "InvalidArgument"),
        ({"alarm": moref(VM)}, "InvalidArgument"),
        ({"alarm": moref(Ref("Alarm", "alarm-999"))}, "ManagedObjectNotFound"),
        ({"state": ["done"]}, "InvalidArgument"),
        ({"eventChainId": ["1"]}, "InvalidArgument"),
        ({"color": "red"}, "InvalidRequest"),
    ],
)
def test_invalid_filters_are_refused(server: Running, conditions: Json, fault_type: str) -> None:
    fault = server.client().fault(TASKS, "CreateCollectorForTasks", filter=data("TaskFilterSpec", **conditions))
    assert fault["_typeName"] == fault_type
    assert server.state()["collectors"] == 0
