# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of tasks that atomically replaces an existing file when it is complete."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO

from .._errors import InputError, ViError
from .._task_info.task_result import Task
from .task_rows import JsonRows, Rows

_OCTAL = re.compile(r"(?:0o)?([0-7]{1,5})", re.ASCII)
_DIGITS = re.compile(r"[4-7][04567]{2}")
"""The digits of a usual mode, if each is at most the one before."""

_CHUNK = 1 << 20


class TaskFile:
    """Use it as a context manager, then read :attr:`changed`. If the block raises an error, the old file is kept.

    :param rows: the format; JSON Lines by default
    :param mode: a number or octal digits; ``None`` keeps the mode of the old file
    :param dry: only determine :attr:`changed`, and write nothing
    :raises InputError: the path or the mode is unusable; raised at once, before the caller sends any request
    :raises ViError: writing failed
    :ivar changed: whether the content or the mode differs from the old file
    """

    def __init__(self, dest: str, rows: Rows | None = None, *, mode: Any = None, dry: bool = False):
        self.changed = False
        self._rows = rows or JsonRows()
        self._mode = _parse_mode(mode)
        self._path = _writable_path(dest)
        self._dry = dry
        self._sha = hashlib.sha256()
        self._size = 0
        self._temporary: str | None = None
        self._file: BinaryIO | None = None

    def __enter__(self) -> TaskFile:
        if not self._dry:
            try:
                handle, self._temporary = tempfile.mkstemp(prefix=".vijson-", dir=os.path.dirname(self._path))
            except OSError as error:
                raise self._failure(error) from error
            self._file = os.fdopen(handle, "wb")
        self._write(self._rows.header)
        return self

    def write(self, tasks: Iterable[Task]) -> None:
        """Write one row per task."""
        self._write(self._rows.of(tasks))

    def _write(self, text: str) -> None:
        # A lone surrogate has no UTF-8 form. Backslashreplace writes \\udXXX, which is a valid JSON escape.
        content = text.encode("utf-8", "backslashreplace")
        self._sha.update(content)
        self._size += len(content)
        if self._file:
            try:
                self._file.write(content)
            except OSError as error:
                raise self._failure(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except OSError as problem:
            raise self._failure(problem) from problem
        finally:
            self._clean_up()

    def _finish(self) -> None:
        old = _old_file(self._path)
        is_new = old is None or old.st_size != self._size or _sha256(self._path) != self._sha.digest()
        old_mode = None if old is None else stat.S_IMODE(old.st_mode)
        self.changed = is_new or (self._mode is not None and self._mode != old_mode)
        if not self._file or not self._temporary or not self.changed:
            return
        mode = next(each for each in (self._mode, old_mode, _default_mode()) if each is not None)
        self._file.flush()
        if old:
            # Only root may set the owner, but a user may set a group of their own.
            for owner in (-1, old.st_uid):
                with suppress(OSError):
                    os.chown(self._temporary, owner, old.st_gid)
        os.chmod(self._temporary, mode)
        os.fsync(self._file.fileno())
        os.replace(self._temporary, self._path)

    def _clean_up(self) -> None:
        if self._file:
            with suppress(OSError):
                self._file.close()
        if self._temporary:
            with suppress(FileNotFoundError):
                os.unlink(self._temporary)

    def _failure(self, error: OSError) -> ViError:
        return ViError(f"dest: cannot write {self._path} ({error.strerror}). If the file existed, it is unchanged")


def _old_file(path: str) -> os.stat_result | None:
    """The file to compare with, whose owner and mode are kept.

    ``None`` for a symbolic link, and for a file of another user in a folder such as ``/tmp``, where everyone can create
    files: both are replaced, and that user must not get the tasks.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    folder = os.stat(os.path.dirname(path)).st_mode
    is_public = folder & stat.S_ISVTX and folder & (stat.S_IWGRP | stat.S_IWOTH)
    is_foreign = is_public and found.st_uid != os.geteuid()
    return None if is_foreign or not stat.S_ISREG(found.st_mode) else found


def _sha256(path: str) -> bytes:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def _default_mode() -> int:
    """The mode of a file that ``open`` creates: 0666 less the umask."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _writable_path(dest: str) -> str:
    """The absolute path. A symbolic link is not resolved, so that it is replaced and not followed; InputError."""
    if not dest:
        raise InputError("dest: the path is empty. Set it to the file to write")
    try:
        path = os.path.abspath(dest)
        folder = os.path.dirname(path)
        if os.path.isdir(path) or dest.endswith(os.sep):
            problem = f"{dest} is a folder"
        elif not os.path.isdir(folder):
            problem = f"the folder {folder} does not exist"
        elif os.access(path, os.F_OK) and not os.path.isfile(path):
            problem = f"{dest} is not a regular file"
        elif not os.access(folder, os.W_OK | os.X_OK):
            problem = f"this user cannot write to the folder {folder}"
        else:
            return path
    except ValueError:
        problem = f"{dest!r} is not a valid path"
    raise InputError(f"dest: {problem}. Use the path of a file in an existing folder that you can write to")


def _parse_mode(mode: Any) -> int | None:
    if mode is None:
        return None
    digits = str(mode)
    if isinstance(mode, int) and _DIGITS.fullmatch(digits) and digits == "".join(sorted(digits, reverse=True)):
        raise InputError(
            f"mode: {mode} without quotes is the decimal number {mode}, which is the mode {mode:04o}. Use octal digits"
            f" in quotes, such as '0{mode}'"
        )
    match = _OCTAL.fullmatch(mode) if isinstance(mode, str) else None
    value = int(match[1], 8) if match else mode
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 0o7777:
        raise InputError(f"mode: {mode!r} is not a valid file mode. Use octal digits in quotes, such as '0640'")
    return value
