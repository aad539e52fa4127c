# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated vCenter as tests see it: its control interface, over its own TLS."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

KINDS = ("sessions", "collectors", "filters", "views", "property_collectors")
"""What a client can leave open on a server."""


class VCenter:
    """A simulator that runs.

    :ivar variables: the environment that leads clients to it
    """

    def __init__(self, variables: dict[str, str]):
        self.variables = variables
        self.url = f"https://{variables['VMWARE_HOST']}:{variables['VMWARE_PORT']}"

    @cached_property
    def _opener(self) -> Any:
        from urllib.request import HTTPSHandler

        context = ssl.create_default_context(cafile=self.variables["VMWARE_CA_PATH"])
        return build_opener(ProxyHandler({}), HTTPSHandler(context=context))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask ``/control/PATH``; HTTPError for what it does not understand."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/control/{path}", data, {"Content-Type": "application/json"}, method=method)
        with self._opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def state(self) -> dict[str, Any]:
        """``{sessions, collectors, filters, views, property_collectors, opened: {…}, requests: {…}, total}``"""
        answer: dict[str, Any] = self.control("GET", "state")
        return answer

    def left(self) -> dict[str, int]:
        """What is open, by kind; empty if nothing is."""
        state = self.state()
        return {kind: state[kind] for kind in KINDS if state[kind]}

    def task(self, **spec: Any) -> str:
        """The id of a new task of the server's own, running unless the spec says otherwise."""
        return self.tasks(1, **spec)[0]

    def tasks(self, count: int, **spec: Any) -> list[str]:
        """The ids of so many new tasks."""
        made: list[str] = self.control("POST", "tasks", {"entity": "vm-21", **spec, "count": count})["tasks"]
        return made

    def change(self, moid: str, **changes: Any) -> dict[str, Any]:
        """Change a task from the outside; its TaskInfo as it is then."""
        info: dict[str, Any] = self.control("PATCH", f"tasks/{moid}", changes)
        return info

    def info(self, moid: str) -> dict[str, Any]:
        """The TaskInfo of a task as it is on the wire."""
        return self.change(moid)

    def expire(self, moid: str) -> None:
        """Let a task go, as servers do after some time."""
        self.control("DELETE", f"tasks/{moid}")

    def fault(self, operation: str, fault: str, **more: Any) -> None:
        """Damage an answer: see the control interface of the simulator."""
        self.control("POST", "faults", {"operation": operation, "fault": fault, **more})

    @contextmanager
    def quirks(self, **quirks: Any) -> Iterator[None]:
        """Let the server differ from others for a while."""
        before = self.control("GET", "quirks")
        self.control("POST", "quirks", quirks)
        try:
            yield
        finally:
            self.control("POST", "quirks", before)
