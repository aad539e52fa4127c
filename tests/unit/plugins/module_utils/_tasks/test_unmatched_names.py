# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about names in a selection that no task has."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._tasks.selection import TaskMatcher
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.unmatched_names import unmatched_names
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, TaskServer, info

TASKS = [
    info("task-1", "success", descriptionId="a.b", reason={"_typeName": "TaskReasonUser", "userName": "CORP\\joe"}),
    info("task-2", descriptionId="a.c", reason={"_typeName": "TaskReasonSystem"}),
]


def known_types(_moid: str, _params: Any) -> Any:
    return {"_typeName": "TaskDescription", "methodInfo": [{"key": "a.d", "label": "Do"}]}


def warnings(**matcher: Any) -> tuple[list[str], int]:
    """The warnings, and the number of requests."""
    server = TaskServer()
    server.answers["TaskManager.description"] = known_types
    with server.client("S0") as client:
        return unmatched_names(client, TaskMatcher(**matcher), TASKS), len(server.sent)


@pytest.mark.parametrize(
    ("matcher", "requests"),
    [
        ({}, 0),
        ({"users": []}, 0),
        ({"users": ["nobody", "joe@corp"], "states": ["queued"]}, 0),
        ({"description_ids": ["a.x", "a.b"], "states": ["queued"]}, 0),
        ({"description_ids": ["a.d"]}, 1),
    ],
)
def test_names_that_tasks_may_have_give_no_warning(matcher: dict[str, Any], requests: int) -> None:
    assert warnings(**matcher) == ([], requests)


def test_a_user_without_tasks_gives_a_warning() -> None:
    (warning,), requests = warnings(users=["nobody"])
    assert warning == ("users: none of the 2 recent tasks on vc.example.com was started by nobody. Check the name")
    assert requests == 0


def test_an_unknown_task_type_gives_a_warning() -> None:
    (warning,), _requests = warnings(description_ids=["CloneVM_Task", "a.d"])
    assert warning.startswith("description_ids: vc.example.com has no task type CloneVM_Task. Use a description_id")


def test_users_give_no_warning_without_recent_tasks() -> None:
    with TaskServer().client("S0") as client:
        assert unmatched_names(client, TaskMatcher(users=["nobody"]), []) == []


def test_task_types_that_cannot_be_read_give_no_warning() -> None:
    server = TaskServer()

    def refuse(_moid: str, _params: Any) -> Any:
        raise Fault("NoPermission")

    server.answers["TaskManager.description"] = refuse
    with server.client("S0") as client:
        assert unmatched_names(client, TaskMatcher(description_ids=["a.x"]), TASKS) == []
