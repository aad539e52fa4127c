# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests: paths, releases, and the validation of bodies."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
import requests

from ansible_collections.vijson.tasks.tests.support.over_http import (
    JOB,
    ROOT,
    SERVICE,
    SESSIONS,
    TASKS,
    VM,
    Client,
    Running,
    running,
)
from simulator.http.responses import SESSION_HEADER
from simulator.wire import Ref, data, moref

COLLECTOR = Ref("PropertyCollector", "propertyCollector")
EXTENSIONS = Ref("ExtensionManager", "ExtensionManager")


@pytest.mark.parametrize("release", ["7.0.0.0", "7.0.3.2", "8.0.0.2", "8.0.1.0", "8.0.3.1", "9.0.0.0", "9.1.0.0"])
def test_the_server_accepts_its_own_and_every_earlier_release(server: Running, release: str) -> None:
    assert server.client(release=release).read(TASKS, "maxCollector") == 32


@pytest.mark.parametrize("release", ["9.1.1.0", "10.0.0.0", "6.7.0.0"])
def test_the_server_refuses_other_releases(server: Running, release: str) -> None:
    response = server.client(None, release).send("GET", SERVICE, "content")
    assert response.status_code == 500
    assert release in response.json()["faultstring"]


@pytest.mark.parametrize(
    ("api_type", "parts"),
    [
        ("VirtualCenter", ("VMware vCenter Server", "linux-x64", "vpx", "VMware VirtualCenter Server")),
        ("HostAgent", ("VMware ESXi", "vmnix-x86", "embeddedEsx", "VMware ESX Server")),
    ],
)
def test_says_what_it_is(api_type: str, parts: tuple[str, ...]) -> None:
    with running(api_type=api_type) as started:
        about = started.client(None).read(SERVICE, "content")["about"]
    assert tuple(about[name] for name in ("name", "osType", "productLineId", "licenseProductName")) == parts
    assert ("instanceUuid" in about) is (api_type == "VirtualCenter")
    assert (about["version"], about["apiVersion"]) == ("9.1.0", "9.1.0.0")
    assert about["licenseProductVersion"] == "9.0"


def test_sends_text_as_utf_8(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "SetTaskDescription", description=data("LocalizableMessage", key="k", message="Größe"))
    assert "Größe".encode() in client.send("GET", task, "info").content


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("SetTaskState", {"state": "success", "result": [1]}, "A boxed value is expected"),
        ("SetTaskDescription", {"description": 5}, "A LocalizableMessage is expected"),
    ],
)
def test_says_what_a_value_has_to_be(server: Running, method: str, parameters: dict[str, Any], words: str) -> None:
    client = server.client()
    assert words in client.fault(client.create_task(), method, **parameters)["faultstring"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [({"obj": {**moref(VM), "serverGuid": "x"}}, "obj.serverGuid"), ({"priority": 1}, "priority")],
)
def test_says_where_an_unknown_field_is(server: Running, changes: dict[str, Any], place: str) -> None:
    parameters = {"obj": moref(VM), "taskTypeId": JOB, "cancelable": True, **changes}
    fault = server.client().fault(TASKS, "CreateTask", **parameters)
    assert fault["faultstring"].startswith(f"Unknown property {place} in")


@pytest.mark.parametrize(("release", "status"), [("8.0.0.2", 404), ("8.0.1.0", 200)])
def test_the_server_has_no_vi_json_before_its_first_release(release: str, status: int) -> None:
    with running(release=release) as old:
        assert old.client(None).send("GET", SERVICE, "content").status_code == status


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "ServiceInstance/ServiceInstance/noSuchProperty"),
        ("POST", "ServiceInstance/ServiceInstance/content"),
        ("GET", "Task/task-1/CancelTask"),
        ("GET", "Folder/group-d1/name"),
        ("GET", "TaskManager/TaskManager"),
        ("PUT", "Task/task-1/info"),
    ],
)
def test_unknown_routes_are_404(server: Running, verb: str, path: str) -> None:
    client = server.client()
    assert client.http.request(verb, f"{client.base}/{path}", timeout=5).status_code == 404


