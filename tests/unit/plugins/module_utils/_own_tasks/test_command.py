# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real commands: what they write, how they end, and that no process is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import command
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.command import (
    Command,
    CommandOptions,
    Pipes,
    ProcessGroup,
)
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.output import KEPT, OutputEnd


@pytest.fixture(autouse=True)
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "TERMINATION", 0.3)
    monkeypatch.setattr(command, "_LAST_OUTPUT", 0.3)


def start(*argv: str, chdir: str | None = None, **env: str) -> Command:
    return Command(CommandOptions(list(argv), chdir, {**os.environ, **env}), Pipes())


def ended(run: Command) -> Command:
    assert run.wait(20)
    run.settle()
    assert not run.group.exists()
    return run


def shell(text: str, **options: str) -> Command:
    return start("sh", "-c", text, **options)


def test_a_command_has_output_and_an_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_LAST_OUTPUT", 20.0)
    before = set(threading.enumerate())
    run = ended(shell('echo "$PLACE"; pwd; cat; echo bad >&2; exit 3', PLACE="here", chdir=str(tmp_path)))
    assert (run.stdout.text(), run.stderr.text(), run.rc) == ((f"here\n{tmp_path}", False), ("bad", False), 3)
    assert set(threading.enumerate()) <= before, "both outputs have ended"


def test_the_rest_of_the_output_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    add = OutputEnd.add

    def add_late(output: OutputEnd, data: bytes) -> None:
        time.sleep(0.1)
        add(output, data)

    monkeypatch.setattr(command, "_LAST_OUTPUT", 20.0)
    monkeypatch.setattr(OutputEnd, "add", add_late)
    assert ended(shell("echo end")).stdout.text() == ("end", False)


def test_a_program_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="/nowhere/at-all"):
        start("/nowhere/at-all")


def test_wait_returns_whether_the_command_has_ended() -> None:
    run = shell("sleep 0.5")
    assert not run.wait(0.01)
    assert run.rc is None
    assert run.wait(20)
    assert run.rc == 0


@pytest.mark.parametrize("end", ["\\n", "."])
def test_100_mb_of_output_are_not_kept_in_memory(end: str) -> None:
    code = (
        f"import sys\nfor n in range(1600): sys.stdout.write(('%063d' % n + '{end}') * 1024)\nsys.stdout.write('99%')"
    )
    run = ended(start(sys.executable, "-c", code))
    text, truncated = run.stdout.text()
    assert (len(text) <= KEPT + 100, truncated, text[-3:]) == (True, True, "99%")
    assert sum(map(len, run.stdout._chunks)) < 2 * KEPT


def test_a_child_that_keeps_the_pipes_is_stopped_with_the_group() -> None:
    run = shell("sleep 300 & echo started")
    begun = time.monotonic()
    assert ended(run).stdout.text() == ("started", False)
    assert time.monotonic() - begun < 10


def test_a_child_that_ends_soon_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_LAST_OUTPUT", 20.0)
    assert ended(shell("(sleep 0.1; echo late) & echo started")).stdout.text() == ("started\nlate", False)


def test_a_process_that_left_the_group_does_not_delay_the_end() -> None:
    run = shell("setsid sleep 10 & echo started")
    begun = time.monotonic()
    assert ended(run).stdout.text() == ("started", False)
    assert time.monotonic() - begun < 5
    assert all(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())


@pytest.mark.parametrize(
    ("text", "rc"),
    [
        ("echo ready; exec sleep 300", -signal.SIGTERM),
        ("sleep 300 & echo ready; wait", -signal.SIGTERM),
        ("trap '' TERM; echo ready; sleep 300; sleep 300", -signal.SIGKILL),
        ("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done", 7),
    ],
)
def test_stopping_a_group_sends_sigterm_and_then_sigkill(text: str, rc: int) -> None:
    run = shell(text)
    while not run.stdout.text()[0]:
        time.sleep(0.01)
    run.group.stop()
    run.settle()
    assert (run.rc, run.group.exists()) == (rc, False)


def test_the_end_of_a_stopped_group_is_noticed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        time.sleep(0.01)

    monkeypatch.setattr(command, "sleep", pause)
    run = shell("trap 'sleep 0.05; exit 7' TERM; echo ready; while :; do sleep 0.05; done")
    while not run.stdout.text()[0]:
        time.sleep(0.01)
    run.group.stop()
    assert 0 < max(pauses) <= 0.1


def test_the_group_of_another_process_can_be_stopped() -> None:
    run = shell("sleep 300")
    other = ProcessGroup(run.group.number, lambda: run.wait(0))
    assert other.exists()
    other.stop()
    assert not other.exists()
    other.stop()
