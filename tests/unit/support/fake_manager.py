# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake vCenter with a TaskManager."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Params, ref

ELEMENT = {"_typeName": "ElementDescription", "key": "queued", "label": "Queued", "summary": "Task is queued"}


MANAGER: dict[str, Any] = {
    "maxCollector": {"_typeName": "int", "_value": 32},
    "recentTask": {
        "_typeName": "ArrayOfManagedObjectReference",
        "_value": [ref("Task", "task-2"), ref("Task", "task-1")],
    },
    "description": {"_typeName": "TaskDescription", "methodInfo": [], "state": [ELEMENT], "reason": None},
}


class ManagerServer(FakeVcenter):
    """Has a TaskManager with this id and these properties."""

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