@pytest.mark.parametrize("brackets", ["raw", "encoded"])
def test_ids_are_accepted_raw_or_percent_encoded(server: Running, brackets: str) -> None:
    client = server.client()
    collector = client.collector()
    assert "[" in collector.value
    moid = collector.value if brackets == "raw" else collector.value.replace("[", "%5B").replace("]", "%5d")
    connection = http.client.HTTPConnection(server.url.partition("//")[2], timeout=5)
    path = f"/sdk/vim25/8.0.1.0/TaskHistoryCollector/{moid}/latestPage"
    connection.request("GET", path, headers={SESSION_HEADER: str(client.http.headers[SESSION_HEADER])})
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())) == (200, [])
    connection.close()


def specs(**changes: Any) -> list[dict[str, Any]]:
    """A specSet for RetrievePropertiesEx with some parts replaced."""
    prop_set = changes.get("propSet", [data("PropertySpec", type="Task", pathSet=["info"])])
    object_set = changes.get("objectSet", [data("ObjectSpec", obj=moref(ROOT))])
    return [{"_typeName": "PropertyFilterSpec", "propSet": prop_set, "objectSet": object_set}]


OPTIONS = {"_typeName": "RetrieveOptions"}


@pytest.mark.parametrize(
    ("parameters", "stray"),
    [
        ({"specSet": specs(propSet=[{"type": "Task", "pathSet": ["info"]}]), "options": OPTIONS}, "pathSet"),
        ({"specSet": [{"propSet": [], "objectSet": []}], "options": OPTIONS}, "propSet"),
        ({"specSet": specs(objectSet=[{"obj": moref(ROOT)}]), "options": OPTIONS}, "obj"),
        ({"specSet": specs(), "options": {"maxObjects": 5}}, "maxObjects"),
        ({"specSet": specs(objectSet=[data("ObjectSpec", obj={"type": "Folder", "value": "group-d1"})]),
          "options": OPTIONS}, "_typeName"),
    ],
)  # fmt: skip
def test_untagged_objects_are_read_as_references(server: Running, parameters: Any, stray: str) -> None:
    fault = server.client().fault(COLLECTOR, "RetrievePropertiesEx", **parameters)
    assert (fault["_typeName"], fault["faultstring"]) == ("InvalidArgument", f"Invalid MoRef field: {stray}")


def test_untagged_nested_objects_are_read_as_references(server: Running) -> None:
    extension = data(
        "Extension",
        key="com.example.new",
        version="1",
        description=data("Description", label="a", summary="b"),
        lastHeartbeatTime="2026-01-01T00:00:00Z",
        resourceList=[data("ExtensionResourceInfo", locale="en", module="task", data=[{"key": "a", "value": "b"}])],
    )
    fault = server.client().fault(EXTENSIONS, "RegisterExtension", extension=extension)
    assert (fault["_typeName"], fault["faultstring"]) == ("InvalidArgument", "Invalid MoRef field: key")


@pytest.mark.parametrize(
    ("changes", "fault_type"),
    [
        ({"obj": None}, "InvalidRequest"),
        ({"cancelable": None}, "InvalidRequest"),
        ({"priority": 1}, "InvalidRequest"),
        ({"cancelable": "yes"}, "InvalidArgument"),
        ({"cancelable": 1}, "InvalidArgument"),
        ({"cancelable": {"_typeName": "boolean", "_value": True}}, "InvalidArgument"),
        ({"taskTypeId": 5}, "InvalidArgument"),
        ({"obj": "vm-21"}, "InvalidArgument"),
        ({"obj": {**moref(VM), "serverGuid": "x"}}, "InvalidRequest"),
        ({"obj": {**moref(VM), "type": "NoSuchType"}}, "InvalidArgument"),
        ({"obj": data("KeyValue", key="a", value="b")}, "InvalidArgument"),
        ({"obj": moref(Ref("Folder", "vm-21"))}, "ManagedObjectNotFound"),
        ({"obj": moref(Ref("VirtualMachine", "vm-999"))}, "ManagedObjectNotFound"),
    ],
)
def test_invalid_parameters_are_refused(server: Running, changes: dict[str, Any], fault_type: str) -> None:
    parameters = {"obj": moref(VM), "taskTypeId": JOB, "cancelable": True, **changes}
    assert server.client().fault(TASKS, "CreateTask", **parameters)["_typeName"] == fault_type
    assert not server.world.tasks.in_order


