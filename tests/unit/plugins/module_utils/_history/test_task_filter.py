# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translating options into a TaskFilterSpec."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._history.task_filter import parse_filter
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, ref

NOW = "2026-11-22T04:00:00.5Z"


@pytest.fixture
def server() -> FakeVcenter:
    """A vCenter with a clock and one inventory path."""
    server = FakeVcenter()
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: NOW
    server.answers["SearchIndex.FindByInventoryPath"] = lambda _moid, params: (
        ref("VirtualMachine", "vm-21") if params["inventoryPath"] == "DC0/vm/web01" else None
    )
    return server


def spec(server: FakeVcenter, **options: Any) -> dict[str, Any]:
    """The TaskFilterSpec without its type name."""
    (found,) = parse_filter(options).specs(server.client("S0"))
    assert found.pop("_typeName") == "TaskFilterSpec"
    return found


def by_entity(entity: dict[str, str], recursion: str) -> dict[str, Any]:
    return {"entity": {"_typeName": "TaskFilterSpecByEntity", "entity": entity, "recursion": recursion}}


def by_time(kind: str, **times: str) -> dict[str, Any]:
    return {"time": {"_typeName": "TaskFilterSpecByTime", "timeType": kind, **times}}


def by_user(system: bool, *names: str) -> dict[str, Any]:
    part: dict[str, Any] = {"_typeName": "TaskFilterSpecByUsername", "systemUser": system}
    return {"userName": {**part, "userList": list(names)} if names else part}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {}),
        ({"recursion": "self", "time_type": "started"}, {}),
        ({"entity": ["vm-7"]}, by_entity(ref("VirtualMachine", "vm-7"), "all")),
        ({"entity": ["Folder:group-v3"], "recursion": "self"}, by_entity(ref("Folder", "group-v3"), "self")),
        ({"states": ["error", "queued"]}, {"state": ["error", "queued"]}),
        ({"activation_ids": ["a"]}, {"activationId": ["a"]}),
        ({"event_chain_ids": [-(2**31), 2**31 - 1]}, {"eventChainId": [-(2**31), 2**31 - 1]}),
        ({"tags": ["t"]}, {"tag": ["t"]}),
        ({"description_ids": ["a.b"]}, {"descriptionId": ["a.b"]}),
        ({"parent_task_keys": ["task-1"]}, {"parentTaskKey": ["task-1"]}),
        ({"root_task_keys": ["task-0"]}, {"rootTaskKey": ["task-0"]}),
        ({"root_task_keys": ["Task:task-0", {"key": "task-1"}]}, {"rootTaskKey": ["task-0", "task-1"]}),
        (
            {"parent_task_keys": [{"tasks": [{"moid": "task-1", "key": "task-1"}, {"moid": "task-2"}]}, "task-1"]},
            {"parentTaskKey": ["task-1", "task-2"]},
        ),
        ({"alarm": "alarm-7"}, {"alarm": ref("Alarm", "alarm-7")}),
        ({"scheduled_task": "schedule-3"}, {"scheduledTask": ref("ScheduledTask", "schedule-3")}),
        ({"system_user": True}, by_user(True)),
        ({"system_user": False}, by_user(False)),
        ({"users": ["carol"]}, by_user(False, "carol")),
        ({"users": ["a@b.c", "B.C\\a"]}, by_user(False, "a@b.c", "B.C\\a")),
        ({"users": ["D\\dave"], "system_user": True}, by_user(True, "D\\dave")),
        (
            {"begin_time": "2026-11-01T02:00:00.123456789+02:00"},
            by_time("queuedTime", beginTime="2026-11-01T00:00:00.123456789Z"),
        ),
        (
            {"end_time": "2026-11-01T00:00:00Z", "time_type": "completed"},
            by_time("completedTime", endTime="2026-11-01T00:00:00Z"),
        ),
    ],
)
def test_options_become_a_filter_spec_without_a_request(
    server: FakeVcenter, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert spec(server, **options) == expected
    # In a session of its own, the client knows the name of the user from the login.
    assert set(server.operations) <= ({"SessionManager.currentSession"} if options.get("users") else set())


@pytest.mark.parametrize("user", ["u@vsphere.local", "vsphere.local\\u", "U@VSPHERE.LOCAL", "VSPHERE.LOCAL\\U"])
def test_the_user_of_the_session_is_spelled_as_the_server_does(server: FakeVcenter, user: str) -> None:
    assert "VSPHERE.LOCAL\\U" in spec(server, users=[user])["userName"]["userList"]
    others = spec(server, users=["u", "u@example.com", "other@vsphere.local"])
    assert "VSPHERE.LOCAL\\U" not in others["userName"]["userList"]


def test_relative_times_use_one_read_of_the_clock_of_the_server(server: FakeVcenter) -> None:
    found = spec(server, begin_time="1h", end_time="90s", time_type="started")
    assert found == by_time("startedTime", beginTime="2026-11-22T03:00:00.5Z", endTime="2026-11-22T03:58:30.5Z")
    assert server.operations == {"ServiceInstance.CurrentTime": 1}


def test_an_inventory_path_is_looked_up(server: FakeVcenter) -> None:
    found = spec(server, entity=["/DC0/vm/web01"], recursion="children")
    assert found == by_entity(ref("VirtualMachine", "vm-21"), "children")
    with pytest.raises(InputError, match="there is no object at the inventory path /DC0/vm/nothing"):
        spec(server, entity=["/DC0/vm/nothing"])


def test_objects_given_by_their_ids_have_to_exist(server: FakeVcenter) -> None:
    def refuse(_moid: str, params: dict[str, Any]) -> Any:
        raise Fault("ManagedObjectNotFound", obj=params["specSet"][0]["objectSet"][0]["obj"])

    server.answers["PropertyCollector.RetrievePropertiesEx"] = refuse
    client = server.client("S0")
    parse_filter({}).require_entities(client)
    parse_filter({"entity": ["/DC0/vm/web01"]}).require_entities(client)
    with pytest.raises(InputError, match="entity: VirtualMachine:vm-9 does not exist"):
        parse_filter({"entity": ["/DC0/vm/web01", "vm-9"]}).require_entities(client)


@pytest.mark.parametrize(
    ("options", "nothing"),
    [
        ({}, False),
        ({"states": []}, True),
        ({"tags": ["t"], "activation_ids": []}, True),
        ({"users": []}, True),
        ({"entity": []}, True),
        ({"users": [], "system_user": False}, True),
        ({"users": [], "system_user": True}, False),
        ({"parent_task_keys": []}, True),
        ({"description_ids": []}, True),
        ({"root_task_keys": [{"tasks": []}]}, True),
        ({"users": ["a"], "event_chain_ids": [0]}, False),
    ],
)
def test_an_empty_list_matches_nothing(options: dict[str, Any], nothing: bool) -> None:
    assert parse_filter(options).matches_nothing is nothing


def test_several_objects_need_a_filter_each(server: FakeVcenter) -> None:
    wanted = parse_filter(
        {"entity": ["vm-7", "/DC0/vm/web01", "vm-21", "vm-7"], "recursion": "self", "begin_time": "1h"}
    )
    specs = wanted.specs(server.client("S0"))
    assert [each["entity"]["entity"]["value"] for each in specs] == ["vm-7", "vm-21"]
    assert [each["entity"]["recursion"] for each in specs] == ["self", "self"]
    assert specs[0]["time"] == specs[1]["time"]
    assert len(server.named("ServiceInstance.CurrentTime")) == 1
    assert parse_filter({"entity": []}).specs(server.client("S0")) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"begin_time": "yesterday"}, "begin_time: 'yesterday' is not a valid time. Use RFC 3339"),
        ({"end_time": "2026-11-01T00:00:00"}, "end_time: '2026-11-01T00:00:00' is not a valid time"),
        ({"end_time": ""}, "end_time: '' is not a valid time"),
        ({"begin_time": "1m", "end_time": "61s"}, "end_time: the time is before begin_time"),
        ({"begin_time": "2026-11-01T00:00:01Z", "end_time": "2026-11-01T00:00:00Z"}, "end_time: the time is before"),
        ({"entity": ["web:01"]}, "entity: 'web:01' is not an object id, name or path"),
        ({"alarm": "alarm"}, "alarm: 'alarm' is not a valid Alarm. Use alarm-7, Alarm:alarm-7, or {type: Alarm, moid"),
        ({"event_chain_ids": [1, 2**31]}, "event_chain_ids: 2147483648 is not a valid id. Use 32-bit integers"),
        ({"event_chain_ids": [-(2**31) - 1]}, "event_chain_ids: -2147483649 is not a valid id"),
        ({"users": ["a", ""]}, "users: a name in the list is empty. Check for an extra comma"),
        ({"description_ids": ["", "a.b"]}, "description_ids: a name in the list is empty. Check for"),
        ({"users": ["['a'", " 'b']"]}, r"users: \"\['a'\" is not a name. Use a list instead of a string: pass"),
        ({"entity": ["['web01'"]}, r"entity: \"\['web01'\" is not an object id, name or path. Use a list instead of"),
        ({"parent_task_keys": ["task-1", "vm-7"]}, "parent_task_keys: 'vm-7' is not a valid task. Use task-42, Task:"),
        ({"root_task_keys": [7]}, "root_task_keys: 7 is not a valid task. Use task-42, "),
        ({"root_task_keys": ["check-mode"]}, "root_task_keys: 'check-mode' stands for a task that was not created"),
        ({"scheduled_task": 3}, "scheduled_task: 3 is not a valid ScheduledTask. Use schedule-3?"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace("+", r"\+")):
        parse_filter(options)


def test_a_planned_parent_task_is_accepted_in_check_mode() -> None:
    planned = {"task": {"key": "check-mode", "moid": "check-mode"}}
    wanted = parse_filter({"parent_task_keys": [planned]}, check_mode=True)
    assert wanted.fields["parentTaskKey"] == ["check-mode"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"begin_time": "1h", "end_time": "2001-01-01T00:00:00Z"}, "end_time: the time is before begin_time"),
        ({"begin_time": "999999999d"}, "begin_time: the time is outside the years 1 to 9999"),
    ],
)
def test_invalid_times_are_refused_once_the_clock_is_known(
    server: FakeVcenter, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        spec(server, **options)


def test_begin_and_end_may_be_equal() -> None:
    moment = "2026-11-01T00:00:00Z"
    parse_filter({"begin_time": moment, "end_time": moment})
    parse_filter({"begin_time": "1h", "end_time": "60m"})
