# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the main process of Ansible, before it forks, to share sessions between its workers.

The main process imports this with an action plugin or with the callback. It ends the sessions when it ends: normally,
in error, or by a signal. Until then, its workers share files in the temporary folder of the run.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import secrets
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from ansible import constants

from ._session_store import SessionStore, seconds_left
from ._switches import SHARE_SESSION, is_switched_on

SALT = secrets.token_bytes(32)
"""Key for file names that depend on a password. It exists only in the memory of these processes."""

STORE = SessionStore(Path(str(constants.DEFAULT_LOCAL_TMP)) / "vijson.tasks")

_PATIENCE = 10.0  # seconds that the end of a run may take for each vCenter that does not respond
_SIGNALLED_PATIENCE = 2.0  # the same after a signal


class MainProcess:
    """The process that imports this: Ansible's main process, whose forks are the workers of the run."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._patience = _PATIENCE
        self._handlers: dict[int, Any] = {}

    def begin(self) -> None:
        """End the sessions when this process ends, in whichever way."""
        STORE.begin()
        atexit.register(self._end)
        self._handle_signals()
        # Each command of ansible-console sets Ansible's own handlers, and then forks its workers.
        os.register_at_fork(before=self._handle_signals)

    def has_ended(self) -> bool:
        """Whether this is a worker whose main process was killed."""
        return self._pid not in (os.getpid(), os.getppid())

    def _end(self) -> None:
        if os.getpid() == self._pid:
            for number in self._handlers:
                signal.signal(number, signal.SIG_IGN)
            end_sessions(self._patience)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._patience = _SIGNALLED_PATIENCE
        handler = self._handlers[number]
        if number == signal.SIGINT and callable(handler):
            try:
                handler(number, frame)
            finally:
                # Ansible's handler of the first Ctrl-C lets the second one kill the process.
                self._handle_signals()
            return
        try:
            self._end()
        finally:
            signal.signal(number, handler)
            if callable(handler):
                handler(number, frame)
            else:
                os.kill(os.getpid(), number)

    def _handle_signals(self) -> None:
        """Let a signal end the sessions before the handler that is set now; SIGINT after it, by the exit handlers."""
        if os.getpid() != self._pid or threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            handler = signal.getsignal(number)
            if handler not in (None, signal.SIG_IGN, self._on_signal):
                self._handlers[number] = handler
                signal.signal(number, self._on_signal)


def end_sessions(patience: float = _PATIENCE) -> None:
    """Log out of all sessions of the run.

    :param patience: seconds for each vCenter that does not respond; all of them together take hardly longer than three
    """
    deadline = time.monotonic() + 3 * patience
    for content in STORE.end(patience, deadline):
        if content.get("session"):
            from ._logout import log_out

            log_out(content["session"][0], content["where"], seconds_left(patience, deadline))


def is_sharing() -> bool:
    """Whether the environment lets modules and the callback share sessions; InputError if it has another value."""
    return is_switched_on(SHARE_SESSION)


MAIN = MainProcess()

# Workers do not run exit handlers, and only the main thread may set signal handlers.
if multiprocessing.parent_process() is None and threading.current_thread() is threading.main_thread():
    MAIN.begin()
