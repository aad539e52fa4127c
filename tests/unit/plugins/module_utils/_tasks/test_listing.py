# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing tasks, with labels and custom values, and filtering them."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.listing import list_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.selection import TaskMatcher
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, TaskServer, info, ref

LABELS = {
    "_typeName": "TaskDescription",
    "methodInfo": [{"key": "VirtualMachine.clone", "label": "Clone virtual machine"}, {"key": "x", "label": None}],
}


def test_tasks_are_listed_in_the_requested_order_with_missing_ones_apart() -> None:
    server = TaskServer("task-1", "task-2")
    with server.client("S0") as client:
        listed = list_tasks(client, ["task-9", "task-2", "task-1"])
    assert [task["moid"] for task in listed.tasks] == ["task-2", "task-1"]
    assert listed.missing == ["task-9"]
    assert set(listed.tasks[0]) == set(TASK_KEYS)
    assert server.operations == {"PropertyCollector.RetrievePropertiesEx": 1, "TaskManager.CreateCollectorForTasks": 1}


@pytest.mark.parametrize(("custom_values", "paths"), [(False, ["info"]), (True, ["info", "value", "availableField"])])
def test_custom_values_are_read_only_on_request(custom_values: bool, paths: list[str]) -> None:
    server = TaskServer("task-1")
    with server.client("S0") as client:
        list_tasks(client, ["task-1"], custom_values=custom_values)
    (wanted,) = server.sent[0].params["specSet"][0]["propSet"]
    assert wanted["pathSet"] == paths


@pytest.mark.parametrize("moids", [None, ["task-1"]])
def test_an_object_that_does_not_exist_is_refused(moids: list[str] | None) -> None:
    server = TaskServer("task-1")
    gone = Fault("ManagedObjectNotFound", obj=ref("VirtualMachine", "vm-999"))
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [gone]
    matcher = TaskMatcher(frozenset(["vm-999"]), unverified=(Reference("VirtualMachine", "vm-999"),))
    with server.client("S0") as client, pytest.raises(InputError, match="entity: VirtualMachine:vm-999 does not exist"):
        list_tasks(client, moids, matcher)


def test_labels_take_one_more_request() -> None:
    server = TaskServer("task-1", "task-2")
    server.change("task-1", descriptionId="VirtualMachine.clone")
    server.change("task-2", descriptionId="x")
    server.answers["TaskManager.description"] = lambda _moid, _params: LABELS
    with server.client("S0") as client:
        listed = list_tasks(client, ["task-1", "task-2"], localize=True)
    assert [task["label"] for task in listed.tasks] == ["Clone virtual machine", None]
    assert len(server.sent) == 2


def test_custom_values_are_listed_with_their_fields() -> None:
    server = TaskServer("task-1")
    field = {"key": 7, "name": "owner", "type": "string", "managedObjectType": "Task"}
    props = {
        "info": info("task-1"),
        "availableField": {"_typeName": "ArrayOfCustomFieldDef", "_value": [field]},
        "value": {
            "_typeName": "ArrayOfCustomFieldValue",
            "_value": [{"key": 7, "value": "joe"}, {"key": 8, "value": "x"}],
        },
    }
    found = {"obj": ref("Task", "task-1"), "propSet": [{"name": name, "val": val} for name, val in props.items()]}
    server.answers["PropertyCollector.RetrievePropertiesEx"] = lambda _moid, _params: {"objects": [found]}
    with server.client("S0") as client:
        (task,) = list_tasks(client, ["task-1"], custom_values=True).tasks
    assert task["custom_values"] == {"owner": "joe", "8": "x"}
    assert task["available_fields"] == [{"key": 7, "name": "owner", "type": "string", "managed_object_type": "Task"}]


def test_recent_tasks_are_listed_from_the_oldest_to_the_newest() -> None:
    server = TaskServer("task-10", "task-2", "task-1")
    server.lists_all = True
    server.change("task-1", queueTime="2026-11-22T04:00:00Z")
    with server.client("S0") as client:
        listed = list_tasks(client, None)
    assert [task["moid"] for task in listed.tasks] == ["task-2", "task-10", "task-1"]


def test_tasks_that_do_not_match_are_left_out() -> None:
    server = TaskServer("task-1", "task-2")
    server.finish("task-2")
    with server.client("S0") as client:
        listed = list_tasks(client, ["task-1", "task-2"], TaskMatcher(states=["success"]))
        nothing = list_tasks(client, ["task-1"], TaskMatcher(users=["nobody"]))
    assert [task["moid"] for task in listed.tasks] == ["task-2"]
    assert (listed.missing, nothing.tasks, nothing.warnings) == ([], [], [])


def test_a_selection_that_finds_nothing_is_checked_for_unknown_names() -> None:
    server = TaskServer()
    found = {"obj": ref("Task", "task-1"), "propSet": [{"name": "info", "val": info("task-1")}]}
    server.answers["PropertyCollector.RetrievePropertiesEx"] = lambda _moid, _params: {"objects": [found]}
    with server.client("S0") as client:
        listed = list_tasks(client, None, TaskMatcher(users=["nobody"]))
        assert listed.tasks == []
        assert listed.warnings[0].startswith("users: none of the 1 recent tasks")
        assert list_tasks(client, None, TaskMatcher(states=["success"])).warnings == []
