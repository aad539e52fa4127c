# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_collector: filters, order, limits and number of requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_collector"
DAY = 86400
COLLECTOR = {"TaskManager.CreateCollectorForTasks": 1, "TaskHistoryCollector.DestroyCollector": 1}
ADMINISTRATOR = "VSPHERE.LOCAL\\Administrator"


def keys(outcome: Outcome) -> list[str]:
    """The keys of the tasks in a result."""
    assert outcome.status == "ok", outcome
    return [found["key"] for found in outcome.result["tasks"]]


def ago(seconds: float) -> str:
    """A time in the past as users write it."""
    return (datetime.now(timezone.utc) - timedelta(seconds=seconds)).isoformat()


# -- filters -------------------------------------------------------------------------------------------------------

TASKS: dict[str, dict[str, Any]] = {
    "web01": {
        "entity": "vm-21",
        "user": ADMINISTRATOR,
        "tag": "t1",
        "activation_id": "first-of-all",
        "type": "VirtualMachine.clone",
    },
    "folder": {
        "entity": "group-v3",
        "state": "error",
        "user": "EXAMPLE.COM\\carol",
        "tag": "t2",
        "type": "Folder.createVm",
    },
    "apps": {"entity": "group-v9", "state": "queued", "system": True, "event_chain_id": 77001},
    "app01": {"entity": "vm-24", "parent_task_key": "task-1", "root_task_key": "task-0", "user": "EXAMPLE.COM\\carol"},
    "host": {"entity": "host-11", "alarm": "alarm-1", "parent_task_key": "task-2", "root_task_key": "task-0"},
    "other": {"entity": "vm-61", "scheduled_task": "schedule-1", "activation_id": "second", "event_chain_id": 77002},
    "old": {
        "entity": "host-12",
        "type": "VirtualMachine.clone",
        "state": "success",
        "user": "EXAMPLE.COM\\dave",
        "queued_ago": 9 * DAY,
        "started_ago": 8 * DAY,
        "completed_ago": 7 * DAY,
    },
}
RECENT = set(TASKS) - {"old"}

FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set(TASKS)),
    ({"entity": "vm-21"}, {"web01"}),
    ({"entity": "/DC0/vm/apps"}, {"apps", "app01"}),
    ({"entity": "group-v3"}, {"web01", "folder", "apps", "app01"}),
    ({"entity": "group-v3", "recursion": "self"}, {"folder"}),
    ({"entity": "group-v3", "recursion": "children"}, {"web01", "apps", "app01"}),
    ({"entity": "group-v3", "recursion": "all"}, {"web01", "folder", "apps", "app01"}),
    ({"entity": {"type": "HostSystem", "moid": "host-11"}}, {"host"}),
    ({"entity": "vm-21,/DC0/vm/apps/app01"}, {"web01", "app01"}),
    ({"entity": ["/DC0/vm/apps/app01", {"type": "HostSystem", "moid": "host-11"}]}, {"app01", "host"}),
    ({"states": ["error"]}, {"folder"}),
    ({"states": ["error", "queued"]}, {"folder", "apps"}),
    ({"users": ["carol@example.com"]}, {"folder", "app01"}),
    ({"users": ["EXAMPLE.COM\\carol", "dave@example.com"]}, {"folder", "app01", "old"}),
    ({"users": ["administrator@vsphere.local"]}, {"web01"}),
    ({"users": ["carol"]}, {"folder", "app01"}),
    ({"users": ["ADMINISTRATOR", "DAVE@example.com"]}, {"web01", "old"}),
    ({"users": ["dave@example.com"], "system_user": True}, {"apps", "host", "other", "old"}),
    ({"users": [], "system_user": True}, {"apps", "host", "other"}),
    ({"system_user": True}, {"apps", "host", "other"}),
    ({"system_user": False}, {"web01", "folder", "app01", "old"}),
    ({"tags": ["t1", "t2"]}, {"web01", "folder"}),
    ({"activation_ids": ["first-of-all", "nobody's"]}, {"web01"}),
    ({"event_chain_ids": [77001, 77002]}, {"apps", "other"}),
    ({"description_ids": ["VirtualMachine.clone"]}, {"web01", "old"}),
    ({"description_ids": "VirtualMachine.clone,Folder.createVm"}, {"web01", "old", "folder"}),
    ({"description_ids": ["VirtualMachine.clone"], "begin_time": "1h", "entity": ["vm-21", "host-12"]}, {"web01"}),
    ({"description_ids": ["virtualmachine.clone"]}, set()),
    ({"parent_task_keys": ["task-1"]}, {"app01"}),
    ({"parent_task_keys": {"tasks": [{"moid": "task-1", "key": "task-1"}]}}, {"app01"}),
    ({"parent_task_keys": "Task:task-1,task-2"}, {"app01", "host"}),
    ({"root_task_keys": ["task-0"]}, {"app01", "host"}),
    ({"root_task_keys": [{"key": "task-0"}, "vim.Task:task-9"]}, {"app01", "host"}),
    ({"alarm": "alarm-1"}, {"host"}),
    ({"alarm": "Alarm:alarm-1"}, {"host"}),
    ({"scheduled_task": "schedule-1"}, {"other"}),
    ({"scheduled_task": {"type": "ScheduledTask", "moid": "schedule-1"}}, {"other"}),
    ({"begin_time": "1h"}, RECENT),
    ({"end_time": "1h"}, {"old"}),
    ({"begin_time": "205h", "end_time": "190h", "time_type": "started"}, {"old"}),
    ({"begin_time": "205h", "end_time": "190h"}, set()),
    ({"begin_time": ago(7.5 * DAY), "time_type": "completed"}, {"folder", "old"}),
    ({"begin_time": ago(8.5 * DAY), "end_time": ago(7.5 * DAY), "time_type": "started"}, {"old"}),
    ({"begin_time": "10d", "end_time": ago(8.5 * DAY)}, {"old"}),
    ({"users": ["carol@example.com"], "states": ["running"], "entity": "/DC0/vm", "begin_time": "1h"}, {"app01"}),
    ({"users": ["carol@example.com"], "tags": ["t1"]}, set()),
    ({"root_task_keys": ["task-0"], "alarm": "alarm-1", "system_user": True}, {"host"}),
    *(({option: []}, set()) for option in ("states", "users", "tags", "activation_ids", "event_chain_ids")),
    *(({option: []}, set()) for option in ("parent_task_keys", "root_task_keys", "description_ids")),
]


