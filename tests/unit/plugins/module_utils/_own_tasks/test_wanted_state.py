# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of vi_task_state: which values are refused, and what the others become on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.wanted_state import (
    DEFAULT_FAULT_TYPE_ID,
    WantedState,
    parse_wanted_state,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.faults import text_message

VM = {"type": "VirtualMachine", "moid": "vm-7"}


def wanted(**options: Any) -> WantedState:
    return parse_wanted_state({**dict.fromkeys(("state", "progress", "description", "result", "fault")), **options})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"progress": 101}, "progress: 101.*0 to 100"),
        ({"progress": -1}, "progress: -1.*0 to 100"),
        ({"result": "x"}, "result.*success"),
        ({"result": "x", "state": "error"}, "result.*success"),
        ({"result": "x", "state": "running"}, "result.*success"),
        ({"fault": {}}, "fault.*error"),
        ({"fault": {"message": "x"}, "state": "success"}, "fault.*error"),
        ({"result": 2**70, "state": "success"}, "result.*64 bits"),
        ({"result": [None], "state": "success"}, "result"),
        ({"result": {"type": "A", "b": {"c": 1}}, "state": "success"}, "result.*type"),
        ({"result": float("nan"), "state": "success"}, "result"),
        ({"description": {"message": "no key"}}, "description.*key"),
        ({"description": {"key": "k", "args": []}}, "description.*key"),
        ({"description": {"key": 5}}, "description.*key"),
        ({"description": ""}, "description.*Use a string"),
        ({"description": ["a"]}, "description.*Use a string"),
        ({"description": True}, "description.*Use a string"),
        ({"state": "error", "fault": {"type": "RequestCanceled"}}, "fault.*RequestCanceled.*ExtendedFault"),
        ({"state": "error", "fault": {"type": "InvalidArgument"}}, "fault.*InvalidArgument.*ExtendedFault"),
        ({"state": "error", "fault": {"type": "SystemError"}}, "fault.*SystemError.*ExtendedFault"),
        ({"state": "error", "fault": {"type": "not a type"}}, "fault.*not a type"),
        ({"state": "error", "fault": {"type": 5}}, "fault.*5"),
        ({"state": "error", "fault": {"msg": "x"}}, "fault:.*msg.*message"),
        (
            {"state": "error", "fault": {"message": "x", "foo": "bar"}},
            "fault: ExtendedFault has no field foo. Put your",
        ),
        ({"state": "error", "fault": {"data": "str"}}, "fault: data 'str' is not a mapping. Use a mapping of strings"),
        ({"state": "error", "fault": {"data": [{"key": "a"}]}}, "fault: data .* is not a mapping"),
        ({"state": "error", "fault": {"data": ""}}, "fault: data '' is not a mapping"),
        ({"state": "error", "fault": {"data": ["a"]}}, "fault: data .* is not a mapping"),
        ({"state": "error", "fault": {"fault_type_id": 5}}, "fault: fault_type_id 5 is not a string"),
        ({"state": "error", "fault": {"type": "NoDiskSpace", "detail": {"a": 1}}}, "fault.*detail"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        wanted(**options)


def test_without_options_nothing_is_wanted() -> None:
    assert wanted() == WantedState()
    assert wanted(progress=0).progress == 0


@pytest.mark.parametrize(
    ("description", "message"),
    [("copying", "copying"), (5, "5"), ({"key": "phase.copy", "message": "copying"}, "copying"), ({"key": "k"}, None)],
)
def test_descriptions_become_localizable_messages(description: Any, message: str | None) -> None:
    found = wanted(description=description).description
    assert found is not None
    assert found["_typeName"] == "LocalizableMessage"
    assert found["key"]
    assert found.get("message") == message


@pytest.mark.parametrize(
    ("result", "wire"),
    [
        ("done", {"_typeName": "string", "_value": "done"}),
        (0, {"_typeName": "int", "_value": 0}),
        (False, {"_typeName": "boolean", "_value": False}),
        ([1, 2], {"_typeName": "ArrayOfInt", "_value": [1, 2]}),
        (VM, {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-7"}),
    ],
)
def test_results_are_boxed(result: Any, wire: dict[str, Any]) -> None:
    assert wanted(state="success", result=result).result == wire


def test_a_fault_is_an_extended_fault_by_default() -> None:
    fault = wanted(state="error", fault={"message": "No space.", "data": {"host": "esx01", "gb": 5}}).fault
    assert fault is not None
    assert fault["_typeName"] == "ExtendedFault"
    assert fault["faultTypeId"]
    assert fault["data"] == [
        {"_typeName": "KeyValue", "key": "host", "value": "esx01"},
        {"_typeName": "KeyValue", "key": "gb", "value": "5"},
    ]
    assert fault["faultMessage"] == [text_message(fault["faultTypeId"], "No space.")]


def test_a_returned_error_is_accepted_as_a_fault() -> None:
    error = {
        "type": "ExtendedFault",
        "message": "Full",
        "fault_type_id": "com.example.full",
        "data": [{"type": "KeyValue", "key": "rc", "value": "3"}, {"key": "signal", "value": "9"}],
        "fault_message": [{"type": "LocalizableMessage", "key": "k", "message": "Full"}],
        "fault_cause": None,
    }
    fault = wanted(state="error", fault=error).fault
    assert fault == {
        "_typeName": "ExtendedFault",
        "faultTypeId": "com.example.full",
        "data": [
            {"_typeName": "KeyValue", "key": "rc", "value": "3"},
            {"_typeName": "KeyValue", "key": "signal", "value": "9"},
        ],
        "faultMessage": [text_message(DEFAULT_FAULT_TYPE_ID, "Full")],
    }


def test_a_message_has_a_key_that_the_extension_defines() -> None:
    """A server may rebuild the message from the key."""
    fault = wanted(state="error", fault={"fault_type_id": "com.example.backup", "message": "x"}).fault
    assert fault is not None
    assert fault["faultTypeId"] == "com.example.backup"
    assert fault["faultMessage"] == [text_message(DEFAULT_FAULT_TYPE_ID, "x")]


def test_another_fault_type_has_its_own_fields() -> None:
    fault = wanted(state="error", fault={"type": "NoDiskSpace", "message": "Full.", "datastore": "ds1"}).fault
    assert fault == {
        "_typeName": "NoDiskSpace",
        "datastore": "ds1",
        "faultMessage": [text_message(DEFAULT_FAULT_TYPE_ID, "Full.")],
    }


def test_a_fault_may_have_no_message() -> None:
    fault = wanted(state="error", fault={}).fault
    assert fault is not None
    assert fault["_typeName"] == "ExtendedFault"
    assert "faultMessage" not in fault


def test_the_given_options_are_not_changed() -> None:
    given = {"message": "x", "data": {"a": "b"}}
    wanted(state="error", fault=given)
    assert given == {"message": "x", "data": {"a": "b"}}
