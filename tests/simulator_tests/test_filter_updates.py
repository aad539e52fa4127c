# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What WaitForUpdatesEx reports: entering, changing and leaving objects, versions, truncated answers."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.filters import PropertyFilter
from simulator.paths import differences
from simulator.task import Task
from simulator.updates import VERSIONS_KEPT
from simulator.wire import Fault, Ref, data, moref
from simulator_tests.in_process import (
    COLLECTOR,
    ROOT,
    TASKS,
    VM,
    Client,
    Json,
    fault_of,
    filter_spec,
    over_view,
    properties,
    scenario,
    starting,
    through,
    updates,
)

RUNNING = {"_typeName": "TaskInfoState", "_value": "running"}


async def watch(client: Client, spec: Json, collector: Ref = COLLECTOR, partial: bool = False) -> Ref:
    return await client.make(collector, "CreateFilter", spec=spec, partialUpdates=partial)


async def watch_tasks(client: Client, *tasks: Task, paths: tuple[str, ...] = ("info.state",)) -> Ref:
    """The view over which a filter watches the tasks."""
    view = await client.list_view(*(task.ref for task in tasks))
    await watch(client, over_view(view, *paths))
    return view


def changes(update_set: Json) -> list[Json]:
    """The PropertyChanges of a set with one ObjectUpdate."""
    ((update,),) = (of_filter["objectSet"] for of_filter in update_set["filterSet"])
    return update["changeSet"]


async def is_refused(client: Client, collector: Ref, version: str) -> bool:
    try:
        await client.wait(collector, version)
    except Fault as fault:
        return fault.type_name == "InvalidCollectorVersion"
    return False


@scenario
async def test_everything_enters_then_only_changes_are_told(client: Client) -> None:
    first, second = client.task(), client.task("running")
    filter_ref = await watch(client, over_view(await client.list_view(first.ref, second.ref), "info.state"))
    answer = await client.wait(COLLECTOR)
    assert [of_filter["filter"] for of_filter in answer["filterSet"]] == [moref(filter_ref)]
    queued = {"_typeName": "TaskInfoState", "_value": "queued"}
    assert updates(answer) == [
        ("enter", first.key, {"info.state": queued}),
        ("enter", second.key, {"info.state": RUNNING}),
    ]
    assert "truncated" not in answer
    assert await client.wait(COLLECTOR, answer["version"]) is None

    first.start()
    answer = await client.wait(COLLECTOR, answer["version"])
    assert updates(answer) == [("modify", first.key, {"info.state": RUNNING})]
    assert [change["op"] for change in changes(answer)] == ["assign"]


@scenario
async def test_only_the_properties_of_the_filter_count(client: Client) -> None:
    task = client.task("running")
    await watch_tasks(client, task)
    version = (await client.wait(COLLECTOR))["version"]
    task.set_progress(30)
    assert await client.wait(COLLECTOR, version) is None


@scenario
async def test_several_changes_are_told_as_one_with_the_last_value(client: Client) -> None:
    task = client.task()
    await watch_tasks(client, task, paths=("info.state", "info.progress"))
    version = (await client.wait(COLLECTOR))["version"]
    task.start()
    task.set_progress(10)
    task.set_progress(20)
    assert updates(await client.wait(COLLECTOR, version)) == [
        ("modify", task.key, {"info.state": RUNNING, "info.progress": {"_typeName": "int", "_value": 20}})
    ]


@scenario
async def test_what_has_no_value_is_assigned_none(client: Client) -> None:
    task = client.task()
    await watch_tasks(client, task, paths=("info.error", "info.key"))
    entered = changes(await client.wait(COLLECTOR))
    assert entered[0] == data("PropertyChange", name="info.error", op="assign")
    assert entered[1]["val"] == {"_typeName": "string", "_value": task.key}
    client.world.quirks.null_fields = True
    assert changes(await client.wait(COLLECTOR))[0]["val"] is None


