# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_custom_value, and the custom values that vi_task_info reads."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_custom_value"
READER = {"username": "reader@vsphere.local", "password": "vijson-Read1!"}


def sent(outcome: Outcome) -> int:
    """How many requests of a task set values."""
    return outcome.requests.get("Task.setCustomValue", 0)


def test_custom_values_support_check_mode_and_are_idempotent(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(state="success", custom_values={"104": "the board"})
    wanted = {"task": moid, "values": {"Ticket": "CHG-17", "102": 5}}
    run = ansible.tasks(
        [
            task("missing", MODULE, {"task": moid}),
            task("check", MODULE, wanted, check_mode=True, diff=True),
            task("do", MODULE, wanted, diff=True),
            task("verify", "vi_task_info", {"tasks": moid, "custom_values": True}),
            task("again", MODULE, wanted, diff=True),
            task("check again", MODULE, wanted, check_mode=True),
            task("one of two", MODULE, {"task": moid, "values": {"Ticket": "CHG-17", "Owner": "me"}}),
            task("clear", MODULE, {"task": moid, "values": {"Ticket": ""}}),
            task("clear again", MODULE, {"task": moid, "values": {"Ticket": ""}}),
            task("nothing", MODULE, {"task": moid, "values": {}}),
            task("fail", MODULE, {"task": moid, "values": {"Owner": "you", "Color": "red"}}),
        ]
    )
    assert run["missing"].msg == "missing required arguments: values"
    before = {"Approved by": "the board"}
    after = {**before, "Ticket": "CHG-17", "Owner": "5"}
    for name in ("check", "do"):
        assert run[name].result["changed"] is True
        assert run[name].result["custom_values"] == after
        assert run[name].result["diff"] == {"before": before, "after": after}
    assert sent(run["check"]) == 0
    assert sent(run["do"]) == 2
    (found,) = run["verify"].result["tasks"]
    assert found["custom_values"] == after
    assert [field["name"] for field in found["available_fields"]] == ["Approved by", "Owner", "Ticket"]
    assert run["again"].result["diff"] == {"before": after, "after": after}
    for name in ("again", "check again", "clear again", "nothing"):
        assert run[name].result["changed"] is False
        assert sent(run[name]) == 0
    assert sent(run["one of two"]) == 1
    assert run["one of two"].result["custom_values"] == {**after, "Owner": "me"}
    assert "diff" not in run["one of two"].result
    assert run["clear"].result["changed"] is True
    assert run["clear"].result["custom_values"].get("Ticket", "") == ""
    assert run["fail"].msg.startswith("values: tasks have no custom field 'Color'. Available")
    assert sent(run["fail"]) == 0
    assert all(outcome.left == {} for outcome in run)


def test_check_mode_sets_values_of_a_planned_task(ansible: Ansible) -> None:
    job = {"task_type": "com.vijson.simulator.job"}
    run = ansible.tasks(
        [
            task("create", "vi_task_create", job, register="job"),
            task("set", MODULE, {"task": "{{ job.task }}", "values": {"Owner": "me", "101": "CHG-1"}}),
            task("fail", MODULE, {"task": "{{ job.task }}", "values": {"Color": "red"}}),
        ],
        arguments=["--check"],
    )
    assert run["set"].result["changed"] is True
    assert run["set"].result["custom_values"] == {"Owner": "me", "Ticket": "CHG-1"}
    assert run["fail"].msg.startswith("values: tasks have no custom field 'Color'.")


def test_a_user_who_may_only_read_gets_the_missing_privilege(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task()
    wanted = {"task": moid, "values": {"Owner": "me"}, **READER}
    run = ansible.tasks([task("check", MODULE, wanted, check_mode=True), task("do", MODULE, wanted)])
    lack = "the user lacks the privilege Global.SetCustomField on VirtualMachine:vm-21 (NoPermission)"
    assert run["check"].msg == f"Check mode: {lack}"
    assert run["do"].msg == f"setCustomValue of Task:{moid}: {lack}"
    assert run["do"].result["fault"]["type"] == "NoPermission"
