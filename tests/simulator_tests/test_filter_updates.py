# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What WaitForUpdatesEx reports: objects that enter, change and leave, and changed properties."""

from __future__ import annotations

import pytest

from simulator.property_paths import differences
from simulator.wire import Ref, data, moref
from simulator_tests.in_process import (
    COLLECTOR,
    ROOT,
    RUNNING,
    TASKS,
    VM,
    Client,
    Json,
    changes,
    filter_spec,
    over_view,
    properties,
    scenario,
    starting,
    through,
    updates,
)

FIELDS = Ref("CustomFieldsManager", "CustomFieldsManager")


@scenario
async def test_all_objects_enter_and_then_only_changes_are_reported(client: Client) -> None:
    first, second = client.task(), client.task("running")
    filter_ref = await client.watch(over_view(await client.list_view(first.ref, second.ref), "info.state"))
    response = await client.wait(COLLECTOR)
    assert [of_filter["filter"] for of_filter in response["filterSet"]] == [moref(filter_ref)]
    queued = {"_typeName": "TaskInfoState", "_value": "queued"}
    assert updates(response) == [
        ("enter", first.key, {"info.state": queued}),
        ("enter", second.key, {"info.state": RUNNING}),
    ]
    assert "truncated" not in response
    assert await client.wait(COLLECTOR, response["version"]) is None

    first.start()
    response = await client.wait(COLLECTOR, response["version"])
    assert updates(response) == [("modify", first.key, {"info.state": RUNNING})]
    assert [change["op"] for change in changes(response)] == ["assign"]


@scenario
async def test_removing_a_field_changes_only_the_objects_that_have_a_value(client: Client) -> None:
    with_value, without = client.task(), client.task()
    field = await client.call(FIELDS, "AddCustomFieldDef", name="Room", moType="Task")
    await client.call(FIELDS, "SetField", entity=moref(with_value.ref), key=field["key"], value="B12")
    await client.watch_tasks(with_value, without, paths=("value",))
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(FIELDS, "RemoveCustomFieldDef", key=field["key"])
    assert [update[:2] for update in updates(await client.wait(COLLECTOR, version))] == [("modify", with_value.key)]


@scenario
async def test_other_properties_cause_no_update(client: Client) -> None:
    task = client.task("running")
    await client.watch_tasks(task)
    version = (await client.wait(COLLECTOR))["version"]
    task.set_progress(30)
    assert await client.wait(COLLECTOR, version) is None


@scenario
async def test_several_changes_are_reported_once_with_the_last_value(client: Client) -> None:
    task = client.task()
    await client.watch_tasks(task, paths=("info.state", "info.progress"))
    version = (await client.wait(COLLECTOR))["version"]
    task.start()
    task.set_progress(10)
    task.set_progress(20)
    assert updates(await client.wait(COLLECTOR, version)) == [
        ("modify", task.key, {"info.state": RUNNING, "info.progress": {"_typeName": "int", "_value": 20}})
    ]


@scenario
async def test_a_property_without_a_value_is_reported_as_unset(client: Client) -> None:
    task = client.task()
    await client.watch_tasks(task, paths=("info.error", "info.key"))
    entered = changes(await client.wait(COLLECTOR))
    assert entered[0] == data("PropertyChange", name="info.error", op="assign")
    assert entered[1]["val"] == {"_typeName": "string", "_value": task.key}
    client.world.quirks.null_fields = True
    assert changes(await client.wait(COLLECTOR))[0]["val"] is None


@pytest.mark.parametrize(("partial", "expected"), [(False, {"info"}), (True, {"info.state", "info.startTime"})])
@scenario
async def test_partial_updates_report_the_innermost_property(client: Client, partial: bool, expected: set[str]) -> None:
    task = client.task()
    spec = filter_spec(properties("Task", "info"), starting(task.ref))
    filter_ref = await client.watch(spec, partial=partial)
    assert client.read(filter_ref, "partialUpdates") is partial
    assert client.read(filter_ref, "spec") == spec
    response = await client.wait(COLLECTOR)
    assert set(updates(response)[0][2]) == {"info"}
    task.start()
    told = updates(await client.wait(COLLECTOR, response["version"]))[0][2]
    assert set(told) == expected
    if partial:
        assert told["info.state"] == RUNNING
        assert told["info.startTime"]["_typeName"] == "dateTime"
    else:
        assert told["info"] == client.read(task.ref, "info")


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"progress": 1}, {"progress": 2}, ["info.progress"]),
        ({"progress": 1}, {}, ["info.progress"]),
        ({"locked": [1]}, {"locked": [2]}, ["info.locked"]),
        ({"entity": moref(VM)}, {"entity": moref(ROOT)}, ["info.entity"]),
        ({"result": RUNNING}, {"result": data("TaskInfoState", _value="error")}, ["info.result"]),
        ({"result": data("KeyValue", key="a")}, {"result": data("KeyAnyValue", key="b")}, ["info.result"]),
        ({"result": data("KeyValue", key="a")}, {"result": data("KeyValue", key="b")}, ["info.result.key"]),
        ({"result": None}, {}, []),
    ],
)
def test_differences_name_the_innermost_paths(old: Json, new: Json, paths: list[str]) -> None:
    same = {"_typeName": "TaskInfo", "key": "task-1"}
    assert list(differences({**same, **old}, {**same, **new}, "info")) == paths


