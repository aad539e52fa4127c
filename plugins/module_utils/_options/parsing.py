# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing the times, durations and names in options, and the error for other values."""

from __future__ import annotations

import re
from typing import Any

from .._errors import InputError
from .._secrets import mask
from .._times import Moment, parse_moment, parse_span

_LONGEST = 100
DURATION_FORMS = "seconds such as 90, or with a unit: 90s, 15m, 12h, 7d, 1w"

TIME_FORMS = (
    "RFC 3339 with a zone such as 2026-11-22T04:00:00Z, a date such as 2026-11-22 (midnight UTC), or how long ago:"
    " 90s, 15m, 12h, 7d, 1w"
)
# Compiled at its first use, because most calls have no such value.
_LIST_TEXT = r"""\s*[\[{]\s*["']"""

LIST_FORMS = """a list instead of a string: pass -e '{"x": ["a", "b"]}', or convert it with the filter from_json"""


def is_list_text(value: Any) -> bool:
    """Whether a value is the text of a list or of a mapping, or its first part, as ``-e`` passes them."""
    return isinstance(value, str) and re.match(_LIST_TEXT, value) is not None


def refusal(option: str, value: Any, problem: str, forms: str) -> InputError:
    """The error for a value that cannot be used.

    :param problem: such as ``is not a valid task``
    :param forms: the valid forms
    """
    return InputError(f"{option}: {shortened(repr(value))} {problem}. Use {forms}")


def shortened(text: str) -> str:
    """At most 100 characters of a text, for a message. Secrets are masked."""
    text = mask(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def unquoted(value: str) -> str:
    """A text without the quotes that pyVmomi prints around an id."""
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def require_names(names: list[str] | None, option: str) -> None:
    """Require that no name in a list is empty or a list: it selects nothing, which looks like success; InputError."""
    for name in names or ():
        if is_list_text(name):
            raise refusal(option, name, "is not a name", LIST_FORMS)
    if names is not None and not all(name.strip() for name in names):
        raise InputError(
            f"{option}: a name in the list is empty. Check for an extra comma, or for a variable without a value."
            " Leave the option out to select any"
        )


def parse_time(value: str, option: str) -> Moment:
    """A point in time, absolute or relative to the vCenter's current time."""
    try:
        return parse_moment(value)
    except ValueError:
        raise refusal(option, value, "is not a valid time", TIME_FORMS) from None


def parse_duration(value: str, option: str) -> float:
    """Seconds."""
    try:
        return parse_span(value)
    except ValueError:
        raise refusal(option, value, "is not a valid duration", DURATION_FORMS) from None
