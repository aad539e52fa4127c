# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of WaitForUpdatesEx: used repeatedly, unknown, and of truncated responses."""

from __future__ import annotations

import time
from typing import Any

import pytest

from simulator.property_filter import PropertyFilter
from simulator.updates import VERSIONS_KEPT
from simulator.wire import Fault, Ref, moref
from simulator_tests.in_process import (
    COLLECTOR,
    ROOT,
    RUNNING,
    Client,
    fault_of,
    filter_spec,
    over_view,
    properties,
    scenario,
    starting,
    updates,
)


async def is_refused(client: Client, collector: Ref, version: str) -> bool:
    try:
        await client.wait(collector, version)
    except Fault as fault:
        return fault.type_name == "InvalidCollectorVersion"
    return False


@scenario
async def test_partial_updates_accumulate_since_an_older_version(client: Client) -> None:
    task = client.task("running")
    await client.watch(filter_spec(properties("Task", "info"), starting(task.ref)), partial=True)
    version = (await client.wait(COLLECTOR))["version"]
    task.set_progress(5)
    assert set(updates(await client.wait(COLLECTOR, version))[0][2]) == {"info.progress"}
    await client.call(task.ref, "CancelTask")
    assert set(updates(await client.wait(COLLECTOR, version))[0][2]) == {"info.progress", "info.cancelled"}


@scenario
async def test_an_object_that_entered_and_left_between_versions_is_not_reported(client: Client) -> None:
    view = await client.watch_tasks(client.task())
    version = (await client.wait(COLLECTOR))["version"]
    passing = client.task()
    await client.call(view, "ModifyListView", add=[moref(passing.ref)])
    assert updates(await client.wait(COLLECTOR, version))
    await client.call(view, "ModifyListView", remove=[moref(passing.ref)])
    assert await client.wait(COLLECTOR, version) is None


@scenario
async def test_a_version_may_be_used_again(client: Client) -> None:
    task = client.task()
    await client.watch_tasks(task)
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
async def test_unknown_versions_are_refused(client: Client, unknown: str) -> None:
    await client.watch_tasks(client.task())
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
        await user.watch(spec, collector)
    versions = [(await user.wait(collector))["version"] for user, collector in uses]
    for user, collector in uses:
        refused = [version for version in versions if await is_refused(user, collector, version)]
        assert len(refused) == len(versions) - 1


@scenario
async def test_old_versions_and_removed_objects_are_forgotten(client: Client) -> None:
    tasks = [client.task("running") for _number in range(VERSIONS_KEPT + 2)]
    view = await client.list_view(*(task.ref for task in tasks))
    filter_ref = await client.watch(over_view(view, "info.state"))
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
async def test_a_later_filter_is_reported_to_older_versions(client: Client) -> None:
    task = client.task()
    await client.watch(filter_spec(properties("Task", "info.state"), starting(client.task().ref)))
    version = (await client.wait(COLLECTOR))["version"]
    await client.watch(filter_spec(properties("Task", "info.state"), starting(task.ref)))
    assert [update[:2] for update in updates(await client.wait(COLLECTOR, version))] == [("enter", task.key)]


@scenario
async def test_truncated_responses_add_up_to_all_updates(client: Client) -> None:
    tasks = [client.task() for _number in range(5)]
    await client.watch_tasks(*tasks)
    response = await client.wait(COLLECTOR, maxObjectUpdates=2)
    told, sizes = updates(response), [len(updates(response))]
    tasks[0].start()
    while response.get("truncated"):
        response = await client.wait(COLLECTOR, response["version"], maxObjectUpdates=2)
        told += updates(response)
        sizes.append(len(updates(response)))
    assert sizes == [2, 2, 1]
    assert [update[1] for update in told] == [task.key for task in tasks]
    assert updates(await client.wait(COLLECTOR, response["version"])) == [
        ("modify", tasks[0].key, {"info.state": RUNNING})
    ]