@scenario
async def test_a_new_value_is_reported_without_the_changes_inside_it(client: Client) -> None:
    task = client.task("running")
    await client.watch(filter_spec(properties("Task", "info"), starting(task.ref)), partial=True)
    first = latest = (await client.wait(COLLECTOR))["version"]
    for text, told in (("one", "info.description"), ("two", "info.description.message")):
        description = data("LocalizableMessage", key="phase", message=text)
        await client.call(task.ref, "SetTaskDescription", description=description)
        response = await client.wait(COLLECTOR, latest)
        latest = response["version"]
        assert set(updates(response)[0][2]) == {told}
    assert updates(await client.wait(COLLECTOR, first))[0][2] == {"info.description": description}


@scenario
async def test_members_of_a_view_enter_and_leave(client: Client) -> None:
    first, second = client.task(), client.task()
    view = await client.watch_tasks(first)
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(view, "ModifyListView", add=[moref(second.ref)], remove=[moref(first.ref)])
    response = await client.wait(COLLECTOR, version)
    assert [update[:2] for update in updates(response)] == [("leave", first.key), ("enter", second.key)]
    assert updates(response)[0][2] == {}
    first.start()
    assert await client.wait(COLLECTOR, response["version"]) is None


@scenario
async def test_a_task_that_leaves_and_returns_enters_again(client: Client) -> None:
    task = client.task()
    view = await client.watch_tasks(task)
    version = (await client.wait(COLLECTOR))["version"]
    for change in ({"remove": [moref(task.ref)]}, {"add": [moref(task.ref)]}, {"remove": [moref(task.ref)]}):
        await client.call(view, "ModifyListView", **change)
        kinds = [update[0] for update in updates(await client.wait(COLLECTOR, version))]
        assert kinds == ["enter" if "add" in change else "leave"]


@scenario
async def test_a_removed_task_leaves(client: Client) -> None:
    task, other = client.task("success"), client.task()
    view = await client.watch_tasks(task, other)
    version = (await client.wait(COLLECTOR))["version"]
    client.world.tasks.remove(task)
    assert updates(await client.wait(COLLECTOR, version)) == [("leave", task.key, {})]
    assert client.read(view, "view") == [moref(other.ref)]


@scenario
async def test_a_task_removed_before_the_watch_is_never_reported(client: Client) -> None:
    task, gone = client.task(), client.task("success")
    client.world.tasks.remove(gone)
    view = await client.watch_tasks(task)
    assert await client.call(view, "ModifyListView", add=[moref(gone.ref)]) == [moref(gone.ref)]
    assert [update[1] for update in updates(await client.wait(COLLECTOR))] == [task.key]


@scenario
async def test_destroying_the_view_makes_its_tasks_leave(client: Client) -> None:
    task = client.task()
    view = await client.watch_tasks(task)
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(view, "DestroyView")
    response = await client.wait(COLLECTOR, version)
    assert [update[:2] for update in updates(response)] == [("leave", task.key)]
    (missing,) = response["filterSet"][0]["missingSet"]
    assert missing["obj"] == moref(view)


@scenario
async def test_missing_objects_are_reported_once(client: Client) -> None:
    task, gone = client.task(), Ref("Task", "task-999999")
    spec = filter_spec(
        properties("Task", "info.state"), [starting(gone), starting(task.ref)], reportMissingObjectsInResults=True
    )
    await client.watch(spec)
    response = await client.wait(COLLECTOR)
    (of_filter,) = response["filterSet"]
    assert [update["obj"]["value"] for update in of_filter["objectSet"]] == [task.key]
    (missing,) = of_filter["missingSet"]
    assert (missing["obj"], missing["fault"]["_typeName"]) == (moref(gone), "ManagedObjectNotFound")
    task.start()
    assert "missingSet" not in (await client.wait(COLLECTOR, response["version"]))["filterSet"][0]


