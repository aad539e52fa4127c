# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays every recorded exchange: the client sends the same request and understands the response."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import unquote

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS, task_from_info
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import _properties
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference, plain_value
from ansible_collections.vijson.tasks.tests.unit.support.files import CONTRACT
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    HOST,
    SESSION,
    Call,
    Reply,
    Wire,
)

FILE = CONTRACT / "exchanges.json"
EXCHANGES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
NAMES = [exchange["name"] for exchange in EXCHANGES]
each = pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)

FAULTS = {
    "login, wrong password": ("InvalidLogin", "Login failure (InvalidLogin)"),
    "no session": ("NotAuthenticated", "The session is not authenticated. (NotAuthenticated)"),
    "info of a task that does not exist": (
        "ManagedObjectNotFound",
        "The object has already been deleted or has not been completely created (ManagedObjectNotFound)",
    ),
    "cancel a finished task": ("InvalidState", "InvalidState"),
    "create, unknown task type": ("InvalidArgument", "InvalidArgument"),
    "progress while queued": ("InvalidState", "InvalidState"),
    "state after the end": ("InvalidState", "InvalidState"),
    "page size too large": ("InvalidArgument", "InvalidArgument"),
    "read next, zero": ("InvalidArgument", "InvalidArgument"),
    "read after destroy": (
        "ManagedObjectNotFound",
        "]c2fd31d6-52e8-4259-99af-f3fb821b0d09 (ManagedObjectNotFound)",
    ),
    "after logout": ("NotAuthenticated", "The session is not authenticated. (NotAuthenticated)"),
}


def reply(exchange: dict[str, Any]) -> Reply:
    response = exchange["response"]
    headers = {"Content-Type": response["content_type"]} if response["content_type"] else {}
    if response["session_header"]:
        headers[SESSION] = "S2"
    body = b"" if response["status"] == 204 else json.dumps(response["body"]).encode()
    return Reply(response["status"], body, headers)


def asked(exchange: dict[str, Any], client: Client, wire: Wire) -> Any:
    """Send a recorded request and return the decoded response."""
    request = exchange["request"]
    kind, moid, member = map(unquote, request["path"].split("/")[4:])
    wire.expect(Call(request["method"], HOST + request["path"], reply(exchange), request.get("body")))
    parts = ("POST", Reference(kind, moid), member, request.get("body"))
    return client._exchange.request(request["method"], *parts[1:])


@each
def test_a_recorded_exchange_is_sent_and_understood(
    exchange: dict[str, Any], client: Callable[..., Client], wire: Wire
) -> None:
    made = client("S1")
    if exchange["response"]["status"] == 500:
        with pytest.raises(FaultError) as failed:
            asked(exchange, made, wire)
        kind, message = FAULTS[exchange["name"]]
        assert failed.value.type == kind
        assert str(failed.value).partition(": ")[2].endswith(message)
        return
    assert asked(exchange, made, wire) == exchange["response"].get("body")
    assert (made._exchange.session_id == "S2") == exchange["response"]["session_header"]


def test_the_table_lists_every_recorded_fault() -> None:
    assert {exchange["name"] for exchange in EXCHANGES if exchange["response"]["status"] == 500} == set(FAULTS)


@each
def test_results_have_no_type_names_of_the_wire(exchange: dict[str, Any]) -> None:
    for typed in (True, False):
        result = json.dumps(plain_value(exchange["response"].get("body"), typed=typed))
        assert "_typeName" not in result
        assert "_value" not in result


def infos(value: Any) -> Iterator[dict[str, Any]]:
    """Every TaskInfo anywhere in a value."""
    if isinstance(value, dict):
        if value.get("_typeName") == "TaskInfo":
            yield value
        for item in value.values():
            yield from infos(item)
    elif isinstance(value, list):
        for item in value:
            yield from infos(item)


ALL_INFOS = [info for exchange in EXCHANGES for info in infos(exchange["response"].get("body"))]


@pytest.mark.parametrize("info", ALL_INFOS, ids=[f"{info['key']}-{info['state']}" for info in ALL_INFOS])
def test_every_recorded_task_has_every_key(info: dict[str, Any]) -> None:
    task = task_from_info(info)
    assert tuple(task) == TASK_KEYS
    assert task["moid"] == task["key"] == info["key"]
    assert task["state"] == info["state"]
    assert task["entity"]["moid"] == info["entity"]["value"]
    assert task["queue_time"] == info["queueTime"]
    assert (task["duration"] is None) == ("completeTime" not in info or "startTime" not in info)
    assert (task["error"] is None) == (info["state"] != "error")


def body(name: str) -> Any:
    return cast(Any, EXCHANGES[NAMES.index(name)]["response"]["body"])


def test_a_recorded_task_that_succeeded() -> None:
    assert task_from_info(body("info of a finished task")) == {
        **dict.fromkeys(TASK_KEYS),
        "key": "task-7",
        "moid": "task-7",
        "name": "CreateDVS",
        "description_id": "Folder.createDVS",
        "entity": {"type": "Folder", "moid": "group-5", "name": "group-5"},
        "state": "success",
        "cancelled": False,
        "cancelable": False,
        "result": {"type": "DistributedVirtualSwitch", "moid": "dvs-8"},
        "reason": {"type": "TaskReasonUser", "user_name": "vcsim"},
        "who": "vcsim",
        "queue_time": "2026-11-22T04:33:57.127620409Z",
        "start_time": "2026-11-22T04:33:57.127657314Z",
        "complete_time": "2026-11-22T04:33:57.129130977Z",
        "duration": 0.001474,
        "elapsed": 0.001474,
        "event_chain_id": 0,
    }


def test_a_recorded_cancelled_task_with_a_wrapped_error() -> None:
    task = task_from_info(body("info of the cancelled task"))
    assert task["error"] == {"type": "RequestCanceled", "message": "The task was canceled by a user"}
    assert (task["cancelled"], task["start_time"], task["duration"]) == (True, None, None)


def test_a_recorded_own_task_has_result_description_and_progress() -> None:
    task = task_from_info(body("info of the finished task"))
    assert (task["result"], task["description"], task["progress"]) == ("done", "copying disks", 42)


def test_two_recorded_tasks_in_one_response() -> None:
    found = [_properties(item) for item in body("info of two tasks in one request")["objects"]]
    assert [(item.ref.moid, item.values["info"]["state"]) for item in found] == [
        ("task-73", "success"),
        ("task-74", "error"),
    ]
