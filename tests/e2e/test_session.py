# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_session: one login for many modules, and a session id that stays hidden."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, Task, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_session"
SESSION_HEADER = "vmware-api-session-id"
LOGIN = task("log in", MODULE, register="login")
LOGOUT = task("log out", MODULE, {"session_id": "{{ login.session_id }}", "state": "absent"})
SHARED = {"module_defaults": {"group/vijson.tasks.vi": {"session_id": "{{ login.session_id }}"}}}


def hidden(outcome: Outcome, *, changed: bool) -> bool:
    """Whether the result is censored."""
    shown = {key for key in outcome.result if not key.startswith("_ansible_")}
    return outcome.status == "ok" and outcome.result["changed"] is changed and shown == {"censored", "changed"}


def test_twenty_modules_log_in_once(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(activation_id="one-of-twenty-modules")
    job = {"task_type": "com.vijson.simulator.job", "activation_id": "one-of-twenty-modules"}
    work: list[tuple[str, dict[str, Any]]] = [
        ("vi_task_info", {"tasks": moid}),
        ("vi_task_info", {"entity": "/DC0/vm/web01", "localize": True, "custom_values": True}),
        ("vi_task_collector", {"entity": "vm-21"}),
        ("vi_task_collector", {"order": "newest_first", "limit": 3}),
        ("vi_task_manager_info", {"description": True}),
        ("vi_task_create", job),
        ("vi_task_custom_value", {"task": moid, "values": {"Owner": "me"}}),
        ("vi_task_type", {"extension": "com.vijson.simulator", "company": "vijson"}),
        ("vi_task_cancel", {"tasks": moid, "wait": True}),
        ("vi_task_wait", {"tasks": moid, "fail_on_error": False}),
    ]
    modules = [task(f"{number} {name}", name, arguments) for number, (name, arguments) in enumerate(work * 2)]
    run = ansible.tasks([LOGIN, {"name": "Work", **SHARED, "block": modules}, LOGOUT])
    assert len(modules) == 20
    for outcome in run:
        assert outcome.status == "ok", outcome
        is_session = outcome.task in ("log in", "log out")
        assert set(outcome.left) == (set() if outcome.task == "log out" else {"sessions"})
        assert is_session or not {"SessionManager.Login", "SessionManager.Logout"} & set(outcome.requests)
    state = vcenter.state()
    assert state["opened"]["sessions"] == 1
    assert state["requests"]["SessionManager.Login"] == state["requests"]["SessionManager.Logout"] == 1


def test_a_session_is_opened_used_and_ended(ansible: Ansible) -> None:
    use = {"session_id": "{{ login.session_id }}"}
    run = ansible.tasks(
        [
            task("missing", MODULE, {"state": "absent"}),
            LOGIN,
            task("log in again", MODULE, use, register="other"),
            task("use", "vi_task_manager_info", use),
            task("are they two", "ansible.builtin.assert", {"that": "login.session_id != other.session_id"}),
            LOGOUT,
            task("log out again", MODULE, {**use, "state": "absent"}),
            task("use what is gone", "vi_task_manager_info", use),
            task("log out of the other", MODULE, {"state": "absent", "session_id": "{{ other.session_id }}"}),
        ]
    )
    assert run["missing"].msg.startswith("session_id: the option is missing. Use the id of the session to end")
    for name in ("log in", "log in again", "log out", "log out of the other"):
        assert hidden(run[name], changed=True), run[name]
    assert run["use"].status == run["are they two"].status == "ok"
    assert hidden(run["log out again"], changed=False)
    assert run["use what is gone"].msg.startswith("session_id: ")
    assert " does not know this session. " in run["use what is gone"].msg
    assert "Log in again with vi_session" in run["use what is gone"].msg
    assert run["use what is gone"].result["fault"]["type"] == "NotAuthenticated"
    assert [outcome.left.get("sessions", 0) for outcome in run] == [0, 1, 2, 2, 2, 1, 1, 1, 0]


def test_a_session_id_in_the_environment_is_not_used_to_log_in(ansible: Ansible) -> None:
    play: list[Task] = [
        LOGIN,
        task("use", "vi_task_manager_info", {"session_id": "{{ login.session_id }}"}),
        LOGOUT,
    ]
    run = ansible.tasks(play, env={"VMWARE_SESSION_ID": "52c0ffee-0000"})
    assert all(outcome.status == "ok" for outcome in run)
    assert run["log in"].requests == {"SessionManager.Login": 1}


def test_check_mode_opens_and_ends_a_session(ansible: Ansible) -> None:
    use = task("use", "vi_task_manager_info", {"session_id": "{{ login.session_id }}"})
    run = ansible.tasks([LOGIN, use, LOGOUT], arguments=["--check"])
    assert hidden(run["log in"], changed=True)
    assert run["use"].status == "ok"
    assert hidden(run["log out"], changed=True)
    assert run["log out"].left == {}


@pytest.mark.parametrize("in_process", [True, False])
def test_the_session_id_is_never_shown(ansible: Ansible, vcenter: VCenter, in_process: bool) -> None:
    vcenter.control("POST", "log", {"on": True})
    play = [
        LOGIN,
        task("use", "vi_task_manager_info", {"session_id": "{{ login.session_id }}"}),
        task("use what is none", "vi_task_info", {"session_id": "{{ login.session_id }}x"}),
        task("in a loop", MODULE, {"state": "absent", "session_id": "{{ item }}"}, loop=["{{ login.session_id }}"]),
    ]
    run = ansible.tasks(play, in_process=in_process, arguments=["-vvvvv", "--diff"])
    log = vcenter.control("GET", "log")
    vcenter.control("POST", "log", {"on": False})
    vcenter.control("DELETE", "log")
    used = {value for entry in log for name, value in entry["headers"].items() if name.lower() == SESSION_HEADER}
    assert len(used) == 2
    # ansible-core before 2.19 passes the results of a loop to callback plugins unmasked
    outcomes = [outcome for outcome in run if outcome.task != "in a loop"]
    for session_id in used:
        assert session_id not in run.output
        assert session_id not in str(outcomes)
    assert "vijson-Demo1!" not in run.output
    assert run["in a loop"].left == {}
    assert run.processes == (0 if in_process else 4)
