# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transport that keeps every response, to compare them with the contract."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import unquote

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from simulator.contract import Operation, operations

SESSION_HEADER = "vmware-api-session-id"
PREFIX = "/sdk/vim25/"


class Exchange(NamedTuple):
    """A request of the API and its response.

    :ivar operation: ``None`` if the contract does not have it
    :ivar new_session_id: whether the response replaces the session id of the request
    """

    operation: Operation | None
    status: int
    body: bytes
    new_session_id: bool

    @property
    def value(self) -> Any:
        """The JSON value; ``None`` without a body. ValueError if it is not JSON."""
        return json.loads(self.body) if self.body.strip() else None


class RecordingTransport(Transport):
    """Keeps the responses in the order in which they arrive."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self.exchanges: list[Exchange] = []

    def send(self, method: str, path: str, **options: Any) -> Response:
        """Send a request as any transport does."""
        response = super().send(method, path, **options)
        if path.startswith(PREFIX):
            sent = (options.get("headers") or {}).get(SESSION_HEADER)
            received = response.headers.get(SESSION_HEADER)
            replaced = bool(sent and received and sent != received)
            self.exchanges.append(Exchange(_operation(method, path), response.status, response.body, replaced))
        return response

    def send_unrecorded(self, method: str, path: str, **options: Any) -> Response:
        """Send a request whose response is not compared with the contract."""
        return super().send(method, path, **options)

    def last(self, member: str) -> Exchange:
        """The last exchange of an operation. StopIteration if there is none."""
        found = (each for each in reversed(self.exchanges) if each.operation and each.operation.member == member)
        return next(found)


def _operation(verb: str, path: str) -> Operation | None:
    parts = [unquote(part) for part in path.removeprefix(PREFIX).split("/")]
    return operations().get((verb, parts[1], parts[3])) if len(parts) == 4 else None
