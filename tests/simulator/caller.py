# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of the current request: the release that it uses, and what logins record of it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .contract import NEWEST, Release

if TYPE_CHECKING:
    from .sessions import Session


@dataclass
class Caller:
    """`opened` is the session that the request opened; its id goes into the response header."""

    address: str
    agent: str
    release: Release = NEWEST
    opened: Session | None = None


_caller: ContextVar[Caller] = ContextVar("caller")


def caller() -> Caller:
    return _caller.get()


def release_of_caller() -> Release:
    """The release that the client uses; the newest one outside of a request."""
    current = _caller.get(None)
    return current.release if current else NEWEST


def set_caller(current: Caller) -> None:
    _caller.set(current)
