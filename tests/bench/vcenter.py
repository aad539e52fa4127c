# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated vCenter of a measurement: its control interface, and a session of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from ansible_collections.vijson.tasks.scripts.with_simulator import simulator


class VCenter:
    """One running simulator, which the environment leads to as well."""

    def __init__(self, variables: dict[str, str]):
        self.variables = variables
        self._http = requests.Session()
        # A REQUESTS_CA_BUNDLE in the environment would override verify.
        self._http.trust_env = False
        self._http.verify = variables["VMWARE_CA_PATH"]
        self._url = f"https://{variables['VMWARE_HOST']}:{variables['VMWARE_PORT']}"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A request to the control interface: its JSON answer."""
        answer = self._http.request(method, f"{self._url}/control/{path}", json=body, timeout=120)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def requests_since_reset(self) -> int:
        """How many API requests came in since :meth:`reset`."""
        return int(self.control("GET", "state")["total"])

    def reset(self) -> None:
        """Count from zero."""
        self.control("POST", "reset")

    def make_tasks(self, count: int, **options: Any) -> list[str]:
        """Ids of new tasks on a virtual machine."""
        body = {"entity": "vm-21", "type": "VirtualMachine.clone", "count": count, **options}
        return list(self.control("POST", "tasks", body)["tasks"])

    def api(self, method: str, path: str, session: str = "", body: Any = None) -> requests.Response:
        """A plain request to the API, as a script without this collection sends it."""
        headers = {"vmware-api-session-id": session} if session else {}
        url = f"{self._url}/sdk/vim25/8.0.1.0/{path}"
        return self._http.request(method, url, json=body, headers=headers, timeout=120)

    def log_in(self) -> str:
        """The id of a new session."""
        credentials = {"userName": self.variables["VMWARE_USER"], "password": self.variables["VMWARE_PASSWORD"]}
        answer = self.api("POST", "SessionManager/SessionManager/Login", body=credentials)
        return answer.headers["vmware-api-session-id"]


@contextmanager
def vcenter(history: int) -> Iterator[VCenter]:
    """A simulator with that many tasks in its history; the environment leads to it inside the block."""
    before = dict(os.environ)
    with simulator(["--history", str(history)]) as variables:
        os.environ.update(variables)
        try:
            yield VCenter(variables)
        finally:
            os.environ.clear()
            os.environ.update(before)
