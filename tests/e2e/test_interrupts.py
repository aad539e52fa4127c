# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGINT, SIGTERM and a killed Ansible: nothing stays open on the server, and no process is left."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from ansible.release import __version__ as core_version

from ansible_collections.vijson.tasks.tests.support.module_runs import run as run_module
from ansible_collections.vijson.tasks.tests.support.processes import Process, processes_with, until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Started, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

WAYS = pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "as-module"])
SHARES = pytest.mark.parametrize("shares", [True, False], ids=["shared", "own-session"])
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
TIMES = pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])

# Older versions do not pass signals on to their workers.
PASSES_ON = tuple(map(int, core_version.split(".")[:2])) >= (2, 19)


LOAD = 2  # seconds that a busy machine may need in addition


class Play:
    """A playbook that runs a task with one module."""

    def __init__(
        self,
        ansible: Ansible,
        in_process: bool,
        shares: bool,
        module: str,
        arguments: dict[str, Any],
        **keywords: Any,
    ):
        self.vcenter = ansible.vcenter
        self.in_process = in_process
        tasks = [
            task("interrupted", module, arguments, **keywords),
            task("after", "ansible.builtin.debug", {"msg": "goes on"}),
        ]
        env = {"VIJSON_TASKS_SHARE_SESSION": str(shares)}
        self.run: Started = ansible.start_tasks(tasks, in_process=in_process, env=env, own_group=True)

    @property
    def main(self) -> int:
        """The process of ansible-playbook."""
        return self.run.process.pid

    def processes(self) -> list[Process]:
        """All processes that it started, including orphans."""
        return processes_with("TESTS_FOLDER", str(self.run.folder))

    def at_work(self) -> int:
        """The process that runs the module."""
        return self.worker() if self.in_process else self.module()

    def worker(self) -> int:
        """Ansible's own process for the task."""
        (pid,) = [process.pid for process in self.processes() if process.parent == self.main]
        return pid

    def module(self) -> int:
        """The process of the module, which may have a child of its own."""
        modules = {process.pid: process.parent for process in self.processes() if process.is_module}
        (pid,) = [pid for pid, parent in modules.items() if parent not in modules]
        return pid

    def until_requested(self, operation: str) -> None:
        until(lambda: self.vcenter.state()["requests"].get(operation), f"the request {operation}")

    def until_closed(self, left: dict[str, int] | None = None) -> None:
        """Wait until nothing is open, or only this, and no process runs, while the tasks keep making progress."""
        numbers = cycle(range(100))

        def closed() -> bool:
            for moid in self.vcenter.made:
                self.vcenter.change(moid, progress=next(numbers))
            return not self.processes() and self.vcenter.left() == (left or {})

        until(closed, "everything is closed")


@pytest.fixture
def started() -> Iterator[list[Play]]:
    """Starts plays, and ends them with the test."""
    plays: list[Play] = []
    yield plays
    for play in plays:
        for process in play.processes():
            os.kill(process.pid, signal.SIGKILL)
        play.run.finish()


@pytest.fixture
def shares() -> bool:
    """Whether the modules share a session."""
    return True


@pytest.fixture
def in_a_wait(ansible: Ansible, vcenter: VCenter, started: list[Play], in_process: bool, shares: bool) -> Play:
    """A play that waits for a task that does not end."""
    play = Play(ansible, in_process, shares, "vi_task_wait", {"tasks": vcenter.task(), "wait_timeout": 600})
    started.append(play)
    play.until_requested("PropertyCollector.WaitForUpdatesEx")
    return play


@WAYS
@SHARES
@SIGNALS
@TIMES
def test_a_signal_to_the_module_closes_what_it_opened(
    in_a_wait: Play, vcenter: VCenter, number: signal.Signals, times: int
) -> None:
    """The process closes what it opened, and the task of the play fails."""
    vcenter.fault("ListView.DestroyView", "delay", seconds=1)
    pid = in_a_wait.at_work()
    os.kill(pid, number)
    if times == 2:
        in_a_wait.until_requested("ListView.DestroyView")
        os.kill(pid, number)
    run = in_a_wait.run.finish()
    outcome = run["interrupted"]
    assert outcome.msg == f"Interrupted by {number.name}. The module closed everything that it opened on the vCenter"
    assert outcome.left == {}
    assert run["after"].status == "ok"
    assert "Traceback" not in run.output
    in_a_wait.until_closed()
    assert vcenter.state()["requests"]["SessionManager.Logout"] == 1


