# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that tests stop and start again on the same port while clients use them."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.simulators import HOST, TESTS, TOKEN, free_port, variables
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

P = TypeVar("P", bound="Program")


class Program:
    """A server on a port of 127.0.0.1, with its output in ``log``. Use it as a context manager."""

    def __init__(self, port: int, command: Sequence[str], log: Path, **environment: str):
        self.port = port
        self._environment = environment
        self.log = log
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self: P) -> P:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env={**os.environ, "PYTHONPATH": str(TESTS), **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._listens, f"{self._command[0]} listens at {self.port}")

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text(errors="replace")
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=5):
            return True
        return False

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it with a signal if it runs."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None


class SimulatorProgram(Program):
    """A simulator that keeps its port and its certificates over restarts, but no state."""

    def __init__(self, folder: Path, *options: str):
        port, certificates = free_port(), folder / "tls"
        command = [sys.executable, "-m", "simulator", "--port", str(port), "--tls", str(certificates), *options]
        token = secrets.token_urlsafe()
        super().__init__(port, command, folder / "simulator.log", **{TOKEN: token})
        self.vcenter = VCenter(variables(f"https://{HOST}:{port}", certificates / "ca.pem", token))