@pytest.mark.parametrize(("partial", "expected"), [(False, {"info"}), (True, {"info.state", "info.startTime"})])
@scenario
async def test_partial_updates_tell_the_innermost_property(client: Client, partial: bool, expected: set[str]) -> None:
    task = client.task()
    spec = filter_spec(properties("Task", "info"), starting(task.ref))
    filter_ref = await watch(client, spec, partial=partial)
    assert client.read(filter_ref, "partialUpdates") is partial
    assert client.read(filter_ref, "spec") == spec
    answer = await client.wait(COLLECTOR)
    assert set(updates(answer)[0][2]) == {"info"}
    task.start()
    told = updates(await client.wait(COLLECTOR, answer["version"]))[0][2]
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
def test_the_innermost_differences(old: Json, new: Json, paths: list[str]) -> None:
    same = {"_typeName": "TaskInfo", "key": "task-1"}
    assert list(differences({**same, **old}, {**same, **new}, "info")) == paths


@scenario
async def test_partial_updates_since_an_older_version_add_up(client: Client) -> None:
    task = client.task("running")
    await watch(client, filter_spec(properties("Task", "info"), starting(task.ref)), partial=True)
    version = (await client.wait(COLLECTOR))["version"]
    task.set_progress(5)
    assert set(updates(await client.wait(COLLECTOR, version))[0][2]) == {"info.progress"}
    await client.call(task.ref, "CancelTask")
    assert set(updates(await client.wait(COLLECTOR, version))[0][2]) == {"info.progress", "info.cancelled"}


@scenario
async def test_a_new_value_is_told_without_the_changes_inside_it(client: Client) -> None:
    task = client.task("running")
    await watch(client, filter_spec(properties("Task", "info"), starting(task.ref)), partial=True)
    first = latest = (await client.wait(COLLECTOR))["version"]
    for text, told in (("one", "info.description"), ("two", "info.description.message")):
        description = data("LocalizableMessage", key="phase", message=text)
        await client.call(task.ref, "SetTaskDescription", description=description)
        answer = await client.wait(COLLECTOR, latest)
        latest = answer["version"]
        assert set(updates(answer)[0][2]) == {told}
    assert updates(await client.wait(COLLECTOR, first))[0][2] == {"info.description": description}


@scenario
async def test_members_of_a_view_enter_and_leave(client: Client) -> None:
    first, second = client.task(), client.task()
    view = await watch_tasks(client, first)
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(view, "ModifyListView", add=[moref(second.ref)], remove=[moref(first.ref)])
    answer = await client.wait(COLLECTOR, version)
    assert [update[:2] for update in updates(answer)] == [("leave", first.key), ("enter", second.key)]
    assert updates(answer)[0][2] == {}
    first.start()
    assert await client.wait(COLLECTOR, answer["version"]) is None


@scenario
async def test_who_came_and_went_between_two_versions_is_not_told(client: Client) -> None:
    view = await watch_tasks(client, client.task())
    version = (await client.wait(COLLECTOR))["version"]
    passing = client.task()
    await client.call(view, "ModifyListView", add=[moref(passing.ref)])
    assert updates(await client.wait(COLLECTOR, version))
    await client.call(view, "ModifyListView", remove=[moref(passing.ref)])
    assert await client.wait(COLLECTOR, version) is None


@scenario
async def test_who_left_and_came_back_enters(client: Client) -> None:
    task = client.task()
    view = await watch_tasks(client, task)
    version = (await client.wait(COLLECTOR))["version"]
    for change in ({"remove": [moref(task.ref)]}, {"add": [moref(task.ref)]}, {"remove": [moref(task.ref)]}):
        await client.call(view, "ModifyListView", **change)
        kinds = [update[0] for update in updates(await client.wait(COLLECTOR, version))]
        assert kinds == ["enter" if "add" in change else "leave"]


@scenario
async def test_a_task_that_goes_leaves(client: Client) -> None:
    task, other = client.task("success"), client.task()
    view = await watch_tasks(client, task, other)
    version = (await client.wait(COLLECTOR))["version"]
    client.world.tasks.remove(task)
    assert updates(await client.wait(COLLECTOR, version)) == [("leave", task.key, {})]
    assert client.read(view, "view") == [moref(other.ref)]


