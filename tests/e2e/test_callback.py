# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback: plays become tasks, and no failure of the vCenter affects a play."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import connect_client
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC
from ansible_collections.vijson.tasks.plugins.module_utils._options.validation import validate_options
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import task_age
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import task_from_info
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.task_reader import read_recent_tasks
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, Started
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

NAME = "vijson.tasks.vcenter"
TYPE = "com.vijson.simulator.job"
ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": NAME, "VIJSON_TASKS_TASK_TYPE": TYPE}
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
FULL = "Copy the disk on web01: Copying | The disk is full"
# The second one is that of ansible-core 2.21.
SILENT = (
    "Copy the disk on web01: non-zero return code",
    "Copy the disk on web01: The command exited with a non-zero return code",
)
HIDDEN = "the message is hidden by no_log"
AWAY = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}

Data = dict[str, Any]


class Shown:
    """Runs playbooks with the callback, and reads their tasks from the vCenter."""

    def __init__(self, ansible: Ansible, folder: Path):
        self._ansible = ansible
        self._folder = folder

    def run(self, *plays: Data, **options: Any) -> Run:
        return self.start(*plays, **options).finish()

    def start(
        self,
        *plays: Data,
        arguments: tuple[str, ...] = (),
        env: Mapping[str, str | None] | None = None,
        hosts: Mapping[str, Data] | None = None,
        own_group: bool = False,
    ) -> Started:
        """Start a run, on two hosts unless ``hosts`` names others."""
        inventory = self._folder / "hosts.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts or {"web01": LOCAL, "web02": LOCAL}}}))
        playbook = self._folder / "play.yml"
        playbook.write_text(json.dumps(plays))
        command = ["ansible-playbook", str(playbook), "--inventory", str(inventory), *arguments]
        return self._ansible.start(command, env={**ENABLED, **(env or {})}, own_group=own_group)

    def tasks(self) -> list[Data]:
        """The tasks of plays, oldest first."""
        with connect_client(validate_options({}, CONNECTION_SPEC, self._ansible.vcenter.variables)) as client:
            recent = [item.require("info") for item in read_recent_tasks(client)]
        return [task_from_info(info) for info in sorted(recent, key=task_age) if info["descriptionId"] == TYPE]

    def task(self) -> Data:
        """The task of the only play."""
        (task,) = self.tasks()
        return task


@pytest.fixture
def shown(ansible: Ansible, tmp_path: Path) -> Shown:
    return Shown(ansible, tmp_path)


def play(*tasks: Data, **keywords: Any) -> Data:
    return {"name": "Deploy", "hosts": "all", "gather_facts": False, "tasks": list(tasks), **keywords}


def good(name: str = "It works", **keywords: Any) -> Data:
    return {"name": name, "ansible.builtin.debug": {"msg": "fine"}, **keywords}


def bad(message: str = "The disk is full", **keywords: Any) -> Data:
    return {"name": "Copy the disk", "ansible.builtin.fail": {"msg": message}, **keywords}


def command(text: str, **keywords: Any) -> Data:
    return {"name": "Copy the disk", "ansible.builtin.shell": text, **keywords}


def wait(seconds: float) -> Data:
    return {"name": "Take time", "ansible.builtin.command": f"sleep {seconds}"}


def warnings(run: Run) -> list[str]:
    """The callback's warnings, without the line breaks that Ansible inserts."""
    text = " ".join(run.output.split())
    return [part.partition("[")[0].strip() for part in text.split(f"[WARNING]: {NAME}: ")[1:]]


def test_a_play_is_shown_as_a_task_that_succeeds(shown: Shown, vcenter: VCenter) -> None:
    run = shown.run(play(good()), env={"VIJSON_TASKS_ENTITY": "/DC0/vm/web01"})
    assert run.code == 0
    assert warnings(run) == []
    assert vcenter.left() == {}
    task = shown.task()
    assert (task["description"], task["state"], task["progress"]) == ("Deploy", "success", 100)
    assert task["entity"] == {"type": "VirtualMachine", "moid": "vm-21", "name": "web01"}
    assert task["start_time"]


def test_the_error_of_the_task_is_the_first_failure(shown: Shown) -> None:
    run = shown.run(play(good(), bad(), good("Not reached")))
    assert run.code == 2
    task = shown.task()
    assert task["state"] == "error"
    first, _colon, rest = task["error"]["message"].partition(": ")
    assert first in ("Copy the disk on web01", "Copy the disk on web02")
    assert rest == "The disk is full (and 1 more)"
    assert task["entity"]["type"] == "Folder"


