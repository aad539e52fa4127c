# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A side process for work that must neither break nor delay Ansible.

A thread could hold locks when Ansible forks its workers, and would end with Ansible. This process starts as a copy of
Ansible's own, continues after it, and notices its end even if Ansible was killed.
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

from .._errors import ignore
from .._interrupts import forget_blocks

Message = dict[str, Any]
Say = Callable[[str], None]

_CHUNK = 65536
_PAUSE = 0.05


class SideProcess:
    """A process that handles messages in their order, in parallel to this process.

    :param work: gets the messages, and a function that sends a line to this process. The messages end when
        :meth:`finish` is called or this process ends.
    :ivar ended: whether the process is known to have ended
    """

    def __init__(self, work: Callable[[Iterator[Message], Say], None]):
        from_here, self._to = os.pipe()
        self._from, to_here = os.pipe()
        self._said = b""
        self._cut = b""
        self.ended = False
        self._pid = os.fork()
        if self._pid == 0:
            _run(work, from_here, to_here, (self._to, self._from))
        os.close(from_here)
        os.close(to_here)
        # Better to lose a message than to wait.
        os.set_blocking(self._to, False)

    def send(self, **message: Any) -> None:
        """Send a message without waiting. It is lost if the process has ended or its pipe is full."""
        data = self._cut + json.dumps(message).encode() + b"\n"
        with suppress(BlockingIOError, BrokenPipeError):
            written = os.write(self._to, data)
            # A full pipe takes part of a long message. The rest has to come before the next one.
            self._cut = data[written:] if written > len(self._cut) else self._cut[written:]

    def said(self, timeout: float = 0.0) -> list[str]:
        """The lines that the process has sent since the last call.

        :param timeout: seconds to wait for more, until the process ends
        """
        deadline = time.monotonic() + timeout
        lines: list[str] = []
        while not self.ended and select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]:
            data = os.read(self._from, _CHUNK)
            self.ended = not data
            *whole, self._said = (self._said + data).split(b"\n")
            lines += [line.decode() for line in whole]
        return lines

    def finish(self, timeout: float, meanwhile: Callable[[], object] = ignore) -> list[str]:
        """End the messages and wait for the process to end. If it takes longer, it continues.

        :param timeout: seconds to wait
        :param meanwhile: called again and again
        :returns: the lines that it has sent
        """
        os.close(self._to)
        deadline = time.monotonic() + timeout
        lines = self.said()
        while not self.ended and time.monotonic() < deadline:
            meanwhile()
            lines += self.said(_PAUSE)
        os.close(self._from)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, os.WNOHANG)
        return lines


def _run(work: Callable[[Iterator[Message], Say], None], incoming: int, outgoing: int, others: Iterable[int]) -> None:
    """The main function of the new process. Never returns."""

    def say(line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(outgoing, line.encode() + b"\n")

    try:
        _detach(others)
        work(_messages(incoming), say)
    except Exception as error:
        say(f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def _detach(others: Iterable[int]) -> None:
    """Leave Ansible's session, signals and standard streams, so that neither process stops or delays the other."""
    forget_blocks()
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    for other in others:
        os.close(other)
    if sys.platform == "darwin":
        # On macOS, forked processes must not ask the system for proxies. Nothing asks it if a variable names some.
        os.environ.setdefault("NO_PROXY", "localhost")


def _messages(incoming: int) -> Iterator[Message]:
    rest = b""
    while data := os.read(incoming, _CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        yield from latest([json.loads(line) for line in lines])


def latest(messages: list[Message]) -> Iterator[Message]:
    """The messages without those that the next message supersedes."""
    for message, following in zip(messages, [*messages[1:], {}]):
        if message.keys() != following.keys():
            yield message
