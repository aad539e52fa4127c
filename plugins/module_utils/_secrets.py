# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords and session ids, which no message may contain, whatever a server or a proxy repeats in its responses.

A client registers its secrets from its first request until it is closed. All errors, warnings and lines of progress
pass through :func:`mask`, and so does the text of a response before it is shortened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

MASK = "********"
"""Stands for a secret, as in Ansible's own output."""

_MOST = 50
_SHORTEST = 3
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")

# As html.escape, whose module would load a table of all entities.
_HTML_OUTSIDE_TAGS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_HTML = {**_HTML_OUTSIDE_TAGS, ord('"'): "&quot;", ord("'"): "&#x27;"}

_registered: WeakValueDictionary[int, Secrets] = WeakValueDictionary()


class Secrets:
    """Secrets of one client. While they are registered, they are masked in all messages of this process."""

    def __init__(self, *secrets: str | None):
        self._secrets: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def register(self) -> None:
        """Mask these secrets from now on, at most as long as this object exists."""
        _registered[id(self)] = self

    def forget(self) -> None:
        """Mask these secrets no longer."""
        _registered.pop(id(self), None)

    def add(self, secret: str | None) -> None:
        """Add a secret. The oldest session ids are dropped, because a server may send a new one in each response."""
        # In place of a shorter one, the mask would show what it is: "No permission" would become "No ***ermission".
        if not secret or len(secret) < _SHORTEST or secret in self._secrets:
            return
        self._secrets[secret] = None
        self._pattern = None
        if len(self._secrets) > _MOST:
            # The first one may be the password.
            del self._secrets[list(self._secrets)[1]]

    def __iter__(self) -> Iterator[str]:
        """The secrets themselves, from the oldest to the newest."""
        return iter(self._secrets)

    def mask(self, text: str) -> str:
        """The text without these secrets."""
        if not self._secrets:
            return text
        if self._pattern is None:
            forms = {form for secret in self._secrets for form in _forms(secret) if form.strip()}
            longest_first = sorted(forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)", re.IGNORECASE)
        return self._pattern.sub(MASK, text)


def _forms(secret: str) -> Iterator[str]:
    """A secret as it may appear in a text: as it is, cleaned, and escaped for JSON, URLs, HTML or Python."""
    # Messages are rare, so what only they need is imported here.
    import json
    from urllib.parse import quote, quote_plus

    for plain in (secret, secret.strip(), _CONTROL.sub(" ", secret).strip(), " ".join(secret.split())):
        ascii_json, json_text = json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]
        slashed = (ascii_json.replace("/", r"\/"), json_text.replace("/", r"\/"))
        for text in (plain, ascii_json, json_text, *slashed):
            percent = (quote(text, safe="", errors="replace"), quote(text, errors="replace"))
            for form in (
                text,
                *percent,
                quote_plus(text, errors="replace"),
                text.translate(_HTML),
                text.translate(_HTML_OUTSIDE_TAGS),
            ):
                escaped = repr(f'"{form}')[2:-1]
                yield from (form, escaped, repr(form)[1:-1])


def mask(text: str) -> str:
    """The text without any secret of a client."""
    # valuerefs() is a copy: another thread may create a client meanwhile.
    for secrets in [reference() for reference in _registered.valuerefs()]:
        if secrets is not None:
            text = secrets.mask(text)
    return text


def mask_strings(value: Any) -> Any:
    """A JSON value with all its strings masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [mask_strings(item) for item in value]
    if isinstance(value, dict):
        return {key: mask_strings(item) for key, item in value.items()}
    return value