@scenario
async def test_a_task_that_was_gone_before_never_updates(client: Client) -> None:
    task, gone = client.task(), client.task("success")
    client.world.tasks.remove(gone)
    view = await watch_tasks(client, task)
    assert await client.call(view, "ModifyListView", add=[moref(gone.ref)]) == [moref(gone.ref)]
    assert [update[1] for update in updates(await client.wait(COLLECTOR))] == [task.key]


@scenario
async def test_destroying_the_view_lets_all_leave(client: Client) -> None:
    task = client.task()
    view = await watch_tasks(client, task)
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(view, "DestroyView")
    answer = await client.wait(COLLECTOR, version)
    assert [update[:2] for update in updates(answer)] == [("leave", task.key)]
    (missing,) = answer["filterSet"][0]["missingSet"]
    assert missing["obj"] == moref(view)


@scenario
async def test_missing_objects_are_told_once(client: Client) -> None:
    task, gone = client.task(), Ref("Task", "task-999999")
    spec = filter_spec(
        properties("Task", "info.state"), [starting(gone), starting(task.ref)], reportMissingObjectsInResults=True
    )
    await watch(client, spec)
    answer = await client.wait(COLLECTOR)
    (of_filter,) = answer["filterSet"]
    assert [update["obj"]["value"] for update in of_filter["objectSet"]] == [task.key]
    (missing,) = of_filter["missingSet"]
    assert (missing["obj"], missing["fault"]["_typeName"]) == (moref(gone), "ManagedObjectNotFound")
    task.start()
    assert "missingSet" not in (await client.wait(COLLECTOR, answer["version"]))["filterSet"][0]


@scenario
async def test_what_may_not_be_read_is_in_the_missing_set(client: Client) -> None:
    reader = Client(client.world, "reader@vsphere.local")
    manager = Ref("SessionManager", "SessionManager")
    await watch(reader, filter_spec(properties("SessionManager", "sessionList", "currentSession"), starting(manager)))
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
    await watch(client, spec)
    version = (await client.wait(COLLECTOR))["version"]
    later = client.task()
    assert await client.wait(COLLECTOR, version) is None
    task.start()
    assert [update[1] for update in updates(await client.wait(COLLECTOR, version))] == [task.key]
    assert {update[1] for update in updates(await client.wait(COLLECTOR))} == {TASKS.value, task.key, later.key}


@scenario
async def test_properties_other_than_info(client: Client) -> None:
    task = client.task()
    await watch(client, filter_spec(properties("Task", "value"), starting(task.ref)))
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(task.ref, "setCustomValue", key="Ticket", value="INC-1")
    (told,) = updates(await client.wait(COLLECTOR, version))
    assert told[2]["value"]["_value"][0]["value"] == "INC-1"


@scenario
async def test_an_object_without_properties_only_enters(client: Client) -> None:
    task = client.task()
    await watch(client, filter_spec(properties("Task"), starting(task.ref)))
    answer = await client.wait(COLLECTOR)
    assert updates(answer) == [("enter", task.key, {})]
    task.start()
    assert await client.wait(COLLECTOR, answer["version"]) is None


@scenario
async def test_a_version_may_be_used_again(client: Client) -> None:
    task = client.task()
    await watch_tasks(client, task)
    version = (await client.wait(COLLECTOR))["version"]
    task.start()
    lost = await client.wait(COLLECTOR, version)
    again = await client.wait(COLLECTOR, version)
    assert updates(again) == updates(lost)
    assert again["version"] != version
    task.finish("success")
    assert len(updates(await client.wait(COLLECTOR, lost["version"]))) == 1
    assert [update[0] for update in updates(await client.wait(COLLECTOR))] == ["enter"]


