# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translating wire values into results."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import (
    Reference,
    body_excerpt,
    expect_object,
    expect_objects,
    expect_reference,
    expect_text,
    parse_json,
    plain_value,
    snake_case,
    unboxed_fields,
    unboxed_value,
)

MOREF = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-7"}
VM = {"type": "VirtualMachine", "moid": "vm-7"}


def boxed(type_name: str, value: Any) -> dict[str, Any]:
    return {"_typeName": type_name, "_value": value}


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (None, None),
        (5, 5),
        ("text", "text"),
        (True, True),
        ([], []),
        ({}, {}),
        (boxed("int", 5), 5),
        (boxed("long", 2**40), 2**40),
        (boxed("short", 0), 0),
        (boxed("double", 1.5), 1.5),
        (boxed("boolean", False), False),
        (boxed("string", ""), ""),
        (boxed("dateTime", "2026-11-22T04:33:57.127620409Z"), "2026-11-22T04:33:57.127620409Z"),
        (boxed("dateTime", "2026-11-22T06:33:57.5+02:00"), "2026-11-22T04:33:57.5Z"),
        (boxed("dateTime", "soon"), "soon"),
        (boxed("dateTime", None), None),
        (boxed("TaskInfoState", "running"), "running"),
        (boxed("AnEnumOfTheFuture", "novel"), "novel"),
        (boxed("ArrayOfInt", [1, 2]), [1, 2]),
        (boxed("ArrayOfString", []), []),
        (boxed("ArrayOfManagedObjectReference", [MOREF]), [VM]),
        (boxed("ArrayOfAnyType", [boxed("int", 1), boxed("string", "a"), MOREF]), [1, "a", VM]),
        (boxed("ArrayOfNothing", None), None),
        (MOREF, VM),
        ([MOREF], [VM]),
        ({**MOREF, "serverGuid": "x"}, VM),
    ],
)
@pytest.mark.parametrize("typed", [True, False])
def test_boxes_arrays_and_references_are_converted(wire: Any, expected: Any, typed: bool) -> None:
    assert plain_value(wire, typed=typed) == expected


def test_an_object_has_snake_case_keys_and_its_type_on_request() -> None:
    wire = {
        "_typeName": "CloneResultOfTheFuture",
        "newVM": MOREF,
        "numCpu": boxed("int", 2),
        "diskKeys": boxed("ArrayOfInt", [1]),
        "inner": {"_typeName": "Inner", "ipAddress": None},
    }
    expected = {"new_vm": VM, "num_cpu": 2, "disk_keys": [1], "inner": {"ip_address": None}}
    assert plain_value(wire) == expected
    assert plain_value(wire, typed=True) == {
        **expected,
        "type": "CloneResultOfTheFuture",
        "inner": {"type": "Inner", "ip_address": None},
    }


def test_an_own_field_named_type_does_not_hide_the_type() -> None:
    wire = {"_typeName": "CustomFieldDef", "key": 1, "name": "owner", "type": "string", "message": "m"}
    assert plain_value(wire, typed=True) == {
        "type": "CustomFieldDef",
        "type_": "string",
        "key": 1,
        "name": "owner",
        "message": "m",
    }
    assert plain_value(wire) == {"type": "string", "key": 1, "name": "owner", "message": "m"}


def test_no_type_name_is_left_anywhere() -> None:
    wire = {"_typeName": "A", "b": [{"_typeName": "B", "c": boxed("ArrayOfC", [{"_typeName": "C"}])}]}
    assert "_typeName" not in str(plain_value(wire)) + str(plain_value(wire, typed=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("entityName", "entity_name"),
        ("key", "key"),
        ("eventChainId", "event_chain_id"),
        ("userName", "user_name"),
        ("newVM", "new_vm"),
        ("privilegeId", "privilege_id"),
        ("URLPath", "url_path"),
        ("iSCSIName", "i_scsi_name"),
        ("ipV4Address", "ip_v4_address"),
        ("snake_case", "snake_case"),
        ("", ""),
    ],
)
def test_names_become_snake_case(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nul", b"NaN", b"-Infinity", b"1e999", b"\xff", b"[1,]", b'{"a" 1}', b"[" * 10**6]
)
def test_invalid_json_is_an_error(body: bytes) -> None:
    gc.collect()  # or Python may finalize objects of other tests where the stack is at its limit
    with pytest.raises(BadResponse, match="not JSON") as failed:
        parse_json(body)
    assert len(str(failed.value)) < 300


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}, lambda value: {"_value": value}])
def test_values_may_be_nested_in_200_levels(wrap: Callable[[Any], Any]) -> None:
    value: Any = [0]
    for _level in range(198):
        value = wrap(value)
    plain_value(value)
    unboxed_fields({"a": value})
    for deep in (wrap(value), wrap(functools.reduce(lambda inner, _: wrap(inner), range(10**5), value))):
        with pytest.raises(BadResponse, match="nested in more than 200 levels"):
            plain_value(deep)
        with pytest.raises(BadResponse, match="nested in more than 200 levels"):
            unboxed_fields({"a": deep})


