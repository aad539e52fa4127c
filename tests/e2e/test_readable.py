# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as people read them: lines, a few fields, one screen."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

BRIEF = ["moid", "state", "progress", "label", "entity", "who", "elapsed", "error"]


def test_running_tasks_fit_on_one_screen(ansible: Ansible, vcenter: VCenter) -> None:
    """The output of one command for 20 tasks, without any option for its format."""
    clones = [vcenter.task(type="VirtualMachine.clone", progress=43, started_ago=7290) for _task in range(20)]
    arguments = "states=running fields=brief"
    run = ansible.run(["ansible", "localhost", "-m", "vijson.tasks.vi_task_info", "-a", arguments])
    shown = run.stdout.splitlines()
    assert len(shown) < 30
    lines = [line for line in shown if "task-" in line]
    assert [line.split('"')[1].split()[0] for line in lines] == clones
    assert all("  running  43%  Clone virtual machine  web01  2h01m" in line for line in lines)
    assert max(map(len, shown)) < 120


def test_brief_fields_are_the_same_in_all_modules(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(started_ago=3690, progress=5)
    run = ansible.tasks(
        [
            task("info", "vi_task_info", {"tasks": moid, "fields": "brief"}),
            task("wait", "vi_task_wait", {"tasks": moid, "fields": "brief", "until": "running"}),
            task("late", "vi_task_wait", {"tasks": moid, "fields": "brief", "wait_timeout": 0}),
            task("cancel", "vi_task_cancel", {"tasks": moid, "fields": "brief"}, check_mode=True),
            task("history", "vi_task_collector", {"limit": 1, "fields": "brief"}),
            task("custom", "vi_task_info", {"tasks": moid, "fields": ["moid", "custom_values"]}),
            task("refused", "vi_task_wait", {"tasks": moid, "fields": ["custom_values"]}),
        ]
    )
    for name in ("info", "wait", "late", "cancel", "history"):
        (found,) = run[name].result["tasks"]
        assert list(found) == BRIEF
        assert (found["label"], found["entity"]) == ("Power On virtual machine", "web01")
        assert 3688 < found["elapsed"] < 3719
        (line,) = run[name].result["lines"]
        stopping = ", cancel requested" if name == "cancel" else ""
        assert line.startswith(f"{moid}  running{stopping}  5%  Power On virtual machine  web01  1h01m")
    assert run["custom"].result["tasks"] == [{"moid": moid, "custom_values": {}}]
    assert run["refused"].msg.startswith("fields: a task has no field 'custom_values'. Use brief, or one or more of")
    assert run["refused"].requests == {}
