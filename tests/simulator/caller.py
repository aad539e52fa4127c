# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of the current request. Logins record its address and user agent."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sessions import Session


@dataclass
class Caller:
    """`opened` is the session that the request opened; its id goes into the response header."""

    address: str
    agent: str
    opened: Session | None = None


_caller: ContextVar[Caller] = ContextVar("caller")


def caller() -> Caller:
    return _caller.get()


def set_caller(current: Caller) -> None:
    _caller.set(current)
