# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard process of a command acts only if the module ends without dismissing it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import interruptible
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import command, guard
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.command import (
    Command,
    CommandOptions,
    Pipes,
    ProcessGroup,
)
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.guard import Guard
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import OwnTaskServer

KILLED = {"state": "error", "fault": {"message": "killed"}}


class NotedServer(OwnTaskServer):
    """A vCenter that writes to a file what is requested, and when the client closes its connections."""

    def __init__(self, notes: Path):
        super().__init__("task-1")
        self._notes = notes

    def _note(self, text: str) -> None:
        with self._notes.open("a") as file:
            file.write(f"{text}\n")

    def send(self, method: str, path: str, **options: Any) -> Response:
        self._note(path.rpartition("/")[2])
        return super().send(method, path, **options)

    def close(self) -> None:
        self._note("close")


class Guarded:
    """A guard whose module does not exist. Files record the state and the requests that it sends to the vCenter."""

    def __init__(self, folder: Path):
        self.told, self.notes = folder / "told", folder / "notes"
        server = NotedServer(self.notes)
        self.pipes = Pipes()
        set_state = server.answers["Task.SetTaskState"]

        def note(moid: str, params: Any) -> None:
            set_state(moid, params)
            self.told.write_text(json.dumps(params))

        server.answers["Task.SetTaskState"] = note
        reporter = server.reporter()
        self.guard = Guard(reporter._client, reporter, KILLED, self.pipes)

    def run(self, script: str) -> Command:
        """A command that the guard watches, which has written something to stdout."""
        run = Command(CommandOptions(["sh", "-c", script], None, os.environ), self.pipes)
        self.guard.started(run.group)
        while not run.stdout.text()[0]:
            time.sleep(0.01)
        return run

    def die(self) -> dict[str, Any]:
        """Let the guard see the end of its module; the state that it sets."""
        self.guard._side.finish(20)
        return self.state()

    def state(self) -> dict[str, Any]:
        """The state that the guard has set."""
        state: dict[str, Any] = json.loads(self.told.read_text()) if self.told.exists() else {}
        return state


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    monkeypatch.setattr(command, "TERMINATION", 0.3)
    return Guarded(tmp_path)


@pytest.fixture
def group() -> Iterator[ProcessGroup]:
    process = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 300; sleep 300"], start_new_session=True)
    group = ProcessGroup(process.pid, process.poll)
    yield group
    group.stop()


def test_the_guard_ends_task_and_command_of_a_killed_module(guarded: Guarded, group: ProcessGroup) -> None:
    guarded.guard.started(group)
    state = guarded.die()
    assert (state["state"], state["fault"]["faultMessage"][0]["message"]) == ("error", "killed")
    deadline = time.monotonic() + 5
    while group.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not group.exists()


def test_the_guard_ends_the_task_of_a_module_killed_before_the_command(guarded: Guarded) -> None:
    assert guarded.die()["state"] == "error"


def test_the_guard_reports_the_end_of_the_command_for_a_killed_module(guarded: Guarded) -> None:
    guarded.guard.started(ProcessGroup(os.getpid() * 1000))
    guarded.guard.ended({"state": "success"})
    assert guarded.die()["state"] == "success"


def test_the_guard_reads_the_task_again_over_a_connection_of_its_own_and_closes_everything(guarded: Guarded) -> None:
    guarded.die()
    first, *requests, logout, last = guarded.notes.read_text().split()
    assert (first, logout, last) == ("close", "Logout", "close")
    assert requests == ["Login", "RetrievePropertiesEx", "SetTaskState", "RetrievePropertiesEx"]


def test_a_dismissed_guard_does_nothing(guarded: Guarded, group: ProcessGroup) -> None:
    guarded.guard.started(group)
    guarded.guard.dismiss()
    assert guarded.guard._side.ended
    assert not guarded.told.exists()
    assert group.exists()


def test_the_guard_does_not_keep_the_outputs_open(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_LAST_OUTPUT", 20.0)
    before = set(threading.enumerate())
    run = guarded.run("echo ready")
    assert run.wait(20)
    run.settle()
    assert set(threading.enumerate()) <= before
    guarded.guard.dismiss()


def test_the_guard_takes_over_from_an_interrupted_module(guarded: Guarded) -> None:
    run = guarded.run("echo ready; exec sleep 300")
    assert guarded.guard.take_over()
    assert (guarded.state()["state"], run.rc) == ("error", -signal.SIGTERM)


def test_the_guard_takes_over_from_a_module_interrupted_before_the_command(guarded: Guarded) -> None:
    assert guarded.guard.take_over()
    assert guarded.state()["state"] == "error"


def test_an_interrupted_module_does_not_wait_for_a_slow_command(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_HANDOVER", 0.1)
    run = guarded.run("trap 'sleep 1; exit 0' TERM; echo ready; sleep 300 & wait")
    begun = time.monotonic()
    assert not guarded.guard.take_over()
    assert time.monotonic() - begun < 0.9
    assert guarded.state() == {}
    until(lambda: not run.group.exists() and guarded.state(), "the guard has ended the task")
    assert guarded.state()["state"] == "error"


def test_an_earlier_signal_to_the_module_does_not_stop_the_guard(tmp_path: Path) -> None:
    with interruptible():
        os.kill(os.getpid(), signal.SIGTERM)
        guarded = Guarded(tmp_path)
        assert guarded.die()["state"] == "error"


def test_a_command_may_write_while_the_guard_stops_it(tmp_path: Path) -> None:
    """Without a reader of its output, SIGPIPE would kill the command, or it would block."""
    guarded, done = Guarded(tmp_path), tmp_path / "done"
    script = f"trap 'head -c 300000 /dev/zero; echo end; touch {done}; exit 0' TERM; echo ready; sleep 300 & wait"
    module = os.fork()
    if module == 0:
        guarded.run(script)
        os._exit(0)
    os.close(guarded.guard._side._to)
    guarded.pipes.close_inputs()
    os.waitpid(module, 0)
    until(guarded.state, "the guard has ended the task")
    assert done.exists()
