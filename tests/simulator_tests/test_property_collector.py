# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RetrievePropertiesEx and related methods: selected properties and paging."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.wire import Ref, data, moref
from simulator_tests.in_process import (
    COLLECTOR,
    ROOT,
    TASKS,
    VIEWS,
    VM,
    Client,
    fault_of,
    filter_spec,
    ids,
    properties,
    scenario,
    starting,
    values,
)

GONE = Ref("Task", "task-999999")
SERVICE = Ref("ServiceInstance", "ServiceInstance")
CONTENT = filter_spec(properties("ServiceInstance", "content"), starting(SERVICE))


@scenario
async def test_task_infos_are_returned_in_the_requested_order(client: Client) -> None:
    first, second = client.task("running"), client.task("success")
    starts = [starting(second.ref), starting(first.ref)]
    response = await client.retrieve(filter_spec(properties("Task", "info"), starts))
    assert ids(response) == [second.key, first.key]
    assert values(response["objects"][0]) == {"info": client.read(second.ref, "info")}


@pytest.mark.parametrize(
    ("path", "boxed"),
    [
        ("info.state", {"_typeName": "TaskInfoState", "_value": "running"}),
        ("info.progress", {"_typeName": "int", "_value": 7}),
        ("info.cancelable", {"_typeName": "boolean", "_value": True}),
        ("info.key", {"_typeName": "string", "_value": "task-101"}),
        ("info.entity", moref(VM)),
        ("info.reason", {"_typeName": "TaskReasonUser", "userName": "somebody"}),
        ("info.reason.userName", {"_typeName": "string", "_value": "somebody"}),
        ("info.locked", {"_typeName": "ArrayOfManagedObjectReference", "_value": [moref(VM)]}),
        ("value", {"_typeName": "ArrayOfCustomFieldValue", "_value": []}),
        ("info.result", None),
        ("info.description.message", None),
    ],
)
@scenario
async def test_values_are_boxed_by_their_declared_type(client: Client, path: str, boxed: Any) -> None:
    task = client.task("running")
    task.locked = [moref(VM)]
    task.set_progress(7)
    response = await client.retrieve(filter_spec(properties("Task", path), starting(task.ref)))
    assert values(response["objects"][0]).get(path) == boxed
    assert ("propSet" in response["objects"][0]) == (boxed is not None)


@scenario
async def test_a_time_is_boxed_as_date_time(client: Client) -> None:
    task = client.task()
    response = await client.retrieve(filter_spec(properties("Task", "info.queueTime"), starting(task.ref)))
    queue_time = client.read(task.ref, "info")["queueTime"]
    assert values(response["objects"][0]) == {"info.queueTime": {"_typeName": "dateTime", "_value": queue_time}}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (properties("VirtualMachine", "name", "parent"), {"name", "parent"}),
        (properties("ManagedEntity", "name"), {"name"}),
        (properties("ExtensibleManagedObject", "value"), {"value"}),
        ([properties("VirtualMachine", "name"), properties("ManagedEntity", "parent", "name")], {"name", "parent"}),
        (data("PropertySpec", type="VirtualMachine"), set()),
        (properties("VirtualMachine"), set()),
    ],
)
@scenario
async def test_properties_are_selected_by_type_and_base_type(client: Client, wanted: Any, expected: set[str]) -> None:
    response = await client.retrieve(filter_spec(wanted, starting(VM)))
    assert ids(response) == [VM.value]
    assert set(values(response["objects"][0])) == expected


@scenario
async def test_all_selects_every_property(client: Client) -> None:
    response = await client.retrieve(filter_spec(properties("Task", "ignored", all=True), starting(client.task().ref)))
    assert set(values(response["objects"][0])) == {"info", "value", "availableField"}


@scenario
async def test_an_object_without_a_property_spec_is_not_reported(client: Client) -> None:
    assert await client.retrieve(filter_spec(properties("HostSystem", "name"), starting(VM))) is None


@scenario
async def test_null_lists_returns_null_for_an_empty_list(client: Client) -> None:
    client.world.quirks.null_lists = True
    spec = filter_spec(properties("HostSystem", "name"), starting(VM))
    collector = client.world.find(COLLECTOR, client.session)
    response = await collector.invoke(
        "RetrievePropertiesEx", client.session, {"specSet": [spec], "options": data("RetrieveOptions")}
    )
    assert response == {"_typeName": "RetrieveResult", "objects": None}


@scenario
async def test_an_object_is_reported_once_with_the_properties_of_all_specs(client: Client) -> None:
    name = filter_spec(properties("VirtualMachine", "name"), [starting(VM), starting(VM)])
    parent = filter_spec(properties("VirtualMachine", "parent", "name"), starting(VM))
    response = await client.retrieve(name, parent)
    assert ids(response) == [VM.value]
    assert list(values(response["objects"][0])) == ["name", "parent"]


@scenario
async def test_missing_objects_are_left_out_when_the_spec_says_so(client: Client) -> None:
    task = client.task()
    spec = filter_spec(
        properties("Task", "info"), [starting(GONE), starting(task.ref)], reportMissingObjectsInResults=True
    )
    assert ids(await client.retrieve(spec)) == [task.key]


@scenario
async def test_unreadable_properties_are_in_the_missing_set(client: Client) -> None:
    reader = Client(client.world, "reader@vsphere.local")
    manager = Ref("SessionManager", "SessionManager")
    response = await reader.retrieve(
        filter_spec(properties("SessionManager", "currentSession", "sessionList"), starting(manager))
    )
    (content,) = response["objects"]
    assert values(content)["currentSession"]["userName"] == "VSPHERE.LOCAL\\reader"
    assert [missing["path"] for missing in content["missingSet"]] == ["sessionList"]
    fault = content["missingSet"][0]["fault"]
    assert (fault["_typeName"], fault["privilegeId"]) == ("NoPermission", "Sessions.TerminateSession")