@pytest.mark.parametrize(
    "result",
    [
        5,
        "done",
        ["a"],
        {"_typeName": "int", "_value": "5"},
        {"_typeName": "int", "_value": 2**31},
        {"_typeName": "int", "_value": True},
        {"_typeName": "int"},
        {"_typeName": "boolean", "_value": 0},
        {"_typeName": "dateTime", "_value": "yesterday"},
        {"_typeName": "base64Binary", "_value": "!"},
        {"_typeName": "TaskInfoState", "_value": "paused"},
        {"_typeName": "ArrayOfString", "_value": ["a", 1]},
        {"_typeName": "ArrayOfString", "_value": "a"},
        {"_typeName": "NoSuchType", "x": 1},
        {"_value": 5},
    ],
)
def test_values_of_type_any_must_be_boxed(server: Running, result: Any) -> None:
    client = server.client()
    task = client.create_task()
    fault = client.fault(task, "SetTaskState", state="success", result=result)
    assert fault["_typeName"] == "InvalidArgument"
    assert client.read(task, "info")["state"] == "queued"


@pytest.mark.parametrize(
    "result",
    [
        {"_typeName": "long", "_value": 2**40},
        {"_typeName": "double", "_value": 1},
        {"_typeName": "string", "_value": "ü"},
        {"_typeName": "base64Binary", "_value": "AAE="},
        {"_typeName": "dateTime", "_value": "2026-02-28T23:59:59.123456789+01:00"},
        {"_typeName": "ArrayOfManagedObjectReference", "_value": [moref(VM)]},
        data("KeyValue", key="a", value="b"),
        moref(VM),
    ],
)
def test_boxed_values_are_returned_unchanged(server: Running, result: Any) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "SetTaskState", state="success", result=result)
    assert client.read(task, "info")["result"] == result


@pytest.mark.parametrize("body", ["", "{", "[]", "5", '"x"'])
def test_bodies_must_be_json_objects(server: Running, body: str) -> None:
    client = server.client()
    url = f"{client.base}/TaskManager/TaskManager/CreateTask"
    response = client.http.post(url, data=body, timeout=5)
    assert (response.status_code, response.json()["_typeName"]) == (500, "InvalidRequest")


def test_a_client_that_tags_everything_without_a_content_type_is_accepted(server: Running) -> None:
    client = server.client(None, "9.0.0.0")

    def post(path: str, body: Any) -> requests.Response:
        return client.http.post(f"{client.base}/{path}", data=json.dumps(body).encode(), timeout=5)

    content = post("ServiceInstance/ServiceInstance/RetrieveServiceContent", None).json()
    assert content["about"]["apiType"] == "VirtualCenter"
    login = {"_typeName": "LoginRequestType", "userName": "administrator@vsphere.local", "password": "admin-Pw1"}
    response = post(f"SessionManager/{content['sessionManager']['value']}/Login", login)
    client.http.headers[SESSION_HEADER] = response.headers[SESSION_HEADER]
    created = {"_typeName": "CreateTaskRequestType", "obj": moref(VM), "taskTypeId": JOB, "cancelable": False}
    key = post("TaskManager/TaskManager/CreateTask", created).json()["key"]
    assert (
        post(f"Task/{key}/SetTaskState", {"_typeName": "SetTaskStateRequestType", "state": "running"}).status_code
        == 204
    )
    assert post("SessionManager/SessionManager/Logout", None).status_code == 204


def test_null_parameters_are_treated_as_absent(server: Running) -> None:
    task = server.client().create_task(activationId=None, parentTaskKey=None)
    assert "activationId" not in server.client().read(task, "info")


def test_void_methods_take_no_parameters(server: Running) -> None:
    assert server.client().fault(SESSIONS, "Logout", really=True)["_typeName"] == "InvalidRequest"
    assert server.state()["sessions"] == 1


def test_the_session_is_checked_first(server: Running) -> None:
    client: Client = server.client(None)
    fault = client.fault(TASKS, "CreateTask")
    assert (fault["_typeName"], fault["privilegeId"]) == ("NotAuthenticated", "Task.Create")
    assert fault["object"] == moref(TASKS)
