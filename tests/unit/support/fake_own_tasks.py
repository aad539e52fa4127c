# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake vCenter on which a client creates and updates tasks."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.driven_task import DrivenTask
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.task_reporter import TaskReporter
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeClock, Fault, Params, TaskServer, info, ref

SET_STATE = "Task.SetTaskState"
CREATE = "TaskManager.CreateTask"
HAS_PRIVILEGE = "AuthorizationManager.HasPrivilegeOnEntities"
ROOT = ref("Folder", "group-d1")
TASK_TYPE = "com.example.jobs.backup"


class OwnTaskServer(TaskServer):
    """Creates tasks, and lets a client update them until they have ended.

    :ivar denied: privileges that the user lacks
    """

    def __init__(self, *moids: str, clock: FakeClock | None = None) -> None:
        super().__init__(*moids, clock=clock)
        self.denied: set[str] = set()
        self.answers.update(
            {
                CREATE: self._create,
                SET_STATE: self._set_state,
                "Task.SetTaskDescription": lambda moid, params: self.change(moid, **params),
                "Task.UpdateProgress": lambda moid, params: self.change(moid, progress=params["percentDone"]),
                "ServiceInstance.content": lambda _moid, _params: {"rootFolder": ROOT},
                "ExtensionManager.extensionList": lambda _moid, _params: [{"taskList": [{"taskID": TASK_TYPE}]}],
                HAS_PRIVILEGE: self._has_privilege,
            }
        )

    def reporter(self, moid: str = "task-1", **fields: Any) -> TaskReporter:
        """The reporter of a running task, with a client of its own."""
        client = self.client()
        return TaskReporter(client, DrivenTask(client, {**info(moid), "cancelable": True, **fields}))

    def _create(self, _moid: str, params: Params) -> Any:
        moid = f"task-{len(self.tasks) + 1}"
        fields = {"entity": params["obj"], "descriptionId": params["taskTypeId"], "cancelable": params["cancelable"]}
        self.tasks[moid] = info(moid, "queued", activationId=params.get("activationId"), **fields)
        return self.tasks[moid]

    def _set_state(self, moid: str, params: Params) -> None:
        if self.tasks[moid]["state"] in ("success", "error"):
            raise Fault("InvalidState")
        self.change(moid, **{("error" if name == "fault" else name): value for name, value in params.items()})

    def _has_privilege(self, _moid: str, params: Params) -> Any:
        (privilege,) = params["privId"]
        granted = {"privId": privilege, "isGranted": privilege not in self.denied}
        return [{"entity": entity, "privAvailability": [granted]} for entity in params["entity"]]

    def _retrieve(self, moid: str, params: Params) -> Any:
        (spec,) = params["specSet"]
        if spec["objectSet"][0]["obj"] == ROOT:
            return {"objects": [{"obj": ROOT, "propSet": [{"name": "name", "val": "Datacenters"}]}]}
        return super()._retrieve(moid, params)
