# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults as messages and as results."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.faults import (
    fault_result,
    fault_text,
    fault_type,
    message_text,
    missing_privileges_text,
    server_fault,
    text_message,
)


def fault(type_name: str = "InvalidState", **fields: Any) -> dict[str, Any]:
    return {"_typeName": type_name, **fields}


def message(text: Any, key: str = "k") -> dict[str, Any]:
    return {"_typeName": "LocalizableMessage", "key": key, "message": text}


def localized(inner: Any, text: Any = "Localized.") -> dict[str, Any]:
    return {"_typeName": "LocalizedMethodFault", "fault": inner, "localizedMessage": text}


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        (fault(localizedMessage="L", faultstring="S", faultMessage=[message("M")]), "L"),
        (fault(faultstring="S", faultMessage=[message("M")]), "S"),
        (fault(faultMessage=[message("M"), message("N")]), "M; N"),
        (fault(), "InvalidState"),
        (fault(localizedMessage="", faultstring="S"), "S"),
        (fault(localizedMessage=None, faultstring="", faultMessage=[message("M")]), "M"),
        (fault(faultMessage=[message(""), message(None), "odd", message("M")]), "M"),
        (fault(faultMessage=[]), "InvalidState"),
        (fault(faultMessage="odd", faultstring=5), "InvalidState"),
        (localized(fault(faultstring="S")), "Localized."),
        (localized(fault(faultstring="S"), ""), "S"),
        (localized(fault(), None), "InvalidState"),
        (localized(None), "Localized."),
        (localized(None, None), "MethodFault"),
        ({}, "MethodFault"),
        (fault(faultCause=fault("NoDiskSpace", faultstring="Disk full.")), "InvalidState (cause: Disk full.)"),
        (fault(faultstring="S", faultCause=localized(fault("NoDiskSpace"), "Disk full.")), "S (cause: Disk full.)"),
        (fault(faultstring="S", faultCause=fault("A", faultCause=fault("B"))), "S (cause: A (cause: B))"),
        (fault(faultstring="Disk full.", faultCause=fault("A", faultstring="Disk full.")), "Disk full."),
        (fault(faultstring="S", faultCause=None), "S"),
        (localized(fault(faultCause=fault("B")), "L"), "L (cause: B)"),
    ],
)
def test_a_fault_is_shown_by_its_best_text(wire: dict[str, Any], text: str) -> None:
    assert fault_text(wire) == text


def test_the_text_of_a_fault_has_at_most_eight_causes() -> None:
    wire = fault()
    for level in range(5000):
        wire = fault(f"Level{level}", faultCause=wire)
    assert fault_text(wire).startswith("Level4999 (cause: Level4998 (cause: Level4997 ")
    assert fault_text(wire).count("cause") == 8


def test_eight_levels_of_causes_are_converted_like_faults() -> None:
    wire = fault()
    for level in range(20):
        wire = fault(f"Level{level}", faultCause=wire)
    cause, levels = fault_result(wire)["fault_cause"], 0
    while "message" in cause:
        cause, levels = cause["fault_cause"], levels + 1
    assert (levels, cause["type"]) == (8, "Level10")


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        (fault("RequestCanceled"), "RequestCanceled"),
        (localized(fault("RequestCanceled")), "RequestCanceled"),
        (localized(None), "MethodFault"),
        ({"_typeName": 5}, "MethodFault"),
        ({"fault": fault("A"), "localizedMessage": "x"}, "A"),
    ],
)
def test_the_type_of_a_fault_is_found(wire: dict[str, Any], name: str) -> None:
    assert fault_type(wire) == name


def test_a_result_has_the_own_fields_of_a_fault() -> None:
    wire = fault(
        "InvalidArgument",
        invalidProperty="taskType",
        obj={"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-7"},
        count={"_typeName": "int", "_value": 5},
        detail={"_typeName": "Detail", "someKey": [1]},
        faultstring="Wrong.",
        localizedMessage="Wrong!",
    )
    assert fault_result(wire) == {
        "type": "InvalidArgument",
        "message": "Wrong!",
        "invalid_property": "taskType",
        "obj": {"type": "Task", "moid": "task-7"},
        "count": 5,
        "detail": {"type": "Detail", "some_key": [1]},
    }


def test_plain_and_wrapped_faults_give_the_same_result() -> None:
    inner = fault("RequestCanceled", faultstring="The task was canceled by a user")
    assert fault_result(inner) == fault_result(localized(inner, "The task was canceled by a user"))
    assert fault_result(localized(None)) == {"type": "MethodFault", "message": "Localized."}


def test_own_fields_do_not_hide_type_and_message() -> None:
    result = fault_result(fault("Odd", type="own", message="mine", faultstring="S"))
    assert result == {"type": "Odd", "message": "S", "type_": "own", "message_": "mine"}


@pytest.mark.parametrize("wrap", [lambda cause: cause, localized])
def test_a_cause_is_converted_like_a_fault(wrap: Any) -> None:
    cause = fault("NoDiskSpace", datastore="ds1", faultstring="Localized.")
    result = fault_result(fault(faultCause=wrap(cause)))
    assert result["fault_cause"] == {"type": "NoDiskSpace", "message": "Localized.", "datastore": "ds1"}