@WAYS
@SIGNALS
@TIMES
@pytest.mark.parametrize("group", [True, False], ids=["terminal", "main-process"])
def test_a_signal_to_ansible_playbook_closes_everything(
    in_a_wait: Play, vcenter: VCenter, number: signal.Signals, times: int, group: bool
) -> None:
    """Ctrl-C goes to all processes of a terminal; ``kill`` and service managers may signal the first of them only."""
    vcenter.fault("ListView.DestroyView", "delay", seconds=1)
    send = os.killpg if group else os.kill
    send(in_a_wait.main, number)
    if times == 2 and (group or PASSES_ON):
        until(
            lambda: in_a_wait.run.process.poll() is not None or "ListView.DestroyView" in vcenter.state()["requests"],
            "it has ended, or closes what it has opened",
        )
        if in_a_wait.run.process.poll() is None:
            send(in_a_wait.main, number)
    if not group and not PASSES_ON:
        for moid in vcenter.made:
            vcenter.change(moid, state="success")
    in_a_wait.until_closed()
    run = in_a_wait.run.finish()
    assert run.code != 0
    assert run.all("after") == []
    assert "plugins/module_utils" not in run.output


@WAYS
@SHARES
def test_killing_ansible_leaves_no_process_and_no_open_object(
    in_a_wait: Play, vcenter: VCenter, in_process: bool, shares: bool
) -> None:
    """The working process gets no signal, but notices the end of Ansible when it reports.

    Only a worker ends the session for the main process: a module does not know the owner of a lent session.
    """
    pid = in_a_wait.at_work()
    for process in in_a_wait.processes():
        is_worker = process.parent == in_a_wait.main
        if process.pid == in_a_wait.main or (is_worker and process.pid != pid):
            os.kill(process.pid, signal.SIGKILL)
    in_a_wait.until_closed({"sessions": 1} if shares and not in_process else {})
    vcenter.control("POST", "restart")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, None])
def test_an_interrupted_run_stops_the_command_and_ends_its_task(
    ansible: Ansible, vcenter: VCenter, started: list[Play], number: signal.Signals | None
) -> None:
    """The module stops the command and ends the task, whether a signal ends it or Ansible has ended (``None``)."""
    job = {"task_type": "com.vijson.simulator.job", "activation_id": f"interrupted-by-{number}", "timeout": "10m"}
    play = Play(ansible, False, True, "vi_task_run", {**job, "argv": ["sh", "-c", "sleep 300; sleep 300"]})
    started.append(play)
    play.until_requested("Task.SetTaskDescription")
    until(lambda: any("sleep 300" in process.command for process in play.processes()), "the command runs")
    if number is None:
        module = play.at_work()
        for process in play.processes():
            if process.pid == play.main or process.parent == play.main:
                os.kill(process.pid, signal.SIGKILL)
        assert module in [process.pid for process in play.processes()]
    else:
        os.kill(play.at_work(), number)
    play.until_closed()
    (shown,) = run_module(vcenter, "vi_task_collector", {"activation_ids": [job["activation_id"]]}).result["tasks"]
    assert shown["state"] == "error"
    assert shown["error"]["message"] == "The run was interrupted, and the command was stopped"
    if number in (signal.SIGINT, signal.SIGTERM):
        assert play.run.finish()["interrupted"].msg.startswith(f"Interrupted by {number.name}")


SLOW_TO_STOP = "trap 'sleep 4; exit 0' TERM; sleep 300 & wait"
NEVER_STOPS = "trap '' TERM; sleep 300; sleep 300"


