# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of this machine, as Linux lists them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

PROC = Path("/proc")


class Process(NamedTuple):
    """A running process. ``command`` is what ps shows to every user."""

    pid: int
    parent: int
    command: str

    @property
    def is_module(self) -> bool:
        """Whether it is an Ansible module, not the shell that starts one."""
        return "AnsiballZ_" in self.command and not self.command.startswith("/bin/sh")


def processes() -> list[Process]:
    """All running processes, without zombies."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
                if command:
                    found.append(Process(int(folder.name), int(parent), command))
    return found


def processes_with(name: str, value: str) -> list[Process]:
    """All processes with this environment variable, whatever their parents are now."""
    wanted = os.fsencode(f"{name}={value}")
    found = []
    for process in processes():
        with suppress(OSError):
            if wanted in (PROC / str(process.pid) / "environ").read_bytes().split(b"\0"):
                found.append(process)
    return found


def until(reached: Callable[[], Any], what: str, seconds: float = 60) -> None:
    """Wait until the condition is true. AssertionError at the timeout."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"Timed out after {seconds:g} s: {what}"
        time.sleep(0.05)
