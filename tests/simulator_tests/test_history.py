# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskHistoryCollector: its cursor, latest page, limits and lifetime."""

from __future__ import annotations

import asyncio
import math
import time

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import TASKS, Client, FaultResponse, Running, running
from simulator.inventory import HostSystem
from simulator.task import Plan
from simulator.wire import SECOND, Ref, data, moref
from simulator_tests import in_process


def add_done(server: Running, count: int) -> list[str]:
    """Create ended tasks; returns their keys, oldest first."""
    return [server.add_task(state="success", completed_ago=1000 - n).value for n in range(count)]


def following(client: Client, collector: Ref, count: int) -> list[str]:
    return [info["key"] for info in client.call(collector, "ReadNextTasks", maxCount=count)]


def previous(client: Client, collector: Ref, count: int) -> list[str]:
    return [info["key"] for info in client.call(collector, "ReadPreviousTasks", maxCount=count)]


def latest(client: Client, collector: Ref) -> list[str]:
    return [info["key"] for info in client.read(collector, "latestPage")]


def test_read_next_starts_at_the_oldest_task(server: Running) -> None:
    keys, client = add_done(server, 5), server.client()
    collector = client.collector()
    assert previous(client, collector, 10) == []
    assert following(client, collector, 2) == keys[:2]
    assert following(client, collector, 2) == keys[2:4]
    assert following(client, collector, 2) == keys[4:]
    assert following(client, collector, 2) == []


def test_read_previous_starts_at_the_cursor(server: Running) -> None:
    keys, client = add_done(server, 5), server.client()
    collector = client.collector()
    following(client, collector, 4)
    assert previous(client, collector, 3) == [keys[3], keys[2], keys[1]]
    assert previous(client, collector, 3) == [keys[0]]
    assert previous(client, collector, 3) == []
    assert following(client, collector, 1) == [keys[0]]


def test_reset_moves_the_cursor_before_the_latest_page(server: Running) -> None:
    keys, client = add_done(server, 6), server.client()
    collector = client.collector()
    client.call(collector, "SetCollectorPageSize", maxCount=2)
    client.call(collector, "ResetCollector")
    assert following(client, collector, 10) == keys[4:]
    client.call(collector, "ResetCollector")
    assert previous(client, collector, 10) == keys[3::-1]


def test_tasks_of_one_time_have_the_order_of_their_ids(server: Running) -> None:
    client = server.client()
    ended = {"state": "success", "completed_ago": 3600, "digits": 0, "count": 6}
    keys = server.control("POST", "tasks", ended)["tasks"]
    collector = client.collector()
    client.call(collector, "SetCollectorPageSize", maxCount=2)
    client.call(collector, "ResetCollector")
    assert following(client, collector, 10) == keys[4:]


def test_rewind_moves_the_cursor_before_the_oldest_task(server: Running) -> None:
    keys, client = add_done(server, 3), server.client()
    collector = client.collector()
    following(client, collector, 3)
    client.call(collector, "RewindCollector")
    assert following(client, collector, 3) == keys
    server.control("POST", "quirks", {"rewind_skips": True})
    client.call(collector, "RewindCollector")
    assert following(client, collector, 3) == keys[1:]


def test_reading_newest_first_is_complete_while_tasks_arrive(server: Running) -> None:
    keys, client = add_done(server, 25), server.client()
    collector = client.collector()
    client.call(collector, "ResetCollector")
    while following(client, collector, 5):
        keys.append(server.add_task(state="success").value)
        if len(keys) > 30:
            break
    while following(client, collector, 5):
        pass
    seen: list[str] = []
    while page := previous(client, collector, 7):
        seen += page
        keys.append(server.add_task(state="success").value)
    merged = dict.fromkeys([*latest(client, collector), *seen])
    assert seen == sorted(seen, key=keys.index, reverse=True)
    assert set(merged) == set(keys)
    assert len(seen) == len(set(seen))


