# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated vCenter of a measurement: its control interface, and requests in a session of the caller."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter


class Server(VCenter):
    """One running simulator, which the environment variables name too."""

    def __init__(self, variables: dict[str, str]):
        super().__init__(variables)
        self._http = requests.Session()
        # A REQUESTS_CA_BUNDLE in the environment would override verify.
        self._http.trust_env = False
        self._http.verify = variables["VMWARE_CA_PATH"]

    def total(self) -> int:
        """Number of API requests since :meth:`reset`."""
        return int(self.state()["total"])

    def read(self, path: str, session: str) -> Any:
        """A property, read over a kept-alive connection as a script without this collection would read it."""
        url = f"https://{self.host}:{self.port}/sdk/vim25/8.0.1.0/{path}"
        return self._http.get(url, headers={"vmware-api-session-id": session}, timeout=120).json()


@contextmanager
def vcenter(history: int) -> Iterator[Server]:
    """A simulator with this number of tasks in its history. Inside the block, the environment variables name it."""
    before = dict(os.environ)
    with simulator(["--history", str(history)]) as variables:
        os.environ.update(variables)
        try:
            yield Server(variables)
        finally:
            os.environ.clear()
            os.environ.update(before)