def test_filters_select_the_expected_tasks(ansible: Ansible, vcenter: VCenter) -> None:
    names = {vcenter.task(**spec): name for name, spec in TASKS.items()}
    run = ansible.tasks([task(f"filter {number}", MODULE, wanted) for number, (wanted, _found) in enumerate(FILTERS)])
    for number, (wanted, expected) in enumerate(FILTERS):
        outcome = run[f"filter {number}"]
        assert {names[key] for key in keys(outcome) if key in names} == expected, wanted
        assert outcome.result["count"] == len(outcome.result["tasks"])
        assert outcome.result["changed"] is False
        assert outcome.result["truncated"] is False
        assert outcome.left == {}
        if [] in wanted.values() and "system_user" not in wanted:
            assert outcome.requests == {}


# -- reading -------------------------------------------------------------------------------------------------------


def test_order_limit_and_pages_select_the_expected_tasks(ansible: Ansible, vcenter: VCenter) -> None:
    made = [vcenter.task(tag="order", queued_ago=1000 - number) for number in range(25)]
    newest = made[::-1]
    mine = {"tags": ["order"]}
    run = ansible.tasks(
        [
            task("oldest first", MODULE, mine),
            task("newest first", MODULE, {**mine, "order": "newest_first"}),
            task("small pages", MODULE, {**mine, "page_size": 4}),
            task("small pages backwards", MODULE, {**mine, "page_size": 4, "order": "newest_first"}),
            task("limit", MODULE, {**mine, "limit": 7}),
            task("limit backwards", MODULE, {**mine, "limit": 7, "order": "newest_first", "page_size": 3}),
            task("limit that is no limit", MODULE, {**mine, "limit": 25}),
            task("limit one short", MODULE, {**mine, "limit": 24, "page_size": 8}),
            task("latest page", MODULE, {**mine, "latest_page": True, "page_size": 6, "order": "newest_first"}),
            task("latest page, limited", MODULE, {**mine, "latest_page": True, "limit": 3}),
            task("check mode", MODULE, {**mine, "limit": 7}, check_mode=True),
        ]
    )
    expected = {
        "oldest first": (made, False),
        "newest first": (newest, False),
        "small pages": (made, False),
        "small pages backwards": (newest, False),
        "limit": (made[:7], True),
        "limit backwards": (newest[:7], True),
        "limit that is no limit": (made, False),
        "limit one short": (made[:24], True),
        "latest page": (newest[:6], False),
        "latest page, limited": (newest[:3][::-1], True),
        "check mode": (made[:7], True),
    }
    for name, (found, truncated) in expected.items():
        assert keys(run[name]) == found, name
        assert run[name].result["truncated"] is truncated, name
        assert run[name].result["count"] == len(found), name
    assert run["limit"].work == {**COLLECTOR, "TaskHistoryCollector.ReadNextTasks": 1}
    assert run["small pages"].requests["TaskHistoryCollector.ReadNextTasks"] == 8
    assert run["latest page"].requests["TaskManager.CreateCollectorForTasks"] == 1
    assert sum(run["latest page"].requests.values()) <= 10