@scenario
async def test_a_truncated_version_can_be_used_once(client: Client) -> None:
    await client.watch_tasks(client.task(), client.task(), client.task())
    version = (await client.wait(COLLECTOR, maxObjectUpdates=1))["version"]
    later = (await client.wait(COLLECTOR, version, maxObjectUpdates=1))["version"]
    assert (await fault_of(client.wait(COLLECTOR, version))).type_name == "InvalidCollectorVersion"
    assert (await fault_of(client.wait(COLLECTOR, later))).type_name == "InvalidCollectorVersion"


@pytest.mark.parametrize("method", ["CheckForUpdates", "WaitForUpdates"])
@scenario
async def test_only_wait_for_updates_ex_accepts_a_truncated_version(client: Client, method: str) -> None:
    await client.watch_tasks(client.task(), client.task())
    version = (await client.wait(COLLECTOR, maxObjectUpdates=1))["version"]
    refused = await fault_of(client.call(COLLECTOR, method, version=version))
    assert refused.type_name == "InvalidCollectorVersion"


@scenario
async def test_pending_updates_of_a_destroyed_filter_are_dropped(client: Client) -> None:
    filters = [await client.watch(filter_spec(properties("Task"), starting(client.task().ref))) for _number in range(2)]
    response = await client.wait(COLLECTOR, maxObjectUpdates=1)
    await client.call(filters[1], "DestroyPropertyFilter")
    response = await client.wait(COLLECTOR, response["version"])
    assert updates(response) == []
    assert "truncated" not in response


@scenario
async def test_the_server_may_truncate_on_its_own(client: Client) -> None:
    client.world.quirks.page_updates = 2
    await client.watch_tasks(*(client.task() for _number in range(3)))
    response = await client.wait(COLLECTOR, maxObjectUpdates=100)
    assert response["truncated"] is True
    assert len(updates(response)) == 2
    client.world.quirks.page_updates = 0
    assert len(updates(await client.wait(COLLECTOR, response["version"]))) == 1


@pytest.mark.parametrize(
    ("option", "value"), [("maxObjectUpdates", 0), ("maxObjectUpdates", -1), ("maxWaitSeconds", -1)]
)
@scenario
async def test_invalid_options_are_refused(client: Client, option: str, value: Any) -> None:
    refused = await fault_of(client.wait(COLLECTOR, **{option: value}))
    assert (refused.type_name, refused.fields["invalidProperty"]) == ("InvalidArgument", option)


@scenario
async def test_check_for_updates_returns_at_once_and_untruncated(client: Client) -> None:
    task = client.task()
    assert await client.call(COLLECTOR, "CheckForUpdates") is None
    client.world.quirks.page_updates = 1
    await client.watch_tasks(task, client.task())
    response = await client.call(COLLECTOR, "CheckForUpdates", version="")
    assert len(updates(response)) == 2
    begun = time.monotonic()
    assert await client.call(COLLECTOR, "CheckForUpdates", version=response["version"]) is None
    assert time.monotonic() - begun < 0.8


@scenario
async def test_no_update_is_lost_when_the_change_log_overflows(client: Client) -> None:
    task, gone = client.task(), client.task("success")
    await client.watch_tasks(task, gone)
    version = (await client.wait(COLLECTOR))["version"]
    task.start()
    client.world.tasks.remove(gone)
    kept = client.world._changes.maxlen
    assert kept is not None
    for _number in range(kept):
        client.world.touch(client.world.objects[ROOT.value], "name")
    told = {update[:2] for update in updates(await client.wait(COLLECTOR, version))}
    assert told == {("modify", task.key), ("leave", gone.key)}


@scenario
async def test_the_change_log_tells_how_far_it_reaches_back(client: Client) -> None:
    world = client.world
    kept = world._changes.maxlen
    assert kept is not None
    for _number in range(kept):
        world.touch(world.objects[ROOT.value], "name")
    oldest = world._changes[0].revision
    changes = world.changes_since(oldest - 1)
    assert changes is not None
    assert len(changes) == kept
    assert world.changes_since(oldest - 2) is None
    assert world.changes_since(world.revision) == []