@pytest.mark.parametrize(
    ("tasks", "error"),
    [
        ([bad(ignore_errors=True)], None),
        ([{"block": [bad()], "rescue": [good()]}], None),
        ([{"block": [{"block": [bad()], "always": [good()]}], "rescue": [good()]}], None),
        ([{"block": [bad("first")], "rescue": [bad("second")]}], "Copy the disk on web01: second"),
        ([{"block": [good()], "rescue": [good()], "always": [bad("at last")]}], "Copy the disk on web01: at last"),
        ([bad("{{ item }}", loop=["one", "two"])], "Copy the disk on web01: one"),
        ([bad("secret words {{ item }}", loop=[1], no_log=True)], f"Copy the disk on web01: {HIDDEN}"),
        ([bad("secret words", no_log=True)], f"Copy the disk on web01: {HIDDEN}"),
        ([bad("unused", when=False)], None),
        ([command("echo It was fine; echo Copying >&2; echo The disk is full >&2; exit 3")], FULL),
        ([command("echo The disk is full; exit 3")], "Copy the disk on web01: The disk is full"),
        ([command("exit 3")], SILENT),
        ([command("echo It is fine >&2; exit 3", failed_when=False)], None),
        ([{"name": "Include", "ansible.builtin.include_tasks": "nowhere.yml"}], "Include on web01: "),
    ],
)
def test_only_a_failure_that_is_not_handled_fails_the_task(
    shown: Shown, tasks: list[Data], error: str | tuple[str, ...] | None
) -> None:
    run = shown.run(play(*tasks), hosts={"web01": LOCAL})
    assert run.code == (0 if error is None else 2)
    task = shown.task()
    assert task["state"] == ("success" if error is None else "error")
    assert error is None or task["error"]["message"].startswith(error)
    assert "secret words" not in json.dumps(task)


@pytest.mark.parametrize(("ignored", "state"), [(False, "error"), (True, "success")])
def test_an_unreachable_host_fails_the_task_unless_ignored(shown: Shown, ignored: bool, state: str) -> None:
    ping = {"name": "Reach it", "ansible.builtin.ping": {}, "ignore_unreachable": ignored}
    shown.run(play(ping), hosts={"web01": LOCAL, "web02": AWAY})
    task = shown.task()
    assert task["state"] == state
    message = "" if ignored else task["error"]["message"]
    assert ignored or (message.startswith("Reach it on web02: ") and "Failed to connect to the host" in message)


def test_each_play_is_one_task_even_in_batches(shown: Shown, vcenter: VCenter) -> None:
    run = shown.run(play(good(), serial=1), play(bad(), name="Second"), play(good(), name="", hosts="localhost"))
    assert run.code == 2
    assert [(task["description"], task["state"]) for task in shown.tasks()] == [
        ("Deploy", "success"),
        ("Second", "error"),
    ]
    # one for both plays, and one of this test, which read the tasks
    assert vcenter.state()["opened"]["sessions"] == 2


def test_the_description_has_the_name_of_the_play_and_its_limit(shown: Shown) -> None:
    shown.run(play(good(), name="Zürich 東京"), arguments=("--limit", "web01"))
    assert shown.task()["description"] == "Zürich 東京 (limit: web01)"


@pytest.mark.parametrize(("arguments", "keywords"), [(("--check",), {}), ((), {"check_mode": True})])
def test_check_mode_creates_nothing(shown: Shown, vcenter: VCenter, arguments: tuple[str, ...], keywords: Data) -> None:
    assert shown.run(play(good(), **keywords), arguments=arguments).code == 0
    assert vcenter.state()["total"] == 0


def test_progress_grows_with_the_results(shown: Shown, vcenter: VCenter) -> None:
    started = shown.start(play(good(), good(), {"block": [good(), wait(5)]}), hosts={"web01": LOCAL})
    until(lambda: vcenter.state()["requests"].get("Task.UpdateProgress", 0) >= 1)
    until(lambda: shown.task()["progress"] == 75)
    assert started.finish().code == 0
    assert shown.tasks()[-1]["progress"] == 100