def test_an_extended_fault_keeps_its_data() -> None:
    pair = {"_typeName": "KeyValue", "key": "host", "value": "esx01"}
    result = fault_result(fault("ExtendedFault", faultTypeId="com.example.backup", data=[pair]))
    assert result["fault_type_id"] == "com.example.backup"
    assert result["data"] == [{"type": "KeyValue", "key": "host", "value": "esx01"}]


@pytest.mark.parametrize("wrong", [None, [], "fault", 5])
def test_an_invalid_fault_is_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse, match="fault"):
        fault_result(wrong)


def test_a_fault_becomes_an_exception_with_type_and_message() -> None:
    wire = fault("InvalidState", faultstring="Not now.")
    error = server_fault(wire, "CancelTask of Task:task-42")
    assert isinstance(error, FaultError)
    assert str(error) == "CancelTask of Task:task-42: Not now. (InvalidState)"
    assert (error.type, error.raw) == ("InvalidState", wire)
    assert error.fault == {"type": "InvalidState", "message": "Not now."}


def test_an_unknown_release_gives_advice() -> None:
    refusal = fault("InvalidRequest", faultstring='Unsupported version URI "urn:vim25/99.0.0.0"')
    assert str(server_fault(refusal, "Login")) == (
        'Login: Unsupported version URI "urn:vim25/99.0.0.0" (InvalidRequest). The vCenter may be older than'
        " api_release. Use api_release: auto to negotiate the release"
    )


def test_the_type_is_not_repeated_in_the_message() -> None:
    assert str(server_fault(fault(), "CancelTask of Task:task-42")) == "CancelTask of Task:task-42: InvalidState"


FOLDER = {"_typeName": "ManagedObjectReference", "type": "Folder", "value": "group-d1"}


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (
            fault("NoPermission", missingPrivileges=[{"entity": FOLDER, "privilegeIds": ["Task.Create", "B"]}]),
            "Task.Create, B on Folder:group-d1",
        ),
        (fault("NoPermission", privilegeId="Global.CancelTask", object=FOLDER), "Global.CancelTask on Folder:group-d1"),
        (fault("NoPermission", privilegeId="Global.CancelTask"), "Global.CancelTask"),
        (fault("NoPermission", privilegeId="Old", missingPrivileges=[{"privilegeIds": ["New"]}]), "New"),
        (localized(fault("NoPermission", privilegeId="Some.Right", object=FOLDER)), "Some.Right on Folder:group-d1"),
        (fault("NoPermission"), ""),
        (fault("NoPermission", missingPrivileges="odd", privilegeId=5), ""),
        (fault("InvalidState", privilegeId="x"), ""),
    ],
)
def test_missing_privileges_are_named_with_their_object(wire: dict[str, Any], words: str) -> None:
    found = missing_privileges_text(wire)
    assert words in found
    assert bool(found) == bool(words)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (text_message("k", "Full"), "Full"),
        ({**text_message("k", "Full"), "message": "k"}, "Full"),
        ({**text_message("k", "Full"), "message": "{text}"}, "Full"),
        ({**text_message("k", "Full"), "message": None}, "Full"),
        ({**text_message("k", "Full"), "message": "Voll"}, "Voll"),
        ({"key": "k", "message": "k"}, "k"),
        ({"key": "k", "arg": [{"key": "1", "value": "x"}]}, "k"),
        ({"key": 7}, None),
    ],
)
def test_the_text_of_a_rebuilt_message_is_found(message: dict[str, Any], text: str | None) -> None:
    assert message_text(message) == text


def test_the_text_of_a_fault_is_found_if_its_message_is_the_key() -> None:
    message = {**text_message("vijson.tasks.fault", "Disk full"), "message": "vijson.tasks.fault"}
    assert fault_text({"_typeName": "ExtendedFault", "faultMessage": [message]}) == "Disk full"


def test_a_result_has_the_message_instead_of_its_argument() -> None:
    message = {**text_message("vijson.tasks.fault", "Disk full"), "message": "vijson.tasks.fault"}
    argument = {"_typeName": "KeyAnyValue", "key": "a", "value": 1}
    other = {"_typeName": "LocalizableMessage", "key": "k", "arg": [argument]}
    result = fault_result({"_typeName": "ExtendedFault", "faultMessage": [message, other]})
    assert result["fault_message"] == [
        {"type": "LocalizableMessage", "key": "vijson.tasks.fault", "message": "Disk full"},
        {"type": "LocalizableMessage", "key": "k", "arg": [{"type": "KeyAnyValue", "key": "a", "value": 1}]},
    ]


@pytest.mark.parametrize("argument", ["x", [None], ["x"], [{"key": "text"}], {"key": "text"}, 5])
def test_a_message_with_odd_arguments_is_shown_by_its_key(argument: Any) -> None:
    odd = {"_typeName": "LocalizableMessage", "key": "k", "arg": argument}
    assert message_text(odd) == "k"
    assert fault_result(fault(faultMessage=[odd]))["message"] == "InvalidState"
