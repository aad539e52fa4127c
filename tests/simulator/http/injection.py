# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fault injection: the rules that say which requests to damage, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

KINDS = frozenset(
    {
        "delay",
        "refused",
        "cut_before",
        "cut_after",
        "http_502",
        "http_503",
        "http_504",
        "truncated",
        "invalid_json",
        "wrong_type",
        "dripping",
        "endless_continue",
        "endless_chunks",
        "oversized",
        "session_expired",
    }
)


@dataclass
class Rule:
    """Applies to the matching requests from the `nth` on, `times` of them.

    operation: an fnmatch pattern for names such as `Task.CancelTask`. seconds: for delay and refused.
    mebibytes: the minimum size of an oversized body.
    status_before: cut the connection after the status line and the headers. after: run the operation before http_50x.
    """

    operation: str
    fault: str
    nth: int = 1
    times: int = 1
    seconds: float = 5.0
    mebibytes: int = 65
    status_before: bool = False
    after: bool = False
    seen: int = field(default=0)
    fired: int = field(default=0)

    def __post_init__(self) -> None:
        if self.fault not in KINDS:
            raise ValueError(f"fault is one of {', '.join(sorted(KINDS))}")

    def fires(self, operation: str) -> bool:
        if not fnmatchcase(operation, self.operation):
            return False
        self.seen += 1
        if not self.nth <= self.seen < self.nth + self.times:
            return False
        self.fired += 1
        return True


class Injector:
    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        self._rules.append(rule)

    def clear(self) -> None:
        self._rules.clear()

    def describe(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self._rules]

    def next(self, operation: str) -> Rule | None:
        """The rule for the current request. Every matching rule counts the request."""
        firing = [rule for rule in self._rules if rule.fires(operation)]
        return firing[0] if firing else None
