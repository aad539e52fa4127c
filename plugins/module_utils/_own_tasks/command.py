# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command in its own process group, reads its output, and stops it with all processes that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Callable, NamedTuple

from .._errors import ignore
from .._interrupts import sleep, waiting
from .output import OutputEnd

TERMINATION = 10.0
"""Seconds between SIGTERM and SIGKILL."""

_DEATH = 5.0
_LAST_OUTPUT = 1.0
_PAUSE = 0.02
_CHUNK = 65536


class CommandOptions(NamedTuple):
    """What to run: the program and its arguments, in which folder, with which environment."""

    argv: list[str]
    chdir: str | None
    env: Mapping[str, str]

    @property
    def name(self) -> str:
        """The program without its folder."""
        return os.path.basename(self.argv[0]) or self.argv[0]


class Pipes:
    """The pipes for the output of a command.

    They exist before the command, so that another process can go on reading them: a command that is being stopped must
    not be killed because nobody reads what it writes.
    """

    def __init__(self) -> None:
        self._stdout, self._stderr = os.pipe(), os.pipe()

    @property
    def inputs(self) -> tuple[int, int]:
        """Where the command writes."""
        return self._stdout[1], self._stderr[1]

    def close_inputs(self) -> None:
        """Every process but the command has to do so. Otherwise the outputs never end."""
        for number in self.inputs:
            os.close(number)

    def read(self, stdout: Callable[[bytes], object], stderr: Callable[[bytes], object]) -> list[threading.Thread]:
        """Threads that read both outputs until they end."""
        return [_reader(self._stdout[0], stdout), _reader(self._stderr[0], stderr)]


def _reader(number: int, add: Callable[[bytes], object]) -> threading.Thread:
    def read() -> None:
        with open(number, "rb", buffering=0) as pipe:
            while data := pipe.read(_CHUNK):
                add(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return reader


class Command:
    """A command that runs. Threads read what it writes, so that a vCenter that does not respond never blocks it.

    :ivar group: the id of its process group
    :raises OSError: it could not be started
    """

    def __init__(self, options: CommandOptions, pipes: Pipes):
        self.stdout, self.stderr = OutputEnd(), OutputEnd()
        self._readers = pipes.read(self.stdout.add, self.stderr.add)
        stdout, stderr = pipes.inputs
        try:
            self._process = subprocess.Popen(  # noqa: S603  # that is what users ask for
                options.argv,
                cwd=options.chdir,
                env=options.env,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        finally:
            pipes.close_inputs()
        self.group = ProcessGroup(self._process.pid, self._process.poll)

    @property
    def rc(self) -> int | None:
        """The exit code, negative for a signal; ``None`` while it runs."""
        return self._process.returncode

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most this number of seconds. Returns whether it has ended."""
        with waiting():
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
        return True

    def settle(self) -> None:
        """After the end of the command, read the rest of its output, and stop the processes left in its group."""
        deadline = time.monotonic() + _LAST_OUTPUT
        while self.group.exists() and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        self.group.stop()
        # A process that left the group may keep the pipes open for as long as it runs.
        for reader in self._readers:
            reader.join(_LAST_OUTPUT)


class ProcessGroup:
    """A command and all processes that it started, except those that left its process group.

    :param reap: collects the exit code of the command, which is in the group until then
    """

    def __init__(self, number: int, reap: Callable[[], object] = ignore):
        self.number = number
        self._reap = reap

    def stop(self) -> None:
        """End all processes of the group, first with SIGTERM, then with SIGKILL; Interrupted while waiting for that."""
        for number, patience in ((signal.SIGTERM, TERMINATION), (signal.SIGKILL, _DEATH)):
            if not self.exists():
                return
            self._send(number)
            deadline = time.monotonic() + patience
            while self.exists() and time.monotonic() < deadline:
                sleep(_PAUSE)

    def exists(self) -> bool:
        """Whether the group still has a process that this user may stop."""
        self._reap()
        return self._send(0)

    def _send(self, number: int) -> bool:
        try:
            os.killpg(self.number, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True
