# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated vCenter as tests see it: its control interface and some of its API."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from email.message import Message
from functools import cached_property
from http.client import HTTPSConnection
from typing import Any

from ansible_collections.vijson.tasks.tests.support.simulators import TOKEN

KINDS = ("sessions", "collectors", "filters", "views", "property_collectors")
"""What a client can leave open on a server."""

RELEASES = "/sdk/vim25"
ROOT = f"{RELEASES}/8.0.1.0"
SESSION_HEADER = "vmware-api-session-id"


class VCenter:
    """A running simulator.

    :ivar variables: environment variables for its clients
    :ivar made: ids of the tasks that tests created on it
    """

    def __init__(self, variables: dict[str, str]):
        self.variables = variables
        self.made: list[str] = []
        self.host = variables["VMWARE_HOST"]
        self.port = int(variables["VMWARE_PORT"])

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.variables["VMWARE_CA_PATH"])

    def _request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Any, Message]:
        connection = HTTPSConnection(self.host, self.port, context=self._tls, timeout=30)
        with closing(connection):
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            content = response.read()
        assert response.status < 300, f"{method} {path}: {response.status} {content!r}"
        return json.loads(content or "null"), response.headers

    @cached_property
    def _quirks(self) -> dict[str, Any]:
        """The quirks at the start."""
        quirks: dict[str, Any] = self.control("GET", "quirks")
        return quirks

    def reset(self) -> None:
        """Reset the counters."""
        assert self._quirks
        self.control("POST", "reset")

    def quirks(self, **quirks: Any) -> None:
        """Set quirks until the end of the test."""
        self.control("POST", "quirks", quirks)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request to ``/control/PATH``. AssertionError if the server rejects it."""
        authorization = {"Authorization": f"Bearer {self.variables[TOKEN]}"}
        return self._request(method, f"/control/{path}", body, authorization)[0]

    def log_in(self) -> str:
        """The id of a new session of the administrator."""
        login = {"userName": self.variables["VMWARE_USER"], "password": self.variables["VMWARE_PASSWORD"]}
        _user, headers = self._request("POST", f"{ROOT}/SessionManager/SessionManager/Login", login)
        return str(headers[SESSION_HEADER])

    def log_out(self, session: str) -> None:
        """End a session."""
        self._request("POST", f"{ROOT}/SessionManager/SessionManager/Logout", None, {SESSION_HEADER: session})

    def invoke(self, method: str, params: Any = None, release: str = "8.0.1.0") -> Any:
        """Call a method of the API, such as ``TaskManager/TaskManager/CreateTask``, in a session of its own."""
        session = self.log_in()
        try:
            return self._request("POST", f"{RELEASES}/{release}/{method}", params, {SESSION_HEADER: session})[0]
        finally:
            self.log_out(session)

    def state(self) -> dict[str, Any]:
        """``{sessions, collectors, filters, views, property_collectors, opened: {…}, requests: {…}, total}``"""
        state: dict[str, Any] = self.control("GET", "state")
        return state

    def left(self) -> dict[str, int]:
        """The number of open objects by type, without zeros."""
        state = self.state()
        return {kind: state[kind] for kind in KINDS if state[kind]}

    def task(self, **spec: Any) -> str:
        """The id of a new task that the server runs; its state is running unless the spec sets another."""
        return self.tasks(1, **spec)[0]

    def tasks(self, count: int, **spec: Any) -> list[str]:
        """The ids of ``count`` new tasks."""
        made: list[str] = self.control("POST", "tasks", {"entity": "vm-21", **spec, "count": count})["tasks"]
        self.made += made
        return made

    def change(self, moid: str, **changes: Any) -> dict[str, Any]:
        """Change a task; returns its TaskInfo after the change."""
        info: dict[str, Any] = self.control("PATCH", f"tasks/{moid}", changes)
        return info

    def rename(self, moid: str, name: str) -> None:
        """Rename an entity; nothing restores its old name."""
        self.control("PATCH", f"entities/{moid}", {"name": name})

    def info(self, moid: str) -> dict[str, Any]:
        """The TaskInfo of a task as it is on the wire."""
        return self.change(moid)

    def expire_object(self, moid: str) -> None:
        """Let the object of a task expire, as servers do some minutes after its end. The history keeps the task."""
        self.control("DELETE", f"tasks/{moid}/object")

    def expire(self, moid: str) -> None:
        """Let a task expire with its row in the history, as servers do some days after its end."""
        self.control("DELETE", f"tasks/{moid}")
        if moid in self.made:
            self.made.remove(moid)

    def clean(self) -> None:
        """Remove all tasks, sessions, faults and quirks."""
        self.control("DELETE", "faults")
        self.control("POST", "quirks", self._quirks)
        self.control("POST", "restart")
        self.control("DELETE", "tasks")
        self.made.clear()

    def fault(self, operation: str, fault: str, **more: Any) -> None:
        """Inject a fault; see the simulator's control interface."""
        self.control("POST", "faults", {"operation": operation, "fault": fault, **more})
