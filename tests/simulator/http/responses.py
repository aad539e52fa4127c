# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP responses for values and faults, and the ways in which servers represent no value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..contract import Operation, Release, all_newer_fields, newer_fields
from ..quirks import Quirks
from ..wire import Fault, to_json

SESSION_HEADER = "vmware-api-session-id"

VOID_BODIES = {"null": "null", "empty": ""}


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
        return Response(200, VOID_BODIES[quirks.void_body]) if quirks.void_body else Response(204)
    if quirks.null_lists and value in ([], "[]"):
        value = None
    if value is None and quirks.empty_as_204:
        return Response(204)
    if value is None and quirks.empty_body:
        return Response(200, "")
    return Response(operation.status, to_json(value))


def fault_response(fault: Fault) -> Response:
    return Response(500, to_json(fault.body()))


def hide_newer_fields(response: Response, release: Release) -> None:
    """Leave out the fields that came after the release that the client uses."""
    text = response.text or ""
    if any(f'"{name}":' in text for name in all_newer_fields(release)):
        response.text = to_json(_without_newer(json.loads(text), release))


def _without_newer(value: Any, release: Release) -> Any:
    if isinstance(value, list):
        return [_without_newer(item, release) for item in value]
    if not isinstance(value, dict):
        return value
    newer = newer_fields(value.get("_typeName", ""), release)
    return {name: _without_newer(item, release) for name, item in value.items() if name not in newer}