@scenario
async def test_unreadable_properties_are_in_the_missing_set(client: Client) -> None:
    reader = Client(client.world, "reader@vsphere.local")
    manager = Ref("SessionManager", "SessionManager")
    await reader.watch(filter_spec(properties("SessionManager", "sessionList", "currentSession"), starting(manager)))
    (update,) = (await reader.wait(COLLECTOR))["filterSet"][0]["objectSet"]
    assert [change["name"] for change in update["changeSet"]] == ["currentSession"]
    assert [missing["path"] for missing in update["missingSet"]] == ["sessionList"]


@scenario
async def test_recent_task_sends_no_updates(client: Client) -> None:
    task = client.task()
    spec = filter_spec(
        [properties("TaskManager", "recentTask"), properties("Task", "info.state")],
        starting(TASKS, through("TaskManager", "recentTask")),
    )
    await client.watch(spec)
    version = (await client.wait(COLLECTOR))["version"]
    later = client.task()
    assert await client.wait(COLLECTOR, version) is None
    task.start()
    assert [update[1] for update in updates(await client.wait(COLLECTOR, version))] == [task.key]
    assert {update[1] for update in updates(await client.wait(COLLECTOR))} == {TASKS.value, task.key, later.key}


@scenario
async def test_properties_other_than_info_are_reported(client: Client) -> None:
    task = client.task()
    await client.watch(filter_spec(properties("Task", "value"), starting(task.ref)))
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(task.ref, "setCustomValue", key="Ticket", value="INC-1")
    (told,) = updates(await client.wait(COLLECTOR, version))
    assert told[2]["value"]["_value"][0]["value"] == "INC-1"


@scenario
async def test_an_object_without_properties_only_enters(client: Client) -> None:
    task = client.task()
    await client.watch(filter_spec(properties("Task"), starting(task.ref)))
    response = await client.wait(COLLECTOR)
    assert updates(response) == [("enter", task.key, {})]
    task.start()
    assert await client.wait(COLLECTOR, response["version"]) is None


@scenario
async def test_each_filter_reports_its_own_updates(client: Client) -> None:
    task = client.task()
    spec = filter_spec(properties("Task", "info.state"), starting(task.ref))
    filters = [await client.watch(spec) for _number in range(2)]
    assert client.read(COLLECTOR, "filter") == [moref(ref) for ref in filters]
    response = await client.wait(COLLECTOR)
    assert [of_filter["filter"] for of_filter in response["filterSet"]] == [moref(ref) for ref in filters]
    await client.call(filters[0], "DestroyPropertyFilter")
    assert client.read(COLLECTOR, "filter") == [moref(filters[1])]
    task.start()
    response = await client.wait(COLLECTOR, response["version"])
    assert [of_filter["filter"] for of_filter in response["filterSet"]] == [moref(filters[1])]


@scenario
async def test_a_filter_through_a_folder_follows_the_inventory(client: Client) -> None:
    start = starting(Ref("Folder", "group-v3"), through("Folder", "childEntity"), skip=True)
    await client.watch(filter_spec(properties("VirtualMachine", "name"), start))
    response = await client.wait(COLLECTOR)
    assert VM.value in {update[1] for update in updates(response)}
    folder = client.entity("group-v3")
    folder.children.remove(client.entity(VM.value))
    client.world.touch(folder, "childEntity")
    assert updates(await client.wait(COLLECTOR, response["version"])) == [("leave", VM.value, {})]


@scenario
async def test_each_change_of_the_extensions_is_reported(client: Client) -> None:
    """The task types of extensions are part of the description of the TaskManager."""
    extensions = Ref("ExtensionManager", "ExtensionManager")
    kinds = [properties("ExtensionManager", "extensionList"), properties("TaskManager", "description")]
    await client.watch(filter_spec(kinds, [starting(extensions), starting(TASKS)]))
    version = (await client.wait(COLLECTOR))["version"]
    extension = data("Extension", key="com.example.jobs", version="1", lastHeartbeatTime="2026-11-22T05:10:00Z")
    extension["description"] = data("Description", label="Jobs", summary="Jobs")
    extension["taskList"] = [data("ExtensionTaskTypeInfo", taskID="com.example.jobs.run")]
    more = [*extension["taskList"], data("ExtensionTaskTypeInfo", taskID="com.example.jobs.stop")]
    for method, parameter in (
        ("RegisterExtension", {"extension": extension}),
        ("UpdateExtension", {"extension": {**extension, "taskList": more}}),
        ("UnregisterExtension", {"extensionKey": extension["key"]}),
    ):
        await client.call(extensions, method, **parameter)
        response = await client.wait(COLLECTOR, version)
        assert {update[1] for update in updates(response)} == {extensions.value, TASKS.value}
        version = response["version"]
