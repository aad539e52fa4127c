# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory, search, custom fields, extensions, and privileges of other users."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import (
    JOB,
    MAKER,
    READER,
    ROOT,
    SESSIONS,
    TASKS,
    VM,
    Client,
    Running,
)
from simulator.wire import Ref, data, moref

SEARCH = Ref("SearchIndex", "SearchIndex")
FIELDS = Ref("CustomFieldsManager", "CustomFieldsManager")
EXTENSIONS = Ref("ExtensionManager", "ExtensionManager")
AUTHORIZATION = Ref("AuthorizationManager", "AuthorizationManager")


@pytest.mark.parametrize(
    ("path", "moid"),
    [
        ("", "group-d1"),
        ("/", "group-d1"),
        ("DC0", "datacenter-2"),
        ("/DC0/", "datacenter-2"),
        ("DC0/vm", "group-v3"),
        ("/DC0/vm/web01", "vm-21"),
        ("/DC0/vm/web02", "vm-22"),
        ("/DC0/vm/db01", "vm-23"),
        ("/DC0/vm/apps", "group-v9"),
        ("/DC0/vm/apps/app01", "vm-24"),
        ("/DC0/vm/a%2fb", "vm-25"),
        ("/DC0/vm/a%2Fb", "vm-25"),
        ("/DC0/host/Cluster0", "domain-c7"),
        ("/DC0/host/Cluster0/esx01.example.com", "host-11"),
        ("/DC0/host/Cluster0/Resources", "resgroup-8"),
        ("/DC0/datastore/datastore1", "datastore-31"),
        ("/DC0/network/VM Network", "network-41"),
        ("/DC1/vm/app01", "vm-61"),
        ("/DC0/vm/a/b", None),
        ("/DC0/vm/WEB01", None),
        ("/DC0/vm/web01/disk", None),
        ("/Datacenters/DC0", None),
        ("DC0//vm", None),
    ],
)
def test_inventory_paths_find_their_object(old_server: Running, path: str, moid: str | None) -> None:
    found = old_server.client().call(SEARCH, "FindByInventoryPath", inventoryPath=path)
    assert (found and found["value"]) == moid


@pytest.mark.parametrize(
    ("method", "parameters", "moid"),
    [
        ("FindByIp", {"ip": "192.0.2.21", "vmSearch": True}, "vm-21"),
        ("FindByIp", {"ip": "192.0.2.21", "vmSearch": False}, None),
        ("FindByIp", {"ip": "192.0.2.11", "vmSearch": False}, "host-11"),
        ("FindByDnsName", {"dnsName": "db01.example.com", "vmSearch": True}, "vm-23"),
        ("FindByDnsName", {"dnsName": "esx02.example.com", "vmSearch": False}, "host-12"),
        ("FindByUuid", {"uuid": "42000000-0000-4000-8000-000000000024", "vmSearch": True}, "vm-24"),
        (
            "FindByUuid",
            {"uuid": "50000000-0000-4000-8000-000000000024", "vmSearch": True, "instanceUuid": True},
            "vm-24",
        ),
        ("FindByUuid", {"uuid": "50000000-0000-4000-8000-000000000024", "vmSearch": True}, None),
    ],
)
def test_search_finds_machines_and_hosts_by_ip_and_name(
    old_server: Running, method: str, parameters: dict[str, Any], moid: str | None
) -> None:
    client = old_server.client()
    found = client.call(SEARCH, method, **parameters)
    assert (found and found["value"]) == moid
    elsewhere = moref(Ref("Datacenter", "datacenter-51"))
    assert client.call(SEARCH, method, **parameters, datacenter=elsewhere) is None


def test_fields_of_a_task_are_sorted_by_name(server: Running) -> None:
    client = server.client()
    names = [field["name"] for field in client.read(client.create_task(), "availableField")]
    assert names == ["Approved by", "Owner", "Ticket"]


