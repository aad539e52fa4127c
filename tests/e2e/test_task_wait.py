# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_wait: the ends of a wait, its cost, and its recovery from failures."""

from __future__ import annotations

import time

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_wait"
WHAT = "PowerOnVM_Task of web01"
FULL = {
    "_typeName": "InsufficientResourcesFault",
    "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": "Not enough memory"}],
}


def ended(run: Run, name: str) -> dict[str, list[str]]:
    """The lists of ids in a result, and the order of its tasks."""
    result = run[name].result
    assert result["changed"] is False
    lists = {key: result[key] for key in ("succeeded", "errored", "pending", "missing") if result[key]}
    return {"tasks": [found["moid"] for found in result["tasks"]], **lists}


def test_wait_reports_succeeded_errored_pending_and_missing_tasks(ansible: Ansible, vcenter: VCenter) -> None:
    soon = vcenter.task(duration=1)
    fails = vcenter.task(duration=1, outcome="error", error=FULL)
    done, gone, goes_on = vcenter.task(state="success"), vcenter.task(), vcenter.task()
    vcenter.expire(gone)
    run = ansible.tasks(
        [
            task("missing", MODULE),
            task("none", MODULE, {"tasks": []}),
            task("check", MODULE, {"tasks": [fails, soon], "fail_on_error": False}, check_mode=True, diff=True),
            task("again", MODULE, {"tasks": [fails, soon]}),
            task("gone", MODULE, {"tasks": [gone, done]}),
            task("gone is fine", MODULE, {"tasks": [gone, done], "missing_ok": True}),
            task("look once", MODULE, {"tasks": [goes_on, done], "wait_timeout": 0}),
            task("begun", MODULE, {"tasks": [goes_on, done, soon], "until": "running"}),
            task("not in time", MODULE, {"tasks": [goes_on, done], "wait_timeout": 1}),
        ]
    )
    host = vcenter.host
    assert (
        run["missing"].msg
        == "tasks: missing. Set tasks, or select tasks with entity, states, users, description_ids or older_than"
    )
    assert ended(run, "none") == {"tasks": []}
    assert run["none"].requests == {}
    assert run["check"].status == "ok"
    assert "diff" not in run["check"].result
    assert ended(run, "check") == {"tasks": [fails, soon], "succeeded": [soon], "errored": [fails]}
    assert run["again"].msg == f"1 of 2 tasks ended in error on {host}: {fails} {WHAT}: Not enough memory"
    assert ended(run, "again") == ended(run, "check")
    unknown = f"{gone} does not exist, or no longer exists, on {vcenter.host}: how it ended is unknown"
    assert run["gone"].msg == f"{unknown}. Use missing_ok: true to accept this"
    for name in ("gone", "gone is fine"):
        assert ended(run, name) == {"tasks": [done], "succeeded": [done], "missing": [gone]}
    assert run["gone is fine"].result["warnings"] == [unknown]
    assert run["look once"].msg == f"Timed out after 0s on {host}, not ended: {goes_on} {WHAT} (running)."
    assert run["not in time"].msg == f"Timed out after 1s on {host}, not ended: {goes_on} {WHAT} (running)."
    for name in ("look once", "not in time"):
        assert run[name].status == "failed"
        assert ended(run, name) == {"tasks": [goes_on, done], "succeeded": [done], "pending": [goes_on]}
    assert run["begun"].status == "ok"
    assert run["begun"].result["pending"] == [goes_on]
    assert all(outcome.left == {} for outcome in run)


def test_many_tasks_take_few_requests(ansible: Ansible, vcenter: VCenter) -> None:
    vcenter.quirks(page_updates=25)
    orders = [{"entity": "vm-21", "count": 60, "duration": seconds} for seconds in (4, 3)]
    run = ansible.tasks(
        [
            task("late", "control", {"path": "tasks", "body": orders[0]}, register="late"),
            task("early", "control", {"path": "tasks", "body": orders[1]}, register="early"),
            task("wait", MODULE, {"tasks": "{{ late.answer.tasks + early.answer.tasks }}"}),
        ]
    )
    outcome = run["wait"]
    assert outcome.result["succeeded"] == [
        *run["late"].result["answer"]["tasks"],
        *run["early"].result["answer"]["tasks"],
    ]
    assert outcome.requests["PropertyCollector.CreateFilter"] == 1
    assert outcome.requests["ListView.ModifyListView"] == 1
    assert sum(outcome.requests.values()) < 100  # 120 tasks progress, and one response reports 25 of them
    assert outcome.left == {}


def test_a_wait_survives_a_restart_and_reports_missing_tasks(ansible: Ansible, vcenter: VCenter) -> None:
    goes, ends, returns = vcenter.tasks(3)
    options = f"tasks={goes},{ends},{returns} wait_timeout=30 missing_ok=true"
    started = ansible.start(["ansible", "localhost", "-m", f"vijson.tasks.{MODULE}", "-a", options])
    wait_until_watched(vcenter)
    vcenter.expire(goes)
    vcenter.change(ends, state="success")
    vcenter.control("POST", "restart")
    wait_until_watched(vcenter, filters=2)
    vcenter.change(returns, state="success")
    (outcome,) = started.finish()
    assert outcome.status == "ok"
    assert outcome.result["succeeded"] == [ends, returns]
    assert outcome.result["missing"] == [goes]
    assert outcome.left == {}


def wait_until_watched(vcenter: VCenter, filters: int = 1) -> None:
    """Wait until ``filters`` filters were opened in total, and the last one is being polled."""
    for _attempt in range(200):
        state = vcenter.state()
        if state["opened"]["filters"] >= filters and state["requests"].get("PropertyCollector.WaitForUpdatesEx"):
            return
        time.sleep(0.1)
    raise AssertionError(f"no wait polls: {state}")


def test_waits_can_share_a_session(ansible: Ansible, vcenter: VCenter) -> None:
    """Each one gets updates of its own tasks only, and none ends the session."""
    groups = [vcenter.tasks(2, duration=1 + index / 2) for index in range(4)]
    session = vcenter.log_in()
    hosts = {f"host{index}": {"moids": moids} for index, moids in enumerate(groups)}
    run = ansible.tasks(
        [task(MODULE, MODULE, {"tasks": "{{ moids }}", "session_id": session, "wait_timeout": 20})],
        play={"hosts": "all"},
        hosts=hosts,
    )
    assert vcenter.left() == {"sessions": 1}
    vcenter.log_out(session)
    assert {outcome.host: outcome.result["succeeded"] for outcome in run} == {
        name: variables["moids"] for name, variables in hosts.items()
    }
