# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_state: check mode, idempotence, the order of the requests, and results and faults of all types."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_state"
CHANGES = ("Task.SetTaskState", "Task.SetTaskDescription", "Task.UpdateProgress")


def sent(outcome: Outcome) -> dict[str, int]:
    """The requests of a task that change the server."""
    return {operation: count for operation, count in outcome.requests.items() if operation in CHANGES}


def test_state_supports_check_mode_and_is_idempotent(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(state="queued", type="com.vijson.simulator.job")
    running = {"task": moid, "state": "running", "progress": 40, "description": "Copying disks"}
    done = {"task": moid, "state": "success", "progress": 100, "result": "3 disks copied"}
    run = ansible.tasks(
        [
            task("missing", MODULE, {"state": "running"}),
            task("check", MODULE, running, check_mode=True, diff=True),
            task("do", MODULE, running, diff=True),
            task("verify", "vi_task_info", {"tasks": moid}),
            task("again", MODULE, running, diff=True),
            task("again, differently", MODULE, {**running, "progress": 41}),
            task("check the end", MODULE, done, check_mode=True, diff=True),
            task("end", MODULE, done, diff=True),
            task("end again", MODULE, done, diff=True),
            task("end otherwise", MODULE, {"task": moid, "state": "error"}),
            task("change after the end", MODULE, {"task": moid, "progress": 7}),
        ]
    )
    assert run["missing"].msg == "missing required arguments: task"

    before = {"state": "queued", "progress": None, "description": None, "result": None, "error": None}
    after = {**before, "state": "running", "progress": 40, "description": "Copying disks"}
    for name in ("check", "do"):
        assert run[name].result["changed"] is True
        assert run[name].result["diff"] == {"before": before, "after": after}
        assert {key: run[name].result["task"][key] for key in after} == after
    assert sent(run["check"]) == {}
    assert sent(run["do"]) == dict.fromkeys(CHANGES, 1)
    (found,) = run["verify"].result["tasks"]
    assert {**found, "elapsed": None} == {**run["do"].result["task"], "elapsed": None}

    assert run["again"].result["changed"] is False
    assert run["again"].result["diff"] == {"before": after, "after": after}
    assert sent(run["again"]) == {}
    assert sent(run["again, differently"]) == {"Task.UpdateProgress": 1}
    assert "diff" not in run["again, differently"].result

    ended = {**after, "state": "success", "progress": 100, "result": "3 disks copied"}
    for name in ("check the end", "end"):
        assert run[name].result["diff"]["after"] == ended
    assert sent(run["check the end"]) == {}
    assert sent(run["end"]) == {"Task.UpdateProgress": 1, "Task.SetTaskState": 1}
    assert vcenter.info(moid)["result"] == {"_typeName": "string", "_value": "3 disks copied"}
    assert run["end again"].result["changed"] is False
    assert sent(run["end again"]) == {}
    assert run["end otherwise"].msg == f"{moid} has ended in success and cannot change to error"
    assert run["end otherwise"].result["task"]["state"] == "success"
    assert run["change after the end"].msg == (
        f"{moid} has ended in success: its progress and description can no longer change"
    )
    assert all(outcome.left == {} for outcome in run)


def test_a_queued_task_can_be_ended_in_one_call(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(state="queued", type="com.vijson.simulator.job")
    vcenter.control("POST", "log", {"on": True})
    fault = {"message": "The store is full", "fault_type_id": "com.example.full", "data": {"store": "nfs01"}}
    outcome = ansible.module(
        MODULE,
        {"task": moid, "state": "error", "progress": 80, "description": {"key": "a.b", "message": "x"}, "fault": fault},
    )
    log = vcenter.control("GET", "log")
    vcenter.control("POST", "log", {"on": False})
    vcenter.control("DELETE", "log")
    changes = [entry for entry in log if entry["operation"] in CHANGES]
    assert [entry["operation"].partition(".")[2] for entry in changes] == [
        "SetTaskState",
        "SetTaskDescription",
        "UpdateProgress",
        "SetTaskState",
    ]
    assert [changes[0]["body"], changes[-1]["body"]["state"]] == [{"state": "running"}, "error"]
    ended = outcome.result["task"]
    assert ended["start_time"] is not None
    assert (ended["progress"], ended["description"]) == (80, "x")
    assert ended["error"] == {
        "type": "ExtendedFault",
        "message": "The store is full",
        "fault_type_id": "com.example.full",
        "data": [{"type": "KeyValue", "key": "store", "value": "nfs01"}],
        "fault_message": [
            {"type": "LocalizableMessage", "key": "vijson.tasks.fault", "message": "The store is full"},
        ],
    }


def test_results_and_faults_are_sent_with_their_types(ansible: Ansible, vcenter: VCenter) -> None:
    results: list[tuple[Any, Any]] = [
        ("text", {"_typeName": "string", "_value": "text"}),
        (17, {"_typeName": "int", "_value": 17}),
        (True, {"_typeName": "boolean", "_value": True}),
        (
            {"type": "VirtualMachine", "moid": "vm-22"},
            {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-22"},
        ),
    ]
    tasks = vcenter.tasks(len(results), type="com.vijson.simulator.job")
    other = vcenter.task(type="com.vijson.simulator.job")
    run = ansible.tasks(
        [
            task(f"result {index}", MODULE, {"task": moid, "state": "success", "result": value})
            for index, (moid, (value, _wire)) in enumerate(zip(tasks, results))
        ]
        + [
            task(
                "fault of a type",
                MODULE,
                {"task": other, "state": "error", "fault": {"type": "Timedout", "message": "late"}},
            ),
        ]
    )
    for index, (moid, (_value, wire)) in enumerate(zip(tasks, results)):
        assert run[f"result {index}"].status == "ok"
        assert vcenter.info(moid)["result"] == wire
    error = run["fault of a type"].result["task"]["error"]
    assert (error["type"], error["message"]) == ("Timedout", "late")


def test_refused_changes_give_a_clear_message(ansible: Ansible, vcenter: VCenter) -> None:
    queued = vcenter.task(state="queued", type="com.vijson.simulator.job")
    running, gone = vcenter.tasks(2, type="com.vijson.simulator.job")
    server_task = vcenter.task(type="VirtualMachine.clone")
    vcenter.expire(gone)
    reader = {"username": "reader@vsphere.local", "password": "vijson-Read1!"}
    end = {"task": vcenter.task(state="queued", type="com.vijson.simulator.job")}
    lose = {"operation": "Task.SetTaskState", "fault": "cut_after"}
    run = ansible.tasks(
        [
            task("progress while queued", MODULE, {"task": queued, "progress": 5}),
            task("back to queued", MODULE, {"task": running, "state": "queued"}),
            task("gone", MODULE, {"task": gone, "state": "running"}),
            task("reader", MODULE, {"task": running, "progress": 5, **reader}),
            task("reader in check mode", MODULE, {"task": running, "progress": 5, **reader}, check_mode=True),
            task("of the server", MODULE, {"task": server_task, "progress": 5}),
            task("of the server, forced", MODULE, {"task": server_task, "progress": 5, "force": True}),
            task("unknown fault", MODULE, {**end, "state": "error", "fault": {"message": "x", "type": "Foo"}}),
            task("unknown result", MODULE, {**end, "result": {"type": "NoSuch", "x": 1}, "state": "success"}),
            task("unknown field", MODULE, {**end, "state": "error", "fault": {"message": "x", "foo": "bar"}}),
            task("lose the response", "control", {"path": "faults", "body": lose}),
            task("response lost", MODULE, {"task": queued, "state": "running"}),
        ]
    )
    assert run["progress while queued"].msg == (
        f"{queued} is queued, and only a running task has progress. Use state: running as well"
    )
    assert run["back to queued"].msg == f"{running} is running and cannot go back to queued"
    assert run["gone"].msg == f"task: {gone} does not exist, or no longer exists, on {vcenter.host}"
    for name in ("reader", "reader in check mode"):
        assert "lacks the privilege Task.Update on Folder:group-d1" in run[name].msg
    assert run["of the server"].msg.startswith(f"task: {server_task} is the vCenter's own operation CloneVM_Task")
    assert run["of the server, forced"].result["task"]["progress"] == 5
    assert run["unknown fault"].msg == (
        "fault: the vCenter does not know the fault type Foo. Leave type out for ExtendedFault."
        f" {end['task']} is running now"
    )
    assert run["unknown result"].msg == (
        "result: the vCenter does not know the type NoSuch. Leave type out for a list of keys and values"
    )
    for name, changed in (("unknown fault", True), ("unknown result", False)):
        assert (run[name].result["changed"], run[name].result["task"]["state"]) == (changed, "running")
    assert run["unknown field"].msg == "fault: ExtendedFault has no field foo. Put your own values into data"
    assert run["unknown field"].requests == {}
    assert run["response lost"].status == "ok"
    assert run["response lost"].result["changed"] is True
    assert run["response lost"].requests["Task.SetTaskState"] == 1
    assert vcenter.info(running).get("progress") is None
    assert all(outcome.left == {} for outcome in run)
