# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time limit for all attempts of one request."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import transport as _transport
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport

NO_CONNECTION_IN_TIME = requests.exceptions.ConnectTimeout("timed out")
BROKEN = requests.exceptions.ChunkedEncodingError("Connection broken")


class Server:
    """Fails each request after some seconds, on a clock that only requests and pauses move."""

    def __init__(self, failure: Exception, seconds: float) -> None:
        self.failure = failure
        self.seconds = seconds
        self.now = 0.0
        self.limits: list[float] = []

    def request(self, _method: str, _url: str, *, timeout: Any, **_options: Any) -> Any:
        self.limits.append(timeout[0])
        self.sleep(min(self.seconds, timeout[0]))
        raise self.failure

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("failure", "seconds", "patience", "tries", "took"),
    [
        (NO_CONNECTION_IN_TIME, 60.0, 5.0, 1, 5.0),
        (NO_CONNECTION_IN_TIME, 1.0, 5.0, 4, 5.0),
        (NO_CONNECTION_IN_TIME, 0.0, 5.0, 4, 3.5),
        (BROKEN, 0.0, 1.0, 3, 1.0),
        (BROKEN, 0.0, float("inf"), 4, 3.5),
    ],
)
def test_retries_end_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    failure: Exception,
    seconds: float,
    patience: float,
    tries: int,
    took: float,
) -> None:
    server = Server(failure, seconds)
    monkeypatch.setattr(requests.Session, "request", server.request)
    monkeypatch.setattr(f"{_transport.__name__}.time.monotonic", lambda: server.now)
    transport = Transport(Endpoint("vc.example.com", patience=patience), sleep=server.sleep)
    with pytest.raises((ConnectError, LostResponse)):
        transport.send("GET", "/x")
    assert len(server.limits) == tries
    assert server.now == pytest.approx(took, abs=0.3)
    assert all(limit <= min(60.0, patience) for limit in server.limits)
