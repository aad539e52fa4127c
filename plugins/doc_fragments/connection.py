# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that every module has. They mirror CONNECTION in module_utils/_options.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - Name or address of the vCenter, without C(https://) and path.
      - If not given, the environment variable E(VMWARE_HOST) counts.
    type: str
    required: true
  username:
    description:
      - Name of the user, such as V(administrator@vsphere.local).
      - If not given, the environment variable E(VMWARE_USER) counts.
      - Required together with O(password), unless O(session_id) is given.
    type: str
    aliases: [user, admin]
  password:
    description:
      - Password of the user.
      - If not given, the environment variable E(VMWARE_PASSWORD) counts.
    type: str
    aliases: [pass, pwd]
  session_id:
    description:
      - Id of a live session, such as M(vijson.tasks.vi_session) returns. It is used and never logged out.
      - It wins over O(username) and O(password), wherever those come from.
      - If not given, the environment variable E(VMWARE_SESSION_ID) counts.
    type: str
  port:
    description:
      - Port of the vCenter.
      - If not given, the environment variable E(VMWARE_PORT) counts.
    type: int
    default: 443
  validate_certs:
    description:
      - Whether the certificate of the vCenter has to be trusted. With V(false) any is.
      - If not given, the environment variable E(VMWARE_VALIDATE_CERTS) counts.
    type: bool
    default: true
  ca_path:
    description:
      - PEM file, or directory of such, with the authorities to trust.
      - Without it, E(REQUESTS_CA_BUNDLE) counts, and without that the list that the C(requests) library brings.
      - If not given, the environment variable E(VMWARE_CA_PATH) counts.
    type: path
  proxy_host:
    description:
      - Name or address of a proxy. Without it, E(HTTPS_PROXY) and E(NO_PROXY) count.
      - If not given, the environment variable E(VMWARE_PROXY_HOST) counts.
    type: str
  proxy_port:
    description:
      - Port of the proxy; required with O(proxy_host).
      - If not given, the environment variable E(VMWARE_PROXY_PORT) counts.
    type: int
  proxy_protocol:
    description:
      - How the proxy itself is spoken to.
    type: str
    default: http
    choices: [http, https]
  api_release:
    description:
      - Release of the API to speak, such as V(8.0.1.0). A server takes its own and every earlier one.
      - V(auto) asks the server for the newest that both know.
    type: str
    default: 8.0.1.0
  request_timeout:
    description:
      - Seconds that one request may take, on top of what a long poll waits by itself.
    type: float
    default: 60.0
requirements:
  - requests
notes:
  - Speaks VI JSON, the JSON protocol of vCenter 8.0.1 and later.
  - All modules are in the action group C(vijson.tasks.vi), for C(module_defaults).
"""