def test_read_next_returns_tasks_that_arrive_later(server: Running) -> None:
    keys, client = add_done(server, 2), server.client()
    collector = client.collector()
    assert following(client, collector, 10) == keys
    new = server.add_task().value
    assert following(client, collector, 10) == [new]


def test_expired_tasks_leave_no_gap(server: Running) -> None:
    keys, client = add_done(server, 4), server.client()
    collector = client.collector()
    assert following(client, collector, 2) == keys[:2]
    server.control("DELETE", f"tasks/{keys[1]}")
    server.control("DELETE", f"tasks/{keys[2]}")
    assert following(client, collector, 2) == keys[3:]


def test_each_collector_has_its_own_cursor(server: Running) -> None:
    keys, client = add_done(server, 2), server.client()
    one, other = client.collector(), client.collector()
    assert following(client, one, 1) == keys[:1]
    assert following(client, other, 2) == keys


def test_latest_page_is_bounded_and_in_no_order(server: Running) -> None:
    keys, client = add_done(server, 40), server.client()
    collector = client.collector()
    assert set(latest(client, collector)) == set(keys[-10:])
    client.call(collector, "SetCollectorPageSize", maxCount=30)
    assert set(latest(client, collector)) == set(keys[-10:])
    keys += server.control("POST", "tasks", {"state": "success", "count": 25})["tasks"]
    page = latest(client, collector)
    assert set(page) == set(keys[-30:])
    assert page not in (keys[-30:], keys[:9:-1])
    assert len(following(client, collector, 80)) == 65


def test_latest_page_changes_with_new_tasks_and_states_only(server: Running) -> None:
    client = server.client()
    task = server.add_task(progress=10)
    collector = client.collector(state=["running"])
    (before,) = client.read(collector, "latestPage")
    server.control("PATCH", f"tasks/{task.value}", {"progress": 50})
    assert client.read(collector, "latestPage") == [before]
    assert client.read(task, "info")["progress"] == 50
    newer = server.add_task()
    assert set(latest(client, collector)) == {task.value, newer.value}
    server.control("PATCH", f"tasks/{task.value}", {"state": "success"})
    assert latest(client, collector) == [newer.value]


def test_a_larger_page_grows_with_new_tasks_only(server: Running) -> None:
    keys, client = add_done(server, 15), server.client()
    collector = client.collector()
    client.call(collector, "SetCollectorPageSize", maxCount=3)
    client.call(collector, "SetCollectorPageSize", maxCount=5)
    assert set(latest(client, collector)) == set(keys[-3:])
    keys.append(server.add_task(state="success").value)
    assert set(latest(client, collector)) == set(keys[-4:])
    keys += [server.add_task(state="success").value for _round in range(3)]
    assert set(latest(client, collector)) == set(keys[-5:])
    client.call(collector, "ResetCollector")
    assert previous(client, collector, 3) == keys[-6:-9:-1]


@pytest.mark.parametrize("count", [0, -1, 1001])
@pytest.mark.parametrize("method", ["ReadNextTasks", "ReadPreviousTasks", "SetCollectorPageSize"])
def test_counts_out_of_range_are_refused(server: Running, method: str, count: int) -> None:
    client = server.client()
    fault = client.fault(client.collector(), method, maxCount=count)
    assert (fault["_typeName"], fault["invalidProperty"]) == ("InvalidArgument", "maxCount")


def test_pages_have_up_to_a_thousand_tasks(server: Running) -> None:
    client = server.client()
    server.control("POST", "tasks", {"state": "success", "count": 1001})
    collector = client.collector()
    assert [len(following(client, collector, 1000)) for _round in range(3)] == [1000, 1, 0]


def test_each_client_may_have_32_collectors(server: Running) -> None:
    client = server.client()
    collectors = [client.collector() for _round in range(32)]
    fault = client.fault(TASKS, "CreateCollectorForTasks", filter=data("TaskFilterSpec"))
    assert fault["_typeName"] == "InvalidState"
    server.client().collector()
    client.call(collectors[0], "DestroyCollector")
    client.collector()
    assert server.state()["collectors"] == 33


