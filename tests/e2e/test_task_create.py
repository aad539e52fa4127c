# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_create: check mode, idempotence, and the guarantees of an activation id."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_create"
JOB = {"entity": "/DC0/vm/web01", "task_type": "com.vijson.simulator.job"}
TOKEN = "nightly-backup-of-web01-on-2026-11-22"


def test_create_supports_check_mode_and_is_idempotent_by_activation_id(ansible: Ansible, vcenter: VCenter) -> None:
    full = {**JOB, "cancelable": True, "initiated_by": "backup robot", "activation_id": TOKEN}
    retried = {**JOB, "activation_id": f"{TOKEN}-retried", "retry_failed": True}
    run = ansible.tasks(
        [
            task("missing", MODULE),
            task("check", MODULE, full, check_mode=True, register="planned"),
            task(
                "drive the planned",
                "vi_task_state",
                {"task": "{{ planned.task }}", "state": "running"},
                check_mode=True,
            ),
            task("wait for the planned", "vi_task_wait", {"task": "{{ planned.task }}"}, check_mode=True),
            task("cancel the planned", "vi_task_cancel", {"task": "{{ planned.task }}"}, check_mode=True),
            task("the planned is not there", "vi_task_info", {"tasks": "{{ planned.task }}"}, check_mode=True),
            task("the planned outside check mode", "vi_task_info", {"tasks": "{{ planned.task }}"}),
            task("do", MODULE, full, register="made"),
            task("verify", "vi_task_info", {"tasks": ["{{ made.task }}"]}),
            task("again", MODULE, full),
            task("again in check mode", MODULE, full, check_mode=True),
            task("end it", "vi_task_state", {"task": "{{ made.task }}", "state": "success"}),
            task("after its end", MODULE, full),
            task("to fail", MODULE, retried, register="failing"),
            task("fail", "vi_task_state", {"task": "{{ failing.task }}", "state": "error"}),
            task("no retry", MODULE, {**retried, "retry_failed": False}),
            task("retry in check mode", MODULE, retried, check_mode=True),
            task("retry", MODULE, retried),
            task("no second retry", MODULE, retried),
        ]
    )
    assert run["missing"].msg == "missing required arguments: task_type"

    planned = run["check"].result
    assert planned["changed"] is True
    assert (planned["task"]["moid"], planned["task"]["key"]) == ("check-mode", "check-mode")
    assert planned["task"]["activation_id"] == TOKEN
    assert "TaskManager.CreateTask" not in run["check"].requests
    assert run["drive the planned"].result["task"]["state"] == "running"
    assert run["drive the planned"].result["changed"] is True
    assert run["wait for the planned"].result["missing"] == ["check-mode"]
    assert run["cancel the planned"].result["changed"] is True
    assert run["the planned is not there"].result["missing"] == ["check-mode"]
    assert run["the planned outside check mode"].status == "failed"

    made = run["do"].result
    assert made["changed"] is True
    moid = made["task"]["moid"]
    assert run["verify"].result["tasks"] == [made["task"]]
    info = vcenter.info(moid)
    assert (info["entity"]["value"], info["descriptionId"]) == ("vm-21", JOB["task_type"])
    assert (info["cancelable"], info["activationId"]) == (True, TOKEN)
    assert info["reason"]["userName"] == "backup robot"
    assert made["task"]["state"] == "queued"

    for name in ("again", "again in check mode", "after its end"):
        assert run[name].result["changed"] is False
        assert run[name].result["task"]["moid"] == moid
        assert "TaskManager.CreateTask" not in run[name].requests
    assert run["after its end"].result["task"]["state"] == "success"
    failed, again = (run[name].result["task"]["moid"] for name in ("to fail", "retry"))
    assert run["no retry"].result["task"]["moid"] == failed != again
    assert run["retry in check mode"].result["task"]["moid"] == "check-mode"
    assert run["no second retry"].result["task"]["moid"] == again
    assert all(outcome.left == {} for outcome in run)


