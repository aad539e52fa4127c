# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP response, and the value or the fault in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import BadResponse
from .wire import REQUIREMENT, body_excerpt, parse_json

NEGOTIATED = "auto"
"""Stands for a release before it is negotiated."""


class Response(NamedTuple):
    """An HTTP response with its whole body.

    :ivar headers: a mapping that ignores case
    """

    status: int
    headers: Any
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty if there is none."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def read_response(response: Response, what: str, hostname: str, release: str) -> Any:
    """The JSON value in a response, ``None`` if it has no content.

    :param what: the operation, such as ``CancelTask of Task:task-42``
    :param release: the requested release, for the message
    :raises FaultError: the vCenter reported a fault
    :raises BadResponse: the response is not VI JSON
    """
    if response.status == 204 or (response.status == 200 and not response.body.strip()):
        return None
    is_json = response.content_type in ("application/json", "")
    if response.status == 200 and is_json:
        return parse_json(response.body)
    if response.status == 500 and is_json and response.body:
        fault = parse_json(response.body)
        if isinstance(fault, dict) and "_typeName" in fault:
            # Most responses do not need this module. Importing it here saves them its load time.
            from .faults import server_fault

            raise server_fault(fault, what)
    raise BadResponse(f"{hostname} {_refusal(response, release)}")


def _refusal(response: Response, release: str) -> str:
    if 300 <= response.status < 400:
        return f"returned HTTP {response.status}, a redirect, which is not followed. Is it a vCenter? {REQUIREMENT}"
    if response.status in (404, 500) and release == NEGOTIATED:
        return f"returned HTTP {response.status}, and cannot negotiate a release. Set api_release, such as to 8.0.1.0"
    advice = f"Use api_release: auto to negotiate the release. {REQUIREMENT}"
    if response.status == 404:
        return f"returned HTTP 404: it does not support VI JSON release {release}. {advice}"
    if response.status == 500:
        return f"returned HTTP 500 without a fault: it may not support release {release}. {advice}"
    media_type = response.content_type or "no content type"
    excerpt = body_excerpt(response.body)
    return f"returned HTTP {response.status} with {media_type}, not VI JSON: {excerpt}. {REQUIREMENT}"
