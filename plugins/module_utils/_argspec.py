# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection. The documentation fragment ``connection`` mirrors them."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

CONNECTION: dict[str, dict[str, Any]] = {
    "hostname": {"type": "str", "required": True, "fallback": (env_fallback, ["VMWARE_HOST"])},
    "username": {"type": "str", "aliases": ["user", "admin"], "fallback": (env_fallback, ["VMWARE_USER"])},
    "password": {
        "type": "str",
        "aliases": ["pass", "pwd"],
        "no_log": True,
        "fallback": (env_fallback, ["VMWARE_PASSWORD"]),
    },
    "session_id": {"type": "str", "no_log": True, "fallback": (env_fallback, ["VMWARE_SESSION_ID"])},
    "port": {"type": "int", "default": 443, "fallback": (env_fallback, ["VMWARE_PORT"])},
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VMWARE_VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["VMWARE_CA_PATH"])},
    "proxy_host": {"type": "str", "fallback": (env_fallback, ["VMWARE_PROXY_HOST"])},
    "proxy_port": {"type": "int", "fallback": (env_fallback, ["VMWARE_PROXY_PORT"])},
    "proxy_protocol": {"type": "str", "default": "http", "choices": ["http", "https"]},
    "api_release": {"type": "str", "default": "8.0.1.0"},
    "request_timeout": {"type": "float", "default": 60.0},
}


def argument_spec(**options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The connection and a module's own options."""
    return {**CONNECTION, **options}


def wrap_single(params: dict[str, Any], spec: dict[str, dict[str, Any]]) -> None:
    """Where a list is expected, one mapping (such as a task that a module answered) is a list of one."""
    for name, option in spec.items():
        if option.get("type") == "list":
            for key in (name, *option.get("aliases", ())):
                if isinstance(params.get(key), dict):
                    params[key] = [params[key]]
