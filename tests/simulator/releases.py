# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of the API, and the negotiation of one that client and server both support."""

from __future__ import annotations

import re
from collections.abc import Iterable

KNOWN = (
    "9.1.1.0",
    "9.1.0.0",
    "9.0.0.0",
    "8.0.3.1",
    "8.0.3.0",
    "8.0.2.0",
    "8.0.1.0",
    "8.0.0.2",
    "8.0.0.1",
    "8.0.0.0",
    "7.0.3.2",
    "7.0.3.1",
    "7.0.3.0",
    "7.0.2.1",
    "7.0.2.0",
    "7.0.1.1",
    "7.0.1.0",
    "7.0.0.2",
    "7.0.0.0",
)
OLDEST = (7, 0, 0, 0)
FIRST_JSON = (8, 0, 1, 0)
FIRST_HELLO = (8, 0, 2, 0)
FIRST_SHARED_SESSIONS = (8, 0, 3, 0)


def parse_release(text: str) -> tuple[int, ...] | None:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", text, re.ASCII):
        return None
    return tuple(map(int, text.split(".")))


def common_release(wanted: Iterable[str], own: tuple[int, ...]) -> str:
    """The first wanted release that is known and not newer than the server's own; "" if there is none."""
    return next((text for text in wanted if text in KNOWN and (parse_release(text) or own) <= own), "")