@scenario
async def test_without_a_session_only_the_content_can_be_read(client: Client) -> None:
    client.session = None
    response = await client.retrieve(CONTENT, filter_spec(properties("Folder", "name"), starting(ROOT)))
    service, folder = response["objects"]
    assert values(service)["content"]["rootFolder"] == moref(ROOT)
    assert "propSet" not in folder
    assert [missing["fault"]["_typeName"] for missing in folder["missingSet"]] == ["NotAuthenticated"]


@scenario
async def test_pages_are_read_with_tokens_that_work_once(client: Client) -> None:
    tasks = [client.task() for _number in range(5)]
    spec = filter_spec(properties("Task", "info.key"), [starting(task.ref) for task in tasks])
    page = await client.retrieve(spec, maxObjects=2)
    found, used = ids(page), []
    while "token" in page:
        used.append(page["token"])
        page = await client.call(COLLECTOR, "ContinueRetrievePropertiesEx", token=page["token"])
        found += ids(page)
        assert len(ids(page)) <= 2
    assert found == [task.key for task in tasks]
    assert len(set(used)) == 2
    for token in used:
        refused = await fault_of(client.call(COLLECTOR, "ContinueRetrievePropertiesEx", token=token))
        assert (refused.type_name, refused.fields) == ("InvalidArgument", {"invalidProperty": "token"})


@scenario
async def test_a_token_becomes_invalid_with_the_next_retrieval_or_a_cancel(client: Client) -> None:
    spec = filter_spec(properties("Task", "info"), [starting(client.task().ref) for _number in range(2)])
    token = (await client.retrieve(spec, maxObjects=1))["token"]
    other = await client.make(COLLECTOR, "CreatePropertyCollector")
    assert (
        await fault_of(client.call(other, "ContinueRetrievePropertiesEx", token=token))
    ).type_name == "InvalidArgument"
    await client.retrieve(CONTENT)
    for method in ("ContinueRetrievePropertiesEx", "CancelRetrievePropertiesEx"):
        assert (await fault_of(client.call(COLLECTOR, method, token=token))).type_name == "InvalidArgument"

    token = (await client.retrieve(spec, maxObjects=1))["token"]
    await client.call(COLLECTOR, "CancelRetrievePropertiesEx", token=token)
    refused = await fault_of(client.call(COLLECTOR, "ContinueRetrievePropertiesEx", token=token))
    assert refused.type_name == "InvalidArgument"


@scenario
async def test_the_server_may_page_on_its_own(client: Client) -> None:
    client.world.quirks.max_objects = 2
    spec = filter_spec(properties("Task", "info"), [starting(client.task().ref) for _number in range(3)])
    page = await client.retrieve(spec, maxObjects=1000)
    assert len(ids(page)) == 2
    assert "token" in page


@pytest.mark.parametrize("size", [0, -1])
@scenario
async def test_a_page_has_at_least_one_object(client: Client, size: int) -> None:
    refused = await fault_of(client.retrieve(CONTENT, maxObjects=size))
    assert (refused.type_name, refused.fields["invalidProperty"]) == ("InvalidArgument", "maxObjects")


@scenario
async def test_retrieve_properties_has_no_pages(client: Client) -> None:
    client.world.quirks.max_objects = 1
    wanted = filter_spec(properties("VirtualMachine", "name"), [starting(VM), starting(Ref("VirtualMachine", "vm-22"))])
    found = await client.call(COLLECTOR, "RetrieveProperties", specSet=[wanted])
    assert [content["obj"]["value"] for content in found] == ["vm-21", "vm-22"]
    nothing = await client.call(
        COLLECTOR, "RetrieveProperties", specSet=[filter_spec(properties("HostSystem", "name"), starting(ROOT))]
    )
    assert nothing is None


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        (SERVICE, "content"),
        (SERVICE, "content.about.apiVersion"),
        (TASKS, "recentTask"),
        (Ref("SessionManager", "SessionManager"), "currentSession"),
        (Ref("ExtensionManager", "ExtensionManager"), "extensionList"),
        (Ref("CustomFieldsManager", "CustomFieldsManager"), "field"),
        (VIEWS, "viewList"),
        (COLLECTOR, "filter"),
        (Ref("HostSystem", "host-11"), "parent"),
        (Ref("Datacenter", "datacenter-2"), "vmFolder"),
    ],
)
@scenario
async def test_properties_of_all_managed_objects_can_be_read(client: Client, ref: Ref, path: str) -> None:
    await client.list_view()
    response = await client.retrieve(filter_spec(properties(ref.type, path), starting(ref)))
    assert path in values(response["objects"][0])


@scenario
async def test_the_latest_page_of_a_history_collector_can_be_read(client: Client) -> None:
    task = client.task("success")
    history = await client.make(TASKS, "CreateCollectorForTasks", filter=data("TaskFilterSpec"))
    response = await client.retrieve(filter_spec(properties("HistoryCollector", "latestPage"), starting(history)))
    page = values(response["objects"][0])["latestPage"]
    assert page["_typeName"] == "ArrayOfTaskInfo"
    assert [info["key"] for info in page["_value"]] == [task.key]


@scenario
async def test_an_entity_lists_its_own_recent_tasks(client: Client) -> None:
    task = client.task()
    assert client.read(VM, "recentTask") == [moref(task.ref)]
    assert client.read(ROOT, "recentTask") == []
