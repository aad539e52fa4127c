# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends the sessions of a run, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.plugin_utils import _logout, _run_sessions, _session_store

RUN = """
import os, signal, sys, time
from ansible_collections.vijson.tasks.plugins.plugin_utils import _run_sessions
_run_sessions.end_sessions = lambda patience: print("ended", patience, flush=True)
{first}
os.kill(os.getpid(), signal.{name})
time.sleep(10)
"""
FORK = """
if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]) + 100)
"""


def run(tmp_path: Path, name: str, first: str = "", before: str = "") -> tuple[int, str]:
    """The exit code and the output of a process that sends itself a signal."""
    done = subprocess.run(
        [sys.executable, "-c", before + RUN.format(name=name, first=first)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "ANSIBLE_LOCAL_TEMP": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Error" not in done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_sessions_and_then_the_process(tmp_path: Path, name: str) -> None:
    assert run(tmp_path, name) == (-getattr(signal, name), "ended 2.0\n")


def test_sessions_can_be_shared_until_a_signal(tmp_path: Path) -> None:
    first = "with _run_sessions.STORE.file('a', 0): print('shared', flush=True)"
    assert run(tmp_path, "SIGTERM", first) == (-signal.SIGTERM, "shared\nended 2.0\n")


def test_another_signal_at_the_end_of_the_sessions_is_ignored(tmp_path: Path) -> None:
    first = """
def end(patience):
    print("ending", patience, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    print("ended", flush=True)
_run_sessions.end_sessions = end
"""
    assert run(tmp_path, "SIGTERM", first) == (-signal.SIGTERM, "ending 2.0\nended\n")


def test_sigint_ends_the_process_as_before_and_then_the_sessions(tmp_path: Path) -> None:
    before = """
import signal, sys
signal.signal(signal.SIGINT, lambda number, frame: sys.exit(number + 100))
"""
    assert run(tmp_path, "SIGINT", before=before) == (102, "ended 2.0\n")


def test_the_earlier_signal_handler_is_called_next(tmp_path: Path) -> None:
    before = """
import signal, sys
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(number + 100))
"""
    assert run(tmp_path, "SIGTERM", before=before) == (115, "ended 2.0\nended 2.0\n")


def test_a_handler_that_is_set_later_is_called_after_the_sessions_ended(tmp_path: Path) -> None:
    """Each command of ansible-console sets handlers, and then forks its workers."""
    first = """
signal.signal(signal.SIGTERM, lambda number, frame: os._exit(number + 100))
if os.fork() == 0:
    os._exit(0)
"""
    assert run(tmp_path, "SIGTERM", first=first) == (115, "ended 2.0\n")


def test_a_fork_in_another_thread_changes_no_handlers(tmp_path: Path) -> None:
    """Only the main thread may."""
    first = """
import threading
signal.signal(signal.SIGTERM, lambda number, frame: os._exit(number + 100))
forks = threading.Thread(target=lambda: os.fork() or os._exit(0))
forks.start()
forks.join()
"""
    assert run(tmp_path, "SIGTERM", first=first) == (115, "")


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    before = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    assert run(tmp_path, "SIGHUP", first="time.sleep = lambda _seconds: None", before=before) == (0, "ended 10.0\n")


@pytest.mark.parametrize(
    "before",
    [
        "import multiprocessing\nmultiprocessing.parent_process = lambda: 'Ansible'\n",
        "import threading\nthreading.current_thread = lambda: 'not the main one'\n",
    ],
)
def test_only_the_main_thread_of_the_main_process_ends_the_sessions(tmp_path: Path, before: str) -> None:
    assert run(tmp_path, "SIGTERM", first="sys.exit(7)", before=before) == (7, "")


def test_a_worker_ends_no_session(tmp_path: Path) -> None:
    """The signal ends the worker like any process. The end of the main process ends the sessions."""
    assert run(tmp_path, "SIGTERM", first=FORK) == (100 - signal.SIGTERM, "ended 10.0\n")


@pytest.mark.parametrize(("value", "sharing"), [(None, True), ("yes", True), ("false", False), ("0", False)])
def test_the_environment_turns_sharing_off(monkeypatch: pytest.MonkeyPatch, value: str | None, sharing: bool) -> None:
    monkeypatch.delenv("VIJSON_TASKS_SHARE_SESSION", raising=False)
    if value is not None:
        monkeypatch.setenv("VIJSON_TASKS_SHARE_SESSION", value)
    assert _run_sessions.is_sharing() is sharing


@pytest.mark.parametrize(
    ("is_main", "parent_is_main", "has_ended"), [(True, False, False), (False, True, False), (False, False, True)]
)
def test_a_worker_without_the_main_process_notices_it(
    monkeypatch: pytest.MonkeyPatch, is_main: bool, parent_is_main: bool, has_ended: bool
) -> None:
    main, pid = _run_sessions.MainProcess(), os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: pid if is_main else -1)
    monkeypatch.setattr(os, "getppid", lambda: pid if parent_is_main else -1)
    assert main.has_ended() is has_ended


def test_a_second_sigint_that_would_kill_the_process_ends_the_sessions_first(tmp_path: Path) -> None:
    """Ansible's handler removes itself when it is called."""
    before = """
import signal
def handler(number, frame):
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt
signal.signal(signal.SIGINT, handler)
"""
    first = """
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("first", flush=True)
"""
    assert run(tmp_path, "SIGINT", first=first, before=before) == (-signal.SIGINT, "first\nended 2.0\n")


def test_a_signal_takes_effect_even_if_the_sessions_cannot_be_ended(tmp_path: Path) -> None:
    first = "def fail(patience): raise OSError(5)\n_run_sessions.end_sessions = fail"
    assert run(tmp_path, "SIGTERM", first=first)[0] == -signal.SIGTERM


def test_many_dead_vcenters_do_not_delay_the_end_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    time = [0.0]
    spent: list[float] = []

    def log_out(_session_id: str, _where: list[Any], patience: float) -> None:
        spent.append(patience)
        time[0] += patience

    content = {"session": ["S0"], "where": []}
    monkeypatch.setattr(_run_sessions, "STORE", SimpleNamespace(end=lambda *_limits: iter([content] * 20)))
    for module in (_run_sessions, _session_store):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: time[0]))
    monkeypatch.setattr(_logout, "log_out", log_out)
    _run_sessions.end_sessions(10.0)
    assert spent == [10.0] * 3 + [0.5] * 17
