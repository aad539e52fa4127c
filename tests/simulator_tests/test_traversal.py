# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter specs: which objects they select, and which specs are invalid."""

from __future__ import annotations

import pytest

from simulator.wire import Ref, moref
from simulator_tests.in_process import (
    COLLECTOR,
    ROOT,
    TASKS,
    VM,
    Client,
    Json,
    fault_of,
    filter_spec,
    ids,
    named,
    properties,
    scenario,
    starting,
    through,
    values,
)

GONE = Ref("Task", "task-999999")
SERVICE = Ref("ServiceInstance", "ServiceInstance")
CONTENT = filter_spec(properties("ServiceInstance", "content"), starting(SERVICE))

# the inventory from the root folder, as in the samples of the SDK
WHOLE_INVENTORY = [
    through(
        "Folder", "childEntity", *map(named, ["folder", "hosts", "machines", "compute", "pool", "vms"]), name="folder"
    ),
    through("Datacenter", "hostFolder", named("folder"), name="hosts"),
    through("Datacenter", "vmFolder", named("folder"), name="machines"),
    through("ComputeResource", "host", name="compute"),
    through("ComputeResource", "resourcePool", named("vms"), named("pool"), name="pool"),
    through("ResourcePool", "vm", name="vms"),
]


@scenario
async def test_a_traversal_leads_from_recent_tasks_to_their_info(client: Client) -> None:
    tasks = [client.task("running"), client.task("success")]
    spec = filter_spec(
        [properties("Task", "info.state"), properties("TaskManager", "maxCollector")],
        starting(TASKS, through("TaskManager", "recentTask")),
    )
    response = await client.retrieve(spec)
    assert ids(response)[0] == TASKS.value
    assert set(ids(response)[1:]) == {task.key for task in tasks}


@scenario
async def test_named_selections_reach_the_whole_inventory(client: Client) -> None:
    start = starting(ROOT, *WHOLE_INVENTORY)
    response = await client.retrieve(filter_spec(properties("ManagedEntity", "name"), start))
    found = ids(response)
    assert len(found) == len(set(found))
    assert {"group-d1", "datacenter-2", "group-h4", "domain-c7", "host-11", "host-12", "resgroup-8"} <= set(found)
    assert {"group-v9", "vm-21", "vm-24", "vm-25", "vm-61"} <= set(found)
    names = {content["obj"]["value"]: values(content)["name"]["_value"] for content in response["objects"]}
    assert names["vm-25"] == "a%2fb"


@scenario
async def test_cyclic_selections_end(client: Client) -> None:
    up = through("ManagedEntity", "parent", named("down"), name="up")
    down = through("Folder", "childEntity", named("up"), named("down"), name="down")
    response = await client.retrieve(filter_spec(properties("Folder", "name"), starting(ROOT, down, up)))
    assert ids(response) == ["group-d1"]
    response = await client.retrieve(filter_spec(properties("Datacenter", "name"), starting(ROOT, down, up)))
    assert sorted(ids(response)) == ["datacenter-2", "datacenter-51"]


@pytest.mark.parametrize(
    ("skip_start", "skip_step", "expected"),
    [(False, False, {"group-v9", "vm-24"}), (True, False, {"vm-24"}), (False, True, {"group-v9"}), (True, True, set())],
)
@scenario
async def test_skip_leaves_out_start_and_intermediate_objects(
    client: Client, skip_start: bool, skip_step: bool, expected: set[str]
) -> None:
    start = starting(Ref("Folder", "group-v9"), through("Folder", "childEntity", skip=skip_step), skip=skip_start)
    assert set(ids(await client.retrieve(filter_spec(properties("ManagedEntity", "name"), start)))) == expected


@scenario
async def test_a_traversal_applies_only_to_its_type(client: Client) -> None:
    start = starting(VM, through("Folder", "childEntity"), through("ManagedEntity", "parent"))
    assert ids(await client.retrieve(filter_spec(properties("Folder", "name"), start))) == ["group-v3"]


@pytest.mark.parametrize(
    ("spec", "fault", "fields"),
    [
        (filter_spec(properties("VirtualMachine", "nonsense"), starting(VM)), "InvalidProperty", {"name": "nonsense"}),
        (filter_spec(properties("Task", "info.nonsense"), starting(VM)), "InvalidProperty", {"name": "info.nonsense"}),
        (filter_spec(properties("Task", "info.state.x"), starting(VM)), "InvalidProperty", {"name": "info.state.x"}),
        (filter_spec(properties("Task", "info."), starting(VM)), "InvalidProperty", {"name": "info."}),
        (
            filter_spec(properties("ManagedEntity", "childEntity"), starting(VM)),
            "InvalidProperty",
            {"name": "childEntity"},
        ),
        (filter_spec(properties("Nonsense", "name"), starting(VM)), "InvalidType", {"argument": "Nonsense"}),
        (filter_spec(properties("Folder"), starting(VM, through("Nonsense", "name"))), "InvalidType", {}),
        (filter_spec([], starting(VM)), "InvalidArgument", {"invalidProperty": "spec.propSet"}),
        (filter_spec(properties("Folder"), []), "InvalidArgument", {"invalidProperty": "spec.objectSet"}),
        (filter_spec(properties("Folder"), starting(VM, through("Folder", "x"))), "InvalidArgument", {}),
        (filter_spec(properties("Folder"), starting(VM, through("Folder", "name"))), "InvalidArgument", {}),
        (filter_spec(properties("Folder"), starting(VM, named("unknown"))), "InvalidArgument", {}),
        (filter_spec(properties("Task", "info"), starting(GONE)), "ManagedObjectNotFound", {"obj": moref(GONE)}),
        (
            filter_spec(properties("Folder", "name"), starting(Ref("Folder", "vm-21"))),
            "ManagedObjectNotFound",
            {"obj": moref(Ref("Folder", "vm-21"))},
        ),
    ],
)
@scenario
async def test_invalid_filter_specs_are_refused(client: Client, spec: Json, fault: str, fields: Json) -> None:
    refused = await fault_of(client.retrieve(spec))
    assert refused.type_name == fault
    assert fields.items() <= refused.fields.items()
    assert (await fault_of(client.call(COLLECTOR, "CreateFilter", spec=spec, partialUpdates=False))).type_name == fault


@scenario
async def test_missing_specs_and_options_are_refused(client: Client) -> None:
    assert (await fault_of(client.retrieve())).type_name == "InvalidArgument"
    refused = await fault_of(client.call(COLLECTOR, "RetrievePropertiesEx", specSet=[CONTENT]))
    assert refused.type_name == "InvalidRequest"
