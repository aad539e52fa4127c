# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_info: named tasks and recent ones."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

READ_ONCE = {"PropertyCollector.RetrievePropertiesEx": 1}


def moids(outcome: Outcome) -> list[str]:
    """The ids of the tasks in a result."""
    assert outcome.status == "ok", outcome
    return [found["moid"] for found in outcome.result["tasks"]]


def test_named_tasks_are_returned_in_every_accepted_form(ansible: Ansible, vcenter: VCenter) -> None:
    first, second, gone = vcenter.tasks(3)
    vcenter.expire(gone)
    returned = {"key": first, "moid": first, "state": "running", "entity": None}
    forms = [
        second,
        f"Task:{first}",
        f"vim.Task:{first}",
        f"'vim.Task:{second}'",
        f"{first}:5d5b2a3e-0a7f-4f0e-8b25-3c8a3cfe0a11",
        returned,
    ]
    run = ansible.tasks(
        [
            task("forms", "vi_task_info", {"tasks": forms}),
            task("check", "vi_task_info", {"tasks": forms}, check_mode=True, diff=True),
            task("gone", "vi_task_info", {"tasks": [gone, second]}),
            task("alias", "vi_task_info", {"task": first}),
            task("mapping", "vi_task_info", {"tasks": returned}),
            task("none", "vi_task_info", {"tasks": []}),
        ]
    )
    for name in ("forms", "check"):
        assert moids(run[name]) == [second, first]
        assert run[name].result["missing"] == []
        assert run[name].result["changed"] is False
        assert "diff" not in run[name].result
        assert run[name].work == READ_ONCE
    assert moids(run["alias"]) == moids(run["mapping"]) == [first]
    assert (moids(run["gone"]), run["gone"].result["missing"]) == ([second], [gone])
    assert moids(run["none"]) == []
    assert run["none"].requests == {}


