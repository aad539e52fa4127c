# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process beside a command: it acts only if the module ends without a word."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import command
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.command import ProcessGroup
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.guard import Guard
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import OwnTaskServer

KILLED = {"state": "error", "fault": {"message": "killed"}}


class Guarded:
    """A guard whose module does not exist, and what it tells the vCenter, in a file."""

    def __init__(self, folder: Path):
        self.told = folder / "told"
        server = OwnTaskServer("task-1")
        set_state = server.answers["Task.SetTaskState"]

        def note(moid: str, params: Any) -> None:
            set_state(moid, params)
            self.told.write_text(json.dumps(params))

        server.answers["Task.SetTaskState"] = note
        reporter = server.reporter()
        self.guard = Guard(reporter._client, reporter, KILLED)

    def die(self) -> dict[str, Any]:
        """Let the guard see the end of its module; the state that it sets."""
        self.guard._side.finish(20)
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


def test_a_module_that_is_killed(guarded: Guarded, group: ProcessGroup) -> None:
    guarded.guard.started(group)
    state = guarded.die()
    assert (state["state"], state["fault"]["faultMessage"][0]["message"]) == ("error", "killed")
    deadline = time.monotonic() + 5
    while group.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not group.exists()


def test_a_module_that_is_killed_before_the_command_runs(guarded: Guarded) -> None:
    assert guarded.die()["state"] == "error"


def test_a_module_that_is_killed_while_it_reports(guarded: Guarded) -> None:
    guarded.guard.started(ProcessGroup(os.getpid() * 1000))
    guarded.guard.ended({"state": "success"})
    assert guarded.die()["state"] == "success"


def test_a_module_that_ends_by_itself(guarded: Guarded, group: ProcessGroup) -> None:
    guarded.guard.started(group)
    guarded.guard.dismiss()
    assert guarded.guard._side.ended
    assert not guarded.told.exists()
    assert group.exists()
