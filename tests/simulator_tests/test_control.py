# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface: counters, fault injection, new tasks, quirks, the log."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from ansible_collections.vijson.tasks.tests.support.over_http import JOB, SESSIONS, TASKS, VM, FaultResponse, Running
from simulator.http.responses import SESSION_HEADER
from simulator.wire import Ref, data, moref

SEARCH = Ref("SearchIndex", "SearchIndex")


def created(server: Running) -> int:
    return len(server.world.tasks.in_order)


def create(server: Running, timeout: float = 5) -> requests.Response:
    client = server.client()
    url = f"{client.base}/TaskManager/TaskManager/CreateTask"
    body = {"obj": moref(VM), "taskTypeId": JOB, "cancelable": True}
    return client.http.post(url, json=body, timeout=timeout)


def received(server: Running, seconds: float = 0.9) -> bytes:
    """The bytes that arrive in that time after a request to create a task."""
    client = server.client()
    address = urlsplit(client.base)
    body = json.dumps({"obj": moref(VM), "taskTypeId": JOB, "cancelable": True})
    lines = [
        f"POST {address.path}/TaskManager/TaskManager/CreateTask HTTP/1.1",
        f"Host: {address.netloc}",
        f"{SESSION_HEADER}: {client.http.headers[SESSION_HEADER]!s}",
        f"Content-Length: {len(body)}",
    ]
    data = b""
    end = time.monotonic() + seconds
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall("\r\n".join([*lines, "", body]).encode())
        while time.monotonic() < end:
            connection.settimeout(max(0.01, end - time.monotonic()))
            with suppress(socket.timeout):
                data += connection.recv(4096)
    return data


def test_requests_are_counted_by_operation(server: Running) -> None:
    client = server.client()
    client.create_task()
    client.read(TASKS, "maxCollector")
    client.read(TASKS, "maxCollector")
    state = server.state()
    assert state["requests"] == {"SessionManager.Login": 1, "TaskManager.CreateTask": 1, "TaskManager.maxCollector": 2}
    assert state["total"] == 4
    server.control("POST", "reset")
    state = server.state()
    assert (state["requests"], state["total"], state["opened"]["sessions"], state["sessions"]) == ({}, 0, 0, 1)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp4", "Bearer \u20ac"])
def test_requests_without_the_token_show_and_change_nothing(server: Running, authorization: str | None) -> None:
    task = server.add_task(state="running")
    right = server.authorization
    server.authorization = {} if authorization is None else {"Authorization": authorization.encode()}
    for verb, path in (
        ("GET", "state"),
        ("POST", "reset"),
        ("GET", "log"),
        ("POST", "log"),
        ("POST", "faults"),
        ("POST", "tasks"),
        ("PATCH", f"tasks/{task.value}"),
        ("DELETE", f"tasks/{task.value}"),
        ("DELETE", "tasks"),
        ("POST", "restart"),
        ("POST", "quirks"),
    ):
        response = server.send(verb, path, {})
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "VIJSON_SIMULATOR_TOKEN" in response.json()["error"]
    server.authorization = right
    assert server.state()["opened"]["sessions"] == 0
    assert created(server) == 1


@pytest.mark.parametrize(("fault", "ran"), [("cut_before", 0), ("cut_after", 1)])
def test_a_cut_fault_closes_the_connection_before_or_after_the_request(server: Running, fault: str, ran: int) -> None:
    server.inject("TaskManager.CreateTask", fault)
    with pytest.raises(requests.ConnectionError):
        create(server)
    assert created(server) == ran
    assert create(server).status_code == 200


def test_cut_after_can_send_the_status_line_first(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "cut_after", status_before=True)
    body = {"obj": moref(VM), "taskTypeId": JOB, "cancelable": True}
    response = server.client().send("POST", TASKS, "CreateTask", body, stream=True)
    assert response.status_code == 200
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        response.json()
    assert created(server) == 1


def test_refused_closes_the_port_for_a_while(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "refused", seconds=0.6)
    with pytest.raises(requests.ConnectionError):
        create(server)
    with pytest.raises(requests.ConnectionError) as caught:
        server.send("GET", "state")
    assert "refused" in str(caught.value)
    time.sleep(0.8)
    assert server.state()["requests"]["TaskManager.CreateTask"] == 1
    assert created(server) == 0


