# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGINT and SIGTERM, and the alarm of a task's ``timeout``, as exceptions that come when everything can be closed.

An exception that comes just anywhere may come between opening a thing and noting it, where Python swallows it (in a
finalizer, a codec), or in a queue that then stays locked. So a signal is noted, and raises where there is time to lose:
in the calls that wait for a server or for the clock, if nothing is being opened or closed meanwhile.
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
# Nobody else uses it here, and what comes too late is ignored.
_NUDGE = signal.SIGURG
_NUDGE_AFTER = 0.02

_MODULES = ("socket", "ssl", "urllib3.util.connection", "urllib3.util.ssltransport", __name__)
_CALLS = ("connect", "create_connection", "do_handshake", "read", "readinto", "recv", "recv_into", "send", "sendall")


class _Block:
    """One ``interruptible()`` block: what came, and how deep in which of the other blocks it is."""

    def __init__(self) -> None:
        self.waiting = 0
        self.opening = 0
        self.closing = 0
        self._came: BaseException | None = None
        self._twice = False

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """SIGINT or SIGTERM."""
        name = signal.Signals(number).name
        self._note(Interrupted(f"Interrupted by {name}: what was opened on the server is closed"), frame)

    def alarm(self, handler: Callable[[int, Any], Any]) -> Callable[[int, Any], None]:
        """A handler for what another one raises."""

        def on_alarm(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except BaseException as error:
                self._note(error, frame)

        return on_alarm

    def _note(self, error: BaseException, frame: FrameType | None) -> None:
        self._twice = self._came is not None
        self._came = self._came or error
        self.nudge(_NUDGE, frame)

    def nudge(self, _number: int, frame: FrameType | None) -> None:
        """Raise what came, if this is a call that waits; if it is not, or the exception gets lost, try again soon."""
        if not self.waiting or not self._due():
            return
        main = threading.main_thread().ident
        again = threading.Timer(_NUDGE_AFTER, signal.pthread_kill, (main, _NUDGE))
        again.daemon = True
        again.start()
        if frame and frame.f_globals.get("__name__") in _MODULES and frame.f_code.co_name in (*_CALLS, sleep.__name__):
            self.check()

    def _due(self) -> bool:
        return self._came is not None and not self.closing and (self._twice or not self.opening)

    def check(self) -> None:
        """Raise what came, unless it has to wait."""
        if self._came is None or not self._due():
            return
        if self.opening:
            raise Interrupted(
                "Interrupted twice in the middle of a request that opens something on the server: it may be left, and"
                " ends when it idles out"
            )
        raise self._came


_blocks: list[_Block] = []


@contextmanager
def interruptible() -> Iterator[None]:
    """In this block signals raise, SIGINT and SIGTERM :class:`Interrupted`; not any more after the last request."""
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
    """A block that may take long: a signal ends it, and one that came before does not let it begin."""
    block = _innermost()
    block.check()
    block.waiting += 1
    try:
        yield
    finally:
        block.waiting -= 1
        block.check()


def sleep(seconds: float) -> None:
    """``time.sleep``, which a signal ends."""
    with waiting():
        time.sleep(seconds)


@contextmanager
def opening() -> Iterator[None]:
    """A block that opens something on the server and notes its id: only a second signal ends it."""
    block = _innermost()
    block.check()
    block.opening += 1
    try:
        yield
    finally:
        block.opening -= 1


def finish(action: Callable[[], Any]) -> None:
    """Run what closes something to its end, whatever comes."""
    block = _innermost()
    block.closing += 1
    try:
        action()
    finally:
        block.closing -= 1


def _innermost() -> _Block:
    """The block that signals go to; one that none go to, where there is no such block and in other threads."""
    in_main = threading.current_thread() is threading.main_thread()
    return _blocks[-1] if _blocks and in_main else _Block()
