# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_cancel: check mode, idempotence, and all the ways in which tasks react to a cancel."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_cancel"


def states(outcome: Outcome) -> dict[str, tuple[str, bool]]:
    """State and ``cancelled`` of each task in a result, by id."""
    return {found["moid"]: (found["state"], found["cancelled"]) for found in outcome.result["tasks"]}


def test_cancel_supports_check_mode_and_is_idempotent(ansible: Ansible, vcenter: VCenter) -> None:
    first, second = vcenter.task(on_cancel="at_once"), vcenter.task(on_cancel="owner")
    both = {"tasks": [second, first]}
    run = ansible.tasks(
        [
            task("missing", MODULE),
            task("none", MODULE, {"tasks": []}),
            task("check", MODULE, both, check_mode=True),
            task("do", MODULE, both),
            task("again", MODULE, both, diff=True),
            task("verify", "vi_task_wait", {"tasks": first, "fail_on_error": False}),
            task("after its end", MODULE, both),
            task("check after its end", MODULE, both, check_mode=True),
        ]
    )
    assert (
        run["missing"].msg
        == "tasks: missing. Set tasks, or select tasks with entity, states, users, description_ids or older_than"
    )
    assert run["missing"].requests == run["none"].requests == {}
    assert run["none"].result["changed"] is False

    assert states(run["check"]) == {second: ("running", True), first: ("running", True)}
    assert run["check"].result["changed"] is True
    assert "Task.CancelTask" not in run["check"].requests

    assert run["do"].result["changed"] is True
    assert list(states(run["do"])) == [second, first]
    assert all(cancelled for _state, cancelled in states(run["do"]).values())
    assert run["do"].requests["Task.CancelTask"] == 2

    for name in ("again", "after its end", "check after its end"):
        assert run[name].result["changed"] is False
        assert "diff" not in run[name].result
        assert "Task.CancelTask" not in run[name].requests
    assert run["verify"].result["tasks"][0]["error"]["type"] == "RequestCanceled"
    assert vcenter.info(first)["state"] == "error"
    assert (vcenter.info(second)["state"], vcenter.info(second)["cancelled"]) == ("running", True)


def test_tasks_that_cannot_be_cancelled_fail_after_the_others(ansible: Ansible, vcenter: VCenter) -> None:
    fixed, other, gone = vcenter.task(cancelable=False), vcenter.task(on_cancel="at_once"), vcenter.task()
    done, successful = vcenter.task(state="success"), vcenter.task(on_cancel="success")
    vcenter.expire(gone)
    three = {"tasks": [fixed, gone, other, done]}
    run = ansible.tasks(
        [
            task("check", MODULE, three, check_mode=True),
            task("do", MODULE, {**three, "wait": True}),
            task("again", MODULE, three),
            task("ends in success", MODULE, {"tasks": successful, "wait": True}),
            task("no right", MODULE, {"tasks": fixed, "username": "reader@vsphere.local", "password": "vijson-Read1!"}),
        ]
    )
    for name in ("check", "do", "again"):
        assert run[name].status == "failed"
        assert run[name].msg == (
            f"Could not cancel on {vcenter.host}: {fixed} PowerOnVM_Task of web01: it is not cancelable;"
            f" {gone}: it does not exist, or no longer exists"
        )
        assert list(states(run[name])) == [fixed, other, done]
    assert run["check"].result["changed"] is True
    assert run["do"].result["changed"] is True
    assert states(run["do"]) == {fixed: ("running", False), other: ("error", True), done: ("success", False)}
    assert run["again"].result["changed"] is False
    assert run["ends in success"].status == "ok"
    assert run["ends in success"].result["changed"] is True
    assert states(run["ends in success"]) == {successful: ("success", True)}
    assert run["no right"].status == "failed"
    assert vcenter.info(fixed)["cancelled"] is False


def test_cancel_reports_missing_privileges_lost_responses_and_timeouts(ansible: Ansible, vcenter: VCenter) -> None:
    late, mine = vcenter.task(on_cancel="later"), vcenter.task(on_cancel="at_once")
    slow, fixed = vcenter.task(on_cancel="owner"), vcenter.task(cancelable=False)
    reader = {"username": "reader@vsphere.local", "password": "vijson-Read1!"}
    cut = {"operation": "Task.CancelTask", "fault": "cut_after"}
    run = ansible.tasks(
        [
            task("check without the right", MODULE, {"tasks": mine, **reader}, check_mode=True),
            task("without the right", MODULE, {"tasks": mine, **reader}),
            task("lose the response", "control", {"path": "faults", "body": cut}),
            task("response lost", MODULE, {"tasks": late}),
            task("not in time", MODULE, {"tasks": [slow, fixed], "wait": True, "wait_timeout": 1}),
        ]
    )
    for name in ("check without the right", "without the right"):
        assert run[name].status == "failed"
        assert "lacks the privilege Global.CancelTask on VirtualMachine:vm-21" in run[name].msg
    assert run["without the right"].result["changed"] is False
    assert vcenter.info(mine)["cancelled"] is False
    assert run["response lost"].status == "ok"
    assert run["response lost"].result["changed"] is True
    assert run["response lost"].requests["Task.CancelTask"] == 2
    assert run["not in time"].msg == (
        f"Timed out after 1s on {vcenter.host}, not ended: {slow} PowerOnVM_Task of web01 (running)."
        f" Could not cancel on {vcenter.host}: {fixed} PowerOnVM_Task of web01: it is not cancelable"
    )
    assert run["not in time"].result["changed"] is True
    assert states(run["not in time"]) == {slow: ("running", True), fixed: ("running", False)}
    assert all(outcome.left == {} for outcome in run)
