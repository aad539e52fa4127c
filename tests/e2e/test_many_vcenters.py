# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One play on several vCenters: every failure, timeout, warning and progress line names its vCenter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.e2e.reports import fault
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Task, task
from ansible_collections.vijson.tasks.tests.support.simulators import simulators
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter


@pytest.fixture
def vcenters() -> Iterator[list[VCenter]]:
    """Two simulated vCenters."""
    with simulators(2, ["--history", "0"]) as given:
        yield [VCenter(variables) for variables in given]


def on_each(vcenters: list[VCenter], folder: Path, tasks: list[Task], **specs: dict[str, Any]) -> Any:
    """Run tasks on each vCenter at once, with the ids of new tasks as variables."""
    hosts = {vcenter.host: {name: vcenter.task(**spec) for name, spec in specs.items()} for vcenter in vcenters}
    defaults = {"group/vijson.tasks.vi": {"hostname": "{{ inventory_hostname }}"}}
    return Ansible(vcenters[0], folder).tasks(tasks, hosts=hosts, play={"hosts": "all", "module_defaults": defaults})


def test_every_failure_names_its_vcenter(vcenters: list[VCenter], tmp_path: Path) -> None:
    tasks = [
        task("timeout", "vi_task_wait", {"tasks": "{{ runs }}", "wait_timeout": 0}),
        task("not idle", "vi_task_wait", {"entity": "web01", "until": "idle", "wait_timeout": 0}),
        task("errors", "vi_task_wait", {"tasks": "{{ failed }}"}),
        task("too many errors", "vi_task_wait", {"tasks": ["{{ failed }}", "{{ runs }}"], "max_errors": 0}),
        task("missing", "vi_task_wait", {"tasks": "task-999999"}),
        task("object", "vi_task_info", {"entity": "VirtualMachine:vm-999999"}),
        task("name", "vi_task_info", {"entity": "no-such-machine"}),
        task("path", "vi_task_info", {"entity": "/DC0/vm/no-such-machine"}),
        task("names", "vi_task_info", {"entity": "Datastore:datastore-999999", "include": ["descendants"]}),
        task("history", "vi_task_collector", {"entity": "VirtualMachine:vm-999999"}),
        task("alarm", "vi_task_collector", {"alarm": "alarm-999999"}),
        task("not cancelable", "vi_task_cancel", {"tasks": "{{ fixed }}"}),
        task("cancel missing", "vi_task_cancel", {"tasks": "task-999999"}),
        task("cancel and wait", "vi_task_cancel", {"tasks": "{{ slow }}", "wait": True, "wait_timeout": 0}),
        task("type", "vi_task_create", {"task_type": "com.example.unknown"}),
        task("parent", "vi_task_create", {"task_type": "com.vijson.simulator.job", "entity": "no-such-machine"}),
        task("state missing", "vi_task_state", {"task": "task-999999", "state": "running"}),
        task("ended", "vi_task_state", {"task": "{{ failed }}", "state": "success", "force": True}),
        task("not own", "vi_task_state", {"task": "{{ runs }}", "state": "success"}),
        task("field", "vi_task_custom_value", {"task": "{{ runs }}", "values": {"no such field": "x"}}),
        task("run", "vi_task_run", {"cmd": "true", "task_type": "com.example.unknown"}),
        task("password", "vi_task_info", {"password": "wrong"}),
        task("port", "vi_task_info", {"port": 1}),
        task("session", "vi_task_info", {"session_id": "expired"}),
        task("release", "vi_task_info", {"api_release": "99.0.0.0"}),
    ]
    run = on_each(
        vcenters,
        tmp_path,
        tasks,
        runs={"cancelable": True},
        failed={"state": "error", "error": fault("It is full")},
        fixed={"cancelable": False},
        slow={"on_cancel": "later"},
    )
    assert len(run.outcomes) == 2 * len(tasks)
    for each in run:
        assert each.status == "failed", each
        assert each.host in each.msg, each
        assert len(set(re.findall(r"127\.0\.0\.\d", each.msg))) == 1, each


def test_progress_lines_and_warnings_name_their_vcenter(vcenters: list[VCenter], tmp_path: Path) -> None:
    tasks = [
        task("wait", "vi_task_wait", {"tasks": "{{ slow }}", "fail_on_error": False}),
        task("idle", "vi_task_wait", {"entity": "VirtualMachine:vm-21", "until": "idle", "wait_timeout": 0}),
        task("cancel", "vi_task_cancel", {"entity": "VirtualMachine:vm-22", "older_than": 0}),
        task("loop", "vi_task_info", {"hostname": "{{ item }}", "tasks": "wrong"}, loop=["127.0.0.1", "127.0.0.2"]),
    ]
    run = on_each(
        vcenters,
        tmp_path,
        tasks,
        slow={"duration": 2, "outcome": "error", "error": fault("It is full")},
        fixed={"cancelable": False, "entity": "vm-22"},
    )
    lines = [line for line in run.stderr.splitlines() if re.search(r"\btask-\d", line) and "[ERROR]" not in line]
    assert any(": It is full" in line for line in lines)
    for vcenter in vcenters:
        assert any(line.startswith(f"{vcenter.host}: task-") for line in lines)
    for outcome in run.all("cancel"):
        (warning,) = outcome.result["warnings"]
        assert warning.startswith(f"{outcome.host}: ")
    for outcome in run.all("loop"):
        messages = [result["msg"] for result in outcome.result["results"]]
        assert [message.split(": ")[0] for message in messages] == ["127.0.0.1", "127.0.0.2"]