def test_fields_and_labels_are_returned_as_requested(ansible: Ansible, vcenter: VCenter) -> None:
    vcenter.task(type="VirtualMachine.clone", tag="fields")
    mine = {"tags": ["fields"]}
    run = ansible.tasks(
        [
            task("all", MODULE, mine),
            task("label", MODULE, {**mine, "localize": True}),
            task("few", MODULE, {**mine, "localize": True, "fields": ["label", "state"]}),
        ]
    )
    assert tuple(run["all"].result["tasks"][0]) == TASK_KEYS
    assert run["all"].result["tasks"][0]["label"] is None
    assert run["label"].result["tasks"][0]["label"] == "Clone virtual machine"
    assert run["few"].result["tasks"] == [{"label": "Clone virtual machine", "state": "running"}]


@contextmanager
def arriving(vcenter: VCenter, **spec: Any) -> Iterator[None]:
    """Create new tasks throughout the block."""
    over = threading.Event()

    def arrive() -> None:
        while not over.wait(0.01):
            vcenter.tasks(2, **spec)

    thread = threading.Thread(target=arrive)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
def test_no_task_is_lost_or_repeated_while_tasks_arrive(ansible: Ansible, vcenter: VCenter, order: str) -> None:
    before = vcenter.tasks(200, tag="arriving")
    with arriving(vcenter, tag="arriving"):
        outcome = ansible.module(MODULE, {"tags": ["arriving"], "order": order, "page_size": 9})
    found = keys(outcome)
    assert len(found) == len(set(found))
    assert set(before) <= set(found)
    queued = [each["queue_time"] for each in outcome.result["tasks"]]
    assert queued == sorted(queued, reverse=order == "newest_first")
    assert len(vcenter.made) > 210


def test_reading_recovers_from_a_lost_page(ansible: Ansible, vcenter: VCenter) -> None:
    made = vcenter.tasks(20, tag="lost")
    fault = {"operation": "TaskHistoryCollector.Read*", "fault": "cut_after", "nth": 2}
    run = ansible.tasks(
        [
            task("lose one", "control", {"path": "faults", "body": fault}),
            task("oldest first", MODULE, {"tags": ["lost"], "page_size": 6}),
            task("forget it", "control", {"path": "faults", "method": "DELETE"}),
            task("lose another", "control", {"path": "faults", "body": fault}),
            task("newest first", MODULE, {"tags": ["lost"], "page_size": 6, "order": "newest_first"}),
        ]
    )
    assert keys(run["oldest first"]) == made
    assert run["oldest first"].requests["TaskManager.CreateCollectorForTasks"] == 2
    assert keys(run["newest first"]) == made[::-1]
    assert run["newest first"].requests["TaskManager.CreateCollectorForTasks"] == 2


def test_ten_thousand_tasks_take_eleven_reads(tmp_path: Path) -> None:
    with simulator(["--history", "10000"]) as variables:
        vcenter = VCenter(variables)
        dest = tmp_path / "tasks.jsonl"
        outcome = Ansible(vcenter, tmp_path).module(MODULE, {"dest": str(dest)})
    assert outcome.result["count"] == 10_000
    assert len(dest.read_bytes().splitlines()) == 10_000
    assert outcome.work == {**COLLECTOR, "TaskHistoryCollector.ReadNextTasks": 11}
