# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task runs: in Ansible's own process if that makes no difference, else as a module."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_info"
ARGUMENTS = {"tasks": ["task-1"]}
SWITCH = "vijson_tasks_in_process"

# The arguments of a program that becomes another user: options, then a shell and its command.
BECOME = '#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n'
PYTHON = f'#!/bin/sh\nexec {sys.executable} "$@"\n'


def script(path: Path, text: str) -> str:
    """Write a program with this text."""
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_keywords_and_variables_decide_where_a_task_runs(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    python = script(tmp_path / "python", PYTHON)
    become = {"ansible_become_exe": script(tmp_path / "become", BECOME)}
    in_process: dict[str, dict[str, Any]] = {
        "plain": {},
        "empty environment": {"environment": {}},
        "environment": {"environment": {"VMWARE_PROXY_PORT": "3128"}},
        "check mode": {"check_mode": True},
        "own interpreter": {"vars": {"ansible_python_interpreter": sys.executable}},
        "own interpreter by template": {"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}},
        "interpreter to be found": {"vars": {"ansible_python_interpreter": "auto"}},
        "switched on": {"vars": {SWITCH: "{{ 'yes' }}"}},
        "loop": {"loop": [1, 2]},
        "become that is off": {"become": False, "vars": become},
        "delegated": {"delegate_to": "localhost"},
        "run once": {"run_once": True},
    }
    as_module: dict[str, dict[str, Any]] = {
        "environment of Python": {"environment": {"PYTHONWARNINGS": "ignore", "VMWARE_PROXY_PORT": "3128"}},
        "become": {"become": True, "vars": become},
        "async": {"async": 60, "poll": 1},
        "another interpreter": {"vars": {"ansible_python_interpreter": python}},
        "switched off": {"vars": {SWITCH: False}},
        "switched off by template": {"vars": {SWITCH: "{{ 'no' }}", "ansible_python_interpreter": sys.executable}},
        "another connection": {"vars": {"ansible_connection": "elsewhere"}},
        "delegated to another machine": {"delegate_to": "other"},
        "delegated to another interpreter": {"delegate_to": "older"},
    }
    hosts = {
        "here": {},
        "other": {"ansible_connection": "elsewhere"},
        "older": {"ansible_python_interpreter": python},
    }
    run = ansible.tasks(
        [task(name, MODULE, ARGUMENTS, **keywords) for name, keywords in {**in_process, **as_module}.items()],
        play={"hosts": "here"},
        hosts=hosts,
    )
    for outcome in run:
        assert outcome.status == "ok", outcome
        assert outcome.left == {}
    assert {outcome.task for outcome in run if outcome.processes == 0} == set(in_process)
    assert {outcome.task for outcome in run if outcome.processes == 1} == set(as_module)
    for name in as_module:
        if name != "async":
            assert run[name].result["missing"] == ["task-1"]
    for name in ("environment", "environment of Python"):
        assert run[name].result["invocation"]["module_args"]["proxy_port"] == 3128


@pytest.mark.parametrize(
    ("arguments", "env", "processes"),
    [
        (["-e", f"{SWITCH}=false"], {}, 1),
        ([], {SWITCH.upper(): "no"}, 1),
        (["-e", f"{SWITCH}=true"], {SWITCH.upper(): "false"}, 0),
    ],
)
def test_in_process_can_be_switched_by_variable_and_environment(
    ansible: Ansible, arguments: list[str], env: dict[str, str], processes: int
) -> None:
    command = ["ansible", "localhost", "-m", f"vijson.tasks.{MODULE}", "-a", "task=task-1", *arguments]
    run = ansible.run(command, env=env)
    assert run.code == 0
    assert run.processes == processes
    assert run.outcomes[0].result["missing"] == ["task-1"]


def test_paths_are_relative_to_the_playbook(both_ways: BothWays) -> None:
    """Paths are relative to the playbook, as for modules on a local connection, wherever Ansible was started."""

    def run(ansible: Ansible, **way: Any) -> Run:
        folder = ansible.folder / "anywhere" / "plays"
        folder.mkdir(parents=True)
        shutil.copy(ansible.vcenter.variables["VMWARE_CA_PATH"], folder / "authority.pem")
        tasks = [
            task("there", MODULE, {**ARGUMENTS, "ca_path": "authority.pem"}),
            task("not there", MODULE, {**ARGUMENTS, "ca_path": "plays/authority.pem"}),
        ]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (folder / "play.yml").write_text(json.dumps([play]))
        return ansible.run(["ansible-playbook", "plays/play.yml"], folder=folder.parent, **way)

    outcomes = both_ways.compared(run)
    assert outcomes["there"].result["missing"] == ["task-1"]
    assert outcomes["not there"].msg.startswith(
        "ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): 'plays/authority.pem' "
    )