@pytest.mark.parametrize(
    ("way", "script"),
    [("module", SLOW_TO_STOP), ("terminal", SLOW_TO_STOP), ("terminal", NEVER_STOPS), ("timeout", SLOW_TO_STOP)],
    ids=["module", "terminal", "terminal-ignores-SIGTERM", "timeout"],
)
def test_a_command_that_is_slow_to_stop_does_not_delay_the_run(
    ansible: Ansible, vcenter: VCenter, started: list[Play], way: str, script: str
) -> None:
    """The run ends at once. A process in the background stops the command, ends the task and logs out."""
    job = {"task_type": "com.vijson.simulator.job", "activation_id": f"long-to-stop-{way}-{len(script)}"}
    keywords = {"timeout": 8} if way == "timeout" else {}
    play = Play(ansible, False, True, "vi_task_run", {**job, "argv": ["sh", "-c", script]}, **keywords)
    started.append(play)
    play.until_requested("Task.SetTaskDescription")
    until(lambda: any("sleep 300" in process.command for process in play.processes()), "the command runs")
    if way == "module":
        os.kill(play.at_work(), signal.SIGTERM)
    elif way == "terminal":
        os.killpg(play.main, signal.SIGINT)
    else:
        until(lambda: play.run.process.poll() is not None, "the timeout of the task ends the run", 20)
    signalled = time.monotonic()
    until(lambda: play.run.process.poll() is not None, "the run ends", 10)
    assert time.monotonic() - signalled < 3 + LOAD
    play.until_closed()
    (shown,) = run_module(vcenter, "vi_task_collector", {"activation_ids": [job["activation_id"]]}).result["tasks"]
    assert shown["state"] == "error"
    assert shown["error"]["message"] == "The run was interrupted, and the command was stopped"
    outcome = play.run.finish().all("interrupted")
    if way == "module":
        assert outcome[0].msg == (
            f"Interrupted by SIGTERM. A process in the background stops the command, ends {shown['moid']} and logs out"
        )


@WAYS
@SHARES
@SIGNALS
def test_a_signal_during_the_login_still_logs_out(
    ansible: Ansible,
    vcenter: VCenter,
    started: list[Play],
    in_process: bool,
    shares: bool,
    number: signal.Signals,
) -> None:
    """The process waits for the login, because its response contains the session id."""
    vcenter.fault("SessionManager.Login", "delay", seconds=1)
    play = Play(ansible, in_process, shares, "vi_task_manager_info", {})
    started.append(play)
    play.until_requested("SessionManager.Login")
    os.kill(play.worker() if in_process or shares else play.module(), number)
    run = play.run.finish()
    assert (
        run["interrupted"].msg
        == f"Interrupted by {number.name}. The module closed everything that it opened on the vCenter"
    )
    assert run["interrupted"].work == ({} if shares else {"SessionManager.Logout": 1})
    assert run["interrupted"].left == {}
    requests = vcenter.state()["requests"]
    assert requests == {"SessionManager.Login": 1, "SessionManager.Logout": 1}


@WAYS
def test_a_task_timeout_during_the_login_leaves_no_session(
    ansible: Ansible, vcenter: VCenter, started: list[Play], in_process: bool
) -> None:
    """The vCenter responds soon after the timeout, which is early enough. Then it hangs, and the task still ends."""
    vcenter.fault("SessionManager.Login", "delay", seconds=2.3)
    vcenter.fault("PropertyCollector.RetrievePropertiesEx", "delay", seconds=40)
    tasks = [task(name, "vi_task_manager_info", timeout=2) for name in ("timed out", "hangs")]
    begun = time.monotonic()
    run = ansible.tasks(tasks, in_process=in_process)
    assert time.monotonic() - begun < 35
    for each in tasks:
        assert run[each["name"]].status == "failed"
        assert re.search("imed out|was terminated", run[each["name"]].msg)
    until(lambda: not vcenter.left(), "everything is closed")


@WAYS
@SHARES
def test_ctrl_c_ends_the_run_while_the_vcenter_hangs(
    ansible: Ansible, vcenter: VCenter, started: list[Play], in_process: bool, shares: bool
) -> None:
    """Ctrl-C ends the run although neither the request nor the logout gets a response."""
    vcenter.fault("PropertyCollector.RetrievePropertiesEx", "delay", seconds=20)
    vcenter.fault("SessionManager.Logout", "delay", seconds=20)
    play = Play(ansible, in_process, shares, "vi_task_manager_info", {})
    started.append(play)
    play.until_requested("PropertyCollector.RetrievePropertiesEx")
    signalled = time.monotonic()
    os.killpg(play.main, signal.SIGINT)
    until(lambda: not play.processes(), "the run ends", 10)
    assert time.monotonic() - signalled < 3 + LOAD
