# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGINT, SIGTERM, and the alarm of a task's ``timeout``, as exceptions that are raised only in safe places.

An exception that is raised at any point could leave an object open whose id is not stored yet, be swallowed by Python
(in a finalizer or a codec), or leave a queue locked. So the handler only stores the signal. The exception is raised in
calls that wait for a server or sleep, while nothing is being opened or closed. An open or a
close in progress gets a short time to finish. If the server takes longer, the program ends nevertheless, and an object
may stay open on the server.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Callable

from ._errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Nothing else here uses this signal, and its default action is to be ignored, so a late one does no harm.
_NUDGE = signal.SIGURG
_NUDGE_AFTER = 0.02

# Seconds after the first signal. Further signals change nothing: Ansible sends several for one Ctrl-C.
_TO_OPEN = 1.5
_TO_CLOSE = 2.5

_MODULES = ("socket", "ssl", "urllib3.util.connection", "urllib3.util.ssltransport", __name__)
_CALLS = ("connect", "create_connection", "do_handshake", "read", "readinto", "recv", "recv_into", "send", "sendall")


class _Block:
    """State of an ``interruptible()`` block: the pending exception, and how many blocks of each kind it is in."""

    def __init__(self) -> None:
        self.waiting = 0
        self.opening = 0
        self.closing = 0
        self._pending: BaseException | None = None
        self._since = 0.0

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGINT or SIGTERM."""
        name = signal.Signals(number).name
        self._note(
            Interrupted(f"Interrupted by {name}. The module closed everything that it opened on the vCenter"), frame
        )

    @property
    def pending(self) -> bool:
        """Whether a signal has arrived."""
        return self._pending is not None

    def alarm(self, handler: Callable[[int, Any], Any]) -> Callable[[int, Any], None]:
        """A handler that calls another one and stores what it raises."""

        def on_alarm(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except BaseException as error:
                self._note(error, frame)

        return on_alarm

    def _note(self, error: BaseException, frame: FrameType | None) -> None:
        if self._pending is None:
            self._pending, self._since = error, time.monotonic()
        self.nudge(_NUDGE, frame)

    def nudge(self, _number: int, frame: FrameType | None) -> None:
        """Raise the pending exception if the program is in a call that waits.

        Try again soon, in case it is not in one, or Python swallows the exception.
        """
        if not self.waiting or not self.pending:
            return
        self.nudge_soon()
        if frame and frame.f_globals.get("__name__") in _MODULES and frame.f_code.co_name in (*_CALLS, sleep.__name__):
            self.check()

    def nudge_soon(self) -> None:
        """Send the signal that calls :meth:`nudge`."""
        main = threading.main_thread().ident
        again = threading.Timer(_NUDGE_AFTER, signal.pthread_kill, (main, _NUDGE))
        again.daemon = True
        again.start()

    def check(self) -> None:
        """Raise the pending exception, unless something is being opened or closed and has time left."""
        if self._pending is None:
            return
        if self.opening or self.closing:
            if time.monotonic() - self._since < (_TO_CLOSE if self.closing else _TO_OPEN):
                return
            if isinstance(self._pending, Interrupted):
                self._pending = Interrupted(
                    f"{str(self._pending).partition('.')[0]}. The vCenter did not respond in time, so a session or an"
                    " object may stay open on it until it expires"
                )
        raise self._pending


_blocks: list[_Block] = []


@contextmanager
def interruptible() -> Iterator[None]:
    """A block in which SIGINT and SIGTERM raise :class:`Interrupted`.

    The old handlers are restored at its end. Outside the main thread it changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    block = _Block()
    alarm = signal.getsignal(signal.SIGALRM)
    handlers: dict[int, Any] = {**dict.fromkeys(_SIGNALS, block.interrupt), _NUDGE: block.nudge}
    if callable(alarm):
        handlers[signal.SIGALRM] = block.alarm(alarm)
    _blocks.append(block)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _blocks.pop()


@contextmanager
def waiting() -> Iterator[None]:
    """A block that may take long. A signal interrupts it, and a pending one prevents it from starting."""
    block = _innermost()
    block.check()
    block.waiting += 1
    if block.pending:
        block.nudge_soon()
    try:
        yield
    finally:
        block.waiting -= 1
        block.check()


def sleep(seconds: float) -> None:
    """``time.sleep`` that a signal interrupts."""
    with waiting():
        time.sleep(seconds)


@contextmanager
def opening() -> Iterator[None]:
    """A block that opens a session or an object on the vCenter. A signal interrupts it only if it takes long."""
    block = _innermost()
    block.check()
    block.opening += 1
    try:
        yield
    finally:
        block.opening -= 1


def finish(action: Callable[[], Any]) -> None:
    """Run an action that closes something. A signal interrupts it only if it takes long."""
    block = _innermost()
    block.closing += 1
    try:
        action()
    finally:
        block.closing -= 1


def forget_blocks() -> None:
    """In a forked process: forget the blocks of the process that it is a copy of, and the signal that is pending."""
    _blocks.clear()


def _innermost() -> _Block:
    """The block that receives signals. Without one, and in other threads, a new block that receives none."""
    in_main = threading.current_thread() is threading.main_thread()
    return _blocks[-1] if _blocks and in_main else _Block()