def test_a_destroyed_collector_no_longer_exists(server: Running) -> None:
    client = server.client()
    collector = client.collector()
    client.call(collector, "DestroyCollector")
    assert server.state()["collectors"] == 0
    with pytest.raises(FaultResponse) as caught:
        following(client, collector, 1)
    assert (caught.value.type, caught.value.fault["obj"]) == ("ManagedObjectNotFound", moref(collector))


def test_the_filter_is_readable(server: Running) -> None:
    client = server.client()
    spec = data("TaskFilterSpec", state=["error"])
    made = client.call(TASKS, "CreateCollectorForTasks", filter=spec)
    assert client.read(Ref(made["type"], made["value"]), "filter") == spec


def test_the_seeded_history_has_all_kinds_of_tasks(old_server: Running) -> None:
    client = old_server.client()
    tasks = client.call(client.collector(), "ReadNextTasks", maxCount=1000)
    assert len(tasks) == 400
    assert {task["state"] for task in tasks} == {"queued", "running", "success", "error"}
    reasons = {task["reason"]["_typeName"] for task in tasks}
    assert reasons == {"TaskReasonUser", "TaskReasonSystem", "TaskReasonAlarm", "TaskReasonSchedule"}
    assert len({task["error"]["_typeName"] for task in tasks if task.get("error")}) > 8
    assert len({task["result"]["_typeName"] for task in tasks if task.get("result")}) > 8
    fractions = {len(task["queueTime"].partition(".")[2].rstrip("Z").partition("+")[0]) for task in tasks}
    assert fractions == set(range(10))
    assert {task["queueTime"][-6:] for task in tasks if not task["queueTime"].endswith("Z")} == {"+02:00"}
    for field in (
        "changeTag",
        "activationId",
        "parentTaskKey",
        "rootTaskKey",
        "locked",
        "progressDetails",
        "description",
    ):
        present = [task for task in tasks if task.get(field) is not None]
        assert 0 < len(present) < 400, field
    assert any("result" not in task for task in tasks)
    assert any(task["cancelled"] and task["state"] == "success" for task in tasks)
    assert any(task.custom_values for task in old_server.world.tasks.in_order)


def test_active_tasks_end_soon() -> None:
    """As README.md promises, all tasks end within ten minutes. Those of esx01.example.com end within two."""
    with running(history=100) as server:
        host, now = server.world.objects["host-11"], server.world.now_ns()
        assert isinstance(host, HostSystem)
        of_host = {host.ref, *(machine.ref for machine in host.links["vm"])}
        active = [task for task in server.world.tasks.in_order if not task.done]
        assert {task.state for task in active} == {"queued", "running"}
        assert of_host & {task.entity for task in active}
        for task in active:
            assert task.plan is not None
            left = (task.plan.seconds or math.inf) - (now - task.queue_ns) / SECOND
            assert 30 < left < (120 if task.entity in of_host else 600)


def test_seeded_active_tasks_can_be_cancelled() -> None:
    with running(history=100) as server:
        client = server.client()
        active = [task for task in server.world.tasks.in_order if not task.done]
        cancelled = [task for task in active if task.cancelable]
        assert len(cancelled) == len(active) - 1
        for task in cancelled:
            client.call(task.ref, "CancelTask")
        deadline = time.monotonic() + 2
        while not all(task.done for task in cancelled):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert {(task.state, task.cancelled) for task in cancelled} == {("error", True)}


@in_process.scenario
async def test_a_task_waits_in_the_queue_as_planned() -> None:
    client = in_process.Client(in_process.new_world())
    client.world.engine.wake()
    task = client.task()
    task.plan = Plan(0.6, queued=0.4)
    client.world.engine.drive(task, 0.1)
    while not task.done:
        await asyncio.sleep(0.02)
    assert task.start_ns is not None
    assert task.complete_ns is not None
    assert task.start_ns - task.queue_ns >= 0.3 * SECOND
    assert task.complete_ns - task.queue_ns >= 0.5 * SECOND


