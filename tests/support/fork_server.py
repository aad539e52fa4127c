# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook without its imports, which take longer than most runs.

A server process imports Ansible once. For each run it forks a child, which gets the arguments, variables, folder and
output of the run and goes on as ansible-playbook. The server loads no plugin, inventory or collection, so runs share
only modules of Ansible.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_IMPORTS = (
    "ansible.cli.playbook",
    "ansible.executor.module_common",
    "ansible.plugins.action",
    "ansible.plugins.callback",
    "ansible.plugins.connection",
    "ansible.plugins.shell",
    "ansible.plugins.strategy",
    "requests",
)

_IMPORT_VARIABLES = ("ANSIBLE_", "HOME", "LANG", "LC_", "PATH", "PYTHON", "TMPDIR")
"""How the names of the variables begin that imports may read."""

_RUN_VARIABLES = (
    "ANSIBLE_ASYNC_DIR",
    "ANSIBLE_CALLBACKS_ENABLED",
    "ANSIBLE_INJECT_INVOCATION",
    "ANSIBLE_KEEP_REMOTE_FILES",
    "ANSIBLE_PIPELINING",
    "ANSIBLE_REMOTE_TEMP",
)
"""The variables of Ansible that only the run reads, not the imports."""

_MAX_REQUEST = 1 << 20
_MAX_REPLY = 64


class ForkServer:
    """The server of one test process, which ends with it."""

    def __init__(self, env: Mapping[str, str]):
        self._variables = _import_variables(env)
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def serves(self, env: Mapping[str, str]) -> bool:
        """Whether the imports would be the same with these variables."""
        return _import_variables(env) == self._variables

    def start(self, arguments: Sequence[str], env: Mapping[str, str], folder: Path) -> ForkedProcess:
        """Start ansible-playbook in a folder, with its output in files."""
        request = {"arguments": list(arguments), "env": dict(env), "folder": str(folder)}
        reply, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        files = (folder / "stdout", folder / "stderr")
        with theirs, open(files[0], "wb") as stdout, open(files[1], "wb") as stderr:
            descriptors = [file.fileno() for file in (stdout, stderr, theirs)]
            socket.send_fds(self._channel, [json.dumps(request).encode()], descriptors)
        return ForkedProcess(reply, files)


class ForkedProcess:
    """A run that the server has started, with the methods of subprocess.Popen that tests use."""

    def __init__(self, reply: socket.socket, output: tuple[Path, Path]):
        self._reply = reply
        self._output = output
        self.pid = int(reply.recv(_MAX_REPLY))
        self.returncode: int | None = None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._wait(0)

    def wait(self, timeout: float) -> int:
        """Its exit code when it has ended. subprocess.TimeoutExpired after the timeout."""
        code = self._wait(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("ansible-playbook", timeout)
        return code

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Its stdout and stderr when it has ended. subprocess.TimeoutExpired after the timeout."""
        self.wait(timeout)
        stdout, stderr = (path.read_text(encoding="utf-8") for path in self._output)
        return stdout, stderr

    def _wait(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._reply], [], [], timeout)[0]:
            with self._reply:
                self.returncode = int(self._reply.recv(_MAX_REPLY))
        return self.returncode


def _import_variables(env: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in env.items() if name.startswith(_IMPORT_VARIABLES) and name not in _RUN_VARIABLES
    }


def _serve(channel: socket.socket) -> None:
    """Fork for each request until the test process has ended. In the child of a run, this raises SystemExit."""
    for name in _IMPORTS:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        request, descriptors, _flags, _address = socket.recv_fds(channel, _MAX_REQUEST, 3)
        if not request:
            return
        if not os.fork():
            channel.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch_run(json.loads(request), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _reap(_number: int, _frame: Any) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _watch_run(request: dict[str, Any], descriptors: list[int]) -> None:
    """Fork the run, and reply with its process id and then with its exit code."""
    *output, reply = descriptors
    pid = os.fork()
    if not pid:
        os.close(reply)
        _run(request, output)
    os.write(reply, str(pid).encode())
    status = os.waitpid(pid, 0)[1]
    os.write(reply, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _run(request: dict[str, Any], output: list[int]) -> None:
    """Become ansible-playbook. SystemExit."""
    constants = importlib.import_module("ansible.constants")
    for number, descriptor in enumerate(output, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    tempfile.tempdir = None
    # As Ansible does when it is imported. This also creates the temporary folder of the run.
    for setting in constants.config.get_configuration_definitions():
        constants.set_constant(setting, constants.config.get_config_value(setting, variables=vars(constants)))
    sys.argv = request["arguments"]
    importlib.import_module("ansible.cli.playbook").main()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
