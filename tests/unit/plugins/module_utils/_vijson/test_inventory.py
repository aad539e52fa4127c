# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an entity by reference or by inventory path."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, FaultError, InputError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.inventory import (
    find_entities,
    find_entity,
    read_entities_below,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Entity, EntityName, Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, ref

FIND = "SearchIndex.FindByInventoryPath"


def server_with(found: Any) -> FakeVcenter:
    """A vCenter that finds this at any inventory path."""
    server = FakeVcenter()
    server.answers[FIND] = lambda _moid, _params: found
    return server


def test_an_inventory_path_is_looked_up() -> None:
    server = server_with(ref("VirtualMachine", "vm-7"))
    assert find_entity(server.client("S0"), "DC0/vm/a%2fb") == Reference("VirtualMachine", "vm-7")
    assert [sent.params for sent in server.sent] == [{"inventoryPath": "DC0/vm/a%2fb"}]


@pytest.mark.parametrize("option", ["entity", "task_report_entity"])
def test_an_unknown_inventory_path_is_refused(option: str) -> None:
    with pytest.raises(InputError, match=rf"^{option}: .*/DC0/vm/nope"):
        find_entity(server_with(None).client("S0"), "DC0/vm/nope", option)


def test_a_reference_needs_no_request() -> None:
    server = server_with(None)
    assert find_entity(server.client(), Reference("Folder", "group-d1")) == Reference("Folder", "group-d1")
    assert server.sent == []


@pytest.mark.parametrize("found", ["vm-7", [], {"type": "VirtualMachine"}])
def test_an_invalid_response_is_an_error(found: Any) -> None:
    with pytest.raises(BadResponse, match="FindByInventoryPath"):
        find_entity(server_with(found).client("S0"), "DC0/vm/web01")


class Inventory(FakeVcenter):
    """A vCenter with these entities: ``moid=(type, name, parent)``."""

    def __init__(self, **entities: tuple[str, str, str | None]) -> None:
        super().__init__()
        self.entities = {moid.replace("_", "-"): entity for moid, entity in entities.items()}
        self.answers["ServiceInstance.content"] = lambda _moid, _params: {"rootFolder": ref("Folder", "group-d1")}
        self.answers["PropertyCollector.RetrievePropertiesEx"] = self.retrieve

    def retrieve(self, _moid: str, params: Any) -> Any:
        (spec,) = params["specSet"]
        kind = spec["propSet"][0]["type"]
        lost = [start["obj"] for start in spec["objectSet"] if start["obj"]["value"] not in self.entities]
        if lost:
            raise Fault("ManagedObjectNotFound", obj=lost[0])
        return {
            "objects": [
                {"obj": ref(entity[0], moid), "propSet": self.properties(entity)}
                for moid, entity in self.entities.items()
                if kind in ("ManagedEntity", entity[0])
            ]
        }

    def properties(self, entity: tuple[str, str, str | None]) -> list[Any]:
        _kind, name, parent = entity
        up = [{"name": "parent", "val": ref("Folder", parent)}] if parent else []
        return [{"name": "name", "val": name}, *up]


def lab() -> Inventory:
    """A small inventory."""
    return Inventory(
        group_d1=("Folder", "Datacenters", None),
        group_v3=("Folder", "vm", "group-d1"),
        vm_1=("VirtualMachine", "web01", "group-v3"),
        vm_2=("VirtualMachine", "a%2fb", "group-v3"),
        host_1=("HostSystem", "web01", "group-d1"),
        group_v9=("Folder", "old", "group-v3"),
        vm_3=("VirtualMachine", "twin", "group-v9"),
        vm_4=("VirtualMachine", "twin", "group-v3"),
    )


@pytest.mark.parametrize("name", ["a%2fb", "a/b"])
def test_a_name_is_found_with_two_requests(name: str) -> None:
    server = lab()
    with server.client("S0") as client:
        assert find_entity(client, EntityName(name)) == Reference("VirtualMachine", "vm-2")
    assert server.operations == {"ServiceInstance.content": 1, "PropertyCollector.RetrievePropertiesEx": 1}


