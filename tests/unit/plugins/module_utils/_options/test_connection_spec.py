# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection, as the event source and the callback validate them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC
from ansible_collections.vijson.tasks.plugins.module_utils._options.validation import validate_options

VARIABLES = {
    "hostname": "VMWARE_HOST",
    "username": "VMWARE_USER",
    "password": "VMWARE_PASSWORD",
    "session_id": "VMWARE_SESSION_ID",
    "port": "VMWARE_PORT",
    "validate_certs": "VMWARE_VALIDATE_CERTS",
    "ca_path": "VMWARE_CA_PATH",
    "proxy_host": "VMWARE_PROXY_HOST",
    "proxy_port": "VMWARE_PROXY_PORT",
}
DEFAULTS = {
    "port": 443,
    "validate_certs": True,
    "proxy_protocol": "http",
    "api_release": "8.0.1.0",
    "request_timeout": "60s",
    "max_response_size": 64,
}


def validated(given: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """The options that have a value."""
    found = validate_options(given, CONNECTION_SPEC, environment)
    return {name: value for name, value in found.items() if value is not None}


def test_options_have_defaults() -> None:
    assert validated({"hostname": "vc"}, {}) == {"hostname": "vc", **DEFAULTS}


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("hostname", "vc", "vc"),
        ("username", "joe", "joe"),
        ("password", "007", "007"),
        ("session_id", "52ab", "52ab"),
        ("port", "8443", 8443),
        ("validate_certs", "no", False),
        ("ca_path", "/etc/mine.pem", "/etc/mine.pem"),
        ("proxy_host", "p", "p"),
        ("proxy_port", "3128", 3128),
    ],
)
def test_options_are_read_from_environment_variables(option: str, text: str, value: Any) -> None:
    assert validated({}, {"VMWARE_HOST": "vc", VARIABLES[option]: text})[option] == value


def test_only_these_options_have_an_environment_variable() -> None:
    assert {name: option["env"] for name, option in CONNECTION_SPEC.items() if "env" in option} == VARIABLES


@pytest.mark.parametrize(
    ("alias", "option"), [("user", "username"), ("admin", "username"), ("pass", "password"), ("pwd", "password")]
)
def test_options_have_aliases(alias: str, option: str) -> None:
    assert validated({"hostname": "vc", alias: "x"}, {})[option] == "x"


def test_password_and_session_id_are_secrets() -> None:
    assert {name for name, option in CONNECTION_SPEC.items() if option.get("no_log")} == {"password", "session_id"}
