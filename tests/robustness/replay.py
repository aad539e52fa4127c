# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transports that keep the answers of a server, and that give them again, one of them changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Callable, NamedTuple
from unittest import mock

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import client as _client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Transport
from ansible_collections.vijson.tasks.plugins.module_utils._waiting import outcome
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.plugins.module_utils.fakes import FakeClock

ENOUGH = 40  # requests after those that were kept: then the server is gone
NEVER = 400  # requests that no module sends, whatever it is answered

JSON = {"Content-Type": "application/json"}
NOT_FOUND = Response(500, JSON, b'{"_typeName": "ManagedObjectNotFound", "faultstring": "not in this recording"}')


class Kept(NamedTuple):
    """An answer to an operation, such as ``Task.CancelTask``."""

    operation: str
    answer: Response


def operation_of(path: str) -> str:
    """Without the id of the object."""
    parts = path.split("/")
    return f"{parts[4]}.{parts[6]}" if parts[1] == "sdk" else path


class Recorder(Transport):
    """Sends, and keeps the answers."""

    kept: list[Kept]

    def send(self, method: str, path: str, **options: Any) -> Response:
        answer = super().send(method, path, **options)
        self.kept.append(Kept(operation_of(path), answer._replace(headers=dict(answer.headers))))
        return answer


@contextmanager
def recording() -> Iterator[list[Kept]]:
    """What modules are answered in the block."""
    kept: list[Kept] = []
    with mock.patch.object(_client, "Transport", type("Transport", (Recorder,), {"kept": kept})):
        yield kept


class Player:
    """Stands where the transport stands. What is asked once more gets the last answer again.

    :param nth: which of the answers is changed
    :ivar sent: how many requests came
    """

    def __init__(self, kept: list[Kept], nth: int, change: Callable[[Response], Response]):
        self.sent = 0
        self.clock = FakeClock()
        self._most = len(kept) + ENOUGH
        self._answers: dict[str, list[Response]] = defaultdict(list)
        for number, (operation, answer) in enumerate(kept):
            self._answers[operation].append(change(answer) if number == nth else answer)

    def send(self, method: str, path: str, *, hold: float = 0.0, **options: Any) -> Response:
        """The next answer to this operation."""
        self.sent += 1
        assert self.sent < NEVER, "this does not end"
        self.clock.advance(hold / 10)
        if self.sent > self._most:
            raise ConnectError("gone", transient=False)
        answers = self._answers[operation_of(path)]
        return answers.pop(0) if len(answers) > 1 else [*answers, NOT_FOUND][0]

    def close(self) -> None:
        """Nothing is kept open."""

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Every client of the block gets its answers here, and time passes at once."""
        waits = partial(wait_for_tasks, clock=self.clock.clock)
        with (
            mock.patch.object(_client, "Transport", return_value=self),
            mock.patch.object(outcome, "wait_for_tasks", waits),
        ):
            yield
