# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as modules return them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import (
    TASK_KEYS,
    has_ended,
    planned_task,
    task_from_info,
)
from ansible_collections.vijson.tasks.plugins.module_utils._times import parse_rfc3339

KEYS = [
    "key",
    "moid",
    "name",
    "description_id",
    "label",
    "description",
    "entity",
    "state",
    "progress",
    "cancelable",
    "cancelled",
    "reason",
    "who",
    "queue_time",
    "start_time",
    "complete_time",
    "duration",
    "elapsed",
    "event_chain_id",
    "change_tag",
    "parent_task_key",
    "root_task_key",
    "activation_id",
    "locked",
    "progress_details",
    "result",
    "error",
]
ANSIBLES_OWN = {"failed", "skipped", "results", "changed", "msg", "ansible_facts", "warnings", "diff", "invocation"}


def ref(kind: str, moid: str) -> dict[str, str]:
    return {"_typeName": "ManagedObjectReference", "type": kind, "value": moid}


def info(**fields: Any) -> dict[str, Any]:
    return {"_typeName": "TaskInfo", "key": "task-7", "task": ref("Task", "task-7"), "state": "running", **fields}


def converted(**fields: Any) -> dict[str, Any]:
    return task_from_info(info(**fields))


def test_every_key_is_always_present() -> None:
    assert sorted(TASK_KEYS) == sorted(KEYS)
    task = converted()
    assert sorted(task) == sorted(KEYS)
    assert {key for key, value in task.items() if value is not None} == {"key", "moid", "state"}
    assert not ANSIBLES_OWN & set(task)


@pytest.mark.parametrize(
    ("field", "key", "value"),
    [
        ("name", "name", "CloneVM_Task"),
        ("descriptionId", "description_id", "VirtualMachine.clone"),
        ("progress", "progress", 0),
        ("cancelable", "cancelable", False),
        ("cancelled", "cancelled", True),
        ("eventChainId", "event_chain_id", 5),
        ("changeTag", "change_tag", "tag"),
        ("parentTaskKey", "parent_task_key", "task-1"),
        ("rootTaskKey", "root_task_key", "task-1"),
        ("activationId", "activation_id", "a-1"),
    ],
)
def test_simple_fields_are_unchanged(field: str, key: str, value: Any) -> None:
    assert converted(**{field: value})[key] == value
    assert converted(**{field: None})[key] is None


def test_the_id_is_taken_from_the_task_reference() -> None:
    assert task_from_info(info(task=ref("Task", "task-8")))["moid"] == "task-8"
    assert task_from_info({"key": "task-9", "state": "queued"})["moid"] == "task-9"


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ({"_typeName": "LocalizableMessage", "key": "phase", "message": "copying"}, "copying"),
        ({"_typeName": "LocalizableMessage", "key": "phase"}, "phase"),
        ({"_typeName": "LocalizableMessage", "key": "phase", "message": ""}, "phase"),
        (None, None),
    ],
)
def test_the_description_is_the_message_or_the_key(description: Any, expected: str | None) -> None:
    assert converted(description=description)["description"] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"entity": ref("VirtualMachine", "vm-7"), "entityName": "web01"},
            {"type": "VirtualMachine", "moid": "vm-7", "name": "web01"},
        ),
        ({"entity": ref("Folder", "group-d1")}, {"type": "Folder", "moid": "group-d1", "name": None}),
        ({"entityName": "gone"}, {"type": None, "moid": None, "name": "gone"}),
        ({}, None),
    ],
)
def test_the_entity_has_type_id_and_name(fields: dict[str, Any], expected: Any) -> None:
    assert converted(**fields)["entity"] == expected


@pytest.mark.parametrize("entity", ["vm-7", [], {"type": [], "value": {}}])
def test_an_invalid_entity_is_an_error(entity: Any) -> None:
    with pytest.raises(BadResponse, match=r"info\.entity"):
        converted(entity=entity)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ({"_typeName": "TaskReasonUser", "userName": "D\\u"}, {"type": "TaskReasonUser", "user_name": "D\\u"}),
        ({"_typeName": "TaskReasonSystem"}, {"type": "TaskReasonSystem"}),
        (
            {"_typeName": "TaskReasonAlarm", "alarmName": "a", "alarm": ref("Alarm", "alarm-1"), "entityName": "e"},
            {
                "type": "TaskReasonAlarm",
                "alarm_name": "a",
                "alarm": {"type": "Alarm", "moid": "alarm-1"},
                "entity_name": "e",
            },
        ),
        (
            {"_typeName": "TaskReasonSchedule", "name": "n", "scheduledTask": ref("ScheduledTask", "s-1")},
            {"type": "TaskReasonSchedule", "name": "n", "scheduled_task": {"type": "ScheduledTask", "moid": "s-1"}},
        ),
        ({"_typeName": "TaskReasonOfTheFuture", "who": 1}, {"type": "TaskReasonOfTheFuture", "who": 1}),
        (None, None),
    ],
)
def test_the_reason_has_snake_case_keys(reason: Any, expected: Any) -> None:
    assert converted(reason=reason)["reason"] == expected


def test_times_are_in_utc() -> None:
    task = converted(
        queueTime="2026-11-22T05:33:57.1276+01:00",
        startTime="2026-11-22T04:34:00Z",
        completeTime="2026-11-22T04:34:01.5Z",
    )
    assert (task["queue_time"], task["start_time"]) == ("2026-11-22T04:33:57.1276Z", "2026-11-22T04:34:00Z")
    assert (task["complete_time"], task["duration"]) == ("2026-11-22T04:34:01.5Z", 1.5)


