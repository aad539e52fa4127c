# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options.

An option is specified as in Ansible's argument specifications. In addition, ``env`` is the environment variable that
the option defaults to. The documentation fragment ``connection`` mirrors these options.
"""

from __future__ import annotations

from typing import Any

OptionSpec = dict[str, dict[str, Any]]

CONNECTION_SPEC: OptionSpec = {
    "hostname": {"type": "str", "required": True, "env": "VMWARE_HOST"},
    "username": {"type": "str", "aliases": ["user", "admin"], "env": "VMWARE_USER"},
    "password": {"type": "str", "aliases": ["pass", "pwd"], "no_log": True, "env": "VMWARE_PASSWORD"},
    "session_id": {"type": "str", "no_log": True, "env": "VMWARE_SESSION_ID"},
    "port": {"type": "int", "default": 443, "env": "VMWARE_PORT"},
    "validate_certs": {"type": "bool", "default": True, "env": "VMWARE_VALIDATE_CERTS"},
    "ca_path": {"type": "path", "env": "VMWARE_CA_PATH"},
    "proxy_host": {"type": "str", "env": "VMWARE_PROXY_HOST"},
    "proxy_port": {"type": "int", "env": "VMWARE_PROXY_PORT"},
    "proxy_protocol": {"type": "str", "default": "http", "choices": ["http", "https"]},
    "api_release": {"type": "str", "default": "8.0.1.0"},
    "request_timeout": {"type": "str", "default": "60s"},
    "max_response_size": {"type": "int", "default": 64},
}
