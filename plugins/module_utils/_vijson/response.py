# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP response, and the value or the fault that it carries."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import BadResponse
from .faults import server_fault
from .wire import SPOKEN_BY, body_excerpt, parse_json


class Response(NamedTuple):
    """An HTTP response, read to its end."""

    status: int
    headers: Any
    body: bytes

    @property
    def content_type(self) -> str:
        """Without parameters, in lower case."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def read_response(response: Response, what: str, hostname: str, release: str) -> Any:
    """The JSON value in a response, ``None`` where it has none.

    :param what: the operation, such as ``CancelTask of Task:task-42``
    :raises FaultError: the server reports a fault
    :raises BadResponse: this is not VI JSON
    """
    if response.status == 204 or (response.status == 200 and not response.body.strip()):
        return None
    is_json = response.content_type in ("application/json", "")
    if response.status == 200 and is_json:
        return parse_json(response.body)
    if response.status == 500 and is_json and response.body:
        fault = parse_json(response.body)
        if isinstance(fault, dict) and "_typeName" in fault:
            raise server_fault(fault, what)
    raise BadResponse(f"{hostname} {_refusal(response, release)}")


def _refusal(response: Response, release: str) -> str:
    if 300 <= response.status < 400:
        return f"answered HTTP {response.status}, a redirect, which is not followed. Is it a vCenter? {SPOKEN_BY}"
    if response.status == 404:
        return f"answered HTTP 404: it does not know VI JSON in release {release}. {SPOKEN_BY}"
    if response.status == 500:
        return (
            f"answered HTTP 500 without a fault: it may not know release {release}"
            f" (api_release: auto asks it). {SPOKEN_BY}"
        )
    kind = response.content_type or "no content type"
    return f"answered HTTP {response.status} with {kind}, not VI JSON: {body_excerpt(response.body)}. {SPOKEN_BY}"