@pytest.mark.parametrize("field", ["queueTime", "startTime", "completeTime"])
@pytest.mark.parametrize("wrong", ["yesterday", "", "0001-01-01T00:00:00+10:00", 5, [], {"_typeName": "dateTime"}])
def test_an_invalid_time_is_an_error(field: str, wrong: Any) -> None:
    with pytest.raises(BadResponse, match=field):
        converted(**{field: wrong})


NOW = parse_rfc3339("2026-11-22T04:35:00Z")


@pytest.mark.parametrize(
    ("started", "completed", "elapsed"),
    [
        (None, None, None),
        (None, "2026-11-22T04:34:30Z", None),
        ("2026-11-22T04:34:00Z", "2026-11-22T04:34:30Z", 30.0),
        ("2026-11-22T04:34:00.5Z", None, 59.5),
        ("2026-11-22T04:35:00.9Z", None, 0.0),
    ],
)
def test_the_elapsed_time_is_measured_by_the_given_clock(
    started: str | None, completed: str | None, elapsed: float | None
) -> None:
    times = info(startTime=started, completeTime=completed)
    assert task_from_info(times, now=lambda: NOW)["elapsed"] == elapsed


def test_the_clock_is_read_for_running_tasks_only() -> None:
    asked: list[None] = []
    for times in ({}, {"startTime": "2026-11-22T04:34:00Z", "completeTime": "2026-11-22T04:34:30Z"}):
        task_from_info(info(**times), now=lambda: asked.append(None))
    assert asked == []
    assert converted(startTime="2026-11-22T04:34:00Z")["elapsed"] is None


@pytest.mark.parametrize(
    ("reason", "who"),
    [
        ({"_typeName": "TaskReasonUser", "userName": "D\\u"}, "D\\u"),
        ({"_typeName": "TaskReasonSystem"}, "system"),
        ({"_typeName": "TaskReasonAlarm", "alarmName": "CPU", "entityName": "web01"}, "CPU"),
        ({"_typeName": "TaskReasonSchedule", "name": "nightly"}, "nightly"),
        ({"_typeName": "TaskReasonOfTheFuture", "cause": 1}, None),
        (None, None),
    ],
)
def test_who_is_the_user_or_the_cause(reason: Any, who: str | None) -> None:
    assert converted(reason=reason)["who"] == who


def test_a_task_that_never_ran_has_no_duration() -> None:
    assert converted(queueTime="2026-11-22T04:34:00Z", completeTime="2026-11-22T04:34:01Z")["duration"] is None


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"_typeName": "string", "_value": "done"}, "done"),
        (ref("VirtualMachine", "vm-8"), {"type": "VirtualMachine", "moid": "vm-8"}),
        ({"_typeName": "Outcome", "newVm": ref("VirtualMachine", "vm-8")}, None),
        ({"_typeName": "ArrayOfInt", "_value": [1, 2]}, [1, 2]),
        ("plain", "plain"),
    ],
)
def test_the_result_is_unboxed(result: Any, expected: Any) -> None:
    expected = expected or {"type": "Outcome", "new_vm": {"type": "VirtualMachine", "moid": "vm-8"}}
    assert converted(state="success", result=result)["result"] == expected


FAULT = {"_typeName": "NoDiskSpace", "datastore": "ds1", "faultMessage": [{"key": "k", "message": "Full."}]}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FAULT, {"type": "NoDiskSpace", "message": "Full.", "datastore": "ds1"}),
        (
            {"_typeName": "LocalizedMethodFault", "fault": FAULT, "localizedMessage": "Disk is full."},
            {"type": "NoDiskSpace", "message": "Disk is full.", "datastore": "ds1"},
        ),
        (
            {"_typeName": "LocalizedMethodFault", "fault": None, "localizedMessage": "Something."},
            {"type": "MethodFault", "message": "Something."},
        ),
    ],
)
def test_plain_and_wrapped_errors_are_converted_alike(error: Any, expected: dict[str, Any]) -> None:
    found = converted(state="error", error=error)["error"]
    assert {key: found[key] for key in expected} == expected
    assert "_typeName" not in str(found)


def test_lists_are_converted() -> None:
    pair = {"_typeName": "KeyAnyValue", "key": "speed", "value": {"_typeName": "int", "_value": 5}}
    task = converted(locked=[ref("VirtualMachine", "vm-7")], progressDetails=[pair])
    assert task["locked"] == [{"type": "VirtualMachine", "moid": "vm-7"}]
    assert task["progress_details"] == [{"key": "speed", "value": 5}]


def test_labels_are_added_on_request() -> None:
    assert task_from_info(info(descriptionId="a.b"), {"a.b": "Do it"})["label"] == "Do it"
    assert task_from_info(info(descriptionId="a.c"), {"a.b": "Do it"})["label"] is None
    assert converted(descriptionId="a.b")["label"] is None


@pytest.mark.parametrize("wrong", [None, [], "task-7", {}, {"key": 5, "state": "queued"}, {"key": "task-7"}])
def test_an_invalid_info_is_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse, match="info"):
        task_from_info(wrong)


def test_an_unknown_state_is_kept() -> None:
    assert converted(state="paused")["state"] == "paused"


def test_a_planned_task_has_every_key() -> None:
    task = planned_task(description_id="a.b")
    assert sorted(task) == sorted(KEYS)
    assert (task["key"], task["moid"], task["description_id"]) == ("check-mode", "check-mode", "a.b")


@pytest.mark.parametrize(("state", "done"), [("queued", False), ("running", False), ("success", True), ("error", True)])
def test_only_success_and_error_are_ended_states(state: str, done: bool) -> None:
    assert has_ended(converted(state=state)) is done
