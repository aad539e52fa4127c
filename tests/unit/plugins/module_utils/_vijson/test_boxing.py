# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translating Python values into wire values of the type Any."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.boxing import box_value, camel_case, typed_object
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference, data_object, plain_value
from ansible_collections.vijson.tasks.tests.unit.support.files import CONTRACT

CONTRACT = json.loads((CONTRACT / "vi-json-tasks-8.0.1.0.json").read_text(encoding="utf-8"))
KNOWN_BOXES = {name for name in CONTRACT["components"]["schemas"] if name.startswith("ArrayOf")}
MOREF = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-7"}
VM = {"type": "VirtualMachine", "moid": "vm-7"}


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (True, "boolean"),
        (False, "boolean"),
        (0, "int"),
        (2**31 - 1, "int"),
        (-(2**31), "int"),
        (2**31, "long"),
        (-(2**31) - 1, "long"),
        (2**63 - 1, "long"),
        (1.5, "double"),
        ("", "string"),
        ("done", "string"),
        ([1, 2], "ArrayOfInt"),
        ([True], "ArrayOfBoolean"),
        (["a"], "ArrayOfString"),
        ([1, 2**40], "ArrayOfLong"),
        ([], "ArrayOfString"),
    ],
)
def test_primitives_and_arrays_are_boxed_and_unboxed(value: Any, type_name: str) -> None:
    assert box_value(value) == {"_typeName": type_name, "_value": value}
    assert plain_value(box_value(value), typed=True) == value


@pytest.mark.parametrize(
    "value",
    [
        [1, "a", True],
        [1, True],
        [1.5, 2.5],
        [[1], ["a"]],
        [[], [[]]],
        VM,
        [VM, VM],
        [VM, 1],
        {"type": "CloneOutcome", "new_vm": VM, "names": ["a", "b"], "count": 2, "done": True},
        {"type": "Outer", "inner": {"type": "Inner", "disk_key": 1}, "list": [{"type": "Inner"}]},
    ],
)
def test_other_values_are_boxed_and_unboxed(value: Any) -> None:
    assert plain_value(box_value(value), typed=True) == value


def test_lists_are_boxed_by_their_items() -> None:
    assert box_value([VM]) == {"_typeName": "ArrayOfManagedObjectReference", "_value": [MOREF]}
    assert box_value([1, "a"]) == {
        "_typeName": "ArrayOfAnyType",
        "_value": [{"_typeName": "int", "_value": 1}, {"_typeName": "string", "_value": "a"}],
    }


@pytest.mark.parametrize("value", [[], [1], [2**40], ["a"], [True], [1.5], [VM], [1, "a"], [[1]], {"a": 1}, {}])
def test_lists_are_boxed_as_a_type_of_the_contract(value: Any) -> None:
    assert box_value(value)["_typeName"] in KNOWN_BOXES


def test_a_mapping_without_a_type_becomes_a_list_of_pairs() -> None:
    assert box_value({"size_gb": 5, "vm": VM, "note": None}) == {
        "_typeName": "ArrayOfKeyAnyValue",
        "_value": [
            {"_typeName": "KeyAnyValue", "key": "size_gb", "value": {"_typeName": "int", "_value": 5}},
            {"_typeName": "KeyAnyValue", "key": "vm", "value": MOREF},
        ],
    }


def test_a_mapping_with_a_type_becomes_a_data_object() -> None:
    assert box_value({"type": "CloneOutcome", "new_vm": VM, "size_gb": 5, "note": None}) == {
        "_typeName": "CloneOutcome",
        "newVm": MOREF,
        "sizeGb": 5,
    }


def test_every_object_at_every_depth_has_a_type_name() -> None:
    boxed = box_value(
        {"type": "A", "b": {"type": "B", "c": [{"type": "C", "d": VM}]}, "pairs": [{"key": "k", "value": "v"}]}
    )

    def check(value: Any) -> None:
        if isinstance(value, dict):
            assert value["_typeName"]
            for item in value.values():
                check(item)
        elif isinstance(value, list):
            for item in value:
                check(item)

    check(boxed)


@pytest.mark.parametrize("value", [None, [None], 2**63, -(2**63) - 1, [2**64], {"a": [None]}, b"x", {1}])
def test_values_that_cannot_be_expressed_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"64 bits|cannot be expressed"):
        box_value(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_numbers_that_json_lacks_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="cannot be expressed"):
        box_value(value)


def test_nested_mappings_of_an_object_need_a_type() -> None:
    with pytest.raises(ValueError, match=r"detail.*type"):
        typed_object("ExtendedFault", {"detail": {"a": 1}})


def test_fields_without_a_value_are_left_out() -> None:
    assert data_object("A", b=None, c=0, d=False, e="", f=[]) == {
        "_typeName": "A",
        "c": 0,
        "d": False,
        "e": "",
        "f": [],
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [("fault_type_id", "faultTypeId"), ("faultTypeId", "faultTypeId"), ("key", "key"), ("new_VM", "newVM")],
)
def test_names_become_camel_case(name: str, expected: str) -> None:
    assert camel_case(name) == expected


def test_a_reference_has_wire_result_and_text_forms() -> None:
    ref = Reference("VirtualMachine", "vm-7")
    assert (ref.wire(), ref.as_result(), str(ref)) == (MOREF, VM, "VirtualMachine:vm-7")
