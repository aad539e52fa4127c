# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding random responses ends with a value or a ViError."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.extension import extension_task_types
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS, task_from_info
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.custom_fields import available_fields, values_by_name
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.faults import fault_result, server_fault
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import _properties
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response, read_response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.updates import changes_in_update
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import (
    expect_objects,
    expect_reference,
    expect_text,
    parse_json,
    plain_value,
)
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import apply_changes
from ansible_collections.vijson.tasks.tests.unit.support.strategies import nested, tried, wire_values


def updates(value: Any) -> list[dict[str, Any]]:
    tracker = TaskTracker(["task-1"])
    apply_changes(changes_in_update(value), tracker)
    return tracker.tasks()


Decoder = Callable[[Any], Any]
FOR_ANYTHING: dict[str, Decoder] = {
    "plain": plain_value,
    "plain typed": lambda value: plain_value(value, typed=True),
    "task_result": task_from_info,
    "fault_result": fault_result,
    "reference": lambda value: expect_reference(value, "it"),
    "objects": lambda value: expect_objects(value, "it"),
    "text": lambda value: expect_text(value, "it"),
    "fields": available_fields,
    "values": lambda value: values_by_name(value, available_fields(value)),
}
FOR_OBJECTS: dict[str, Decoder] = {
    "server_fault": lambda value: server_fault(value, "it").failure(),
    "properties": _properties,
    "updates": updates,
    "task types": extension_task_types,
}
DECODERS = {**FOR_ANYTHING, **FOR_OBJECTS}


def decoded(name: str, value: Any) -> Any:
    """The result of a decoder for a value."""
    if name in FOR_OBJECTS and not isinstance(value, dict):
        value = {"objectSet": value, "propSet": value, "faultCause": value, "taskList": value}
    return tried(lambda: DECODERS[name](value))


@pytest.mark.parametrize("name", DECODERS)
@given(value=wire_values)
def test_random_json_is_decoded_or_a_vi_error(name: str, value: Any) -> None:
    decoded(name, value)


@pytest.mark.parametrize("keys", [(), ("_value",), ("fault",), ("faultCause",), ("a", "b"), ("obj", "value", "info")])
@pytest.mark.parametrize("depth", [100, 900, 10_000])
@pytest.mark.parametrize("name", DECODERS)
def test_deep_nesting_is_decoded_or_a_vi_error(name: str, depth: int, keys: tuple[str, ...]) -> None:
    decoded(name, nested("x", depth, *keys))
    decoded(name, {"_typeName": "TaskInfo", "key": "task-1", "state": "error", "error": nested({}, depth, *keys)})


@given(body=st.binary(max_size=60))
def test_random_bytes_are_parsed_or_a_vi_error(body: bytes) -> None:
    value = tried(lambda: parse_json(body))
    assert isinstance(value, ViError) or value == json.loads(body)


@given(value=wire_values)
def test_valid_json_is_parsed_unchanged(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@given(value=wire_values)
def test_results_can_be_sent_as_json(value: Any) -> None:
    for typed in (True, False):
        json.dumps(plain_value({"_typeName": "X", "it": value}, typed=typed))


@given(value=wire_values)
def test_random_tasks_have_every_key(value: Any) -> None:
    info = {"key": "task-1", "state": "running", **(value if isinstance(value, dict) else {"result": value})}
    task = decoded("task_result", info)
    if not isinstance(task, ViError):
        assert tuple(task) == TASK_KEYS
        json.dumps(task)


@given(
    status=st.sampled_from([200, 200, 204, 301, 400, 404, 500, 500]),
    content_type=st.sampled_from(["application/json", "text/html", "", "application/json; charset=utf-8"]),
    body=st.binary(max_size=40) | wire_values.map(lambda value: json.dumps(value).encode()),
)
def test_random_http_responses_are_read_or_a_vi_error(status: int, content_type: str, body: bytes) -> None:
    response = Response(status, {"Content-Type": content_type}, body)
    tried(lambda: read_response(response, "it", "vc.example.com", "8.0.1.0"))
