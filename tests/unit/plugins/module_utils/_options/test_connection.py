# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection: endpoints and credentials, and values that are refused before any request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import (
    connect_client,
    parse_credentials,
    parse_endpoint,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import SDK, Call, Wire, answers, connection

BUNDLE = "/etc/ssl/mine.pem"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Endpoint("vc.example.com")),
        ({"hostname": " vc "}, Endpoint("vc")),
        ({"hostname": "192.0.2.7", "port": 8443}, Endpoint("192.0.2.7", 8443)),
        ({"port": 1}, Endpoint("vc.example.com", 1)),
        ({"port": 65535}, Endpoint("vc.example.com", 65535)),
        ({"hostname": "2001:db8::1"}, Endpoint("2001:db8::1")),
        ({"hostname": "[2001:db8::1]"}, Endpoint("2001:db8::1")),
        ({"hostname": "fe80::1%eth0"}, Endpoint("fe80::1%eth0")),
        ({"validate_certs": False}, Endpoint("vc.example.com", verify=False)),
        ({"validate_certs": False, "ca_path": BUNDLE}, Endpoint("vc.example.com", verify=False)),
        ({"ca_path": BUNDLE}, Endpoint("vc.example.com", verify=BUNDLE)),
        ({"ca_path": ""}, Endpoint("vc.example.com")),
        ({"proxy_host": "p", "proxy_port": 3128}, Endpoint("vc.example.com", proxy="http://p:3128")),
        ({"proxy_host": "2001:db8::1", "proxy_port": 1}, Endpoint("vc.example.com", proxy="http://[2001:db8::1]:1")),
        (
            {"proxy_host": "p", "proxy_port": 3128, "proxy_protocol": "https"},
            Endpoint("vc.example.com", proxy="https://p:3128"),
        ),
        ({"request_timeout": 5.5}, Endpoint("vc.example.com", request_timeout=5.5)),
        ({"request_timeout": "5.5"}, Endpoint("vc.example.com", request_timeout=5.5)),
        ({"request_timeout": "30"}, Endpoint("vc.example.com", request_timeout=30.0)),
        ({"request_timeout": "0.5"}, Endpoint("vc.example.com", request_timeout=0.5)),
        ({"request_timeout": "30s"}, Endpoint("vc.example.com", request_timeout=30.0)),
        ({"request_timeout": "1d"}, Endpoint("vc.example.com", request_timeout=86400.0)),
        ({"request_timeout": "2M"}, Endpoint("vc.example.com", request_timeout=120.0)),
        ({"max_response_size": 1}, Endpoint("vc.example.com", max_response_size=1 << 20)),
        ({"max_response_size": 4096}, Endpoint("vc.example.com", max_response_size=4096 << 20)),
    ],
)
def test_endpoints_are_parsed(given: dict[str, Any], expected: Endpoint) -> None:
    assert parse_endpoint(connection(**given)) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hostname": None}, r"^hostname: missing\. Set the option \(or VMWARE_HOST in the environment\)"),
        ({"hostname": "https://vc.example.com"}, "hostname.*https://.*Use a name"),
        ({"hostname": "vc.example.com/sdk"}, "hostname.*Use a name"),
        ({"hostname": "vc.example.com:443"}, "hostname.*port"),
        ({"hostname": "user@vc.example.com"}, "hostname"),
        ({"hostname": "v c"}, "hostname"),
        ({"hostname": ""}, "hostname"),
        ({"hostname": ":"}, "hostname"),
        ({"hostname": "[2001:db8::1"}, "hostname"),
        ({"hostname": "[vc]"}, "hostname"),
        ({"hostname": "2001:db8:::1"}, "hostname"),
        ({"port": 0}, "port: 0.*65535"),
        ({"port": 65536}, "port: 65536"),
        ({"proxy_host": "p"}, "proxy_port"),
        ({"proxy_host": "p", "proxy_port": 70000}, "proxy_port: 70000"),
        ({"proxy_host": "http://p", "proxy_port": 3128}, "proxy_host: 'http://p' is not a valid host"),
        ({"proxy_host": "joe:secret@p", "proxy_port": 3128}, "proxy_host: the value is not a valid host"),
        ({"request_timeout": "0"}, "request_timeout: 0 is not a valid timeout. Use a duration above 0, up to 1d"),
        ({"request_timeout": "-1.0"}, "request_timeout"),
        ({"request_timeout": "86401"}, "request_timeout"),
        ({"request_timeout": "nan"}, "request_timeout"),
        ({"request_timeout": "inf"}, "request_timeout"),
        ({"request_timeout": 1e12}, "request_timeout"),
        ({"request_timeout": "2d"}, "request_timeout: 2d is not a valid timeout"),
        ({"request_timeout": "soon"}, "request_timeout: 'soon' is not a valid duration. Use seconds such as 90, or"),
        ({"max_response_size": 0}, "max_response_size: 0 is not a valid size. Use MiB from 1 to 4096"),
        ({"max_response_size": 4097}, "max_response_size: 4097"),
        ({"api_release": "8.0"}, "api_release.*auto"),
        ({"api_release": "../../x"}, "api_release.*8.0.1.0"),
        ({"api_release": ""}, "api_release"),
        ({"username": None}, "username.*VMWARE_USER.*session_id"),
        ({"password": None}, "password.*VMWARE_PASSWORD.*session_id"),
        ({"username": "", "password": None}, "username and password"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(wire: Wire, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        connect_client(connection(**given))
    assert wire.sent == []


@pytest.mark.parametrize("session_id", ["S3CRET\n", " S3CRET", "S3CRETschl\u00fcssel", "S3CRET\U0001f511", "S3\tCRET"])
def test_an_invalid_session_id_is_refused_without_showing_it(session_id: str) -> None:
    with pytest.raises(InputError, match="session_id") as refused:
        parse_credentials(connection(session_id=session_id))
    assert "CRET" not in str(refused.value)


def test_session_id_overrides_username_and_password() -> None:
    found = parse_credentials(connection(session_id="52ab-[1]=="))
    assert (found.username, found.password, found.session_id) == (None, None, "52ab-[1]==")


def test_username_and_password_are_used_without_a_session_id() -> None:
    found = parse_credentials(connection(session_id=""))
    assert (found.username, found.password, found.session_id) == ("u", "pa55word", None)


@pytest.mark.parametrize(("session_id", "shares"), [(None, [("vc.example.com", "u")]), ("52ab", [])])
def test_only_a_client_that_would_log_in_shares_a_session(session_id: str | None, shares: list[Any]) -> None:
    asked: list[Any] = []
    connect_client(
        connection(session_id=session_id), share=lambda where, who: asked.append((where.hostname, who.username))
    )
    assert asked == shares


def test_the_release_is_part_of_the_path(wire: Wire) -> None:
    wire.expect(Call("GET", SDK.replace("8.0.1.0", "9.0.0.0") + "/Task/task-7/info", answers({})))
    connect_client(connection(api_release="9.0.0.0", session_id="S0")).get(Reference("Task", "task-7"), "info")


def test_a_missing_ca_path_fails_at_the_first_request(wire: Wire, tmp_path: Path) -> None:
    made = connect_client(connection(ca_path=str(tmp_path / "none.pem"), session_id="S0"))
    with pytest.raises(Exception, match=r"none\.pem"):
        made.get(Reference("Task", "task-7"), "info")
