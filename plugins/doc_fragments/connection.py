# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options of the modules and of the callback. They mirror CONNECTION_SPEC of module_utils."""

from __future__ import annotations

from typing import Any

import yaml

# `env` names an environment variable. Ansible takes it in the documentation of plugins, but not in that of modules.
_OPTIONS: dict[str, dict[str, Any]] = yaml.safe_load(r"""
hostname:
  description:
    - Host name or IP address of the vCenter, without C(https://) and without a path. It is required.
  type: str
  required: true
  env: VMWARE_HOST
username:
  description:
    - Name of the user, such as V(administrator@vsphere.local).
    - Required together with O(password), unless O(session_id) is set.
  type: str
  aliases: [user, admin]
  env: VMWARE_USER
password:
  description:
    - Password of the user.
  type: str
  aliases: [pass, pwd]
  env: VMWARE_PASSWORD
session_id:
  description:
    - Id of an open session to use instead of logging in, such as M(vijson.tasks.vi_session) returns.
    - Takes precedence over O(username) and O(password), even if those are set explicitly.
    - The session is not logged out at the end.
  type: str
  env: VMWARE_SESSION_ID
port:
  description:
    - HTTPS port of the vCenter.
  type: int
  default: 443
  env: VMWARE_PORT
validate_certs:
  description:
    - Whether to verify the TLS certificate of the vCenter. V(false) accepts any certificate.
  type: bool
  default: true
  env: VMWARE_VALIDATE_CERTS
ca_path:
  description:
    - PEM file, or folder of PEM files, with the CA certificates to trust.
    - If unset, E(REQUESTS_CA_BUNDLE) is used. If that is unset too, the CA certificates that ship with the Python
      library C(requests) are used.
  type: path
  env: VMWARE_CA_PATH
proxy_host:
  description:
    - Host name or IP address of a proxy.
    - If unset, E(HTTPS_PROXY) and E(NO_PROXY) are used.
  type: str
  env: VMWARE_PROXY_HOST
proxy_port:
  description:
    - Port of the proxy. Required with O(proxy_host).
  type: int
  env: VMWARE_PROXY_PORT
proxy_protocol:
  description:
    - Protocol for connecting to the proxy.
  type: str
  default: http
  choices: [http, https]
api_release:
  description:
    - Release of the vSphere API to use, such as V(8.0.1.0). A vCenter supports its own release and all earlier ones.
    - V(auto) asks the vCenter for the newest release that it shares with this collection.
  type: str
  default: 8.0.1.0
request_timeout:
  description:
    - Timeout of one request, from the connection to the last byte of the response. A long poll adds the time that it
      waits for changes.
    - Seconds, such as V(30), or a number with a unit, such as V(30s) or V(2m).
  type: str
  default: 60s
max_response_size:
  description:
    - Maximum size of one response, in MiB, after it is unpacked. A larger one is an error, so that a server cannot use
      up the memory of the controller.
  type: int
  default: 64
  version_added: 1.1.0
""")


def _of_modules(option: dict[str, Any]) -> dict[str, Any]:
    """An option as modules document it: the environment variable is named in the description."""
    described = {key: value for key, value in option.items() if key not in ("env", "required")}
    if "env" in option:
        what, *details = option["description"]
        described["description"] = [what, f"Defaults to the environment variable E({option['env']}).", *details]
    return described


def _of_callback(name: str, option: dict[str, Any]) -> dict[str, Any]:
    """An option as the callback documents it: Ansible reads the environment variable and ``ansible.cfg`` itself."""
    described = {key: value for key, value in option.items() if key not in ("aliases", "env")}
    if "env" in option:
        described["env"] = [{"name": option["env"]}]
    return {**described, "ini": [{"section": "callback_vcenter", "key": name}]}


class ModuleDocFragment:
    # Annotated, because the sanity test yamllint expects a literal in an assignment without annotation.
    DOCUMENTATION: str = yaml.safe_dump(
        {
            "options": {name: _of_modules(option) for name, option in _OPTIONS.items()},
            "requirements": ["requests"],
            "notes": [
                "Uses VI JSON, the JSON protocol of vCenter 8.0.1 and later.",
                "All modules belong to the action group C(vijson.tasks.vi), which you can set in C(module_defaults).",
            ],
        },
        sort_keys=False,
    )

    # For the callback `vcenter`.
    CALLBACK: str = yaml.safe_dump(
        {"options": {name: _of_callback(name, option) for name, option in _OPTIONS.items()}}, sort_keys=False
    )
