# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole conversations with a server that sends random responses end with a value or a ViError."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError
from ansible_collections.vijson.tasks.plugins.module_utils._history.history_reader import (
    read_history,
    read_latest_tasks,
)
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.creating import NewTask, create_or_find_task
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.state_plan import StateStep
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.state_requests import send_steps
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import task_from_info
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.cancelling import cancel_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.listing import list_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.inventory import find_entity
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fakes import (
    FakeClock,
    FakeVcenter,
    Fault,
    Handler,
    Lost,
    Params,
    info,
)
from ansible_collections.vijson.tasks.tests.unit.support.strategies import tried, wire_values

ENOUGH = 12


class Responses(dict[str, Handler]):
    """Sends random responses to all operations, and after a while none at all."""

    def __init__(self, draw: Callable[..., Any], server: FakeVcenter) -> None:
        super().__init__()
        self._draw = draw
        self._server = server

    def __missing__(self, operation: str) -> Handler:
        return self._respond

    def _respond(self, _moid: str, _params: Params) -> Any:
        if len(self._server.sent) > ENOUGH:
            raise ConnectError("gone")
        what = self._draw(st.sampled_from(["value"] * 6 + ["fault", "lost"]))
        if what == "lost":
            raise Lost(ran=True).error
        if what == "fault":
            raise Fault(self._draw(st.sampled_from(["InvalidState", "NotAuthenticated", "ManagedObjectNotFound"])))
        return self._draw(wire_values)


NEW = NewTask(Reference("Folder", "group-d1"), "com.example.a", activation_id="a-1")
RUNNING = task_from_info(info("task-1", cancelable=True, cancelled=False))
CONVERSATIONS: dict[str, Callable[[Client, FakeClock], Any]] = {
    "info": lambda client, _clock: list_tasks(client, ["task-1"], custom_values=True, localize=True),
    "recent": lambda client, _clock: list_tasks(client, None, custom_values=False, localize=False),
    "wait": lambda client, clock: wait_for_tasks(client, TaskTracker(["task-1", "task-2"]), 30, clock=clock.clock),
    "history": lambda client, _clock: list(read_history(client, {})),
    "newest": lambda client, _clock: list(read_history(client, {}, newest_first=True)),
    "latest": lambda client, _clock: read_latest_tasks(client, {}, 10),
    "create": lambda client, _clock: create_or_find_task(client, NEW, check_mode=False),
    "check": lambda client, _clock: create_or_find_task(client, NEW, check_mode=True),
    "cancel": lambda client, _clock: cancel_tasks(client, {"task-1": RUNNING}),
    "state": lambda client, _clock: send_steps(client, "task-1", [StateStep("SetTaskState", {"state": "success"})]),
    "path": lambda client, _clock: find_entity(client, "DC0/vm/web01"),
    "clock": lambda client, _clock: client.current_time(),
    "root": lambda client, _clock: client.singleton("rootFolder"),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
@pytest.mark.parametrize("session_id", [None, "S0"])
@given(data=st.data())
def test_random_responses_end_with_a_value_or_a_vi_error(
    name: str, session_id: str | None, data: st.DataObject
) -> None:
    server = FakeVcenter()
    server.answers = Responses(data.draw, server)
    with server.client(session_id) as client:
        tried(lambda: CONVERSATIONS[name](client, server.clock))
    assert len(server.sent) < 200
