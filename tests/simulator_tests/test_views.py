# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List views and container views."""

from __future__ import annotations

import pytest

from simulator.contract import schemas
from simulator.wire import Ref, data, moref
from simulator_tests.in_process import (
    COLLECTOR,
    ROOT,
    VIEWS,
    VM,
    Client,
    fault_of,
    filter_spec,
    ids,
    over_view,
    properties,
    scenario,
    starting,
    through,
    updates,
)

GONE = Ref("Task", "task-999999")
OTHER_VM = Ref("VirtualMachine", "vm-22")


def refs(client: Client, view: Ref) -> list[str]:
    return [reference["value"] for reference in client.read(view, "view")]


@pytest.mark.parametrize("given", [{}, {"obj": None}, {"obj": []}])
@scenario
async def test_a_list_view_may_be_empty(client: Client, given: dict[str, None]) -> None:
    view = await client.make(VIEWS, "CreateListView", **given)
    assert refs(client, view) == []
    assert client.session is not None
    assert view.value.startswith(f"session[{client.session.key}]")


@scenario
async def test_a_list_view_keeps_order_and_each_object_once(client: Client) -> None:
    task = client.task()
    view = await client.list_view(VM, task.ref, VM)
    assert refs(client, view) == [VM.value, task.key]


@scenario
async def test_a_list_view_cannot_start_with_a_missing_object(client: Client) -> None:
    refused = await fault_of(client.call(VIEWS, "CreateListView", obj=[moref(VM), moref(GONE)]))
    assert (refused.type_name, refused.fields["obj"]) == ("ManagedObjectNotFound", moref(GONE))
    assert client.read(VIEWS, "viewList") == []


@scenario
async def test_modify_returns_the_objects_that_do_not_exist(client: Client) -> None:
    wrong_type = Ref("HostSystem", VM.value)
    view = await client.list_view(OTHER_VM)
    unresolved = await client.call(
        view, "ModifyListView", add=[moref(GONE), moref(VM), moref(wrong_type)], remove=[moref(OTHER_VM), moref(GONE)]
    )
    assert unresolved == [moref(GONE), moref(wrong_type)]
    assert refs(client, view) == [VM.value]
    assert await client.call(view, "ModifyListView") == []


@scenario
async def test_reset_replaces_the_objects_of_a_list_view(client: Client) -> None:
    view = await client.list_view(OTHER_VM)
    assert await client.call(view, "ResetListView", obj=[moref(VM), moref(GONE)]) == [moref(GONE)]
    assert refs(client, view) == [VM.value]
    copy = await client.list_view(OTHER_VM)
    await client.call(copy, "ResetListViewFromView", view=moref(view))
    assert refs(client, copy) == [VM.value]
    await client.call(view, "ResetListView")
    assert (refs(client, view), refs(client, copy)) == ([], [VM.value])
    assert (await fault_of(client.call(copy, "ResetListViewFromView", view=moref(VM)))).type_name == "InvalidArgument"


@scenario
async def test_filters_follow_a_reset_of_their_view(client: Client) -> None:
    first, second = client.task(), client.task()
    view, source = await client.list_view(first.ref), await client.list_view(first.ref)
    await client.watch(over_view(view, "info.state"))
    version = (await client.wait(COLLECTOR))["version"]
    await client.call(view, "ResetListView", obj=[moref(second.ref)])
    response = await client.wait(COLLECTOR, version)
    assert [update[:2] for update in updates(response)] == [("leave", first.key), ("enter", second.key)]
    await client.call(view, "ResetListViewFromView", view=moref(source))
    response = await client.wait(COLLECTOR, response["version"])
    assert [update[:2] for update in updates(response)] == [("leave", second.key), ("enter", first.key)]


@scenario
async def test_views_end_when_destroyed_and_belong_to_a_session(client: Client) -> None:
    view, other = await client.list_view(VM), Client(client.world)
    assert client.read(VIEWS, "viewList") == [moref(view)]
    assert other.read(VIEWS, "viewList") == []
    assert (await fault_of(other.call(view, "ModifyListView"))).type_name == "ManagedObjectNotFound"
    await client.call(view, "DestroyView")
    assert client.read(VIEWS, "viewList") == []
    assert (await fault_of(client.call(view, "DestroyView"))).type_name == "ManagedObjectNotFound"


async def container_view(client: Client, container: Ref, recursive: bool, *types: str) -> Ref:
    return await client.make(
        VIEWS, "CreateContainerView", container=moref(container), type=list(types), recursive=recursive
    )


