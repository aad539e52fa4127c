# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a TaskManager says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.manager_info import (
    read_manager_info,
    task_description_result,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Params, ref

ELEMENT = {"_typeName": "ElementDescription", "key": "queued", "label": "Queued", "summary": "Task is queued"}
TEXT = {"key": "queued", "label": "Queued", "summary": "Task is queued"}
MANAGER: dict[str, Any] = {
    "maxCollector": {"_typeName": "int", "_value": 32},
    "recentTask": {
        "_typeName": "ArrayOfManagedObjectReference",
        "_value": [ref("Task", "task-2"), ref("Task", "task-1")],
    },
    "description": {"_typeName": "TaskDescription", "methodInfo": [], "state": [ELEMENT], "reason": None},
}


class ManagerServer(FakeVcenter):
    """A TaskManager with this id."""

    def __init__(self, moid: str = "TaskManager", **values: Any) -> None:
        super().__init__()
        self.moid = moid
        self.values = {**MANAGER, **values}
        self.answers["PropertyCollector.RetrievePropertiesEx"] = self._retrieve
        self.answers["ServiceInstance.content"] = lambda _moid, _params: {"taskManager": ref("TaskManager", moid)}

    def _retrieve(self, _moid: str, params: Params) -> Any:
        (spec,) = params["specSet"]
        (asked,) = spec["objectSet"]
        if asked["obj"]["value"] != self.moid:
            raise Fault("ManagedObjectNotFound", obj=asked["obj"])
        (wanted,) = spec["propSet"]
        found = [
            {"name": path, "val": self.values[path]} for path in wanted["pathSet"] if self.values[path] is not None
        ]
        return {"objects": [{"obj": asked["obj"], "propSet": found}]}


def test_in_one_request() -> None:
    server = ManagerServer()
    client = server.client("S0")
    assert read_manager_info(client, description=False) == {"max_collector": 32, "recent_tasks": ["task-2", "task-1"]}
    assert len(server.sent) == 1
    assert read_manager_info(client, description=True)["description"] == {
        "methods": [],
        "states": [TEXT],
        "reasons": [],
    }
    assert len(server.sent) == 2


def test_on_a_server_where_it_has_another_id() -> None:
    assert read_manager_info(ManagerServer("ha-taskmgr").client(), description=False)["max_collector"] == 32


def test_nothing_recent() -> None:
    assert read_manager_info(ManagerServer(recentTask=None).client(), description=False)["recent_tasks"] == []


@pytest.mark.parametrize("broken", [None, [], "text", {"state": "text"}, {"state": [5]}])
def test_a_broken_answer(broken: Any) -> None:
    with pytest.raises(BadResponse):
        task_description_result(broken)
