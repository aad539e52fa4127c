# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that end during a wait or while a module reads the history, and restart at the same address."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.robustness.servers import SimulatorProgram
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

HISTORY = 1000
POLL = "PropertyCollector.WaitForUpdatesEx"
READ = {
    "oldest_first": "TaskHistoryCollector.ReadNextTasks",
    "newest_first": "TaskHistoryCollector.ReadPreviousTasks",
}
AWAY = 5.0  # seconds: longer than a request is retried


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SimulatorProgram]:
    """A simulator with the same history after every start."""
    with SimulatorProgram(tmp_path, "--history", str(HISTORY)) as program:
        yield program
        assert program.vcenter.left() == {}


@pytest.fixture
def ansible(server: SimulatorProgram, tmp_path: Path) -> Ansible:
    return Ansible(server.vcenter, tmp_path)


def goes_on(ansible: Ansible) -> str:
    """The task of the history that runs until a test ends it."""
    found = ansible.module("vi_task_info", {"states": ["running"]}).result["tasks"]
    (moid,) = (entry["moid"] for entry in found if entry["description_id"] == "HostSystem.enterMaintenanceMode")
    return str(moid)


def until_requested(vcenter: VCenter, operation: str, times: int = 1) -> None:
    until(lambda: vcenter.state()["requests"].get(operation, 0) >= times, f"{times} times {operation}")


@pytest.mark.parametrize(("in_process", "number"), [(True, signal.SIGKILL), (False, signal.SIGTERM)])
def test_a_wait_continues_after_a_restart_of_the_server(
    server: SimulatorProgram, ansible: Ansible, in_process: bool, number: signal.Signals
) -> None:
    """The server is down for longer than a request is retried, and does not know the session after its restart."""
    moid = goes_on(ansible)
    started = ansible.start_tasks(
        [task("wait", "vi_task_wait", {"tasks": moid, "wait_timeout": 100})], in_process=in_process
    )
    until_requested(server.vcenter, POLL)
    server.stop(number)
    time.sleep(AWAY)
    server.start()
    until_requested(server.vcenter, POLL)
    server.vcenter.change(moid, state="success")
    outcome = started.finish()["wait"]
    assert outcome.status == "ok"
    assert outcome.result["succeeded"] == [moid]
    assert "warnings" not in outcome.result


def test_a_wait_times_out_if_the_server_stays_unreachable(server: SimulatorProgram, ansible: Ansible) -> None:
    moid = goes_on(ansible)
    started = ansible.start_tasks([task("wait", "vi_task_wait", {"tasks": moid, "wait_timeout": 8})])
    until_requested(server.vcenter, POLL)
    server.stop(signal.SIGKILL)
    run = started.finish()
    where = f"{server.vcenter.host}:{server.vcenter.port}"
    pending = rf"Timed out after 8s on [^ ]+, not ended: {moid} \w+ of [\w.]+ \(running.*\)\."
    told = rf"{pending} The vCenter was unreachable at the end: No connection to {where}"
    assert re.search(told, run.output), run.output
    server.start()


@pytest.mark.parametrize(
    ("in_process", "number", "order"),
    [
        (True, signal.SIGTERM, "oldest_first"),
        (True, signal.SIGKILL, "newest_first"),
        (False, signal.SIGKILL, "oldest_first"),
    ],
)
def test_reading_the_history_continues_after_a_restart_of_the_server(
    server: SimulatorProgram, ansible: Ansible, in_process: bool, number: signal.Signals, order: str
) -> None:
    """Each task is read once, in order, although a new collector starts before the first task again."""
    whole = [task["moid"] for task in ansible.module("vi_task_collector", {"order": order}).result["tasks"]]
    assert len(whole) == HISTORY
    operation = READ[order]
    server.vcenter.reset()
    server.vcenter.fault(operation, "delay", nth=4, seconds=30)
    started = ansible.start_tasks(
        [task("read", "vi_task_collector", {"order": order, "page_size": 100})], in_process=in_process
    )
    until_requested(server.vcenter, operation, 4)
    server.stop(number)
    server.start()
    outcome = started.finish()["read"]
    assert outcome.status == "ok", outcome.msg
    assert [task["moid"] for task in outcome.result["tasks"]] == whole


def test_reading_the_history_fails_if_the_server_stays_unreachable(server: SimulatorProgram, ansible: Ansible) -> None:
    server.vcenter.fault(READ["oldest_first"], "delay", nth=4, seconds=30)
    started = ansible.start_tasks([task("read", "vi_task_collector", {"page_size": 100})])
    until_requested(server.vcenter, READ["oldest_first"], 4)
    server.stop(signal.SIGKILL)
    run = started.finish()
    assert f"No connection to {server.vcenter.host}:{server.vcenter.port}" in run.output
    assert "Traceback" not in run.output
    server.start()