@pytest.mark.parametrize("unknown", ["0", "next", "-", "nonsense"])
@scenario
async def test_unknown_versions(client: Client, unknown: str) -> None:
    await watch_tasks(client, client.task())
    known = (await client.wait(COLLECTOR))["version"]
    version = str(int(known) + 1) if unknown == "next" else unknown
    for method in ("WaitForUpdatesEx", "WaitForUpdates", "CheckForUpdates"):
        refused = await fault_of(client.call(COLLECTOR, method, version=version))
        assert refused.type_name == "InvalidCollectorVersion"


@scenario
async def test_versions_belong_to_one_collector_and_one_session(client: Client) -> None:
    spec, other = filter_spec(properties("Task"), starting(client.task().ref)), Client(client.world)
    own = await client.make(COLLECTOR, "CreatePropertyCollector")
    uses = [(client, COLLECTOR), (client, own), (other, COLLECTOR)]
    for user, collector in uses:
        await watch(user, spec, collector)
    versions = [(await user.wait(collector))["version"] for user, collector in uses]
    for user, collector in uses:
        refused = [version for version in versions if await is_refused(user, collector, version)]
        assert len(refused) == len(versions) - 1


@scenario
async def test_old_versions_expire_and_the_gone_are_forgotten(client: Client) -> None:
    tasks = [client.task("running") for _ in range(VERSIONS_KEPT + 2)]
    view = await client.list_view(*(task.ref for task in tasks))
    filter_ref = await watch(client, over_view(view, "info.state"))
    first = version = (await client.wait(COLLECTOR))["version"]
    for task in tasks[:VERSIONS_KEPT]:
        client.world.tasks.remove(task)
        version = (await client.wait(COLLECTOR, version))["version"]
    assert (await fault_of(client.wait(COLLECTOR, first))).type_name == "InvalidCollectorVersion"
    watching = client.world.find(filter_ref, client.session)
    assert isinstance(watching, PropertyFilter)
    assert len(watching._left) == VERSIONS_KEPT - 1
    assert len(watching._recent) == VERSIONS_KEPT + 1


@scenario
async def test_a_filter_made_later_is_new_to_older_versions(client: Client) -> None:
    task = client.task()
    await watch(client, filter_spec(properties("Task", "info.state"), starting(client.task().ref)))
    version = (await client.wait(COLLECTOR))["version"]
    await watch(client, filter_spec(properties("Task", "info.state"), starting(task.ref)))
    assert [update[:2] for update in updates(await client.wait(COLLECTOR, version))] == [("enter", task.key)]


@scenario
async def test_each_filter_tells_its_own(client: Client) -> None:
    task = client.task()
    spec = filter_spec(properties("Task", "info.state"), starting(task.ref))
    filters = [await watch(client, spec) for _ in range(2)]
    assert client.read(COLLECTOR, "filter") == [moref(ref) for ref in filters]
    answer = await client.wait(COLLECTOR)
    assert [of_filter["filter"] for of_filter in answer["filterSet"]] == [moref(ref) for ref in filters]
    await client.call(filters[0], "DestroyPropertyFilter")
    assert client.read(COLLECTOR, "filter") == [moref(filters[1])]
    task.start()
    answer = await client.wait(COLLECTOR, answer["version"])
    assert [of_filter["filter"] for of_filter in answer["filterSet"]] == [moref(filters[1])]


@scenario
async def test_truncated_answers(client: Client) -> None:
    tasks = [client.task() for _ in range(5)]
    await watch_tasks(client, *tasks)
    answer = await client.wait(COLLECTOR, maxObjectUpdates=2)
    told, sizes = updates(answer), [len(updates(answer))]
    tasks[0].start()
    while answer.get("truncated"):
        answer = await client.wait(COLLECTOR, answer["version"], maxObjectUpdates=2)
        told += updates(answer)
        sizes.append(len(updates(answer)))
    assert sizes == [2, 2, 1]
    assert [update[1] for update in told] == [task.key for task in tasks]
    assert updates(await client.wait(COLLECTOR, answer["version"])) == [
        ("modify", tasks[0].key, {"info.state": RUNNING})
    ]