def test_every_task_type_in_the_history_has_a_label(old_server: Running) -> None:
    client = old_server.client()
    tasks = client.call(client.collector(), "ReadNextTasks", maxCount=1000)
    description = client.read(TASKS, "description")
    labels = {kind["key"]: kind["label"] for kind in description["methodInfo"]}
    assert {task["descriptionId"] for task in tasks} <= set(labels)
    assert labels["com.vijson.simulator.job"] == "Simulated job"
    assert {state["key"] for state in description["state"]} == {"queued", "running", "success", "error"}
    assert {reason["key"] for reason in description["reason"]} == {task["reason"]["_typeName"] for task in tasks}


def test_the_object_of_an_ended_task_expires_but_its_row_is_kept() -> None:
    with running(task_lifetime=0.4) as server:
        client = server.client()
        task, running_task = client.create_task(), client.create_task()
        client.call(task, "SetTaskState", state="running")
        client.call(task, "SetTaskState", state="success")
        assert client.read(task, "info")["state"] == "success"
        assert moref(task) in client.read(TASKS, "recentTask")
        time.sleep(0.5)
        fault = client.fault(task, "CancelTask")
        assert (fault["_typeName"], fault["obj"]) == ("ManagedObjectNotFound", moref(task))
        assert client.read(running_task, "info")["state"] == "queued"
        assert client.read(TASKS, "recentTask") == [moref(running_task)]
        assert following(client, client.collector(), 10) == [task.value, running_task.value]
        child = client.create_task(parentTaskKey=task.value)
        assert client.read(child, "info")["parentTaskKey"] == task.value


def test_a_task_whose_object_expires_leaves_its_view() -> None:
    with running(task_lifetime=0.2) as server:
        client = server.client()
        task = server.add_task(state="success")
        view = client.call(Ref("ViewManager", "ViewManager"), "CreateListView", obj=[moref(task)])
        view_ref = Ref(view["type"], view["value"])
        assert client.read(view_ref, "view") == [moref(task)]
        time.sleep(0.3)
        assert client.read(view_ref, "view") == []


def test_the_default_lifetime_is_ten_minutes(server: Running) -> None:
    client = server.client()
    fresh = server.add_task(state="success", completed_ago=590)
    expired = server.add_task(state="success", completed_ago=610)
    old = server.add_task(state="running", started_ago=9000)
    assert client.read(fresh, "info")["state"] == "success"
    assert client.read(old, "info")["state"] == "running"
    with pytest.raises(FaultResponse, match="ManagedObjectNotFound"):
        client.read(expired, "info")
    assert server.control("PATCH", f"tasks/{expired.value}", {})["state"] == "success"


@pytest.mark.parametrize(("days", "kept"), [(30, ["recent", "running"]), (40, ["old", "recent", "running"])])
def test_rows_expire_after_the_retention(days: int, kept: list[str]) -> None:
    day = 86400
    with running(history_days=days) as server:
        tasks = {
            "old": server.add_task(state="success", queued_ago=35 * day, completed_ago=30 * day + 1).value,
            "recent": server.add_task(state="success", queued_ago=33 * day, completed_ago=30 * day - 60).value,
            "running": server.add_task(state="running", started_ago=31 * day).value,
        }
        client = server.client()
        assert set(following(client, client.collector(), 10)) == {tasks[name] for name in kept}
        assert [name for name, key in tasks.items() if server.world.tasks.row(key)] == kept


def test_the_object_of_a_task_expires_on_demand(server: Running) -> None:
    client = server.client()
    task = server.add_task(state="success")
    server.control("DELETE", f"tasks/{task.value}/object")
    with pytest.raises(FaultResponse, match="ManagedObjectNotFound"):
        client.read(task, "info")
    assert following(client, client.collector(), 10) == [task.value]
    server.control("DELETE", f"tasks/{task.value}")
    assert following(client, client.collector(), 10) == []
