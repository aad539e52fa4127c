# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An extension with a task type, and tasks of that type, which the probe creates, drives and ends."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import finish, opening
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.registering import extension_heartbeat
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import (
    ENDED,
    TaskInfo,
    expect_task_info,
    task_moid,
    task_reference,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import (
    data_object,
    expect_object,
    unboxed_value,
)

PREFIX = "com.vijson.tasks.probe"
TEXT = "The text of the catalog"


class OwnTasks:
    """The tasks of one run.

    :ivar left: how many tasks and objects could not be cleaned up
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self.key = f"{PREFIX}-{secrets.token_hex(4)}"
        self.left = 0
        self._moids: list[str] = []
        self._fields: list[int] = []

    @property
    def phase(self) -> str:
        """The key of the only text of the extension."""
        return f"{self.key}.phase"

    def register(self) -> None:
        """Register the extension (RegisterExtension)."""
        task_type = f"{self.key}.job"
        texts = {f"{task_type}.label": "Probe", f"{task_type}.summary": "Probe", self.phase: TEXT}
        pairs = [data_object("KeyValue", key=key, value=text) for key, text in texts.items()]
        extension = data_object(
            "Extension",
            key=self.key,
            description=data_object("Description", label="vijson.tasks probe", summary="vijson.tasks probe"),
            version="1.0.0",
            taskList=[data_object("ExtensionTaskTypeInfo", taskID=task_type)],
            resourceList=[data_object("ExtensionResourceInfo", locale="en", module="task", data=pairs)],
            lastHeartbeatTime=extension_heartbeat(self.client, None),
        )
        self.client.call("extensionManager", "RegisterExtension", {"extension": extension}, repeatable=False)

    def create(self, *states: str, cancelable: bool = True) -> TaskInfo:
        """A new task of the root folder that goes through these states (CreateTask, SetTaskState)."""
        params = {
            "obj": self.client.singleton("rootFolder").wire(),
            "taskTypeId": f"{self.key}.job",
            "cancelable": cancelable,
            "activationId": f"{self.key}-{len(self._moids)}",
        }
        with opening():
            info = expect_task_info(self.client.call("taskManager", "CreateTask", params, repeatable=False))
            self._moids.append(task_moid(info))
        for state in states:
            self.change(info, "SetTaskState", state=state)
        return info

    def change(self, info: TaskInfo, method: str, **params: Any) -> None:
        """Call a method of a task."""
        self.client.call(task_reference(task_moid(info)), method, params or None, repeatable=False)

    def read(self, info: TaskInfo) -> TaskInfo:
        """The TaskInfo as it is now."""
        return expect_task_info(self.client.get(task_reference(task_moid(info)), "info"))

    def add_field(self) -> str:
        """The name of a new custom field of tasks (AddCustomFieldDef)."""
        name = self.key
        with opening():
            field = self.client.call("customFieldsManager", "AddCustomFieldDef", {"name": name, "moType": "Task"})
            self._fields.append(int(unboxed_value(expect_object(field, "AddCustomFieldDef")["key"])))
        return name

    def clean_up(self) -> None:
        """End all tasks, and remove the field and the extension."""
        for moid in self._moids:
            self._end(moid)
        for key in self._fields:
            self._remove("customFieldsManager", "RemoveCustomFieldDef", {"key": key})
        self._remove("extensionManager", "UnregisterExtension", {"extensionKey": self.key})

    def _end(self, moid: str) -> None:
        task = task_reference(moid)
        with suppress(ViError):
            if expect_task_info(self.client.get(task, "info")).get("state") in ENDED:
                return
        with suppress(ViError):
            self.client.call(task, "SetTaskState", {"state": "running"})
        try:
            self.client.call(task, "SetTaskState", {"state": "success"})
        except ViError as error:
            self.left += _type(error) not in ("ManagedObjectNotFound", "InvalidState")

    def _remove(self, manager: str, method: str, params: dict[str, Any]) -> None:
        try:
            self.client.call(manager, method, params)
        except ViError as error:
            self.left += _type(error) not in ("NotFound", "InvalidArgument")


def _type(error: ViError) -> Any:
    return (error.fault or {}).get("type")


@contextmanager
def own_tasks(client: Client) -> Iterator[OwnTasks]:
    """Tasks that are all ended, and their extension removed, when the block ends."""
    tasks = OwnTasks(client)
    with ExitStack() as stack:
        stack.callback(finish, tasks.clean_up)
        with opening():
            tasks.register()
        yield tasks
