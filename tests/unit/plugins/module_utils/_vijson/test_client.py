# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client from its first request to its end, and its twin."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import SDK, Call, Reply, Wire, answers, login, logout

Make = Callable[..., Client]
TASK = Reference("Task", "task-7")


def test_the_first_request_logs_in_and_closing_logs_out(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", f"{SDK}/TaskManager/TaskManager/maxCollector", answers(32), None, "S1"),
        Call("POST", f"{SDK}/Task/task-7/UpdateProgress", Reply(204), {"percentDone": 5}, "S1"),
        logout("S1"),
    )
    with client() as made:
        assert made.get("taskManager", "maxCollector") == 32
        assert made.call(TASK, "UpdateProgress", {"percentDone": 5}) is None
    assert all(59 < seconds <= 60 for sent in wire.sent for seconds in sent.timeout)


def test_a_client_without_requests_sends_nothing(client: Make, wire: Wire) -> None:
    with client():
        pass
    assert wire.sent == []


def test_a_new_session_id_of_a_twin_is_used_by_both(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        Call("GET", f"{SDK}/Task/task-7/info", answers({}), None, "S1"),
        Call("GET", f"{SDK}/Task/task-7/value", answers({}, session="S2"), None, "S1"),
        logout("S2"),
    )
    with client() as made:
        made.get(TASK, "info")
        with made.twin() as twin:
            twin.get(TASK, "value")
