# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP responses for values and faults, and the ways in which servers represent no value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..contract import Operation
from ..quirks import Quirks
from ..wire import Fault, to_json

SESSION_HEADER = "vmware-api-session-id"


@dataclass
class Response:
    """`text` is the body; None for no body."""

    status: int
    text: str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def value_response(operation: Operation, value: Any, quirks: Quirks) -> Response:
    """The response of a successful operation."""
    if operation.status == 204:
        return Response(204)
    if quirks.null_lists and value in ([], "[]"):
        value = None
    if value is None and quirks.empty_as_204:
        return Response(204)
    if value is None and quirks.empty_body:
        return Response(200, "")
    return Response(operation.status, to_json(value))


def fault_response(fault: Fault) -> Response:
    return Response(500, to_json(fault.body()))
