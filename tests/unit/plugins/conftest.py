# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from ansible_collections.vijson.tasks.plugins.module_utils import _secrets
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.tests.unit.support.wire import Wire

ENVIRONMENT = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore the proxy and certificate settings of the machine."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the secrets of clients that other tests did not close."""
    monkeypatch.setattr(_secrets, "_registered", weakref.WeakValueDictionary())


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A fake server for all requests; fails if an expected request did not arrive."""
    adapter = Wire()
    monkeypatch.setattr(requests.Session, "get_adapter", lambda self, url: adapter)
    yield adapter
    assert adapter.expected == []


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses before retries, without jitter, of a transport made by :func:`client`."""
    monkeypatch.setattr(
        "ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport.random.uniform", lambda low, high: 1.0
    )
    return []


@pytest.fixture
def warnings_shown() -> list[str]:
    return []


@pytest.fixture
def client(wire: Wire, pauses: list[float], warnings_shown: list[str]) -> Callable[..., Client]:
    """Makes clients of vc.example.com whose requests go to :func:`wire`."""

    def make(session_id: str | None = None, **options: Any) -> Client:
        endpoint = Endpoint("vc.example.com")
        credentials = Credentials(session_id=session_id) if session_id else Credentials("u", "pa55word")
        transport = Transport(endpoint, sleep=pauses.append)
        return Client(endpoint, credentials, warn=warnings_shown.append, transport=transport, **options)

    return make