@scenario
async def test_a_truncated_version_can_be_used_once(client: Client) -> None:
    await watch_tasks(client, client.task(), client.task(), client.task())
    version = (await client.wait(COLLECTOR, maxObjectUpdates=1))["version"]
    later = (await client.wait(COLLECTOR, version, maxObjectUpdates=1))["version"]
    assert (await fault_of(client.wait(COLLECTOR, version))).type_name == "InvalidCollectorVersion"
    assert (await fault_of(client.wait(COLLECTOR, later))).type_name == "InvalidCollectorVersion"


@pytest.mark.parametrize("method", ["CheckForUpdates", "WaitForUpdates"])
@scenario
async def test_a_truncated_version_is_for_wait_for_updates_ex_only(client: Client, method: str) -> None:
    await watch_tasks(client, client.task(), client.task())
    version = (await client.wait(COLLECTOR, maxObjectUpdates=1))["version"]
    refused = await fault_of(client.call(COLLECTOR, method, version=version))
    assert refused.type_name == "InvalidCollectorVersion"


@scenario
async def test_the_rest_of_a_destroyed_filter_is_dropped(client: Client) -> None:
    filters = [await watch(client, filter_spec(properties("Task"), starting(client.task().ref))) for _ in range(2)]
    answer = await client.wait(COLLECTOR, maxObjectUpdates=1)
    await client.call(filters[1], "DestroyPropertyFilter")
    answer = await client.wait(COLLECTOR, answer["version"])
    assert updates(answer) == []
    assert "truncated" not in answer


@scenario
async def test_the_server_may_truncate_on_its_own(client: Client) -> None:
    client.world.quirks.page_updates = 2
    await watch_tasks(client, *(client.task() for _ in range(3)))
    answer = await client.wait(COLLECTOR, maxObjectUpdates=100)
    assert answer["truncated"] is True
    assert len(updates(answer)) == 2
    client.world.quirks.page_updates = 0
    assert len(updates(await client.wait(COLLECTOR, answer["version"]))) == 1


@pytest.mark.parametrize(
    ("option", "value"), [("maxObjectUpdates", 0), ("maxObjectUpdates", -1), ("maxWaitSeconds", -1)]
)
@scenario
async def test_refused_options(client: Client, option: str, value: Any) -> None:
    refused = await fault_of(client.wait(COLLECTOR, **{option: value}))
    assert (refused.type_name, refused.fields["invalidProperty"]) == ("InvalidArgument", option)


@scenario
async def test_check_for_updates(client: Client) -> None:
    task = client.task()
    assert await client.call(COLLECTOR, "CheckForUpdates") is None
    client.world.quirks.page_updates = 1
    await watch_tasks(client, task, client.task())
    answer = await client.call(COLLECTOR, "CheckForUpdates", version="")
    assert len(updates(answer)) == 2
    assert await client.call(COLLECTOR, "CheckForUpdates", version=answer["version"]) is None


@scenario
async def test_a_log_that_does_not_reach_back_loses_nothing(client: Client) -> None:
    task, gone = client.task(), client.task("success")
    await watch_tasks(client, task, gone)
    version = (await client.wait(COLLECTOR))["version"]
    task.start()
    client.world.tasks.remove(gone)
    kept = client.world._changes.maxlen
    assert kept is not None
    for _ in range(kept):
        client.world.touch(client.world.objects[ROOT.value], "name")
    told = {update[:2] for update in updates(await client.wait(COLLECTOR, version))}
    assert told == {("modify", task.key), ("leave", gone.key)}


@scenario
async def test_the_inventory_through_a_folder(client: Client) -> None:
    start = starting(Ref("Folder", "group-v3"), through("Folder", "childEntity"), skip=True)
    await watch(client, filter_spec(properties("VirtualMachine", "name"), start))
    answer = await client.wait(COLLECTOR)
    assert VM.value in {update[1] for update in updates(answer)}
    folder = client.entity("group-v3")
    folder.children.remove(client.entity(VM.value))
    client.world.touch(folder, "childEntity")
    assert updates(await client.wait(COLLECTOR, answer["version"])) == [("leave", VM.value, {})]
