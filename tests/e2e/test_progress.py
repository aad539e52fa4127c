# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress lines: only on stderr, and only in Ansible's own process."""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Task, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

LINE = re.compile(r"^task-\d+ CloneVM_Task web01 (queued|running|\d+%|success|error: .+) \(\d+s\)$", re.MULTILINE)
PROGRESS = "vijson_tasks_progress"


def ordered(name: str, count: int, **spec: Any) -> Task:
    """A task that starts ``count`` tasks on the server just before a module waits for them."""
    return task(name, "control", {"path": "tasks", "body": {"entity": "vm-21", "count": count, **spec}}, register=name)


def test_a_few_tasks_have_a_progress_line_each(ansible: Ansible) -> None:
    run = ansible.tasks(
        [
            ordered("clone", 1, type="VirtualMachine.clone", duration=4),
            task("wait", "vi_task_wait", {"tasks": "{{ clone.answer.tasks }}"}),
            ordered("other", 1, type="VirtualMachine.clone", on_cancel="later"),
            task("cancel", "vi_task_cancel", {"tasks": "{{ other.answer.tasks }}", "wait": True}),
        ]
    )
    assert not LINE.search(run.stdout)
    lines = [match[0] for match in LINE.finditer(run.stderr)]
    assert [line for line in run.stderr.splitlines() if line.strip()] == lines
    (clone,), (other,) = (run[name].result["answer"]["tasks"] for name in ("clone", "other"))
    of_wait = [line for line in lines if line.startswith(f"{clone} ")]
    assert len(of_wait) >= 3
    assert "%" in of_wait[0]
    assert "success" in of_wait[-1]
    assert any(line.startswith(f"{other} ") and "error" in line for line in lines)


def test_many_tasks_are_reported_as_counts(ansible: Ansible) -> None:
    run = ansible.tasks(
        [
            ordered("done", 8, state="success"),
            ordered("active", 2, duration=3, outcome="error"),
            task(
                "wait",
                "vi_task_wait",
                {"tasks": "{{ done.answer.tasks + active.answer.tasks }}", "fail_on_error": False},
            ),
        ]
    )
    lines = [line.rpartition(" (")[0] for line in run.stderr.splitlines() if line]
    assert lines[0] == "8 of 10 done"
    assert lines[-1] == "10 of 10 done, 2 failed"


def test_progress_can_be_turned_off(ansible: Ansible, vcenter: VCenter) -> None:
    """No progress with no_log, if it is turned off, or in a module, whose output Ansible shows only at its end."""
    moid = vcenter.task(progress=43)
    look = {"tasks": moid, "wait_timeout": 0}
    quiet = [
        task("no_log", "vi_task_wait", look, no_log=True),
        task("off", "vi_task_wait", look, vars={PROGRESS: False}),
        task("off by template", "vi_task_wait", look, vars={PROGRESS: "{{ 'no' }}"}),
        task("as a module", "vi_task_wait", look, vars={"vijson_tasks_in_process": False}),
    ]
    assert moid not in ansible.tasks(quiet).stderr
    again = [task("wait", "vi_task_wait", look)]
    assert moid not in ansible.tasks(again, arguments=["-e", f"{PROGRESS}=false"]).stderr
    assert moid not in ansible.tasks(again, env={PROGRESS.upper(): "0"}).stderr
    assert f"{moid} PowerOnVM_Task web01 43%" in ansible.tasks(again).stderr


def test_json_output_contains_no_progress(ansible: Ansible, vcenter: VCenter) -> None:
    """Output for programs contains no progress."""
    moid = vcenter.task(state="success")
    command = ["ansible", "localhost", "-m", "vijson.tasks.vi_task_wait", "-a", f"task={moid}", "--one-line"]
    run = ansible.run(command)
    head, _arrow, result = run.stdout.partition(" => ")
    assert head == "localhost | SUCCESS"
    assert json.loads(result)["succeeded"] == [moid]
    assert moid in run.stderr
