# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All modules of a run share one session, however they run, and the run logs out whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.processes import Process, processes_with, until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, Task, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

INFO, MANAGER, SESSION = "vi_task_info", "vi_task_manager_info", "vi_session"
LOGIN, LOGOUT = "SessionManager.Login", "SessionManager.Logout"
AS_MODULE = {"vijson_tasks_in_process": False}
EXPIRE = {"path": "sessions/expire"}
NO_LOGIN = dict.fromkeys(["VMWARE_USER", "VMWARE_PASSWORD"])
WAYS = pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "as-module"])

Play = dict[str, Any]


def play(*tasks: Task, **keywords: Any) -> Play:
    return {"hosts": "all", "gather_facts": False, "tasks": list(tasks), **keywords}


def hosts(count: int, **variables: Any) -> dict[str, dict[str, Any]]:
    return {f"host{number}": variables for number in range(count)}


def logins(vcenter: VCenter) -> tuple[int, int]:
    """The number of logins, and of logouts."""
    requests = vcenter.state()["requests"]
    return requests.get(LOGIN, 0), requests.get(LOGOUT, 0)


def failed(run: Run) -> list[str]:
    return [f"{outcome}" for outcome in run if outcome.status != "ok"]


def test_sixty_modules_on_eleven_hosts_log_in_once(ansible: Ansible, vcenter: VCenter) -> None:
    """Under each strategy, in batches, with retries, delegated, and until the last module fails."""
    again = {"register": "found", "until": "found.attempts == 2", "retries": 3, "delay": 0}
    fails: Task = {"failed_when": True}
    plays = [
        play(task("linear", INFO)),  # 11
        play(task("free", INFO), strategy="free"),  # 11
        play(task("host_pinned", INFO), strategy="host_pinned"),  # 11
        play(task("in batches", INFO), serial=4),  # 11
        play(task("delegated", INFO, delegate_to="host0"), task("once", INFO, run_once=True)),  # 12
        play(
            task("again", INFO, **again, run_once=True),  # 2
            {**task("fails", INFO, **fails, when="inventory_hostname == 'host3'"), "ignore_errors": False},  # 1
            {"name": "Clear", "ansible.builtin.meta": "clear_host_errors"},
            {**task("fails at last", INFO, **fails, run_once=True), "ignore_errors": False},  # 1
        ),
    ]
    run = ansible.playbook(plays, hosts=hosts(11), arguments=["--forks=50"])
    assert run.code != 0
    assert run.processes == 0
    assert sum(outcome.status == "ok" for outcome in run) == 57
    assert logins(vcenter) == (1, 1)
    assert vcenter.state()["total"] == 62


