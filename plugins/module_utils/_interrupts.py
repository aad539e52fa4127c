# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGINT and SIGTERM as an exception that comes when what is open on the server can be closed.

What a request opens is known only once its answer is there, and what closes it is worth nothing half done. So a signal
waits for the end of both, and so does the alarm of a task's ``timeout``.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Block:
    """What came in one ``interruptible()`` block, and what it has to wait for."""

    def __init__(self) -> None:
        self.opening = 0
        self.closing = 0
        self._waiting: BaseException | None = None
        self._interrupted = False

    def interrupt(self, number: int, _frame: Any) -> None:
        """SIGINT or SIGTERM: only one raises."""
        if self._interrupted:
            return
        name = signal.Signals(number).name
        if self._waiting and self.opening and not self.closing:
            self._raise(
                Interrupted(
                    f"Interrupted by {name} in the middle of a request that opens something on the server. It may be"
                    " left, and ends when it idles out"
                )
            )
        self._arrive(Interrupted(f"Interrupted by {name}: what was opened on the server is closed"))

    def alarm(self, handler: Callable[[int, Any], Any]) -> Callable[[int, Any], None]:
        """A handler that raises what another one raises, at a time when it may."""

        def on_alarm(number: int, frame: Any) -> None:
            try:
                handler(number, frame)
            except BaseException as error:
                self._arrive(error)

        return on_alarm

    def _arrive(self, error: BaseException) -> None:
        if not (self.opening or self.closing):
            self._raise(error)
        self._waiting = self._waiting or error

    def release(self) -> None:
        """Raise what waited, if nothing holds it any more."""
        if self._waiting and not (self.opening or self.closing):
            self._raise(self._waiting)

    def _raise(self, error: BaseException) -> None:
        self._waiting = None
        self._interrupted = self._interrupted or isinstance(error, Interrupted)
        raise error


_blocks: list[_Block] = []


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT and SIGTERM raise :class:`Interrupted` once; further ones are ignored until everything is closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    block = _Block()
    before = {each: signal.getsignal(each) for each in (*_SIGNALS, signal.SIGALRM)}
    alarm = before[signal.SIGALRM]
    _blocks.append(block)
    try:
        for each in _SIGNALS:
            signal.signal(each, block.interrupt)
        if callable(alarm):
            signal.signal(signal.SIGALRM, block.alarm(alarm))
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        _blocks.pop()


@contextmanager
def opening() -> Iterator[None]:
    """A block that opens something on the server and keeps its id: the first signal waits for its end."""
    block = _innermost()
    block.opening += 1
    try:
        yield
    finally:
        block.opening -= 1
        block.release()


def finish(action: Callable[[], Any]) -> None:
    """Run what closes something: signals wait for its end."""
    block = _innermost()
    block.closing += 1
    try:
        action()
    finally:
        block.closing -= 1
        block.release()


def _innermost() -> _Block:
    """The block that signals go to; one to which none go, where there is no such block or in other threads."""
    in_main = threading.current_thread() is threading.main_thread()
    return _blocks[-1] if _blocks and in_main else _Block()
