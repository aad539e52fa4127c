# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the main process of Ansible has to have before it forks, so that its run can share sessions.

The main process imports this with an action plugin or with the callback. When it ends, normally, in error, or by a
signal, it ends the sessions. Until then its workers meet in files of the run's own temporary folder.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import secrets
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from ansible import constants
from ansible.module_utils.parsing.convert_bool import boolean

from ._session_store import SessionStore

SALT = secrets.token_bytes(32)
"""Lets a file be named after a password without telling it. It is nowhere but in the memory of these processes."""

STORE = SessionStore(Path(str(constants.DEFAULT_LOCAL_TMP)) / "vijson.tasks")

SHARE_SESSION = "vijson_tasks_share_session"
"""A variable, and in capitals an environment variable, that turns sharing off."""

_PATIENCE = 10.0  # seconds that the end of a run may take for each vCenter that does not respond
_SIGNALLED_PATIENCE = 2.0  # the same after a signal


class MainProcess:
    """The process that imports this: Ansible's main process, whose forks are the workers of the run."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._patience = _PATIENCE
        self._handlers: dict[int, Any] = {}

    def begin(self) -> None:
        """Let all that ends this process end its sessions."""
        STORE.begin()
        atexit.register(self._end)
        # SIGINT ends Ansible together with what is registered for its end, the others end it at once.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            handler = signal.getsignal(number)
            if handler not in (None, signal.SIG_IGN):
                self._handlers[number] = handler
                signal.signal(number, self._on_signal)

    def has_ended(self) -> bool:
        """Whether this is a worker, and the main process was killed."""
        return self._pid not in (os.getpid(), os.getppid())

    def _end(self) -> None:
        if os.getpid() == self._pid:
            for number in self._handlers:
                signal.signal(number, signal.SIG_IGN)
            end_sessions(self._patience)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._patience = _SIGNALLED_PATIENCE
        handler = self._handlers[number]
        if number != signal.SIGINT:
            self._end()
            signal.signal(number, handler)
        if callable(handler):
            handler(number, frame)
        else:
            os.kill(os.getpid(), number)


def end_sessions(patience: float = _PATIENCE) -> None:
    """Log out of all sessions of the run."""
    for content in STORE.end(patience):
        if content.get("session"):
            from ._logout import log_out

            log_out(content["session"][0], content["where"], patience)


def is_sharing() -> bool:
    """Whether the environment lets modules and the callback share sessions."""
    return bool(boolean(os.environ.get(SHARE_SESSION.upper(), "true")))


MAIN = MainProcess()

# In a worker of Ansible nothing would run at its end, and only the main thread may set handlers of signals.
if multiprocessing.parent_process() is None and threading.current_thread() is threading.main_thread():
    MAIN.begin()