def test_custom_values_are_set_by_field_name(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    assert client.read(task, "value") == []
    client.call(task, "setCustomValue", key="Owner", value="me")
    client.call(task, "setCustomValue", key="Ticket", value="CHG1")
    client.call(task, "setCustomValue", key="Owner", value="you")
    values = {value["key"]: value["value"] for value in client.read(task, "value")}
    assert values == {101: "CHG1", 102: "you"}
    for unknown in ("Cost centre", "no such field", "102"):
        fault = client.fault(task, "setCustomValue", key=unknown, value="x")
        assert (fault["_typeName"], fault["invalidProperty"]) == ("InvalidArgument", "key")


def test_custom_fields_can_be_added_renamed_and_removed(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    added = client.call(FIELDS, "AddCustomFieldDef", name="Room", moType="Task")
    client.call(FIELDS, "SetField", entity=moref(task), key=added["key"], value="B12")
    assert client.read(task, "value")[0]["value"] == "B12"
    duplicate = client.fault(FIELDS, "AddCustomFieldDef", name="Room", moType="Task")
    assert (duplicate["_typeName"], duplicate["name"]) == ("DuplicateName", "Room")
    assert client.fault(FIELDS, "AddCustomFieldDef", name="x", moType="Nonsense")["invalidProperty"] == "moType"
    client.call(FIELDS, "RenameCustomFieldDef", key=added["key"], name="Seat")
    assert client.fault(FIELDS, "RenameCustomFieldDef", key=added["key"], name="Owner")["_typeName"] == "DuplicateName"
    assert "Seat" in [field["name"] for field in client.read(FIELDS, "field")]
    assert (
        client.fault(FIELDS, "SetField", entity=moref(VM), key=added["key"], value="x")["invalidProperty"] == "entity"
    )
    client.call(FIELDS, "RemoveCustomFieldDef", key=added["key"])
    assert client.read(task, "value") == []
    assert client.fault(FIELDS, "RemoveCustomFieldDef", key=added["key"])["invalidProperty"] == "key"


def extension(key: str = "com.example.new", **more: Any) -> dict[str, Any]:
    parts = {
        "version": "1.0",
        "description": data("Description", label="New", summary="Brand new"),
        "lastHeartbeatTime": "2026-01-01T00:00:00Z",
    }
    return data("Extension", key=key, **{**parts, **more})


def with_types(*task_ids: str) -> dict[str, Any]:
    return {"taskList": [data("ExtensionTaskTypeInfo", taskID=task_id) for task_id in task_ids]}


def label_of(client: Client, task_id: str) -> str | None:
    kinds = client.read(TASKS, "description")["methodInfo"]
    return next((kind["label"] for kind in kinds if kind["key"] == task_id), None)


def texts(locale: str, module: str, **pairs: str) -> dict[str, Any]:
    pairs_data = [data("KeyValue", key=key.replace("_", "."), value=text) for key, text in pairs.items()]
    return data("ExtensionResourceInfo", locale=locale, module=module, data=pairs_data)


def test_task_types_exist_as_long_as_their_extension(server: Running) -> None:
    client = server.client()
    labels = [
        texts("en_US", "task", job_label="Job", job_summary="Does it"),
        texts("de", "task", job_label="Arbeit"),
        texts("en", "event", job_label="Event"),
    ]
    client.call(EXTENSIONS, "RegisterExtension", extension=extension(**with_types("job"), resourceList=labels))
    assert label_of(client, "job") == "Job"
    task = client.create_task(taskTypeId="job")
    assert client.read(task, "info")["descriptionId"] == "job"
    client.call(EXTENSIONS, "UpdateExtension", extension=extension(**with_types("other")))
    assert label_of(client, "job") is None
    assert label_of(client, "other") == "other"
    parameters = {"obj": moref(VM), "taskTypeId": "job", "cancelable": True}
    assert client.fault(TASKS, "CreateTask", **parameters)["invalidProperty"] == "taskType"
    client.call(EXTENSIONS, "UnregisterExtension", extensionKey="com.example.new")
    assert client.call(EXTENSIONS, "FindExtension", extensionKey="com.example.new") is None
    assert label_of(client, "other") is None


def test_unset_fields_are_returned_empty_and_refused_when_sent_back(server: Running) -> None:
    client = server.client()
    client.call(EXTENSIONS, "RegisterExtension", extension=extension())
    stored = client.call(EXTENSIONS, "FindExtension", extensionKey="com.example.new")
    assert (stored["company"], stored["type"], stored["subjectName"]) == ("", "", "")
    fault = client.fault(EXTENSIONS, "UpdateExtension", extension=stored)
    assert (fault["_typeName"], fault["invalidProperty"][:10]) == ("InvalidArgument", "extension.")
    client.call(EXTENSIONS, "UpdateExtension", extension={k: v for k, v in stored.items() if v != ""})


@pytest.mark.parametrize(
    ("method", "parameters", "fault_type"),
    [
        ("RegisterExtension", {"extension": extension("com.vijson.simulator")}, "InvalidArgument"),
        ("RegisterExtension", {"extension": extension("")}, "InvalidArgument"),
        ("RegisterExtension", {"extension": {**extension(), "lastHeartbeatTime": None}}, "InvalidRequest"),
        ("UpdateExtension", {"extension": extension("com.example.none")}, "NotFound"),
        ("UnregisterExtension", {"extensionKey": "com.example.none"}, "NotFound"),
    ],
)
def test_invalid_extensions_are_refused(
    server: Running, method: str, parameters: dict[str, Any], fault_type: str
) -> None:
    assert server.client().fault(EXTENSIONS, method, **parameters)["_typeName"] == fault_type


@pytest.mark.parametrize("character", [*',/\\#+><=;"', "\t", "\n", "\x7f", "é", "\u2028"])
def test_special_characters_in_extension_keys_are_refused(server: Running, character: str) -> None:
    client = server.client()
    spec = extension(f"com.example{character}new")
    fault = client.fault(EXTENSIONS, "RegisterExtension", extension=spec)
    assert (fault["_typeName"], fault["invalidProperty"]) == ("InvalidArgument", "extension.key")
    client.call(EXTENSIONS, "RegisterExtension", extension=extension("com.example A-Z_0:9 [(!$%&'*.?@^`{|}~)]"))


def test_the_seeded_extensions_exist(server: Running) -> None:
    extensions = {found["key"]: found for found in server.client().read(EXTENSIONS, "extensionList")}
    assert extensions["net.example.backup"]["company"] == "Example Ltd"
    assert "taskList" not in extensions["net.example.plain"]
    assert extensions["com.vijson.simulator"]["taskList"][0]["taskID"] == JOB
    # The documentation registers such keys.
    assert not [key for key in extensions if key.startswith("com.example.")]


@pytest.mark.parametrize(
    ("ref", "method", "parameters", "privilege"),
    [
        (EXTENSIONS, "RegisterExtension", {"extension": extension()}, "Extension.Register"),
        (EXTENSIONS, "UpdateExtension", {"extension": extension()}, "Extension.Update"),
        (EXTENSIONS, "UnregisterExtension", {"extensionKey": "x"}, "Extension.Unregister"),
        (FIELDS, "AddCustomFieldDef", {"name": "x"}, "Global.ManageCustomFields"),
        (FIELDS, "RemoveCustomFieldDef", {"key": 101}, "Global.ManageCustomFields"),
        (FIELDS, "RenameCustomFieldDef", {"key": 101, "name": "x"}, "Global.ManageCustomFields"),
        (FIELDS, "SetField", {"entity": moref(VM), "key": 101, "value": "x"}, "Global.SetCustomField"),
        (SESSIONS, "TerminateSession", {"sessionId": ["x"]}, "Sessions.TerminateSession"),
        (SESSIONS, "SessionIsActive", {"sessionID": "x", "userName": "y"}, "Sessions.ValidateSession"),
    ],
)
def test_methods_need_the_privilege_of_the_contract(
    server: Running, ref: Ref, method: str, parameters: dict[str, Any], privilege: str
) -> None:
    fault = server.client(READER).fault(ref, method, **parameters)
    assert fault["_typeName"] == "NoPermission"
    assert fault["missingPrivileges"][0]["privilegeIds"] == [privilege]


def test_reading_a_property_needs_its_privilege(server: Running) -> None:
    response = server.client(READER).send("GET", SESSIONS, "sessionList")
    assert response.json()["privilegeId"] == "Sessions.TerminateSession"


def test_privileges_of_a_session_and_a_user_can_be_queried(server: Running) -> None:
    client = server.client(MAKER)
    key = client.read(SESSIONS, "currentSession")["key"]
    asked = ["Task.Create", "Global.CancelTask", "System.View"]
    on_one = client.call(AUTHORIZATION, "HasPrivilegeOnEntity", entity=moref(ROOT), sessionId=key, privId=asked)
    assert on_one == [True, False, True]
    on_all = client.call(
        AUTHORIZATION, "HasPrivilegeOnEntities", entity=[moref(ROOT), moref(VM)], sessionId=key, privId=asked
    )
    assert [entry["entity"]["value"] for entry in on_all] == ["group-d1", "vm-21"]
    assert [privilege["isGranted"] for privilege in on_all[1]["privAvailability"]] == on_one
    of_reader = client.call(
        AUTHORIZATION, "HasUserPrivilegeOnEntities", entities=[moref(VM)], userName=READER[0], privId=asked
    )
    assert [privilege["isGranted"] for privilege in of_reader[0]["privAvailability"]] == [False, False, True]
    fault = client.fault(AUTHORIZATION, "HasPrivilegeOnEntity", entity=moref(ROOT), sessionId="none", privId=asked)
    assert fault["invalidProperty"] == "sessionId"
