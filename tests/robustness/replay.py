# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transports that record a server's responses, and that replay them with one change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Callable, NamedTuple
from unittest import mock

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import exchange
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Transport
from ansible_collections.vijson.tasks.plugins.module_utils._waiting import outcome
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeClock

ENOUGH = 40  # extra requests until the server disappears
NEVER = 400  # requests: more than any module sends, whatever the responses are

JSON = {"Content-Type": "application/json"}
NOT_FOUND = Response(500, JSON, b'{"_typeName": "ManagedObjectNotFound", "faultstring": "not in this recording"}')


class Kept(NamedTuple):
    """The response to an operation, such as ``Task.CancelTask``."""

    operation: str
    response: Response


def operation_of(path: str) -> str:
    """The operation of a path, without the id of the object."""
    parts = path.split("/")
    return f"{parts[4]}.{parts[6]}" if parts[1] == "sdk" else path


class Recorder(Transport):
    """Sends requests and records the responses."""

    kept: list[Kept]

    def send(self, method: str, path: str, **options: Any) -> Response:
        response = super().send(method, path, **options)
        self.kept.append(Kept(operation_of(path), response._replace(headers=dict(response.headers))))
        return response


@contextmanager
def recording() -> Iterator[list[Kept]]:
    """The responses that modules get in the block."""
    kept: list[Kept] = []
    with mock.patch.object(exchange, "Transport", type("Transport", (Recorder,), {"kept": kept})):
        yield kept


class Player:
    """Replaces the transport. After the last recorded response to an operation, it repeats that one.

    :param nth: which of the responses to change
    :ivar sent: how many requests modules sent
    """

    def __init__(self, kept: list[Kept], nth: int, change: Callable[[Response], Response]):
        self.sent = 0
        self.clock = FakeClock()
        self._most = len(kept) + ENOUGH
        self._responses: dict[str, list[Response]] = defaultdict(list)
        for number, (operation, response) in enumerate(kept):
            self._responses[operation].append(change(response) if number == nth else response)

    def send(self, method: str, path: str, *, hold: float = 0.0, **options: Any) -> Response:
        """The next response to this operation."""
        self.sent += 1
        assert self.sent < NEVER, "this does not end"
        self.clock.advance(hold / 10)
        if self.sent > self._most:
            raise ConnectError("gone", transient=False)
        responses = self._responses[operation_of(path)]
        return responses.pop(0) if len(responses) > 1 else [*responses, NOT_FOUND][0]

    def close(self) -> None:
        """There is nothing to close."""

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Every client in the block gets the player's responses, and pauses take no time."""
        waits = partial(wait_for_tasks, clock=self.clock.clock)
        with (
            mock.patch.object(exchange, "Transport", return_value=self),
            mock.patch.object(outcome, "wait_for_tasks", waits),
        ):
            yield
