# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that one process drives: only what differs is sent."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.driven_task import DrivenTask
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.faults import text_message
from ansible_collections.vijson.tasks.tests.unit.support.fakes import TaskServer, info


@pytest.fixture
def server() -> TaskServer:
    server = TaskServer("task-1")
    for method in ("SetTaskState", "SetTaskDescription", "UpdateProgress"):
        server.answers[f"Task.{method}"] = lambda _moid, _params: None
    return server


def test_only_differences_are_sent(server: TaskServer) -> None:
    with server.client() as client:
        task = DrivenTask(client, info("task-1", "queued"))
        task.update(state="running", description="Copying")
        task.update(progress=10, description="Copying")
        task.update(progress=10, description="Copying")
        task.update(progress=20, description="Comparing")
        task.update(state="success", progress=100)
    sent = [(each.operation, *each.params.values()) for each in server.sent if each.operation.startswith("Task.")]
    copying, comparing = (text_message("vijson.tasks.description", text) for text in ("Copying", "Comparing"))
    assert sent == [
        ("Task.SetTaskState", "running"),
        ("Task.SetTaskDescription", copying),
        ("Task.UpdateProgress", 10),
        ("Task.SetTaskDescription", comparing),
        ("Task.UpdateProgress", 20),
        ("Task.UpdateProgress", 100),
        ("Task.SetTaskState", "success"),
    ]


def test_refresh_reads_the_task_again(server: TaskServer) -> None:
    with server.client() as client:
        task = DrivenTask(client, info("task-1", "queued"))
        task.refresh()
        assert task.info["state"] == "running"
        server.change("task-1", gone=True)
        with pytest.raises(TaskError, match="task-1 does not exist"):
            task.refresh()


def test_of_a_malformed_task_only_the_state_is_taken(server: TaskServer) -> None:
    with server.client("S0") as client:
        task = DrivenTask(client, info("task-1", name="Copy"))
        server.change("task-1", state="success", completeTime="yesterday", name="other")
        task.refresh()
    assert (task.info["state"], task.info["name"], "completeTime" in task.info) == ("success", "Copy", False)
