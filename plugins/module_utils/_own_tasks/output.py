# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of a command: its last bytes, the progress in it, and excerpts to show in the vCenter. No I/O."""

from __future__ import annotations

import re
import threading
from collections import deque

from .._errors import one_line

KEPT = 1024 * 1024
"""Bytes of an output that are kept."""

_LONGEST_LINE = 8192
_SEARCHED = 65536
_LONGEST_DESCRIPTION = 200
_LONGEST_REASON = 1000
_LINES = 10

_BREAK = re.compile(rb"[\r\n]")
_ESCAPE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")


class OutputEnd:
    """The last bytes of an output, however long it is. One thread adds, another may read."""

    def __init__(self, size: int = KEPT):
        self._size = size
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._dropped = 0
        self._lock = threading.Lock()

    def add(self, data: bytes) -> None:
        """More output."""
        with self._lock:
            self._chunks.append(data)
            self._held += len(data)
            while self._held - len(self._chunks[0]) >= self._size:
                self._dropped += len(self._chunks[0])
                self._held -= len(self._chunks.popleft())

    def after(self, position: int, most: int) -> tuple[bytes, int]:
        """The bytes after a position, and the length of the whole output.

        :param most: maximum number of bytes; the last ones are returned
        """
        with self._lock:
            end = self._dropped + self._held
            count = min(end - position, most)
            return (b"".join(self._chunks)[-count:] if count else b""), end

    def text(self) -> tuple[str, bool]:
        """The output without line breaks at its end, and whether its beginning is left out, as its first line says."""
        with self._lock:
            data, dropped = b"".join(self._chunks), self._dropped
        if not dropped and len(data) <= self._size:
            return _decoded(data), False
        kept = data[-self._size :]
        # The rest of the line that is cut is left out, unless it is long.
        kept = kept[kept.find(b"\n", 0, min(_LONGEST_LINE, self._size - 1)) + 1 :]
        return f"[truncated: the first {dropped + len(data) - len(kept)} bytes are left out]\n{_decoded(kept)}", True


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace").rstrip("\r\n")


class LastMatch:
    """The first group of a pattern where it matched last, in lines that end with a newline or a carriage return.

    :ivar text: what it matched, ``None`` before the first match
    """

    def __init__(self, pattern: re.Pattern[str]):
        self._pattern = pattern
        self._begins: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self.text: str | None = None

    def look(self, name: str, output: OutputEnd) -> None:
        """Search the new part of one output, such as ``stdout``, including a line that has not ended yet.

        Reading must not wait for a slow pattern, so call this only from time to time. It searches only the last part.
        """
        data, end = output.after(self._begins.get(name, 0), _SEARCHED)
        if end == self._ends.get(name, 0):
            return
        lines = _BREAK.split(data)
        found = filter(None, map(self._last, reversed(lines)))
        self.text = next(found, self.text)
        self._begins[name], self._ends[name] = end - min(len(lines[-1]), _LONGEST_LINE), end

    def _last(self, line: bytes) -> str | None:
        found = None
        text = _ESCAPE.sub("", line[-_LONGEST_LINE:].decode("utf-8", "replace"))
        for match in self._pattern.finditer(text):
            found = match[1] if match[1] is not None else found
        return found


def percentage(text: str | None) -> int | None:
    """The percentage in a text such as ``43%``, ``None`` if there is none."""
    try:
        number = float((text or "").strip().rstrip("%").replace(",", "."))
    except ValueError:
        return None
    return int(number) if 0 <= number <= 100 else None


def shown_text(text: str) -> str:
    """A text of a command for a vCenter: one line without control characters, cut if it is long."""
    text = _clean(text)
    return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[:_LONGEST_DESCRIPTION]}…"


def last_lines(output: str) -> str:
    """The last lines of an output that are not empty, as one text for a vCenter."""
    lines = [line for line in map(_clean, output[-_LONGEST_LINE:].splitlines()) if line]
    text = " | ".join(lines[-_LINES:])
    return text if len(text) <= _LONGEST_REASON else f"…{text[-_LONGEST_REASON:]}"


def _clean(text: str) -> str:
    return one_line(_ESCAPE.sub("", text))
