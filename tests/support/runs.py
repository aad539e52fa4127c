# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running Ansible, and the outcome of each task.

Every run writes to its own folder. Ansible keeps module files there during the run, which show how many processes each
task started: a module that runs in Ansible's own process leaves no file.
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
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.vijson.tasks.tests.support.fork_server import ForkedProcess, ForkServer
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

PLUGINS = Path(__file__).parent / "plugins"
COLLECTION = "vijson.tasks"
TIMEOUT = 240  # seconds
_KEPT = ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME", "ANSIBLE_CONFIG")

Task = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one task on one host.

    :ivar status: ok, failed, skipped or unreachable
    :ivar left: what was open on the server when the task had ended, by type, without the session that the run shares
    :ivar requests: how often the task sent each operation, such as ``Task.CancelTask``
    :ivar processes: how many module processes the task started
    """

    task: str
    host: str
    status: str
    result: dict[str, Any]
    left: dict[str, int]
    requests: dict[str, int]
    processes: int

    @property
    def work(self) -> dict[str, int]:
        """The requests without the login, which the first module of a run makes for all."""
        return {operation: count for operation, count in self.requests.items() if operation != "SessionManager.Login"}

    @property
    def msg(self) -> str:
        """The message of a failure."""
        return str(self.result.get("msg", ""))


@dataclass(frozen=True)
class Run:
    """The outcome of a run of Ansible."""

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
        """What the user sees."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def processes(self) -> int:
        """How many module processes the run started in total."""
        return sum(outcome.processes for outcome in self.outcomes)


def task(name: str, module: str, arguments: Any = None, **keywords: Any) -> Task:
    """A task that may fail. Modules whose names start with ``vi_`` belong to the collection."""
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
        """Run one task in its own play."""
        return self.tasks([task(name, name, arguments, check_mode=check, diff=diff)], **options)[name]

    def tasks(self, tasks: Sequence[Task], **options: Any) -> Run:
        """Run one play on localhost. ``play={…}`` has its keywords; other options are those of :meth:`playbook`."""
        keywords = options.pop("play", {})
        return self.playbook([{"hosts": "localhost", "gather_facts": False, **keywords, "tasks": tasks}], **options)

    def start_tasks(self, tasks: Sequence[Task], **options: Any) -> Started:
        """Start one play on localhost, or on ``hosts`` with variables. More options are those of :meth:`start`."""
        folder = self._new_folder()
        hosts = options.pop("hosts", None)
        play = {"hosts": "all" if hosts else "localhost", "gather_facts": False, "tasks": tasks}
        path = folder / "play.yml"
        path.write_text(json.dumps([play]), encoding="utf-8")
        inventory = ["--inventory", str(_write_inventory(folder, hosts))] if hosts else []
        return self.start(["ansible-playbook", str(path), *inventory], folder=folder, **options)

    def playbook(self, plays: Sequence[Mapping[str, Any]] | str, **options: Any) -> Run:
        """Run a playbook, given as data, or as text if it needs YAML tags. Dates in the data become texts.

        Options are those of :meth:`run`, ``arguments`` for ansible-playbook, and ``hosts`` with their variables, all of
        them on this machine.
        """
        folder = self._new_folder()
        hosts = options.pop("hosts", None)
        inventory = ["--inventory", str(_write_inventory(folder, hosts))] if hosts else []
        path = folder / "play.yml"
        path.write_text(plays if isinstance(plays, str) else json.dumps(plays, default=str), encoding="utf-8")
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
        """Run one of Ansible's programs.

        :param in_process: False runs modules in their own processes instead of Ansible's
        :param env: more environment variables; None removes one
        """
        return self.start(command, in_process=in_process, env=env, folder=folder).finish(timeout)

    def start(
        self,
        command: Sequence[str],
        *,
        in_process: bool | None = None,
        env: Mapping[str, str | None] | None = None,
        folder: Path | None = None,
        own_group: bool = False,
    ) -> Started:
        """Start a program without waiting for it.

        :param own_group: gives it its own process group, as a shell does, and imports and memory of its own. Runs that
            get signals need it.
        """
        folder = folder or self._new_folder()
        switch = [] if in_process is None else ["--extra-vars", json.dumps({"vijson_tasks_in_process": in_process})]
        program = Path(sys.executable).with_name(command[0])
        arguments, variables = [str(program), *command[1:], *switch], self._environment(folder, env or {})
        if command[0] == "ansible-playbook" and not own_group and _fork_server().serves(variables):
            return Started(_fork_server().start(arguments, variables, folder), folder)
        return Started(_start_process(arguments, variables, folder, own_group), folder)

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def _environment(self, folder: Path, env: Mapping[str, str | None]) -> dict[str, str]:
        variables: dict[str, str | None] = {
            **_base_environment(),
            **self.vcenter.variables,
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "TESTS_VCENTER": json.dumps(self.vcenter.variables),
            "TESTS_FOLDER": str(folder),
            **env,
        }
        return {name: value for name, value in variables.items() if value is not None}


def inherited_environment() -> dict[str, str]:
    """The variables of this process without the user's settings for Ansible and for a vCenter."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or not name.startswith(("ANSIBLE_", "VMWARE_", "VIJSON_"))
    }


def _base_environment() -> dict[str, str]:
    """The variables that all runs have."""
    return {
        **inherited_environment(),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_INJECT_INVOCATION": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "1",
        "ANSIBLE_KEEP_REMOTE_FILES": "1",
        "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
        "ANSIBLE_ACTION_PLUGINS": str(PLUGINS / "action"),
        "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connection"),
        "ANSIBLE_CALLBACKS_ENABLED": "capture",
        "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
    }


class Started:
    """A run of Ansible that has not ended."""

    def __init__(self, process: subprocess.Popen[str] | ForkedProcess, folder: Path):
        self.process = process
        self.folder = folder

    def finish(self, timeout: float = TIMEOUT) -> Run:
        """Wait for its end."""
        try:
            stdout, stderr = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate(timeout=timeout)
            raise
        shutil.rmtree(self.folder / "remote", ignore_errors=True)
        assert self.process.returncode is not None
        return Run(self.process.returncode, stdout, stderr, _captured(self.folder / "captured"))


@cache
def _fork_server() -> ForkServer:
    return ForkServer(_base_environment())


def _start_process(command: list[str], env: dict[str, str], folder: Path, own_group: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=own_group,
    )


def _write_inventory(folder: Path, hosts: Mapping[str, Mapping[str, Any]]) -> Path:
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    path = folder / "hosts.json"
    inventory = {"all": {"hosts": {name: {**local, **variables} for name, variables in hosts.items()}}}
    path.write_text(json.dumps(inventory), encoding="utf-8")
    return path


def _captured(path: Path) -> list[Outcome]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Outcome(**json.loads(line)) for line in lines]
