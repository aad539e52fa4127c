# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords and session ids appear nowhere: not on screen, in results, logs, files or process lists."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.vijson.tasks.tests.robustness.secrets import (
    PASSWORD,
    WRONG,
    Commands,
    Place,
    found_below,
    found_in,
    redirecting,
    session_ids,
)
from ansible_collections.vijson.tasks.tests.support.module_runs import run
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Task, task
from ansible_collections.vijson.tasks.tests.support.simulators import free_port, simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter
from ansible_collections.vijson.tasks.tests.support.watchers import READY, SOURCE, Watcher

JOB = "com.vijson.simulator.job"
OWN = {"extension": "com.example.secret", "company": "Example"}
CALLBACK = {"ANSIBLE_CALLBACKS_ENABLED": "capture,vijson.tasks.vcenter", "VIJSON_TASKS_TASK_TYPE": JOB}
DAMAGE = [
    ("SessionManager.Login", "cut_after", "vi_task_info"),
    ("SessionManager.Login", "wrong_type", "vi_task_manager_info"),
    ("SessionManager.Logout", "http_502", "vi_task_info"),
    ("PropertyCollector.RetrievePropertiesEx", "session_expired", "vi_task_info"),
    ("PropertyCollector.RetrievePropertiesEx", "invalid_json", "vi_task_info"),
    ("TaskManager.CreateCollectorForTasks", "truncated", "vi_task_collector"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[VCenter]:
    """A simulator with that password, which logs requests."""
    options = ["--history", "0", "--check", "--log", "--user", f"administrator@vsphere.local:{PASSWORD}"]
    with simulator(options) as variables:
        yield VCenter({**variables, "VMWARE_PASSWORD": PASSWORD})


@pytest.fixture
def vcenter(server: VCenter) -> Iterator[VCenter]:
    server.control("DELETE", "log")
    server.reset()
    yield server
    server.clean()


@pytest.fixture
def place(short_path: Path) -> Place:
    return Place(short_path)


@pytest.fixture
def ansible(vcenter: VCenter, place: Place) -> Ansible:
    return Ansible(vcenter, place.folder)


def working(moid: str, other: str, dest: Path) -> list[Task]:
    """All modules with something to do. The password comes from the environment or a variables file."""
    shared = {"session_id": "{{ login.session_id }}"}
    by_file = {"password": "{{ site_password }}"}
    return [
        task("log in", "vi_session", by_file, register="login"),
        task("info", "vi_task_info", {"tasks": moid, "localize": True, "custom_values": True}, register="found"),
        task("shared info", "vi_task_info", {"tasks": moid, **shared}),
        task("in the background", "vi_task_info", {"tasks": moid, **by_file}, **{"async": 60, "poll": 1}),
        task("manager info", "vi_task_manager_info", {"description": True, **by_file}),
        task("type", "vi_task_type", {**OWN, "task_types": [{"id": "com.example.secret.one"}]}, diff=True),
        task("create", "vi_task_create", {"task_type": JOB, "activation_id": "secret", **shared}, register="made"),
        task("state", "vi_task_state", {"task": "{{ made.task }}", "state": "success", **by_file}, diff=True),
        task("value", "vi_task_custom_value", {"task": moid, "values": {"Owner": "me"}, **shared}, diff=True),
        task("cancel", "vi_task_cancel", {"tasks": moid, "wait": True, **by_file}),
        task("wait", "vi_task_wait", {"tasks": other}),
        task("collector", "vi_task_collector", {"dest": str(dest), **shared}),
        task("remove", "vi_task_type", {**OWN, "state": "absent", **by_file}, diff=True),
        task("show", "ansible.builtin.debug", {"var": "found"}),
    ]


def failing(moid: str, folder: Path) -> list[Task]:
    """Tasks that fail in different ways."""
    authority = folder / "other.pem"
    trustme.CA().cert_pem.write_to_path(authority)
    shared = {"session_id": "{{ login.session_id }}"}
    return [
        task("wrong password", "vi_task_info", {"password": "{{ wrong_password }}"}),
        task("wrong login", "vi_session", {"password": "{{ wrong_password }}"}),
        task("wrong authority", "vi_task_info", {"ca_path": str(authority)}),
        task("wrong authority for a session", "vi_task_info", {"ca_path": str(authority), **shared}),
        task("refused", "vi_task_info", {"port": free_port(), "password": "{{ site_password }}"}),
        task("a secret for a port", "vi_task_info", {"port": "{{ site_password }}", "password": "{{ site_password }}"}),
        task("a secret for a task", "vi_task_info", {"tasks": "{{ site_password }}"}),
        task("no such option", "vi_task_info", {"taks": moid, "password": "{{ site_password }}", **shared}),
        task("no such entity", "vi_task_info", {"entity": "/DC0/vm/nothing", **shared}),
        task("no such type", "vi_task_create", {"task_type": "nothing", "password": "{{ site_password }}"}),
        task("ended", "vi_task_state", {"task": moid, "state": "queued", **shared}),
    ]


def damaged() -> list[Task]:
    """Modules that get damaged responses."""
    return [
        each
        for operation, fault, module in DAMAGE
        for each in (
            task(f"damage {fault}", "control", {"path": "faults", "body": {"operation": operation, "fault": fault}}),
            task(f"{operation} {fault}", module, {"password": "{{ site_password }}"}),
            task(f"mend {fault}", "control", {"method": "DELETE", "path": "faults"}),
        )
    ]


ENDING = [
    task("log out", "vi_session", {"state": "absent", "session_id": "{{ login.session_id }}"}),
    task("a session that has ended", "vi_task_info", {"session_id": "{{ login.session_id }}"}),
]


@pytest.mark.parametrize(
    ("in_process", "shares"),
    [(True, True), (False, True), (False, False)],
    ids=["in-process", "as-module", "as-module-in-own-sessions"],
)
def test_modules_leak_no_secret(
    ansible: Ansible, vcenter: VCenter, place: Place, in_process: bool, shares: bool
) -> None:
    moid, other = vcenter.task(on_cancel="at_once"), vcenter.task(state="running", duration=1)
    variables = place.given / "secrets.json"
    variables.write_text(json.dumps({"site_password": PASSWORD, "wrong_password": WRONG}), encoding="utf-8")
    good = working(moid, other, place.folder / "tasks.jsonl")
    bad = failing(moid, place.given)
    if not in_process:
        # starting a module takes a while
        good = [each for each in good if "async" not in each]
        bad = bad[::2]
    with Commands() as commands:
        done = ansible.tasks(
            [*good, *bad, *(damaged() if in_process else ()), *ENDING],
            play={"vars_files": [str(variables)]},
            env={**place.env, "VIJSON_TASKS_SHARE_SESSION": str(shares)},
            in_process=in_process,
            arguments=["-vvvvv", "--diff"],
        )
    ids = session_ids(vcenter)
    assert {done[each["name"]].status for each in good} == {"ok"}, done.output
    failed = {outcome.task for outcome in done if outcome.status == "failed"}
    assert failed >= {each["name"] for each in (*bad, ENDING[-1])}
    assert len(ids) > (1 if shares else 5)
    secrets = {PASSWORD, WRONG, *ids}
    assert place.leaks(done, secrets) == []
    assert place.log.stat().st_size > 10_000
    assert commands.modules >= (1 if in_process else 10)
    assert found_in("\n".join(commands.seen), secrets) == []


@pytest.mark.parametrize("password", [PASSWORD, WRONG], ids=["good", "wrong"])
def test_the_callback_leaks_no_secret(ansible: Ansible, vcenter: VCenter, place: Place, password: str) -> None:
    done = ansible.tasks(
        [task("info", "vi_task_info"), task("fail", "vi_task_info", {"tasks": "task-1 "})],
        env={**place.env, **CALLBACK, "VMWARE_PASSWORD": password},
        arguments=["-vvvvv"],
    )
    ids = session_ids(vcenter)
    assert ("TaskManager.CreateTask" in vcenter.state()["requests"]) is (password == PASSWORD)
    assert bool(ids) is (password == PASSWORD)
    assert place.leaks(done, {password, *ids}) == []


LOUD = """
import logging, runpy, sys
logging.basicConfig(level=logging.DEBUG)
runpy.run_path({source!r}, run_name="__main__")
"""


@pytest.mark.parametrize("password", [PASSWORD, WRONG], ids=["good", "wrong"])
def test_the_event_source_leaks_no_secret(vcenter: VCenter, place: Place, password: str) -> None:
    """The log level of every library is DEBUG. Its polls are cut, and its session ends."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_"))}
    added = {**vcenter.variables, "VMWARE_PASSWORD": password, "TMPDIR": str(place.folder), "HOME": str(place.folder)}
    command = [sys.executable, "-c", LOUD.format(source=str(SOURCE))]
    with Commands() as commands:
        watcher = Watcher(command, {**inherited, **added}, place.folder)
        try:
            if password == PASSWORD:
                _watched(watcher, vcenter)
            else:
                assert watcher.finish() == 1
        finally:
            watcher.kill()
    ids = session_ids(vcenter)
    assert bool(ids) is (password == PASSWORD)
    secrets = {password, *ids}
    assert "DEBUG:urllib3" in watcher.output
    assert found_in(watcher.output, secrets) == []
    assert found_in("\n".join(commands.seen), secrets) == []
    assert found_below(place.folder, secrets) == []


def _watched(watcher: Watcher, vcenter: VCenter) -> None:
    watcher.wait_for(READY)
    vcenter.control("POST", "sessions/expire")
    vcenter.fault("PropertyCollector.WaitForUpdatesEx", "invalid_json")
    moid = vcenter.task(state="success")
    watcher.wait_until(lambda: (moid, "done") in watcher.changes())
    assert watcher.end(signal.SIGINT) == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("login", [True, False], ids=["after-the-login", "of-the-login"])
def test_no_secret_is_sent_to_the_target_of_a_redirect(tmp_path: Path, status: int, login: bool) -> None:
    with redirecting(tmp_path, status, login=login) as servers:
        outcomes = [
            run(servers.vcenter, "vi_task_info", {"tasks": ["task-1"]}),
            run(servers.vcenter, "vi_task_info", {"api_release": "auto"}),
            run(servers.vcenter, "vi_task_info", {}, session_id="5e55-10n1d"),
        ]
    assert servers.arrived == []
    for outcome in outcomes:
        assert outcome.failed
        assert f"returned HTTP {status}, a redirect, which is not followed" in outcome.result["msg"]
    texts: list[Any] = [outcome._asdict() for outcome in outcomes]
    assert found_in(json.dumps(texts, indent=1), {PASSWORD, "5e55-10n1d"}) == []