def test_modules_in_their_own_process_borrow_the_session(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    """The session id is shown nowhere, and a task that may outlive the run has its own session.

    Another machine gets no session that the credentials in the controller's environment opened.
    """
    vcenter.control("POST", "log", {"on": True})
    elsewhere = {"ansible_connection": "elsewhere"}
    known = vcenter.variables
    options = {
        "hostname": vcenter.host,
        "port": vcenter.port,
        "user": "{{ user }}",
        "password": known["VMWARE_PASSWORD"],
        "ca_path": known["VMWARE_CA_PATH"],
    }
    tasks = [
        task("here", INFO),
        task("as a module", MANAGER, vars=AS_MODULE),
        task("elsewhere, by options", INFO, options, vars=elsewhere),
        task("elsewhere, by its environment", INFO, environment=dict(known), vars=elsewhere),
        task("elsewhere, by the controller's environment", INFO, vars=elsewhere),
        task("fails", INFO, {"tasks": "none"}, vars=AS_MODULE),
        task("in the background", INFO, **{"async": 60, "poll": 1}),
        task("in check mode", MANAGER, check_mode=True, diff=True, vars=AS_MODULE),
    ]
    run = ansible.tasks(tasks, play={"vars": {"user": known["VMWARE_USER"]}}, arguments=["-vvvvv", "--diff"])
    log = vcenter.control("GET", "log")
    vcenter.control("POST", "log", {"on": False})
    vcenter.control("DELETE", "log")
    assert [outcome.task for outcome in run if outcome.status != "ok"] == ["fails"], run.output
    assert run.processes == 7
    assert logins(vcenter) == (3, 3)
    ids = {value for entry in log for name, value in entry["headers"].items() if name.lower().endswith("session-id")}
    assert len(ids) == 3
    seen = run.output + str(run.outcomes)
    assert [session_id for session_id in ids if session_id in seen] == []
    assert "lent:" not in seen
    assert {outcome.result["invocation"]["module_args"]["session_id"] for outcome in run if outcome.processes} == {None}


def test_a_session_that_ends_is_replaced_once(ansible: Ansible, vcenter: VCenter) -> None:
    """The first client that notices replaces it, whether an administrator ended it or the vCenter restarted."""
    moid = vcenter.task()
    tasks = [
        task("first", INFO),
        task("end it", "control", EXPIRE, run_once=True),
        task("next", INFO),
        task("end it again", "control", EXPIRE, run_once=True),
        task("as a module", INFO, vars=AS_MODULE),
        task("wait", "vi_task_wait", {"tasks": moid, "wait_timeout": 60}),
    ]
    waits = "PropertyCollector.WaitForUpdatesEx"
    process = ansible.start_tasks(tasks, hosts=hosts(5))
    until(lambda: vcenter.state()["requests"].get(waits, 0) >= 5, "all wait")
    vcenter.control("POST", "sessions/expire")
    until(lambda: vcenter.state()["requests"].get(waits, 0) >= 10, "all wait again")
    vcenter.change(moid, state="success")
    run = process.finish()
    assert failed(run) == []
    assert logins(vcenter) == (4, 1)


@WAYS
def test_a_wrong_password_is_tried_once(ansible: Ansible, vcenter: VCenter, in_process: bool) -> None:
    """Servers lock accounts after failed logins. The correct password still works in the same run."""
    wrong = {"password": "not-The-Right-0ne!"}
    tasks = [task("wrong", INFO, wrong), task("wrong again", MANAGER, wrong), task("right", INFO)]
    run = ansible.playbook([play(*tasks)], hosts=hosts(4), in_process=in_process)
    refused = [*run.all("wrong"), *run.all("wrong again")]
    assert len(refused) == 8
    for outcome in refused:
        assert "did not accept the user name and password" in outcome.msg
        assert outcome.result["fault"]["type"] == "InvalidLogin"
    assert sum(outcome.msg.endswith("This run does not send this password again") for outcome in refused) == 7
    assert {outcome.status for outcome in run.all("right")} == {"ok"}
    assert logins(vcenter) == (2, 1)


def test_modules_share_the_session_unless_switched_off_or_given_one(ansible: Ansible, vcenter: VCenter) -> None:
    off = {"vijson_tasks_share_session": "{{ 'no' }}"}
    given = {"session_id": "{{ login.session_id }}"}
    tasks = [
        task("log in", SESSION, register="login"),  # 1, 0
        task("given", INFO, given),
        task("given to a module", INFO, given, vars=AS_MODULE),
        task("shared", INFO),  # 2, 0
        task("off", INFO, vars=off),  # 3, 1
        task("off for a module", INFO, vars={**off, **AS_MODULE}),  # 4, 2
        task("off by the environment", INFO, environment={"VIJSON_TASKS_SHARE_SESSION": "false"}),  # 5, 3
        task("any certificate", INFO, {"validate_certs": False}),  # 6, 3
        task("shared by another time limit", INFO, {"request_timeout": 5, "api_release": "auto"}),
        task("log out", SESSION, {**given, "state": "absent"}),  # 6, 4
        task("not to be logged out", SESSION, {"state": "absent"}),
        task("not to be logged out by a module", SESSION, {"state": "absent"}, vars=AS_MODULE),
        task("shared again", INFO),
    ]
    run = ansible.tasks(tasks)
    refused = [outcome.msg for outcome in run if outcome.status == "failed"]
    assert refused == ["session_id: the option is missing. Use the id of the session to end"] * 2
    assert logins(vcenter) == (6, 6)
    count = {outcome.task: outcome.requests.get(LOGIN, 0) for outcome in run}
    assert {name for name, number in count.items() if number == 0} == {
        "given",
        "given to a module",
        "shared by another time limit",
        "log out",
        "not to be logged out",
        "not to be logged out by a module",
        "shared again",
    }
    vcenter.reset()
    run = ansible.tasks([task("one", INFO), task("two", MANAGER)], env={"VIJSON_TASKS_SHARE_SESSION": "no"})
    assert (failed(run), logins(vcenter)) == ([], (2, 2))


def test_the_environment_keyword_applies_to_its_own_modules(ansible: Ansible, vcenter: VCenter) -> None:
    """``environment`` on a play, a block or a task applies to its own modules, and to no others."""
    login = {name: vcenter.variables[name] for name in NO_LOGIN}
    proxy = {"HTTPS_PROXY": "http://127.0.0.1:9"}
    by_block = {"VMWARE_PASSWORD": "{{ secret }}"}
    tasks = [
        task("by the task", INFO, environment={**by_block, "VMWARE_PORT": "{{ port }}"}),
        {"name": "Block", "environment": by_block, "block": [task("by the block", INFO)]},
        task("not any more", INFO),
        task("by nobody", INFO, environment={"VMWARE_PASSWORD": "{{ nobody_set_this }}"}),
        task("through a proxy", INFO, environment=[{**by_block, "NO_PROXY": ""}, proxy]),
        task("authority", INFO, environment={**by_block, "VMWARE_CA_PATH": "", "REQUESTS_CA_BUNDLE": "/nowhere.pem"}),
        task("another Python", INFO, environment={**by_block, "PYTHONWARNINGS": "ignore"}),
    ]
    variables = {"secret": login["VMWARE_PASSWORD"], "port": vcenter.port}
    env = {**NO_LOGIN, "VMWARE_PORT": "9"}
    on_play = {"VMWARE_USER": login["VMWARE_USER"], "VMWARE_PORT": str(vcenter.port)}
    run = ansible.tasks(tasks, play={"vars": variables, "environment": on_play}, env=env)
    assert {outcome.task for outcome in run if outcome.status == "ok"} == {
        "by the task",
        "by the block",
        "another Python",
    }
    assert run["not any more"].msg.startswith("password: ")
    assert "nobody_set_this" in run["by nobody"].msg
    assert "proxy" in run["through a proxy"].msg
    assert "/nowhere.pem" in run["authority"].msg
    assert {outcome.task for outcome in run if outcome.processes} == {"another Python"}
    assert logins(vcenter) == (1, 1)


def test_ad_hoc_commands_and_the_console_share_a_session(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    run = ansible.run(["ansible", "localhost,", "-c", "local", "-m", f"vijson.tasks.{INFO}"])
    assert (failed(run), logins(vcenter)) == ([], (1, 1))
    vcenter.reset()
    console = Path(sys.executable).with_name("ansible-console")
    commands = f"vijson.tasks.{INFO}\n" * 3 + "exit\n"
    environment = ansible._environment(tmp_path, {})
    done = subprocess.run(
        [str(console), "localhost", "-c", "local"],
        env=environment,
        input=commands,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.count("missing") == 3
    assert vcenter.state()["requests"] == {LOGIN: 1, "PropertyCollector.RetrievePropertiesEx": 3, LOGOUT: 1}


def test_sigterm_ends_the_session_of_the_console(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    """After two commands, since each command sets Ansible's own signal handlers."""
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("ansible-console")), "localhost", "-c", "local"],
        env=ansible._environment(tmp_path, {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as console:
        assert console.stdin is not None
        console.stdin.write(f"vijson.tasks.{INFO}\n".encode() * 2)
        console.stdin.flush()
        until(lambda: vcenter.state()["requests"].get("PropertyCollector.RetrievePropertiesEx") == 2, "two commands")
        console.send_signal(signal.SIGTERM)
        assert console.wait(60) == -signal.SIGTERM
    assert logins(vcenter) == (1, 1)


def test_the_callback_shares_the_session(ansible: Ansible, vcenter: VCenter) -> None:
    callback = {
        "ANSIBLE_CALLBACKS_ENABLED": "capture,vijson.tasks.vcenter",
        "VIJSON_TASKS_TASK_TYPE": "com.vijson.simulator.job",
    }
    run = ansible.playbook([play(task("one", INFO)), play(task("two", INFO))], hosts=hosts(2), env=callback)
    assert failed(run) == []
    requests = vcenter.state()["requests"]
    assert requests["TaskManager.CreateTask"] == 2
    assert logins(vcenter) == (1, 1)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name
)
def test_a_signal_between_modules_ends_the_shared_session(
    ansible: Ansible, vcenter: VCenter, number: signal.Signals
) -> None:
    """Between two modules, when only the run has a session."""
    tasks = [task("first", INFO), {"name": "Pause", "ansible.builtin.command": "sleep 60"}]
    started = ansible.start_tasks(tasks, own_group=True)

    def running() -> list[Process]:
        return processes_with("TESTS_FOLDER", str(started.folder))

    until(lambda: any(process.command.startswith("sleep") for process in running()), "it sleeps")
    assert vcenter.left() == {"sessions": 1}
    os.killpg(started.process.pid, number)
    assert started.process.wait(60) != 0
    assert vcenter.left() == ({"sessions": 1} if number == signal.SIGKILL else {})
    for process in running():
        os.kill(process.pid, signal.SIGKILL)
    assert started.finish().code != 0
    vcenter.control("POST", "restart")