def test_create_without_an_activation_id_and_its_failures(ansible: Ansible, vcenter: VCenter) -> None:
    child = {**JOB, "entity": "vm-22", "parent_task_key": "{{ parent.task.key }}"}
    unknown = {**JOB, "task_type": "com.example.unknown"}
    reader = {**JOB, "username": "reader@vsphere.local", "password": "vijson-Read1!"}
    run = ansible.tasks(
        [
            task("parent", MODULE, {"task_type": JOB["task_type"]}, register="parent"),
            task("child", MODULE, child),
            task("another child", MODULE, {**child, "parent_task_key": "{{ parent }}", "entity": ["vm-22"]}),
            task("planned parent", MODULE, JOB, check_mode=True, register="planned"),
            task("planned child", MODULE, {**child, "parent_task_key": "{{ planned }}"}, check_mode=True),
            task("empty parent", MODULE, {**JOB, "parent_task_key": ""}),
            task("two entities", MODULE, {**JOB, "entity": ["vm-21", "vm-22"]}),
            task("unknown parent in check mode", MODULE, {**JOB, "parent_task_key": "task-999999"}, check_mode=True),
            task("unknown", MODULE, unknown),
            task("unknown in check mode", MODULE, unknown, check_mode=True),
            task("unknown parent", MODULE, {**JOB, "parent_task_key": "task-999999"}),
            task("unknown entity", MODULE, {**JOB, "entity": "HostSystem:vm-21"}),
            task("unknown entity in check mode", MODULE, {**JOB, "entity": "HostSystem:vm-21"}, check_mode=True),
            task("reader", MODULE, reader),
            task("reader in check mode", MODULE, reader, check_mode=True),
        ]
    )
    assert run["parent"].result["task"]["entity"] == {"type": "Folder", "moid": "group-d1", "name": "Datacenters"}
    key = run["parent"].result["task"]["key"]
    children = [run["child"].result["task"], run["another child"].result["task"]]
    assert children[0]["moid"] != children[1]["moid"]
    assert [(made["parent_task_key"], made["root_task_key"]) for made in children] == [(key, key)] * 2

    for name in ("unknown", "unknown in check mode"):
        assert run[name].msg.startswith("task_type: 'com.example.unknown' is not registered. Registered: com.")
        assert "com.vijson.simulator.backup, com.vijson.simulator.job" in run[name].msg
    for name in ("unknown parent", "unknown parent in check mode"):
        assert run[name].msg.startswith("parent_task_key: task-999999 does not exist, or no longer exists, on ")
    assert run["planned child"].result["task"]["parent_task_key"] == "check-mode"
    assert run["empty parent"].msg.startswith("parent_task_key: '' is empty. ")
    assert ". Use task-42, Task:task-42, " in run["empty parent"].msg
    assert run["two entities"].msg == "entity: use one object; a task belongs to one"
    assert run["unknown parent"].result["fault"]["type"] == "InvalidArgument"
    for name in ("unknown entity", "unknown entity in check mode"):
        assert run[name].msg.startswith("entity: HostSystem:vm-21 does not exist, or no longer exists, on ")
        assert run[name].result["fault"]["type"] == "ManagedObjectNotFound"
    for name in ("reader", "reader in check mode"):
        assert "lacks the privilege Task.Create on Folder:group-d1" in run[name].msg
    created = vcenter.state()["requests"]["TaskManager.CreateTask"]
    assert created == 3 + len(["unknown", "unknown parent", "unknown entity", "reader"])
    assert all(outcome.left == {} for outcome in run)


def test_check_mode_accepts_a_task_type_registered_in_the_same_run(ansible: Ansible, vcenter: VCenter) -> None:
    """However the modules are started; a type that nobody registers is still an error."""
    extension = {
        "extension": "com.example.planned",
        "company": "Example",
        "task_types": [{"id": "com.example.planned"}],
    }
    planned = {**JOB, "task_type": "com.example.planned"}
    tasks = [
        task("before", MODULE, planned),
        task("register", "vi_task_type", extension),
        task("create", MODULE, planned, register="made"),
        task("create on another host", MODULE, planned, delegate_to="other"),
        task("drive", "vi_task_state", {"task": "{{ made.task }}", "state": "success"}),
        task("mistyped", MODULE, {**JOB, "task_type": "com.example.planed"}),
    ]
    run = ansible.tasks(
        tasks,
        play={"hosts": "here", "check_mode": True},
        hosts={"here": {}, "other": {"ansible_connection": "elsewhere"}},
    )
    for name in ("create", "create on another host"):
        assert run[name].status == "ok", run.output
        assert (run[name].result["task"]["moid"], run[name].result["changed"]) == ("check-mode", True)
        assert "msg" not in run[name].result
    assert run["drive"].result["task"]["state"] == "success"
    for name in ("before", "mistyped"):
        assert run[name].msg.startswith("task_type: 'com.example.plan")
    assert "ExtensionManager.RegisterExtension" not in vcenter.state()["requests"]


def test_a_lost_response_is_resolved_by_the_activation_id(ansible: Ansible, vcenter: VCenter) -> None:
    lose = {"operation": "TaskManager.CreateTask", "fault": "cut_after"}
    never = {"operation": "TaskManager.CreateTask", "fault": "cut_before"}
    run = ansible.tasks(
        [
            task("lose the response", "control", {"path": "faults", "body": lose}),
            task("token, response lost", MODULE, {**JOB, "activation_id": TOKEN + "-1"}),
            task("lose the request", "control", {"path": "faults", "body": never}),
            task("token, request lost", MODULE, {**JOB, "activation_id": TOKEN + "-2"}),
            task("lose another request", "control", {"path": "faults", "body": never}),
            task("no token", MODULE, JOB),
        ]
    )
    found, sent_again = run["token, response lost"], run["token, request lost"]
    assert found.result["changed"] is sent_again.result["changed"] is True
    assert found.requests["TaskManager.CreateTask"] == 1
    assert sent_again.requests["TaskManager.CreateTask"] == 2
    assert run["no token"].status == "failed"
    assert run["no token"].msg.startswith("It is not known whether the task was created: The connection to ")
    assert run["no token"].requests["TaskManager.CreateTask"] == 1
    assert all(outcome.left == {} for outcome in run)
