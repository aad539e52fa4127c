# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process beside Ansible's own, for work that must neither break nor delay it.

A thread would be there when Ansible forks its workers, with whatever locks it holds, and would end with Ansible. This
process has what came before, and sees when Ansible has ended, however that came.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Callable

Message = dict[str, Any]
Say = Callable[[str], None]

_CHUNK = 65536


class SideProcess:
    """A process that works messages off, in their order, while this one goes on.

    :param work: takes the messages and a function that says a line to this process. The messages end when
        :meth:`finish` is called, or when this process has ended.
    :ivar ended: whether it was seen to end
    """

    def __init__(self, work: Callable[[Iterator[Message], Say], None]):
        from_here, self._to = os.pipe()
        self._from, to_here = os.pipe()
        self._said = b""
        self.ended = False
        self._pid = os.fork()
        if self._pid == 0:
            _run(work, from_here, to_here, (self._to, self._from))
        os.close(from_here)
        os.close(to_here)
        # Rather lose a message than wait.
        os.set_blocking(self._to, False)

    def send(self, **message: Any) -> None:
        """Leave a message; nothing happens where the process has ended."""
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self._to, json.dumps(message).encode() + b"\n")

    def said(self, timeout: float = 0.0) -> list[str]:
        """The lines that it said meanwhile, those within so many seconds included unless it ends before."""
        deadline = time.monotonic() + timeout
        lines: list[str] = []
        while not self.ended and select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]:
            data = os.read(self._from, _CHUNK)
            self.ended = not data
            *whole, self._said = (self._said + data).split(b"\n")
            lines += [line.decode() for line in whole]
        return lines

    def finish(self, timeout: float) -> list[str]:
        """Send no more, and wait so many seconds for its end. What it said; if it still runs, it is left to itself."""
        os.close(self._to)
        lines = self.said(timeout)
        os.close(self._from)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, os.WNOHANG)
        return lines


def _run(work: Callable[[Iterator[Message], Say], None], incoming: int, outgoing: int, others: Iterable[int]) -> None:
    """What the new process does, and all that it does."""

    def say(line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(outgoing, line.encode() + b"\n")

    try:
        _leave(others)
        work(_messages(incoming), say)
    except Exception as error:
        say(f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def _leave(others: Iterable[int]) -> None:
    """Do not share with Ansible what may end it, or what its end would wait for."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    for other in others:
        os.close(other)
    if sys.platform == "darwin":
        # Forked processes of macOS must not ask the system for proxies, which is not done where a variable names some.
        os.environ.setdefault("NO_PROXY", "localhost")


def _messages(incoming: int) -> Iterator[Message]:
    rest = b""
    while data := os.read(incoming, _CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        yield from latest([json.loads(line) for line in lines])


def latest(messages: list[Message]) -> Iterator[Message]:
    """The messages without those of which the next one is a newer version."""
    for message, following in zip(messages, [*messages[1:], {}]):
        if message.keys() != following.keys():
            yield message