def test_refused_connections_may_begin_again_and_last_longer(server: Running) -> None:
    first, second = server.client(), server.client()
    server.inject("TaskManager.maxCollector", "refused", seconds=0.5)
    server.inject("TaskManager.description", "refused", seconds=3.0)
    for client, name in ((first, "maxCollector"), (second, "description")):
        with pytest.raises(requests.ConnectionError):
            client.read(TASKS, name)
    time.sleep(0.8)
    with pytest.raises(requests.ConnectionError, match="refused"):
        server.send("GET", "state")


def test_delay_sends_the_response_later(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "delay", seconds=0.8)
    with pytest.raises(requests.Timeout):
        create(server, timeout=0.3)
    assert created(server) == 1
    server.inject("TaskManager.CreateTask", "delay", seconds=0.3)
    begin = time.monotonic()
    assert create(server).status_code == 200
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("after", [False, True])
def test_http_faults_send_the_html_error_of_a_proxy(server: Running, status: int, after: bool) -> None:
    server.inject("TaskManager.CreateTask", f"http_{status}", after=after)
    response = create(server)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<html>" in response.text
    assert created(server) == int(after)


def test_truncated_cuts_the_response(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "truncated")
    with pytest.raises(requests.RequestException):
        create(server)
    assert created(server) == 1


def test_truncated_cuts_the_response_of_a_void_method(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    server.inject("Task.SetTaskState", "truncated")
    response = client.send("POST", task, "SetTaskState", {"state": "running"}, stream=True)
    assert response.status_code == 200
    with pytest.raises(requests.RequestException):
        response.json()
    assert client.read(task, "info")["state"] == "running"


def test_invalid_json_gives_a_void_method_a_body(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    server.inject("Task.SetTaskState", "invalid_json")
    response = client.send("POST", task, "SetTaskState", {"state": "running"})
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()


def test_invalid_json_breaks_the_body(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "invalid_json")
    response = create(server)
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()
    assert created(server) == 1


@pytest.mark.parametrize("member", ["maxCollector", "recentTask", "description"])
def test_wrong_type_sends_a_value_of_another_type(server: Running, member: str) -> None:
    client = server.client()
    right = client.read(TASKS, member)
    server.inject(f"TaskManager.{member}", "wrong_type")
    assert type(client.read(TASKS, member)) is not type(right)
    assert client.read(TASKS, member) == right


def test_dripping_sends_the_response_byte_by_byte(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "dripping")
    assert received(server) in (b"HTT", b"HTTP", b"HTTP/", b"HTTP/1")
    assert created(server) == 1


def test_endless_faults_never_begin_or_never_end_the_response(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "endless_continue")
    begun = received(server)
    assert begun.count(b"HTTP/1.1 100 Continue\r\n\r\n") > 5
    assert b" 200 " not in begun
    server.inject("TaskManager.CreateTask", "endless_chunks")
    begun = received(server)
    assert b"Transfer-Encoding: chunked" in begun
    assert begun.count(b"1\r\n \r\n") > 5
    assert not begun.endswith(b"0\r\n\r\n")
    assert created(server) == 2


def test_oversized_adds_bytes_to_the_response(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "oversized", mebibytes=3)
    response = create(server)
    assert response.json()["_typeName"] == "TaskInfo"
    assert len(response.content) > 3 << 20
    server.inject("Task.SetTaskState", "oversized", mebibytes=1)
    task = Ref("Task", response.json()["key"])
    response = server.client().send("POST", task, "SetTaskState", {"state": "running"})
    assert response.status_code == 200
    assert len(response.content) > 1 << 20


def test_session_expired_ends_the_session_with_the_request(server: Running) -> None:
    server.inject("TaskManager.CreateTask", "session_expired")
    assert create(server).json()["_typeName"] == "NotAuthenticated"
    assert (created(server), server.state()["sessions"]) == (0, 0)


def test_faults_hit_the_nth_matching_request(server: Running) -> None:
    server.inject("Task*.*", "http_503", nth=2, times=2)
    client = server.client()
    codes = [client.send("GET", TASKS, "maxCollector").status_code for _round in range(5)]
    assert codes == [200, 503, 503, 200, 200]
    (rule,) = server.control("GET", "faults")
    assert (rule["seen"], rule["fired"]) == (5, 2)
    server.control("DELETE", "faults")
    assert server.control("GET", "faults") == []


def test_faults_apply_to_the_rest_api(server: Running) -> None:
    server.inject("api.session.create", "http_502")
    auth = ("administrator@vsphere.local", "admin-Pw1")
    assert requests.post(f"{server.url}/api/session", auth=auth, timeout=5).status_code == 502
    created = requests.post(f"{server.url}/api/session", auth=auth, timeout=5)
    assert created.status_code == 201
    server.inject("api.session.get", "session_expired")
    headers = {SESSION_HEADER: created.json()}
    assert requests.get(f"{server.url}/api/session", headers=headers, timeout=5).status_code == 401
    assert server.state()["sessions"] == 0


def test_quirks_are_shown_and_changed(server: Running) -> None:
    assert server.control("GET", "quirks")["null_lists"] is False
    assert server.control("POST", "quirks", {"null_lists": True})["null_lists"] is True
    assert server.control("GET", "quirks")["null_lists"] is True


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"operation": "*", "fault": "explode"}),
        ("faults", {"operation": "*", "fault": "delay", "colour": 1}),
        ("faults", {"fault": "delay"}),
        ("quirks", {"no_such_quirk": True}),
        ("quirks", {"wrap_errors": "yes"}),
        ("tasks", {"entity": "vm-999"}),
        ("tasks", {"colour": "red"}),
        ("tasks", {"state": "paused"}),
        ("tasks", {"on_cancel": "never"}),
    ],
)
def test_invalid_orders_are_refused(server: Running, path: str, body: Any) -> None:
    response = server.send("POST", path, body)
    assert response.status_code == 400
    assert response.json()["error"]
    assert created(server) == 0