def test_numbers_keep_their_digits() -> None:
    assert parse_json(b"[9223372036854775807, 1e3, 0.1]") == [2**63 - 1, 1000.0, 0.1]


def test_a_number_with_too_many_digits_is_an_error() -> None:
    with pytest.raises(BadResponse):
        parse_json(b"9" * 100_000)


def test_an_excerpt_is_short_and_in_one_line() -> None:
    assert body_excerpt(b"<html>\n\n  <body>" + b"x" * 10**6) == repr("<html> <body>" + "x" * 107 + "…")
    assert body_excerpt(b"x" * 120) == repr("x" * 120)
    assert body_excerpt(b"\xff\xfe") == repr("\ufffd\ufffd")


@pytest.mark.parametrize("wrong", [None, 1, "vm-7", [], {}, {"type": "A"}, {"value": "b"}, {"type": 1, "value": "b"}])
def test_an_invalid_reference_is_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse, match=r"what returned .* reference"):
        expect_reference(wrong, "what")


@pytest.mark.parametrize(("kind", "moid"), [("Task", "task-\ud800"), ("\ud800", "task-1"), ("Task", "task-1\n")])
def test_a_reference_that_cannot_be_sent_is_an_error(kind: str, moid: str) -> None:
    with pytest.raises(BadResponse, match="instead of a reference"):
        expect_reference({"_typeName": "ManagedObjectReference", "type": kind, "value": moid}, "what")


@pytest.mark.parametrize("wrong", [1, "a", {}, [1], [None], [[]], boxed("ArrayOfInt", [1])])
def test_an_invalid_list_of_objects_is_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse, match=r"what returned .* objects"):
        expect_objects(wrong, "what")


@pytest.mark.parametrize("wrong", [None, 1, "a", []])
def test_an_invalid_object_is_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse, match=r"what returned .* object"):
        expect_object(wrong, "what")


@pytest.mark.parametrize(
    ("wrong", "shape"),
    [(None, "null"), ([], "a value of type list"), ({"_typeName": "Task"}, "an object of type 'Task'")],
)
def test_the_message_tells_what_was_returned(wrong: Any, shape: str) -> None:
    with pytest.raises(BadResponse, match=f"^what returned {shape} instead of a string$"):
        expect_text(wrong, "what")


@pytest.mark.parametrize("wrong", [None, 1, [], {}, boxed("int", 1)])
def test_an_invalid_string_is_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse, match=r"what returned .* string"):
        expect_text(wrong, "what")


def test_references_objects_and_strings_are_read_boxed_or_plain() -> None:
    assert expect_reference(MOREF, "it") == Reference("VirtualMachine", "vm-7")
    in_boxes = {**MOREF, "type": boxed("string", MOREF["type"]), "value": boxed("string", MOREF["value"])}
    for reference in (in_boxes, boxed("ManagedObjectReference", MOREF)):
        assert expect_reference(reference, "it") == Reference("VirtualMachine", "vm-7")
    assert expect_objects(None, "it") == expect_objects([], "it") == expect_objects(boxed("ArrayOfX", None), "it") == []
    assert expect_objects(boxed("ArrayOfX", [MOREF]), "it") == expect_objects([MOREF], "it") == [MOREF]
    assert expect_text(boxed("string", "a"), "it") == expect_text("a", "it") == "a"
    assert unboxed_value(boxed("int", 5)) == unboxed_value(5) == 5
    assert unboxed_value(MOREF) == MOREF


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("__ansible_type", "ansible_type"),
        ("__ansible_unsafe", "ansible_unsafe"),
        ("_ansible_no_log", "ansible_no_log"),
        ("__ansibleVault", "ansible_vault"),
        ("ansible_facts", "ansible_facts"),
        ("_typical", "_typical"),
    ],
)
def test_keys_that_ansible_reserves_are_renamed(name: str, shown: str) -> None:
    value = {"_typeName": "X", name: 1, "inner": [{name: {"_typeName": "string", "_value": "x"}}]}
    assert plain_value(value) == {shown: 1, "inner": [{shown: "x"}]}