def test_many_names_take_one_request_for_each_type() -> None:
    server = lab()
    names: list[Entity] = [
        EntityName("web01", "HostSystem"),
        EntityName("old"),
        Reference("Folder", "group-x"),
        EntityName("vm"),
    ]
    with server.client("S0") as client:
        found = find_entities(client, names)
    assert [each.moid for each in found] == ["host-1", "group-v9", "group-x", "group-v3"]
    assert server.operations["PropertyCollector.RetrievePropertiesEx"] == 2


@pytest.mark.parametrize(
    ("name", "what", "advice"),
    [
        (EntityName("twin"), "object", ", or add the type, such as {name: web01, type: HostSystem}"),
        (EntityName("twin", "VirtualMachine"), "VirtualMachine", ""),
    ],
)
def test_a_name_of_several_objects_lists_their_paths(name: EntityName, what: str, advice: str) -> None:
    with lab().client("S0") as client, pytest.raises(InputError) as refused:
        find_entity(client, name)
    assert str(refused.value) == (
        f"entity: vc.example.com has more than one {what} named 'twin': /vm/old/twin (VirtualMachine:vm-3),"
        f" /vm/twin (VirtualMachine:vm-4). Use one of the paths{advice}"
    )


def test_the_path_of_an_object_in_a_loop_of_folders_ends() -> None:
    server = Inventory(
        group_d1=("Folder", "a", "group-d2"),
        group_d2=("Folder", "b", "group-d1"),
        vm_1=("VirtualMachine", "twin", "group-d1"),
        vm_2=("VirtualMachine", "twin", "group-d2"),
    )
    paths = r"'twin': /a/b/a/twin \(VirtualMachine:vm-1\), /b/a/b/twin \(VirtualMachine:vm-2\)\."
    with server.client("S0") as client, pytest.raises(InputError, match=paths):
        find_entity(client, EntityName("twin", "VirtualMachine"))


@pytest.mark.parametrize(("count", "more"), [(10, None), (11, " and 1 more.")])
def test_only_ten_of_many_objects_with_one_name_are_listed(count: int, more: str | None) -> None:
    twins = {f"vm_{number}": ("VirtualMachine", "twin", "group-d1") for number in range(count)}
    server = Inventory(group_d1=("Folder", "Datacenters", None), **twins)
    with server.client("S0") as client, pytest.raises(InputError) as refused:
        find_entity(client, EntityName("twin"))
    message = str(refused.value)
    assert message.count("VirtualMachine:vm-") == 10
    assert (more or "more than") in message
    assert (" more." in message) == bool(more)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (EntityName("nope"), "hosts: there is no object named 'nope' on vc.example.com"),
        (EntityName("Web01"), "hosts: there is no object named 'Web01'"),
        (EntityName("old", "HostSystem"), "hosts: there is no HostSystem named 'old'"),
    ],
)
def test_an_unknown_name_is_refused(name: EntityName, text: str) -> None:
    with lab().client("S0") as client, pytest.raises(InputError) as refused:
        find_entity(client, name, "hosts")
    assert str(refused.value).startswith(text)


def test_entities_below_an_object_are_read() -> None:
    server = lab()
    with server.client("S0") as client:
        root = Reference("Folder", "group-d1")
        machines = read_entities_below(client, [root], machines_only=True)
        everything = read_entities_below(client, [root])
    assert {each.moid for each in machines} == {"group-d1", "vm-1", "vm-2", "vm-3", "vm-4"}
    assert {each.moid for each in everything} == set(server.entities)


def test_a_missing_entity_is_refused() -> None:
    server = lab()
    wanted = [Reference("VirtualMachine", "vm-1"), Reference("VirtualMachine", "vm-9")]
    with server.client("S0") as client, pytest.raises(InputError, match=r"^hosts: VirtualMachine:vm-9 does not exist"):
        read_entities_below(client, wanted, option="hosts")
    (spec,) = server.sent[0].params["specSet"]
    assert (len(server.sent), spec["reportMissingObjectsInResults"]) == (1, False)
    assert not any(part["skip"] for root in spec["objectSet"] for part in (root, *root["selectSet"]))


def test_another_fault_is_raised() -> None:
    server = lab()
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [Fault("InvalidType")]
    with server.client("S0") as client, pytest.raises(FaultError, match="InvalidType"):
        read_entities_below(client, [Reference("Foo", "foo-1")])
