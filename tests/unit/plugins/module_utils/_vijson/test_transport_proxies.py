# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a connection uses."""

from __future__ import annotations

import pytest
from requests.utils import select_proxy

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.tests.unit.support.wire import HOST, Call, Wire, answers

OPTION = "http://proxy.example.com:3128"


def proxy_of(wire: Wire, endpoint: Endpoint) -> str | None:
    wire.expect(Call("GET", f"{endpoint.url}/x", answers({})))
    Transport(endpoint).send("GET", "/x")
    return select_proxy(f"{endpoint.url}/x", wire.sent[-1].proxies)


@pytest.mark.parametrize(
    ("environment", "option", "expected"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": "http://env:1"}, None, "http://env:1"),
        ({"https_proxy": "http://env:1"}, None, "http://env:1"),
        ({"HTTP_PROXY": "http://env:1"}, None, None),
        ({"HTTPS_PROXY": "http://env:1"}, OPTION, OPTION),
        ({}, OPTION, OPTION),
        ({"HTTPS_PROXY": "http://env:1", "NO_PROXY": "vc.example.com"}, None, None),
        ({"HTTPS_PROXY": "http://env:1", "NO_PROXY": ".example.com,localhost"}, None, None),
        ({"HTTPS_PROXY": "http://env:1", "NO_PROXY": "*"}, None, None),
        ({"HTTPS_PROXY": "http://env:1", "NO_PROXY": "other.example.com"}, None, "http://env:1"),
        ({"NO_PROXY": "vc.example.com"}, OPTION, OPTION),
    ],
)
def test_the_proxy_option_overrides_the_environment(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], option: str | None, expected: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_of(wire, Endpoint("vc.example.com", proxy=option)) == expected


@pytest.mark.parametrize(("no_proxy", "expected"), [("192.0.2.0/24", None), ("198.51.100.0/24", "http://env:1")])
def test_no_proxy_accepts_networks(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, no_proxy: str, expected: str | None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://env:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert proxy_of(wire, Endpoint("192.0.2.7")) == expected


def test_the_server_is_reached_with_https_through_any_proxy(wire: Wire) -> None:
    assert proxy_of(wire, Endpoint("vc.example.com", proxy=OPTION)) == OPTION
    assert wire.sent[0].url.startswith(HOST)
