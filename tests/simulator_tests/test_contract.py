# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: all of it is served, and its check rejects violations."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import VM
from simulator import contract
from simulator.contract import Operation, operations
from simulator.releases import parse_release
from simulator.validation import check_response
from simulator.wire import Fault, Ref, box, box_any, data, format_time, moref, parse_time
from simulator_tests.in_process import all_classes

CLASSES = {kind.TYPE: kind for kind in all_classes()}


@pytest.mark.parametrize("operation", operations().values(), ids=lambda operation: operation.name)
def test_every_route_is_served(operation: Operation) -> None:
    kind = CLASSES[operation.type]
    if operation.http_method == "GET":
        assert operation.result is not None
        declared = kind.PROPERTIES[operation.member]
        assert contract.wire_type(operation.result) in (declared, "Any")
        return
    assert operation.member in kind.METHODS
    parameters = dict(inspect.signature(getattr(kind, operation.member)).parameters)
    del parameters["self"], parameters["session"]
    wanted = contract.fields_of(operation.parameters) if operation.parameters else {}
    required = contract.required_of(operation.parameters) if operation.parameters else frozenset()
    assert set(parameters) == set(wanted)
    assert {name for name, parameter in parameters.items() if parameter.default is parameter.empty} == required


def test_newer_fields_of_a_base_type_are_newer_too() -> None:
    before, since = parse_release("7.0.3.1"), parse_release("7.0.3.2")
    assert before is not None
    assert since is not None
    for fault in ("NoPermission", "NotAuthenticated"):
        assert "missingPrivileges" in contract.newer_fields(fault, before)
        assert "missingPrivileges" not in contract.newer_fields(fault, since)


def test_every_method_is_in_the_contract() -> None:
    routes = {(operation.type, operation.member) for operation in operations().values()}
    served = {operation.type for operation in operations().values()}
    own = {(kind.TYPE, name) for kind in CLASSES.values() for name in kind.METHODS if kind.TYPE in served}
    assert own <= routes


INFO = data(
    "TaskInfo",
    key="task-1",
    task=moref(Ref("Task", "task-1")),
    descriptionId="a.b",
    state="queued",
    cancelled=False,
    cancelable=True,
    reason=data("TaskReasonSystem"),
    queueTime="2026-01-01T00:00:00Z",
    eventChainId=1,
)
TASK_INFO = {"$ref": "#/components/schemas/TaskInfo"}


def test_a_valid_response_is_accepted() -> None:
    check_response(TASK_INFO, INFO)
    check_response(TASK_INFO, {**INFO, "error": data("LocalizedMethodFault", fault=data("Timedout"))})
    check_response(TASK_INFO, {**INFO, "error": {"_typeName": "FaultOfTomorrow", "depth": 5}, "state": "paused"})
    check_response(TASK_INFO, {**INFO, "name": None, "result": None}, nulls=True)
    check_response(TASK_INFO, {**INFO, "progress": box("int", 5)}, boxed=True)
    for number in (-(2**31), 2**31 - 1):
        check_response(TASK_INFO, {**INFO, "eventChainId": number})


@pytest.mark.parametrize(
    "changes",
    [
        {"state": None},
        {"name": None},
        {"result": None},
        {"state": 1},
        {"colour": "red"},
        {"_typeName": "TaskReason"},
        {"_typeName": None},
        {"task": {"type": "Task", "value": "task-1"}},
        {"reason": data("KeyValue", key="a", value="b")},
        {"queueTime": "2026-01-01"},
        {"queueTime": "2026-01-01T00:00:00.1234567890Z"},
        {"progress": "5"},
        {"progress": 5.0},
        {"progress": box("int", 5)},
        {"eventChainId": 2**31},
        {"eventChainId": -(2**31) - 1},
        {"cancelled": "no"},
        {"result": 5},
        {"result": {"_typeName": "int", "_value": 5, "unit": "s"}},
        {"result": {"_typeName": "ArrayOfInt", "_value": ["5"]}},
        {"locked": moref(VM)},
        {"error": data("KeyValue", key="a", value="b")},
    ],
)
def test_an_invalid_response_is_rejected(changes: dict[str, Any]) -> None:
    with pytest.raises(Fault):
        check_response(TASK_INFO, {**INFO, **changes})


def test_a_response_without_a_required_field_is_rejected() -> None:
    for name in contract.required_of("TaskInfo"):
        with pytest.raises(Fault):
            check_response(TASK_INFO, {key: value for key, value in INFO.items() if key != name})


@pytest.mark.parametrize(
    ("declared", "value", "boxed"),
    [
        ("int", 5, box("int", 5)),
        ("TaskInfoState", "queued", box("TaskInfoState", "queued")),
        ("ArrayOfString", ["a"], box("ArrayOfString", ["a"])),
        ("ManagedObjectReference", moref(VM), moref(VM)),
        ("TaskInfo", None, None),
    ],
)
def test_values_of_type_any_are_boxed(declared: str, value: Any, boxed: Any) -> None:
    assert box_any(declared, value) == boxed


@pytest.mark.parametrize(
    ("name", "field", "declared"),
    [
        ("TaskInfo", "state", "TaskInfoState"),
        ("TaskInfo", "progress", "int"),
        ("TaskInfo", "queueTime", "dateTime"),
        ("TaskInfo", "locked", "ArrayOfManagedObjectReference"),
        ("TaskInfo", "error", "MethodFault"),
        ("TaskInfo", "result", "Any"),
        ("TaskReasonUser", "userName", "string"),
        ("TaskFilterSpec", "state", "ArrayOfTaskInfoState"),
        ("TaskInfo", "colour", None),
    ],
)
def test_the_declared_type_of_a_field_is_found(name: str, field: str, declared: str | None) -> None:
    assert contract.declared(name, field) == declared


def test_faults_have_the_right_base_types() -> None:
    assert contract.is_a("NotAuthenticated", "NoPermission")
    assert contract.is_a("InvalidPowerState", "VimFault")
    assert not contract.is_a("RequestCanceled", "VimFault")
    assert not contract.is_a("NoSuchFault", "MethodFault")


@pytest.mark.parametrize(
    ("text", "digits", "zone", "same"),
    [
        ("2026-11-22T04:33:57.127620409Z", 9, 0, None),
        ("2026-11-22T04:33:57Z", 0, 0, None),
        ("2026-11-22T06:33:57.12+02:00", 2, 120, None),
        ("2026-11-22T04:33:57.5-01:30", 1, -90, None),
        ("2026-11-22t04:33:57z", 0, 0, "2026-11-22T04:33:57Z"),
    ],
)
def test_times_are_parsed_and_formatted(text: str, digits: int, zone: int, same: str | None) -> None:
    nanoseconds = parse_time(text)
    assert nanoseconds is not None
    assert format_time(nanoseconds, digits, zone) == (same or text)


def test_times_are_nanoseconds_since_1970() -> None:
    assert parse_time("1970-01-02T00:00:01.5Z") == 86_401_500_000_000
    assert format_time(86_401_123_456_789) == "1970-01-02T00:00:01.123456Z"


@pytest.mark.parametrize(
    "text", ["2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", ""]
)
def test_an_invalid_time_is_not_parsed(text: str) -> None:
    assert parse_time(text) is None
