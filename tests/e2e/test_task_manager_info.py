# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_manager_info: the properties of the task manager, and the retention of its history."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_manager_info"
READ_ONCE = {"PropertyCollector.RetrievePropertiesEx": 1, "OptionManager.QueryOptions": 1}


def test_manager_info_returns_recent_tasks_and_descriptions(ansible: Ansible, vcenter: VCenter) -> None:
    running = vcenter.task()
    old = vcenter.task(state="success", queued_ago=3600, completed_ago=3000)
    run = ansible.tasks(
        [
            task("plain", MODULE, register="plain"),
            task("again", MODULE, check_mode=True, diff=True),
            task("description", MODULE, {"description": True}),
            task("the same tasks", "vi_task_info", {"tasks": "{{ plain.recent_tasks }}"}),
            task("be another server", "control", {"path": "quirks", "body": {"null_lists": True, "empty_body": True}}),
            task("as some servers do", MODULE, {"description": True}),
        ]
    )
    assert run["plain"].result["max_collector"] == 32
    assert running in run["plain"].result["recent_tasks"]
    assert old not in run["plain"].result["recent_tasks"]
    assert "description" not in run["plain"].result
    assert run["again"].result == run["plain"].result
    found = [each["moid"] for each in run["the same tasks"].result["tasks"]]
    assert found == run["plain"].result["recent_tasks"]
    for name in ("plain", "again", "description"):
        assert run[name].result["changed"] is False
        assert run[name].work == READ_ONCE
        assert run[name].left == {}

    texts = run["description"].result["description"]
    assert run["as some servers do"].result["description"] == texts
    assert {"key": "queued", "label": "Queued", "summary": "Task is queued"} in texts["states"]
    assert {each["key"] for each in texts["reasons"]} >= {"TaskReasonUser", "TaskReasonAlarm", "TaskReasonSystem"}
    labels = {each["key"]: each["label"] for each in texts["methods"]}
    assert labels["VirtualMachine.clone"] == "Clone virtual machine"
    assert labels["com.vijson.simulator.job"] == "Simulated job"