def test_a_task_is_created_with_the_ordered_fields(server: Running) -> None:
    client = server.client()
    task = server.add_task(
        entity="vm-22",
        type="VirtualMachine.clone",
        state="error",
        queued_ago=300,
        started_ago=200,
        completed_ago=100,
        error=data("Timedout"),
        progress=70,
        activation_id="abc",
        tag="t",
        description="half way",
        parent_task_key="task-1",
        root_task_key="task-2",
        event_chain_id=9,
        custom_values={"101": "CHG1"},
    )
    info = client.read(task, "info")
    shown = {key: info[key] for key in ("name", "descriptionId", "entityName", "state", "progress", "activationId")}
    assert shown == {
        "name": "CloneVM_Task",
        "descriptionId": "VirtualMachine.clone",
        "entityName": "web02",
        "state": "error",
        "progress": 70,
        "activationId": "abc",
    }
    assert (info["changeTag"], info["parentTaskKey"], info["rootTaskKey"], info["eventChainId"]) == (
        "t",
        "task-1",
        "task-2",
        9,
    )
    assert info["queueTime"] < info["startTime"] < info["completeTime"]
    assert info["description"]["message"] == "half way"
    assert client.read(task, "value")[0]["value"] == "CHG1"


def test_a_running_task_begins_when_it_is_added(server: Running) -> None:
    task = server.add_task(state="running", duration=100)
    assert server.client().read(task, "info").get("progress", 0) == 0


def test_a_task_without_a_time_in_the_queue_starts_at_once(server: Running) -> None:
    client = server.client()
    ended = client.read(server.add_task(state="success", completed_ago=0.5), "info")
    assert ended["queueTime"] == ended["startTime"] == ended["completeTime"]
    active = client.read(server.add_task(state="running", started_ago=0.5), "info")
    assert active["queueTime"] == active["startTime"]


def test_the_description_of_a_task_may_have_a_key(server: Running) -> None:
    described = data("LocalizableMessage", key="com.example.half", message="half way")
    task = server.add_task(state="running", description=described)
    assert server.client().read(task, "info")["description"] == described


