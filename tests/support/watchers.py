# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that watch tasks: the event source alone, and ansible-rulebook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.vijson.tasks.tests.support.simulators import free_port

SOURCE = Path(__file__).resolve().parents[2] / "extensions/eda/plugins/event_source/vi_tasks.py"
READY = "Watching the tasks of"
TIMEOUT = 240  # seconds, enough for a loaded machine

Event = dict[str, Any]


class Watcher:
    """A running program and its output.

    :ivar lines: the lines of its stdout and stderr, in order
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path):
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_until(self, reached: Callable[[], bool], timeout: float = TIMEOUT) -> None:
        """Wait until the condition is true. AssertionError at the timeout."""
        deadline = time.monotonic() + timeout
        while not reached():
            assert self.process.poll() is None, f"It ended with code {self.process.returncode}:\n{self.output}"
            assert time.monotonic() < deadline, f"Timed out after {timeout} s:\n{self.output}"
            time.sleep(0.05)

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait for a text in its output."""
        self.wait_until(lambda: self.output.count(text) >= times)

    def end(self, number: int = signal.SIGTERM, timeout: float = TIMEOUT) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.finish(timeout)

    def finish(self, timeout: float = TIMEOUT) -> int:
        """Wait for its end; returns the exit code."""
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        return code

    def kill(self) -> None:
        """Kill it if it still runs."""
        self.process.kill()
        self.finish()

    # -- output of the event source alone --------------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        """The events that it printed."""
        return [json.loads(line) for line in list(self.lines) if line.startswith("{")]

    def changes(self) -> list[tuple[str, str]]:
        """``(moid, change)`` of each event, in order."""
        return [(event["task"]["moid"], event["change"]) for event in self.events]

    def expect(self, changes: list[tuple[str, str]], timeout: float = TIMEOUT) -> None:
        """Wait for these changes, in any order. AssertionError for other or repeated changes."""
        self.wait_until(lambda: len(self.changes()) >= len(changes), timeout)
        time.sleep(0.6)
        assert Counter(self.changes()) == Counter(changes)


@contextmanager
def watching(
    variables: Mapping[str, str],
    cwd: Path,
    options: Mapping[str, Any] | None = None,
    *,
    source: Path = SOURCE,
    ends: bool = False,
) -> Iterator[Watcher]:
    """The event source alone, which prints its events. SIGINT must end it with code 0, unless it ``ends`` by itself."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_"))}
    watcher = Watcher([sys.executable, str(source), json.dumps(options or {})], {**inherited, **variables}, cwd)
    try:
        if not ends:
            watcher.wait_for(READY)
        yield watcher
        if not ends:
            assert watcher.end(signal.SIGINT) == 0, watcher.output
    finally:
        watcher.kill()


def restartable(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Options for successive simulators on one port with one certificate, and the variable that trusts it."""
    options = ["--history", "0", "--check", "--port", str(free_port()), "--tls", str(folder / "tls")]
    return options, {"VMWARE_CA_PATH": str(folder / "tls" / "ca.pem")}
