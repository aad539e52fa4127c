# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks whose objects expire during a wait."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._waiting.tracker import TaskTracker
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import wait_for_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import ExpiringServer


def wait(server: ExpiringServer, *moids: str, timeout: float = 1000) -> TaskTracker:
    tracker = TaskTracker(moids)
    with server.client() as client:
        assert wait_for_tasks(client, tracker, timeout, clock=server.clock.clock) is None
    assert server.owned == {}
    return tracker


def states(tracker: TaskTracker) -> dict[str, str]:
    return {moid: info["state"] for moid, info in tracker.infos.items()}


@pytest.mark.parametrize("tells_leaving", [True, False])
def test_a_task_that_expires_during_a_wait_is_found_in_the_history(tells_leaving: bool) -> None:
    server = ExpiringServer("task-1", "task-2", "task-3")
    server.tells_leaving = tells_leaving
    server.clock.at(100, lambda: server.expire("task-1", "error"))
    server.clock.at(100, lambda: server.change("task-2", gone=True))
    server.clock.at(300, lambda: server.finish("task-3"))
    tracker = wait(server, "task-1", "task-2", "task-3")
    assert states(tracker) == {"task-1": "error", "task-3": "success"}
    assert (tracker.missing, list(tracker.pending)) == (["task-2"], [])
    assert server.clock.time < 310


def test_a_task_that_expires_before_the_watch_is_found() -> None:
    server = ExpiringServer("task-1", "task-2")
    create = server.answers["ViewManager.CreateListView"]

    def create_late(moid: str, params: dict) -> object:  # type: ignore[type-arg]
        if "task-1" in server.tasks:
            server.expire("task-1")
        return create(moid, params)

    server.answers["ViewManager.CreateListView"] = create_late
    server.clock.at(50, lambda: server.finish("task-2"))
    tracker = wait(server, "task-1", "task-2")
    assert states(tracker) == {"task-1": "success", "task-2": "success"}
    assert tracker.missing == []


def test_a_task_that_expires_during_a_restart_is_found() -> None:
    server = ExpiringServer("task-1")

    def restart() -> None:
        server.expire("task-1")
        server.end_sessions()

    server.clock.at(40, restart)
    tracker = wait(server, "task-1")
    assert states(tracker) == {"task-1": "success"}
    assert server.clock.time < 90


def test_a_wait_without_expired_tasks_never_searches() -> None:
    server = ExpiringServer("task-1", "task-2")
    server.clock.at(40, lambda: server.finish("task-1"))
    server.clock.at(200, lambda: server.finish("task-2"))
    assert states(wait(server, "task-1", "task-2")) == {"task-1": "success", "task-2": "success"}
    assert server.searches == 0


def test_a_task_that_runs_in_the_history_stays_pending() -> None:
    server = ExpiringServer()
    server.remember("task-1", state="running")
    tracker = wait(server, "task-1", timeout=100)
    assert (list(tracker.pending), tracker.missing) == (["task-1"], [])


def test_boxed_states_end_a_wait() -> None:
    server = ExpiringServer("task-1")
    boxed = {"_typeName": "TaskInfoState", "_value": "success"}
    server.clock.at(40, lambda: server.change("task-1", state=boxed))
    assert states(wait(server, "task-1", timeout=200)) == {"task-1": "success"}
    assert server.clock.time < 50