@pytest.mark.parametrize(
    ("container", "recursive", "types", "expected"),
    [
        (ROOT, False, [], {"datacenter-2", "datacenter-51"}),
        (ROOT, True, ["VirtualMachine"], {"vm-21", "vm-22", "vm-23", "vm-24", "vm-25", "vm-61"}),
        (ROOT, True, ["Datacenter", "HostSystem"], {"datacenter-2", "datacenter-51", "host-11", "host-12"}),
        (ROOT, True, ["ComputeResource"], {"domain-c7"}),
        (ROOT, True, ["Network"], {"network-41", "dvportgroup-43"}),
        (Ref("Datacenter", "datacenter-2"), False, [], {"group-v3", "group-h4", "group-s5", "group-n6"}),
        (Ref("Datacenter", "datacenter-51"), True, ["VirtualMachine"], {"vm-61"}),
        (Ref("Folder", "group-v3"), False, ["VirtualMachine"], {"vm-21", "vm-22", "vm-23", "vm-25"}),
        (Ref("Folder", "group-v3"), False, ["Folder"], {"group-v9"}),
        (Ref("ClusterComputeResource", "domain-c7"), False, ["HostSystem"], {"host-11", "host-12"}),
        (
            Ref("ClusterComputeResource", "domain-c7"),
            False,
            ["VirtualMachine"],
            {"vm-21", "vm-22", "vm-23", "vm-24", "vm-25"},
        ),
        (Ref("HostSystem", "host-12"), False, [], {"vm-22", "vm-24"}),
        (Ref("HostSystem", "host-12"), True, [], {"vm-22", "vm-24"}),
        (Ref("ResourcePool", "resgroup-8"), True, ["ManagedEntity"], {"vm-21", "vm-22", "vm-23", "vm-24", "vm-25"}),
    ],
)
@scenario
async def test_container_views_contain_the_expected_objects(
    client: Client, container: Ref, recursive: bool, types: list[str], expected: set[str]
) -> None:
    view = await container_view(client, container, recursive, *types)
    found = refs(client, view)
    assert set(found) == expected
    assert len(found) == len(expected)
    assert client.read(view, "container") == moref(container)
    assert client.read(view, "recursive") is recursive
    assert client.read(view, "type") == types


@pytest.mark.parametrize(
    ("container", "types", "fault"),
    [
        (VM, [], "InvalidArgument"),
        (ROOT, ["Nonsense"], "InvalidArgument"),
        (Ref("Folder", "group-v999"), [], "ManagedObjectNotFound"),
    ],
)
@scenario
async def test_invalid_container_views_are_refused(
    client: Client, container: Ref, types: list[str], fault: str
) -> None:
    assert (await fault_of(container_view(client, container, True, *types))).type_name == fault


@scenario
async def test_a_container_view_accepts_every_type(client: Client) -> None:
    view = await container_view(client, ROOT, True, *schemas()["MoTypesEnum"]["enum"])
    assert VM.value in refs(client, view)


@scenario
async def test_a_traversal_leads_to_the_container_of_a_view(client: Client) -> None:
    view = await container_view(client, ROOT, True, "VirtualMachine")
    start = starting(view, through("ContainerView", "container"), skip=True)
    assert ids(await client.retrieve(filter_spec(properties("Folder", "name"), start))) == [ROOT.value]


@scenario
async def test_properties_are_read_through_a_container_view(client: Client) -> None:
    view = await container_view(client, ROOT, True, "VirtualMachine")
    start = starting(view, through("ContainerView", "view"), skip=True)
    response = await client.retrieve(filter_spec(properties("VirtualMachine", "name"), start))
    assert len(ids(response)) == 6
    base = starting(view, data("TraversalSpec", type="ManagedObjectView", path="view"), skip=True)
    assert ids(await client.retrieve(filter_spec(properties("VirtualMachine", "name"), base))) == ids(response)


@scenario
async def test_a_filter_over_a_container_view_follows_the_inventory(client: Client) -> None:
    view = await container_view(client, ROOT, True, "VirtualMachine")
    start = starting(view, through("ContainerView", "view"), skip=True)
    spec = filter_spec(properties("VirtualMachine", "name"), start)
    await client.watch(spec)
    response = await client.wait(COLLECTOR)
    assert len(updates(response)) == 6
    folder = client.entity("group-v53")
    machine = folder.children.pop()
    client.world.touch(folder, "childEntity")
    response = await client.wait(COLLECTOR, response["version"])
    assert updates(response) == [("leave", machine.ref.value, {})]
    folder.children.append(machine)
    client.world.touch(folder, "childEntity")
    assert [update[:2] for update in updates(await client.wait(COLLECTOR, response["version"]))] == [
        ("enter", machine.ref.value)
    ]