def test_a_task_can_be_changed_from_outside(server: Running) -> None:
    client = server.client()
    task = server.add_task(state="queued")
    server.control("PATCH", f"tasks/{task.value}", {"state": "running", "progress": 5, "cancelable": False})
    info = client.read(task, "info")
    assert (info["state"], info["progress"], info["cancelable"]) == ("running", 5, False)
    server.control("PATCH", f"tasks/{task.value}", {"duration": 0.2, "outcome": "error", "error": data("Timedout")})
    time.sleep(0.5)
    assert client.read(task, "info")["error"] == data("Timedout")
    assert server.send("PATCH", "tasks/task-0", {}).status_code == 404


@pytest.mark.parametrize("path", ["sessions/expire", "restart"])
def test_all_sessions_end_at_once(server: Running, path: str) -> None:
    client = server.client()
    task = client.create_task()
    client.collector()
    server.control("POST", path)
    state = server.state()
    assert (state["sessions"], state["collectors"]) == (0, 0)
    with pytest.raises(FaultResponse) as caught:
        client.read(task, "info")
    assert caught.value.type == "NotAuthenticated"
    assert server.client().read(task, "info")["key"] == task.value


def test_lists_without_items_may_be_null(server: Running) -> None:
    client = server.client()
    collector = client.collector()
    assert client.read(TASKS, "recentTask") == []
    server.control("POST", "quirks", {"null_lists": True})
    responses = [client.read(TASKS, "recentTask"), client.call(collector, "ReadNextTasks", maxCount=1)]
    assert responses == [None, None]


def test_a_missing_value_may_be_null_empty_or_204(server: Running) -> None:
    client = server.client()

    def response() -> tuple[int, str]:
        got = client.send("POST", SEARCH, "FindByInventoryPath", {"inventoryPath": "/nowhere"})
        return got.status_code, got.text

    assert response() == (200, "null")
    server.control("POST", "quirks", {"empty_body": True})
    assert response() == (200, "")
    server.control("POST", "quirks", {"empty_as_204": True})
    assert response() == (204, "")


def test_a_method_without_a_result_may_have_a_body(server: Running) -> None:
    client = server.client()
    collector = client.collector()
    bodies = {"": (204, ""), "null": (200, "null"), "empty": (200, "")}
    for quirk, expected in bodies.items():
        server.control("POST", "quirks", {"void_body": quirk})
        response = client.send("POST", collector, "RewindCollector")
        assert (response.status_code, response.text) == expected


def test_unset_fields_may_be_null(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    client.call(client.collector(), "ReadNextTasks", maxCount=1)
    server.control("POST", "quirks", {"null_fields": True})
    for info in (client.read(task, "info"), client.call(client.collector(), "ReadNextTasks", maxCount=1)[0]):
        assert info["error"] is None
        assert info["startTime"] is None


def test_created_on_cancel_decides_how_a_created_task_takes_a_cancel(server: Running) -> None:
    client = server.client()
    server.control("POST", "quirks", {"created_on_cancel": "owner"})
    task = client.create_task()
    client.call(task, "CancelTask")
    time.sleep(0.2)
    assert client.read(task, "info")["state"] == "queued"


def test_the_log_records_requests_and_responses(server: Running) -> None:
    client = server.client()
    assert server.control("GET", "log") == []
    server.control("POST", "log", {"on": True})
    client.call(SEARCH, "FindByInventoryPath", inventoryPath="/DC0")
    client.fault(SESSIONS, "LoginByToken")
    client.read(TASKS, "maxCollector")
    found, failed, read = server.control("GET", "log")
    assert (found["method"], found["operation"], found["status"]) == ("POST", "SearchIndex.FindByInventoryPath", 200)
    assert found["path"] == "/sdk/vim25/8.0.1.0/SearchIndex/SearchIndex/FindByInventoryPath"
    assert found["body"] == {"inventoryPath": "/DC0"}
    assert found["response"]["value"] == "datacenter-2"
    assert found["headers"]["vmware-api-session-id"]
    assert failed["response"]["_typeName"] == "InvalidLogin"
    assert (read["method"], read["body"], read["response"]) == ("GET", None, 32)
    assert json.dumps(found)
    server.control("DELETE", "log")
    assert server.control("GET", "log") == []


def test_an_entity_can_be_renamed(server: Running) -> None:
    moid = server.add_task(entity=VM.value).value
    server.control("PATCH", f"entities/{VM.value}", {"name": "{{ other }}"})
    assert server.control("PATCH", f"tasks/{moid}", {})["entityName"] == "{{ other }}"