def test_a_task_in_a_result_has_all_documented_keys(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(
        type="VirtualMachine.clone",
        state="success",
        description="Copying disks",
        progress=100,
        queued_ago=30,
        started_ago=25,
        completed_ago=5,
        user="VSPHERE.LOCAL\\Administrator",
        tag="tag-7",
        event_chain_id=1234,
        activation_id="an-activation-id-of-its-own",
        parent_task_key="task-1",
        root_task_key="task-1",
        locked=[{"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-21"}],
        result={"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-22"},
    )
    (found,) = ansible.module("vi_task_info", {"tasks": [moid]}).result["tasks"]
    assert tuple(found) == TASK_KEYS
    times = {key: found.pop(key) for key in ("queue_time", "start_time", "complete_time")}
    assert all(time.endswith("Z") for time in times.values())
    assert found.pop("duration") == found.pop("elapsed") == pytest.approx(20, abs=0.01)
    assert found == {
        "key": moid,
        "moid": moid,
        "name": "CloneVM_Task",
        "description_id": "VirtualMachine.clone",
        "label": None,
        "description": "Copying disks",
        "entity": {"type": "VirtualMachine", "moid": "vm-21", "name": "web01"},
        "state": "success",
        "progress": 100,
        "cancelable": True,
        "cancelled": False,
        "reason": {"type": "TaskReasonUser", "user_name": "VSPHERE.LOCAL\\Administrator"},
        "who": "VSPHERE.LOCAL\\Administrator",
        "event_chain_id": 1234,
        "change_tag": "tag-7",
        "parent_task_key": "task-1",
        "root_task_key": "task-1",
        "activation_id": "an-activation-id-of-its-own",
        "locked": [{"type": "VirtualMachine", "moid": "vm-21"}],
        "progress_details": None,
        "result": {"type": "VirtualMachine", "moid": "vm-22"},
        "error": None,
    }


def test_the_error_of_a_task_is_the_same_on_all_servers(ansible: Ansible, vcenter: VCenter) -> None:
    fault: dict[str, Any] = {
        "_typeName": "InsufficientResourcesFault",
        "faultMessage": [{"_typeName": "LocalizableMessage", "key": "memory", "message": "Not enough memory"}],
    }
    moid = vcenter.task(state="error", error=fault)
    quirks = {"wrap_errors": True, "null_fields": True, "null_lists": True, "empty_as_204": True}
    run = ansible.tasks(
        [
            task("by the contract", "vi_task_info", {"tasks": [moid]}),
            task("be another server", "control", {"path": "quirks", "body": quirks}),
            task("as some servers do", "vi_task_info", {"tasks": [moid]}),
            task("no extras there", "vi_task_info", {"tasks": [moid], "localize": True, "custom_values": True}),
        ]
    )
    by_contract = run["by the contract"].result["tasks"][0]
    assert (by_contract["error"]["type"], by_contract["error"]["message"]) == (
        "InsufficientResourcesFault",
        "Not enough memory",
    )
    assert run["as some servers do"].result["tasks"][0] == by_contract
    assert run["no extras there"].result["tasks"][0]["custom_values"] == {}


def test_recent_tasks_are_narrowed_by_options(ansible: Ansible, vcenter: VCenter) -> None:
    old = vcenter.task(entity="vm-24", state="success", completed_ago=3600)
    ended = vcenter.task(entity="vm-21", state="success")
    queued = vcenter.task(entity="vm-24", state="queued")
    running = vcenter.task(entity="vm-24", user="VSPHERE.LOCAL\\alice")
    elsewhere = vcenter.task(entity="vm-25", user="VSPHERE.LOCAL\\alice")
    by_alarm = vcenter.task(entity="vm-24", alarm="alarm-9")
    run = ansible.tasks(
        [
            task("all", "vi_task_info"),
            task("path", "vi_task_info", {"entity": "/DC0/vm/apps/app01"}),
            task("escaped path", "vi_task_info", {"entity": "DC0/vm/a%2fb"}),
            task("reference", "vi_task_info", {"entity": {"type": "VirtualMachine", "moid": "vm-24"}}),
            task("states", "vi_task_info", {"entity": "vm-24", "states": ["queued", "success"]}),
            task("users", "vi_task_info", {"users": ["alice@vsphere.local"]}),
            task("named and narrowed", "vi_task_info", {"tasks": [ended, running], "states": "success"}),
        ]
    )
    assert {queued, running, elsewhere, by_alarm} <= set(moids(run["all"]))
    assert old not in moids(run["all"])
    assert run["all"].work == READ_ONCE
    assert moids(run["path"]) == moids(run["reference"]) == [queued, running, by_alarm]
    assert moids(run["escaped path"]) == [elsewhere]
    assert moids(run["states"]) == [queued]
    assert moids(run["users"]) == [running, elsewhere]
    assert moids(run["named and narrowed"]) == [ended]
    # the request that reads and, for a path, the lookup
    assert max(sum(outcome.work.values()) for outcome in run) <= 2


def test_labels_and_custom_values_are_returned_on_request(ansible: Ansible, vcenter: VCenter) -> None:
    field = vcenter.invoke(
        "CustomFieldsManager/CustomFieldsManager/AddCustomFieldDef", {"name": "ticket", "moType": "Task"}
    )
    with_value = vcenter.task(type="VirtualMachine.clone", custom_values={str(field["key"]): "CHG-17"})
    without = vcenter.task(type="com.vijson.simulator.job")
    outcome = ansible.module("vi_task_info", {"tasks": [with_value, without], "localize": True, "custom_values": True})
    first, second = outcome.result["tasks"]
    assert (first["label"], second["label"]) == ("Clone virtual machine", "Simulated job")
    assert first["custom_values"] == {"ticket": "CHG-17"}
    assert second["custom_values"] == {}
    available = {each["key"]: each["name"] for each in second["available_fields"]}
    assert available[field["key"]] == "ticket"
    vcenter.invoke("CustomFieldsManager/CustomFieldsManager/RemoveCustomFieldDef", {"key": field["key"]})


def test_many_tasks_take_one_request(ansible: Ansible, vcenter: VCenter) -> None:
    many = vcenter.tasks(200, state="success")
    run = ansible.tasks(
        [
            task("whole", "vi_task_info", {"tasks": many}),
            task("respond in pages", "control", {"path": "quirks", "body": {"max_objects": 80}}),
            task("paged", "vi_task_info", {"tasks": many[::-1]}),
        ]
    )
    assert moids(run["whole"]) == many
    assert run["whole"].work == READ_ONCE
    assert moids(run["paged"]) == many[::-1]
