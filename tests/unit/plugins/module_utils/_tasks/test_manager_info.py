# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Information about the TaskManager."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.manager_info import (
    read_manager_info,
    task_description_result,
)
from ansible_collections.vijson.tasks.tests.unit.support.fake_manager import ManagerServer

TEXT = {"key": "queued", "label": "Queued", "summary": "Task is queued"}


def test_manager_info_is_read_in_one_request() -> None:
    server = ManagerServer()
    client = server.client("S0")
    assert read_manager_info(client, description=False) == {
        "max_collector": 32,
        "recent_tasks": ["task-2", "task-1"],
        "retention_days": None,
    }
    assert read_manager_info(client, description=True)["description"] == {
        "methods": [],
        "states": [TEXT],
        "reasons": [],
    }
    asked = server.named("PropertyCollector.RetrievePropertiesEx")
    assert [sent.params["specSet"][0]["propSet"][0]["pathSet"] for sent in asked] == [
        ["maxCollector", "recentTask"],
        ["maxCollector", "recentTask", "description"],
    ]


def test_a_task_manager_with_another_id_is_found() -> None:
    assert read_manager_info(ManagerServer("ha-taskmgr").client(), description=False)["max_collector"] == 32


def test_recent_tasks_may_be_null() -> None:
    assert read_manager_info(ManagerServer(recentTask=None).client(), description=False)["recent_tasks"] == []


@pytest.mark.parametrize("broken", [None, [], "text", {"state": "text"}, {"state": [5]}])
def test_a_damaged_response_is_an_error(broken: Any) -> None:
    with pytest.raises(BadResponse):
        task_description_result(broken)