def until(reached: Callable[[], bool], timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_ends_the_task_in_error(shown: Shown, vcenter: VCenter, number: int) -> None:
    started = shown.start(play(wait(2)), hosts={"web01": LOCAL}, own_group=True)
    until(lambda: "Task.SetTaskDescription" in vcenter.state()["requests"])
    os.kill(started.process.pid, number)
    assert started.finish().code != 0
    until(lambda: shown.task()["state"] == "error" and vcenter.left() == {})
    assert shown.task()["error"]["message"] == "The run was interrupted"


# -- failures ------------------------------------------------------------------------------------------------------


def test_an_unknown_task_type_gives_one_warning_with_advice(shown: Shown, vcenter: VCenter) -> None:
    run = shown.run(play(good()), play(good()), env={"VIJSON_TASKS_TASK_TYPE": "com.example.play"})
    assert run.code == 0
    (warning,) = warnings(run)
    assert warning.startswith("task_type: 'com.example.play' is not registered. Registered: ")
    assert TYPE in warning
    assert "Use vi_task_type to register another one" in warning
    assert vcenter.left() == {}


@pytest.mark.parametrize(
    ("env", "text"),
    [
        ({"VMWARE_HOST": None}, "hostname: missing. Set the option (or VMWARE_HOST in the environment)"),
        ({"VMWARE_PASSWORD": None}, "password: missing. Set username and password"),
        ({"VMWARE_PASSWORD": "not it"}, "did not accept the user name and password"),
        ({"VMWARE_PORT": "1"}, "No connection to"),
        ({"VMWARE_CA_PATH": None}, "is not trusted"),
        (
            {"VMWARE_USER": "reader@vsphere.local", "VMWARE_PASSWORD": "vijson-Read1!"},
            "lacks the privilege Task.Create",
        ),
        ({"VIJSON_TASKS_ENTITY": "non:sense"}, "entity: 'non:sense' is not an object id, name or path"),
        ({"VIJSON_TASKS_ENTITY": "/DC9"}, "entity: there is no object at the inventory path /DC9"),
        ({"VIJSON_TASKS_TIME_BUDGET": "0"}, "time_budget: 0 is not a valid time. Use seconds above 0"),
    ],
)
def test_a_connection_or_option_error_gives_one_warning(
    shown: Shown, vcenter: VCenter, env: dict[str, str | None], text: str
) -> None:
    run = shown.run(play(good()), play(good()), env=env, hosts={"web01": LOCAL}, arguments=("-vvv",))
    assert run.code == 0
    (warning,) = warnings(run)
    assert text in warning
    assert "The run continues without a task in the vCenter." in " ".join(run.output.split())
    for secret in ("vijson-Demo1!", "vijson-Read1!", "not it"):
        assert secret not in run.output
    assert vcenter.left() == {}


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that accepts connections and never responds."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def test_a_silent_vcenter_delays_the_run_by_the_time_budget_only(shown: Shown) -> None:
    def seconds(**env: str | None) -> tuple[float, Run]:
        begun = time.monotonic()
        run = shown.run(*[play(good(), good())] * 4, env=env, hosts={"web01": LOCAL})
        return time.monotonic() - begun, run

    usual, _run = seconds(ANSIBLE_CALLBACKS_ENABLED="")
    with silent_server() as port:
        delayed, run = seconds(VMWARE_PORT=str(port), VIJSON_TASKS_TIME_BUDGET="4")
    assert run.code == 0
    assert len(warnings(run)) == 1
    # it would take three times as long if each play or task waited for a response
    assert delayed - usual < 10


def test_a_vcenter_that_stops_responding_does_not_hold_up_the_play(shown: Shown, vcenter: VCenter) -> None:
    vcenter.fault("Task.*", "delay", nth=3, times=9, seconds=5)
    run = shown.run(play(*[good()] * 5, wait(3)), env={"VIJSON_TASKS_TIME_BUDGET": "1"}, hosts={"web01": LOCAL})
    assert run.code == 0
    assert len(warnings(run)) == 1
    shown.tasks()
    until(lambda: vcenter.left() == {})


def test_options_are_read_from_the_configuration_file(shown: Shown, vcenter: VCenter, tmp_path: Path) -> None:
    settings = {name.removeprefix("VMWARE_"): value for name, value in vcenter.variables.items()}
    configuration = tmp_path / "ansible.cfg"
    configuration.write_text(
        f"""[defaults]
callbacks_enabled = {NAME}
[callback_vcenter]
hostname = {settings["HOST"]}
port = {settings["PORT"]}
username = {settings["USER"]}
password = {settings["PASSWORD"]}
ca_path = {settings["CA_PATH"]}
entity = vm-22
task_type = {TYPE}
"""
    )
    unset = dict.fromkeys((*[f"VMWARE_{name}" for name in settings], *ENABLED), None)
    run = shown.run(play(good()), env={**unset, "ANSIBLE_CONFIG": str(configuration)})
    assert warnings(run) == []
    assert shown.task()["entity"]["moid"] == "vm-22"
