# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server under test, and what several checks need from it."""

from __future__ import annotations

import base64
import json
import re
from functools import cached_property
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._errors import NoResponse, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._history.history_reader import read_latest_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._history.start_id_view import (
    START_ID_RELEASE,
    read_older_tasks,
    request_page,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import TaskInfo, expect_task_info
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.release import FIRST_RELEASE, RELEASES
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import (
    data_object,
    expect_objects,
    unboxed_value,
)
from ansible_collections.vijson.tasks.tests.probe.findings import NotObserved
from ansible_collections.vijson.tasks.tests.probe.recording import RecordingTransport

SAMPLE = 500
"""The most tasks of the history that the probe reads at once."""

_HELLO = "/api/vcenter/system?action=hello"
_NUMBERS = re.compile(r"\d+(\.\d+){1,3}")


class Server:
    """One session on the server.

    :ivar release: the release that release negotiation chose, or 8.0.1.0
    :ivar hello_status: the HTTP status of release negotiation, 0 without a response
    """

    def __init__(self, endpoint: Endpoint, credentials: Credentials) -> None:
        self.credentials = credentials
        self.transport = RecordingTransport(endpoint)
        self.hello_status, self.release = self._negotiate()
        self.client = Client(endpoint, credentials, api_release=self.release, transport=self.transport)

    def _negotiate(self) -> tuple[int, str]:
        body = json.dumps({"api_releases": list(RELEASES)})
        try:
            response = self.send("POST", _HELLO, body=body)
        except NoResponse:
            return 0, FIRST_RELEASE
        try:
            release = json.loads(response.body)["api_release"] if response.status == 200 else FIRST_RELEASE
        except (ValueError, TypeError, KeyError):
            release = FIRST_RELEASE
        return response.status, release if release in RELEASES else FIRST_RELEASE

    def send(self, verb: str, path: str, body: str | None = None, **headers: str) -> Response:
        """A request outside the session."""
        return self.transport.send_unrecorded(verb, path, body=body, headers=headers)

    def send_anonymously(self, verb: str, path: str, body: Any = None, release: str = "") -> Response:
        """A request of the API without a session."""
        text = None if body is None else json.dumps(body)
        return self.send(verb, f"/sdk/vim25/{release or self.release}/{path}", text)

    def basic_login(self) -> str:
        """The value of the header Authorization for the REST API."""
        if not (self.credentials.username and self.credentials.password):
            raise NotObserved("needs a user name and a password")
        pair = f"{self.credentials.username}:{self.credentials.password}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    @cached_property
    def version(self) -> str:
        """The version of the API that the server says it has, such as 8.0.3.0; "" if it does not say."""
        try:
            about = unboxed_value(self.client.content().get("about"))
        except ViError:
            return ""
        found = _NUMBERS.fullmatch(str(unboxed_value(about.get("apiVersion")))) if isinstance(about, dict) else None
        return found[0] if found else ""

    @cached_property
    def newest_tasks(self) -> list[TaskInfo]:
        """The newest tasks of the history, newest first."""
        return self.history()

    def history(self, count: int = SAMPLE, **conditions: Any) -> list[TaskInfo]:
        """The newest tasks that a filter finds, newest first."""
        found = read_latest_tasks(self.client, data_object("TaskFilterSpec", **conditions), count)
        return [expect_task_info(info) for info in found]

    def collector(self, **conditions: Any) -> Any:
        """A history collector, which the block destroys."""
        spec = {"filter": data_object("TaskFilterSpec", **conditions)}
        return self.client.owned("taskManager", "CreateCollectorForTasks", spec, "DestroyCollector")

    def read(self, collector: Any, method: str, count: int) -> list[TaskInfo]:
        """A page of a collector. A server may refuse the count: then half of it is tried."""

        def request(size: int) -> Any:
            return self.client.call(collector, method, {"maxCount": size}, bound=True)

        return _infos(request_page(request, count)[0], method)

    def latest_page(self, collector: Any) -> list[TaskInfo]:
        """The property latestPage of a collector."""
        return _infos(self.client.get(collector, "latestPage", bound=True), "latestPage")

    def view(self, start: str, count: int) -> list[TaskInfo]:
        """Tasks that are older than the one with an id, without a collector. NotObserved before 9.0.0.0."""
        if not self.client.supports(START_ID_RELEASE):
            raise NotObserved(f"needs release {START_ID_RELEASE}")
        older = read_older_tasks(self.client, data_object("TaskFilterSpec"), start, count)
        return [expect_task_info(info) for info in older]


def _infos(value: Any, what: str) -> list[TaskInfo]:
    return [expect_task_info(info) for info in expect_objects(value, what)]
