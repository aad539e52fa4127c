# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the processes of one run share: one file for each session, which one process at a time has locked.

Only this user may access the folder and the files; otherwise the store is unusable. It is also unusable after its end,
because nothing reads the files any more.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Callable

from ..module_utils._interrupts import sleep

Content = dict[str, Any]

_LOOK_EVERY = 0.02
_ENDED = ".ended"
_LEAST_PATIENCE = 0.5  # seconds


def seconds_left(patience: float, deadline: float) -> float:
    """Seconds that one step may take: ``patience``, or what is left until the deadline, but not too little to work."""
    return min(patience, max(_LEAST_PATIENCE, deadline - time.monotonic()))


class StoreUnusable(Exception):
    """The store cannot be used, or no longer."""


class SessionStore:
    """A folder of files.

    :param folder: its path. Only this user may access the parent folder, too
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def begin(self) -> None:
        """Create the folder. Only the process that calls :meth:`end` later may do so."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700)

    @contextmanager
    def file(self, name: str, patience: float, sleep: Callable[[float], None] = sleep) -> Iterator[StoreFile]:
        """A file that is locked for this process.

        :param patience: seconds to wait for another process
        :raises StoreUnusable: the file cannot be opened or locked
        """
        for folder in (self._folder.parent, self._folder):
            _require_private(folder.lstat, stat.S_ISDIR)
        with _locked(self._folder / name, patience, sleep) as file:
            yield file

    def end(self, patience: float, deadline: float = math.inf) -> Iterator[Content]:
        """End the store: yield the content of each file when no process has it locked any more, then remove the file.

        :param patience: seconds to wait for each process that has locked a file
        :param deadline: of ``time.monotonic()``. After it, a locked file gets only a moment
        """
        ended = self._folder.with_name(self._folder.name + _ENDED)
        try:
            # From now on no process can open a file, and no process that has one open can write to it.
            self._folder.rename(ended)
        except OSError:
            return
        for path in sorted(ended.iterdir()):
            with suppress(StoreUnusable), _locked(path, seconds_left(patience, deadline), time.sleep) as file:
                yield file.read()
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            ended.rmdir()


class StoreFile:
    """A file that this process has locked."""

    def __init__(self, path: Path, descriptor: int):
        self._path = path
        self._descriptor = descriptor

    def read(self) -> Content:
        """The content, at first an empty dict.

        :raises StoreUnusable: the file cannot be read
        """
        try:
            text = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
            content = json.loads(text or b"{}")
        except (OSError, ValueError) as error:
            raise StoreUnusable(str(error)) from error
        if not isinstance(content, dict):
            raise StoreUnusable("the file is not one of this store")
        return content

    def write(self, content: Content) -> None:
        """Replace the content.

        :raises StoreUnusable: the file cannot be written, or the store has ended
        """
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps(content).encode(), 0)
            is_there = os.path.samestat(os.lstat(self._path), os.fstat(self._descriptor))
        except OSError as error:
            raise StoreUnusable(str(error)) from error
        if not is_there:
            raise StoreUnusable("the file was replaced")


@contextmanager
def _locked(path: Path, patience: float, sleep: Callable[[float], None]) -> Iterator[StoreFile]:
    descriptor = _open(path)
    try:
        _lock(descriptor, time.monotonic() + patience, sleep)
        yield StoreFile(path, descriptor)
    finally:
        # This also unlocks it.
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnusable(str(error)) from error
    try:
        _require_private(partial(os.fstat, descriptor), stat.S_ISREG)
    except StoreUnusable:
        os.close(descriptor)
        raise
    return descriptor


def _require_private(look: Callable[[], os.stat_result], is_expected: Callable[[int], bool]) -> None:
    try:
        found = look()
    except OSError as error:
        raise StoreUnusable(str(error)) from error
    others = stat.S_IMODE(found.st_mode) & 0o077
    if not is_expected(found.st_mode) or found.st_uid != os.geteuid() or others:
        raise StoreUnusable("other users may access it")


def _lock(descriptor: int, deadline: float, sleep: Callable[[float], None]) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise StoreUnusable("another process keeps it locked") from error
        except OSError as error:
            raise StoreUnusable(str(error)) from error
        sleep(_LOOK_EVERY)
