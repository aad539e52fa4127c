# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms in which users name entities."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._options.entity_parsing import parse_entities, parse_entity
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import EntityName, Reference


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("VirtualMachine:vm-7", Reference("VirtualMachine", "vm-7")),
        ("vim.VirtualMachine:vm-7", Reference("VirtualMachine", "vm-7")),
        ("'vim.VirtualMachine:vm-7'", Reference("VirtualMachine", "vm-7")),
        ("Folder:group-d1", Reference("Folder", "group-d1")),
        ("HostSystem:ha-host", Reference("HostSystem", "ha-host")),
        ({"type": "VirtualMachine", "moid": "vm-7"}, Reference("VirtualMachine", "vm-7")),
        ({"type": "VirtualMachine", "moid": "vm-7", "name": "web01"}, Reference("VirtualMachine", "vm-7")),
        ({"type": "Folder", "moid": "ha-folder-root"}, Reference("Folder", "ha-folder-root")),
        ({"type": "vim.VirtualMachine", "moid": "vm-7"}, Reference("VirtualMachine", "vm-7")),
        ({"type": "vim.dvs.DistributedVirtualPortgroup", "moid": "x"}, Reference("DistributedVirtualPortgroup", "x")),
        ({"moid": "vm-7"}, Reference("VirtualMachine", "vm-7")),
    ],
)
def test_references_are_parsed_in_every_form(value: Any, expected: Reference) -> None:
    assert parse_entity(value) == expected


@pytest.mark.parametrize(
    ("moid", "kind"),
    [
        ("vm-7", "VirtualMachine"),
        ("host-11", "HostSystem"),
        ("group-p5", "StoragePod"),
        ("group-d1", "Folder"),
        ("group-v3", "Folder"),
        ("group-h4", "Folder"),
        ("group-n6", "Folder"),
        ("group-s5", "Folder"),
        ("datacenter-2", "Datacenter"),
        ("domain-c7", "ClusterComputeResource"),
        ("domain-s9", "ComputeResource"),
        ("resgroup-8", "ResourcePool"),
        ("resgroup-v8", "VirtualApp"),
        ("datastore-31", "Datastore"),
        ("network-41", "Network"),
        ("dvs-42", "VmwareDistributedVirtualSwitch"),
        ("dvportgroup-43", "DistributedVirtualPortgroup"),
    ],
)
def test_the_prefix_of_an_id_gives_the_type(moid: str, kind: str) -> None:
    assert parse_entity(moid) == Reference(kind, moid)
    assert parse_entity(f"'{moid}'") == Reference(kind, moid)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("/DC0/vm/web01", "DC0/vm/web01"),
        ("DC0/vm/web01", "DC0/vm/web01"),
        ("/DC0/vm/web01/", "DC0/vm/web01"),
        ("//DC0//", "DC0"),
        ("/DC0", "DC0"),
        ("/DC0/vm/a%2fb", "DC0/vm/a%2fb"),
        ("/DC0/vm/Folder:group-d1", "DC0/vm/Folder:group-d1"),
        ("/Zürich/vm/älter", "Zürich/vm/älter"),
        ("/DC0/vm/two words", "DC0/vm/two words"),
    ],
)
def test_inventory_paths_are_parsed(value: str, path: str) -> None:
    assert parse_entity(value) == path


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("web01", EntityName("web01")),
        (" web01 ", EntityName("web01")),
        ("DC0", EntityName("DC0")),
        ("app-01", EntityName("app-01")),
        ("vm-", EntityName("vm-")),
        ("vm7", EntityName("vm7")),
        ("two words", EntityName("two words")),
        ("a%2fb", EntityName("a%2fb")),
        ("esx01.example.com", EntityName("esx01.example.com")),
        ({"name": "web01"}, EntityName("web01")),
        ({"name": "vm-7"}, EntityName("vm-7")),
        ({"name": "web01", "type": "vim.VirtualMachine"}, EntityName("web01", "VirtualMachine")),
        ({"name": "a/b: c", "type": "Folder"}, EntityName("a/b: c", "Folder")),
        ({"name": "gone", "type": None, "moid": None}, EntityName("gone")),
    ],
)
def test_names_are_parsed(value: Any, name: EntityName) -> None:
    assert parse_entity(value) == name


def test_lists_of_entities_are_parsed_without_duplicates() -> None:
    assert parse_entities(None) is None
    assert parse_entities([]) == []
    vm, name = Reference("VirtualMachine", "vm-7"), EntityName("web01")
    assert parse_entities(["vm-7", {"name": "web01"}, "VirtualMachine:vm-7", "/DC0"]) == [vm, name, "DC0"]
    with pytest.raises(InputError, match=r"^hosts: 7 is not an object id, name or path"):
        parse_entities(["web01", 7], "hosts")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "/",
        "///",
        "task-42",
        "virtualmachine:vm-7",
        "VirtualMachine:",
        "VirtualMachine: vm-7",
        "VirtualMachine:vm-7:x",
        ":vm-7",
        "vm-7\u0000",
        7,
        None,
        ["vm-7"],
        {},
        {"type": "VirtualMachine"},
        {"moid": "something-7"},
        {"type": "VirtualMachine", "moid": ""},
        {"type": "VirtualMachine", "moid": " "},
        {"type": "", "moid": "vm-7"},
        {"type": 1, "moid": "vm-7"},
        {"type": "VirtualMachine", "moid": 7},
        {"name": ""},
        {"name": "a\nb"},
        {"name": 7},
        {"name": "web01", "type": ""},
        {"name": "web01", "typ": "VirtualMachine"},
        {"name": "web01", "type": "Virtual Machine"},
    ],
)
def test_an_invalid_entity_is_refused_with_the_accepted_forms(value: Any) -> None:
    with pytest.raises(InputError) as refused:
        parse_entity(value, "task_report_entity")
    message = str(refused.value)
    assert message.startswith("task_report_entity: ")
    for form in ("VirtualMachine:vm-7", "/DC0/vm/web01", "{type: VirtualMachine, moid: vm-7}"):
        assert form in message


def test_a_name_may_begin_with_a_bracket() -> None:
    assert parse_entity("[old] web01") == EntityName("[old] web01")


def test_other_keys_of_a_mapping_with_an_id_are_ignored() -> None:
    assert parse_entity({"moid": "vm-7", "hw_name": "web01"}) == Reference("VirtualMachine", "vm-7")


@pytest.mark.parametrize("value", ["Virtualmachine:vm-7", {"type": "virtualmachine", "moid": "vm-7"}])
def test_a_type_in_the_wrong_case_is_corrected(value: Any) -> None:
    with pytest.raises(InputError, match=r"^entity: .* is not a type of inventory object\. Use VirtualMachine$"):
        parse_entity(value)


@pytest.mark.parametrize("value", ["Alarm:alarm-5", "Task:task-195", {"name": "web01", "type": "VM"}])
def test_other_types_are_refused_with_a_list(value: Any) -> None:
    with pytest.raises(InputError, match=r"is not a type of inventory object\. Use VirtualMachine, HostSystem, "):
        parse_entity(value)
