# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running Ansible, and what came of each task.

Every run writes to a folder of its own. Module files are kept there while it runs, so that it can be told which tasks
started a module: one that runs in Ansible's own process leaves no file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

PLUGINS = Path(__file__).parent / "plugins"
COLLECTION = "vijson.tasks"
TIMEOUT = 120  # seconds
_KEPT = ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME", "ANSIBLE_CONFIG")

Task = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of one task on one host.

    :ivar status: ok, failed, skipped or unreachable
    :ivar left: what was open on the server when it had ended, by kind
    :ivar requests: how often it sent each operation, such as ``Task.CancelTask``
    :ivar processes: how many modules it started
    """

    task: str
    host: str
    status: str
    result: dict[str, Any]
    left: dict[str, int]
    requests: dict[str, int]
    processes: int

    @property
    def msg(self) -> str:
        """The message of a failure."""
        return str(self.result.get("msg", ""))


@dataclass(frozen=True)
class Run:
    """What came of a run of Ansible."""

    code: int
    stdout: str
    stderr: str
    outcomes: list[Outcome]

    def __getitem__(self, name: str) -> Outcome:
        """The outcome of the one task of that name."""
        found = self.all(name)
        assert len(found) == 1, f"{len(found)} outcomes of {name!r}:\n{self.output}"
        return found[0]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def all(self, name: str) -> list[Outcome]:
        """The outcomes of a task on all hosts."""
        return [outcome for outcome in self.outcomes if outcome.task == name]

    @property
    def output(self) -> str:
        """What a person sees."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def processes(self) -> int:
        """How many modules it started in all."""
        return sum(outcome.processes for outcome in self.outcomes)


def task(name: str, module: str, arguments: Any = None, **keywords: Any) -> Task:
    """A task that may fail; modules whose name starts with ``vi_`` are the collection's."""
    full = f"{COLLECTION}.{module}" if module.startswith("vi_") else module
    return {"name": name, full: {} if arguments is None else arguments, "ignore_errors": True, **keywords}


class Ansible:
    """Runs Ansible against one simulator."""

    def __init__(self, vcenter: VCenter, folder: Path):
        self.vcenter = vcenter
        self.folder = folder

    def module(
        self, name: str, arguments: Any = None, *, check: bool = False, diff: bool = False, **options: Any
    ) -> Outcome:
        """One task in a play of its own."""
        return self.tasks([task(name, name, arguments, check_mode=check, diff=diff)], **options)[name]

    def tasks(self, tasks: Sequence[Task], **options: Any) -> Run:
        """One play on localhost; keywords of the play as ``play={…}``, all else as :meth:`playbook` takes it."""
        keywords = options.pop("play", {})
        return self.playbook([{"hosts": "localhost", "gather_facts": False, **keywords, "tasks": tasks}], **options)

    def start_tasks(self, tasks: Sequence[Task], **options: Any) -> Started:
        """One play on localhost that still runs; options as :meth:`start` takes them."""
        folder = self._new_folder()
        path = folder / "play.yml"
        path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        return self.start(["ansible-playbook", str(path)], folder=folder, **options)

    def playbook(self, plays: Sequence[Mapping[str, Any]] | str, **options: Any) -> Run:
        """A playbook as data, or as text where that needs YAML's own tags.

        More options are those of :meth:`run`, more ``arguments`` of ansible-playbook, and ``hosts`` with their
        variables, all of them on this machine.
        """
        folder = self._new_folder()
        hosts = options.pop("hosts", None)
        inventory = ["--inventory", str(_write_inventory(folder, hosts))] if hosts else []
        path = folder / "play.yml"
        path.write_text(plays if isinstance(plays, str) else json.dumps(plays), encoding="utf-8")
        return self.run(
            ["ansible-playbook", str(path), *inventory, *options.pop("arguments", ())], folder=folder, **options
        )

    def run(
        self,
        command: Sequence[str],
        *,
        in_process: bool | None = None,
        env: Mapping[str, str | None] | None = None,
        folder: Path | None = None,
        timeout: float = TIMEOUT,
    ) -> Run:
        """A program of Ansible.

        :param in_process: False switches off that modules run in Ansible's own process
        :param env: variables on top of those that lead to the simulator; None takes one away
        """
        process = self.start(command, in_process=in_process, env=env, folder=folder)
        return process.finish(timeout)

    def start(
        self,
        command: Sequence[str],
        *,
        in_process: bool | None = None,
        env: Mapping[str, str | None] | None = None,
        folder: Path | None = None,
        own_group: bool = False,
    ) -> Started:
        """The same, but it still runs; on request in a process group of its own, as one that a shell starts."""
        folder = folder or self._new_folder()
        switch = [] if in_process is None else ["--extra-vars", json.dumps({"vijson_tasks_in_process": in_process})]
        program = Path(sys.executable).with_name(command[0])
        return Started([str(program), *command[1:], *switch], self._environment(folder, env or {}), folder, own_group)

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def _environment(self, folder: Path, env: Mapping[str, str | None]) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name in _KEPT or not name.startswith(("ANSIBLE_", "VMWARE_", "VIJSON_"))
        }
        added: dict[str, str | None] = {
            **self.vcenter.variables,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_INJECT_INVOCATION": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "1",
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
            "ANSIBLE_ACTION_PLUGINS": str(PLUGINS / "action"),
            "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connection"),
            "ANSIBLE_CALLBACKS_ENABLED": "capture",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "TESTS_VCENTER": json.dumps(self.vcenter.variables),
            "TESTS_FOLDER": str(folder),
            **env,
        }
        return {name: value for name, value in {**inherited, **added}.items() if value is not None}


class Started:
    """A run of Ansible that goes on."""

    def __init__(self, command: Sequence[str], env: dict[str, str], folder: Path, own_group: bool):
        self.folder = folder
        self.process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=own_group,
        )

    def finish(self, timeout: float = TIMEOUT) -> Run:
        """Wait for its end."""
        try:
            stdout, stderr = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.communicate()
            raise
        shutil.rmtree(self.folder / "remote", ignore_errors=True)
        return Run(self.process.returncode, stdout, stderr, _captured(self.folder / "captured"))


def _write_inventory(folder: Path, hosts: Mapping[str, Mapping[str, Any]]) -> Path:
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    path = folder / "hosts.json"
    inventory = {"all": {"hosts": {name: {**local, **variables} for name, variables in hosts.items()}}}
    path.write_text(json.dumps(inventory), encoding="utf-8")
    return path


def _captured(path: Path) -> list[Outcome]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Outcome(**json.loads(line)) for line in lines]
