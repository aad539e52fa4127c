# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task and TaskManager: create, drive and cancel tasks, and the privileges for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import (
    JOB,
    MAKER,
    READER,
    ROOT,
    TASKS,
    VM,
    Client,
    FaultResponse,
    Running,
    running,
)
from simulator.http.responses import SESSION_HEADER
from simulator.wire import Ref, data, moref, parse_time

MESSAGE = data("LocalizableMessage", key="phase.copy", message="copying disks")
GAVE_UP = data("ExtendedFault", faultTypeId="com.example.gaveUp", data=[data("KeyValue", key="a", value="b")])


def until(condition: Callable[[], Any], seconds: float = 5) -> Any:
    """Wait for a true value; returns it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("the condition was never true")


def ended(client: Client, task: Ref) -> Any:
    return until(lambda: (info := client.read(task, "info")) and "completeTime" in info and info)


def test_a_new_task_is_queued_and_has_no_name(server: Running) -> None:
    info = server.client().call(
        TASKS, "CreateTask", obj=moref(VM), taskTypeId=JOB, cancelable=True, activationId="token-1", initiatedBy="me"
    )
    assert (info["state"], info["cancelled"], info["cancelable"]) == ("queued", False, True)
    assert info["entity"] == moref(VM)
    assert info["entityName"] == "web01"
    assert info["activationId"] == "token-1"
    assert info["queueTime"].endswith("Z")
    assert info["reason"] == data("TaskReasonUser", userName="me")
    assert not {"name", "startTime", "completeTime", "progress", "error", "result"} & set(info)


def test_the_creator_is_the_user_of_the_session(server: Running) -> None:
    client = server.client(MAKER)
    assert client.read(client.create_task(), "info")["reason"]["userName"] == "VSPHERE.LOCAL\\maker"


def test_only_registered_types_can_be_created(server: Running) -> None:
    fault = server.client().fault(TASKS, "CreateTask", obj=moref(VM), taskTypeId="no.such.type", cancelable=True)
    assert (fault["_typeName"], fault["invalidProperty"]) == ("InvalidArgument", "taskType")


def test_child_tasks_have_their_parent_and_root(server: Running) -> None:
    client = server.client()
    root = client.create_task()
    child = client.create_task(parentTaskKey=root.value)
    grandchild = client.read(client.create_task(parentTaskKey=child.value), "info")
    assert (grandchild["parentTaskKey"], grandchild["rootTaskKey"]) == (child.value, root.value)
    parameters = {"obj": moref(VM), "taskTypeId": JOB, "cancelable": True, "parentTaskKey": "task-0"}
    assert client.fault(TASKS, "CreateTask", **parameters)["invalidProperty"] == "parentTaskKey"


def test_a_task_can_be_driven_from_queued_to_success(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    assert client.fault(task, "UpdateProgress", percentDone=1)["_typeName"] == "InvalidState"
    client.call(task, "SetTaskState", state="running")
    client.call(task, "UpdateProgress", percentDone=42)
    client.call(task, "SetTaskDescription", description=MESSAGE)
    running_info = client.read(task, "info")
    assert (running_info["state"], running_info["progress"], running_info["description"]) == ("running", 42, MESSAGE)
    client.call(task, "SetTaskState", state="success", result=data("KeyValue", key="a", value="b"))
    info = client.read(task, "info")
    assert (info["state"], info["result"]["key"]) == ("success", "a")
    times = [parse_time(info[name]) or 0 for name in ("queueTime", "startTime", "completeTime")]
    assert times == sorted(times)


def test_a_task_that_never_ran_has_no_start_time(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "SetTaskState", state="success")
    info = client.read(task, "info")
    assert "startTime" not in info
    assert "completeTime" in info


@pytest.mark.parametrize(("percent", "shown"), [(-5, 0), (0, 0), (100, 100), (101, 100)])
def test_progress_is_clamped(server: Running, percent: int, shown: int) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "SetTaskState", state="running")
    client.call(task, "UpdateProgress", percentDone=percent)
    assert client.read(task, "info")["progress"] == shown


@pytest.mark.parametrize("state", ["success", "error"])
def test_an_ended_task_accepts_custom_values_only(server: Running, state: str) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "SetTaskState", state=state)
    for other in ("queued", "running", "success", "error"):
        assert client.fault(task, "SetTaskState", state=other)["_typeName"] == "InvalidState"
    assert client.fault(task, "UpdateProgress", percentDone=1)["_typeName"] == "InvalidState"
    assert client.fault(task, "CancelTask")["_typeName"] == "InvalidState"
    assert client.fault(task, "SetTaskDescription", description=MESSAGE)["_typeName"] == "InvalidState"
    server.control("POST", "quirks", {"done_description": True})
    client.call(task, "SetTaskDescription", description=MESSAGE)
    client.call(task, "setCustomValue", key="Ticket", value="CHG1")
    assert client.read(task, "value") == [data("CustomFieldStringValue", key=101, value="CHG1")]


@pytest.mark.parametrize(
    ("parameters", "fault_type"),
    [
        ({"state": "running", "result": data("KeyValue", key="a", value="b")}, "InvalidState"),
        ({"state": "error", "result": data("KeyValue", key="a", value="b")}, "InvalidState"),
        ({"state": "success", "fault": GAVE_UP}, "InvalidState"),
        ({"state": "queued"}, "InvalidState"),
        ({"state": "paused"}, "InvalidArgument"),
        ({"state": "error", "fault": data("RequestCanceled")}, "InvalidArgument"),
        ({"state": "error", "fault": data("SystemError", reason="x")}, "InvalidArgument"),
        ({"state": "error", "fault": data("InvalidArgument")}, "InvalidArgument"),
        ({"state": "error", "fault": data("MethodFault")}, "InvalidArgument"),
        ({"state": "error", "fault": data("LocalizedMethodFault", fault=GAVE_UP)}, "InvalidArgument"),
        ({"state": "error", "fault": {"faultTypeId": "x"}}, "InvalidArgument"),
    ],
)
def test_invalid_state_changes_are_refused(server: Running, parameters: dict[str, Any], fault_type: str) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "SetTaskState", state="running")
    assert client.fault(task, "SetTaskState", **parameters)["_typeName"] == fault_type
    assert client.read(task, "info")["state"] == "running"


@pytest.mark.parametrize(
    "fault", [GAVE_UP, data("Timedout"), data("FileNotFound", file="[a] b.vmdk"), data("VimFault")]
)
def test_vim_faults_become_the_error(server: Running, fault: Any) -> None:
    client = server.client()
    task = client.create_task()
    fault = {**fault, "faultMessage": [data("LocalizableMessage", key="k", message="It broke.")]}
    client.call(task, "SetTaskState", state="error", fault=fault)
    assert client.read(task, "info")["error"] == fault
    server.control("POST", "quirks", {"wrap_errors": True})
    wrapped = client.read(task, "info")["error"]
    assert wrapped == data("LocalizedMethodFault", fault=fault, localizedMessage="It broke.")


def test_a_cancel_ends_a_queued_created_task_only(server: Running) -> None:
    client = server.client()
    queued, driven = client.create_task(), client.create_task()
    client.call(queued, "CancelTask")
    info = ended(client, queued)
    assert (info["state"], info["cancelled"], info["error"]["_typeName"]) == ("error", True, "RequestCanceled")
    client.call(driven, "SetTaskState", state="running")
    client.call(driven, "CancelTask")
    time.sleep(0.3)
    info = client.read(driven, "info")
    assert (info["state"], info["cancelled"]) == ("running", True)
    client.call(driven, "SetTaskState", state="success")
    info = client.read(driven, "info")
    assert (info["state"], info["cancelled"]) == ("success", True)


@pytest.mark.parametrize(
    ("way", "state", "within"), [("at_once", "error", 0.5), ("later", "error", 2.0), ("success", "success", 2.0)]
)
def test_on_cancel_decides_how_a_task_takes_a_cancel(server: Running, way: str, state: str, within: float) -> None:
    client = server.client()
    task = server.add_task(on_cancel=way)
    client.call(task, "CancelTask")
    begin = time.monotonic()
    info = client.read(task, "info")
    assert (info["state"], info["cancelled"]) == ("running", True)
    info = ended(client, task)
    assert (info["state"], info["cancelled"]) == (state, True)
    assert time.monotonic() - begin < within


def test_a_cancel_can_wait_for_the_owner(server: Running) -> None:
    client = server.client()
    task = server.add_task(on_cancel="owner")
    client.call(task, "CancelTask")
    time.sleep(0.3)
    assert client.read(task, "info")["state"] == "running"
    client.call(task, "CancelTask")
    server.control("POST", "quirks", {"cancel_again_refused": True})
    assert client.fault(task, "CancelTask")["_typeName"] == "InvalidState"
    server.control("PATCH", f"tasks/{task.value}", {"state": "success"})
    assert client.read(task, "info")["state"] == "success"


def test_cancelling_other_tasks_is_refused(server: Running) -> None:
    client = server.client()
    assert client.fault(server.add_task(cancelable=False), "CancelTask")["_typeName"] == "NotSupported"
    assert client.fault(server.add_task(cancelable=False, state="success"), "CancelTask")["_typeName"] == "InvalidState"
    assert client.fault(Ref("Task", "task-0"), "CancelTask")["_typeName"] == "ManagedObjectNotFound"


def test_tasks_can_have_different_durations(server: Running) -> None:
    client = server.client()
    short, long = server.control("POST", "tasks", {"durations": [0.1, 60]})["tasks"]
    while client.read(Ref("Task", short), "info")["state"] == "running":
        time.sleep(0.05)
    assert client.read(Ref("Task", long), "info")["state"] == "running"


@pytest.mark.parametrize("outcome", ["success", "error"])
def test_the_server_drives_its_own_tasks(server: Running, outcome: str) -> None:
    client = server.client()
    error = data("Timedout")
    task = server.add_task(state="queued", duration=1, outcome=outcome, error=error, result=moref(VM))
    seen = []
    while (info := client.read(task, "info"))["state"] not in ("success", "error"):
        seen.append((info["state"], info.get("progress")))
        time.sleep(0.05)
    assert info["state"] == outcome
    assert info.get("result") == (moref(VM) if outcome == "success" else None)
    assert info.get("error") == (error if outcome == "error" else None)
    states = [state for state, _percent in seen]
    assert states == sorted(states)
    progress = [percent for _state, percent in seen if percent is not None]
    assert progress == sorted(progress)
    assert len(set(progress)) >= 3


def test_recent_tasks_are_active_or_ended_within_ten_minutes(server: Running) -> None:
    client = server.client()
    old = server.add_task(state="success", completed_ago=600.1)
    kept = [
        server.add_task(state="success", completed_ago=595),
        server.add_task(state="error", completed_ago=1),
        server.add_task(state="queued", queued_ago=5000),
        server.add_task(state="running", started_ago=5000),
    ]
    recent = {ref["value"] for ref in client.read(TASKS, "recentTask")}
    assert recent == {task.value for task in kept}
    assert old.value in {info["key"] for info in client.call(client.collector(), "ReadNextTasks", maxCount=9)}


def test_an_object_that_lives_longer_is_not_recent_for_longer() -> None:
    with running(task_lifetime=3600) as server:
        client = server.client()
        old = server.add_task(state="success", completed_ago=600.1)
        assert client.read(old, "info")["state"] == "success"
        assert client.read(TASKS, "recentTask") == []


def test_recent_tasks_have_the_last_200_that_ended(server: Running) -> None:
    client = server.client()
    oldest = server.add_task(state="success", completed_ago=300)
    running_task = server.add_task()
    newer = server.control("POST", "tasks", {"state": "success", "completed_ago": 100, "count": 200})["tasks"]
    recent = {ref["value"] for ref in client.read(TASKS, "recentTask")}
    assert recent == {*newer, running_task.value}
    assert oldest.value not in recent


def test_a_deleted_task_no_longer_exists(server: Running) -> None:
    client = server.client()
    task = server.add_task(state="success")
    server.control("DELETE", f"tasks/{task.value}")
    with pytest.raises(FaultResponse) as caught:
        client.read(task, "info")
    assert caught.value.fault["obj"] == moref(task)
    assert client.read(TASKS, "recentTask") == []


def test_all_tasks_can_be_deleted(server: Running) -> None:
    client = server.client()
    server.add_task(state="success", completed_ago=300)
    server.add_task()
    client.create_task()
    server.control("DELETE", "tasks")
    assert client.read(TASKS, "recentTask") == []
    assert client.call(client.collector(), "ReadNextTasks", maxCount=10) == []


CHANGES: list[tuple[str, dict[str, Any], str, Ref]] = [
    ("SetTaskState", {"state": "running"}, "Task.Update", ROOT),
    ("UpdateProgress", {"percentDone": 1}, "Task.Update", ROOT),
    ("SetTaskDescription", {"description": MESSAGE}, "Task.Update", ROOT),
    ("CancelTask", {}, "Global.CancelTask", VM),
    ("setCustomValue", {"key": "Ticket", "value": "x"}, "Global.SetCustomField", VM),
    ("setCustomValue", {"key": "Approved by", "value": "x"}, "Task.Update", VM),
]


@pytest.mark.parametrize(("method", "parameters", "privilege", "entity"), CHANGES)
def test_a_reader_may_not_change_tasks(
    server: Running, method: str, parameters: dict[str, Any], privilege: str, entity: Ref
) -> None:
    task = server.client().create_task()
    fault = server.client(READER).fault(task, method, **parameters)
    assert fault["_typeName"] == "NoPermission"
    assert (fault["object"], fault["privilegeId"]) == (moref(entity), privilege)
    missing = data("NoPermissionEntityPrivileges", entity=moref(entity), privilegeIds=[privilege])
    assert fault["missingPrivileges"] == [missing]


def test_a_reader_may_read_but_not_create(server: Running) -> None:
    reader = server.client(READER)
    fault = reader.fault(TASKS, "CreateTask", obj=moref(VM), taskTypeId=JOB, cancelable=True)
    assert fault["missingPrivileges"][0]["privilegeIds"] == ["Task.Create"]
    assert reader.read(TASKS, "maxCollector") == 32
    assert reader.read(reader.collector(), "latestPage") == []


def test_single_privileges_are_enough(server: Running) -> None:
    maker = server.client(MAKER)
    task = maker.create_task()
    maker.call(task, "SetTaskState", state="running")
    assert maker.fault(task, "CancelTask")["privilegeId"] == "Global.CancelTask"


def test_a_host_has_its_own_ids_and_no_collectors() -> None:
    with running(api_type="HostAgent") as host:
        client = host.client(None)
        content = client.read(Ref("ServiceInstance", "ServiceInstance"), "content")
        assert content["about"]["apiType"] == "HostAgent"
        assert "extensionManager" not in content
        manager = Ref("SessionManager", content["sessionManager"]["value"])
        response = client.send("POST", manager, "Login", {"userName": MAKER[0], "password": MAKER[1]})
        client.http.headers[SESSION_HEADER] = response.headers[SESSION_HEADER]
        tasks = Ref("TaskManager", content["taskManager"]["value"])
        assert tasks.value != TASKS.value
        assert client.read(tasks, "maxCollector") == 32
        fault = client.fault(tasks, "CreateCollectorForTasks", filter=data("TaskFilterSpec"))
        assert fault["_typeName"] == "NotSupported"
        client.base = client.base.replace("8.0.1.0", "9.0.0.0")
        view = data("TaskManagerViewByStartId", count=1, startId="")
        fault = client.fault(tasks, "ReadNextTasksByViewSpec", viewSpec=view, filterSpec=data("TaskFilterSpec"))
        assert fault["_typeName"] == "NotSupported"
