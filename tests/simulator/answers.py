# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put into HTTP answers: JSON text, and the ways in which servers say that there is no value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .contract import Operation
from .quirks import Quirks
from .wire import Fault

SESSION_HEADER = "vmware-api-session-id"
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class JsonText(str):
    """A wire value that is JSON text already: pages of history are joined from texts that tasks keep."""

    __slots__ = ()

    @classmethod
    def array(cls, texts: Iterable[str]) -> JsonText:
        return cls(f"[{','.join(texts)}]")


@dataclass
class Answer:
    """`text` is the body, None for none."""

    status: int
    text: str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def to_json(value: Any) -> str:
    return value if isinstance(value, JsonText) else _ENCODER.encode(value)


def answer_value(operation: Operation, value: Any, quirks: Quirks) -> Answer:
    """The answer of an operation that went well."""
    if operation.status == 204:
        return Answer(204)
    if quirks.null_lists and value in ([], "[]"):
        value = None
    if value is None and quirks.empty_as_204:
        return Answer(204)
    if value is None and quirks.empty_body:
        return Answer(200, "")
    return Answer(operation.status, to_json(value))


def answer_fault(fault: Fault) -> Answer:
    return Answer(500, to_json(fault.body()))
