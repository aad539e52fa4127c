# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskManager: create tasks, list recent tasks, describe task types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .task import Task
from .task_filter import TaskFilter
from .task_history_collector import TaskHistoryCollector
from .task_types import describe_tasks
from .wire import Fault, Ref, data, invalid_argument, moref, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

MAX_COLLECTOR = 32


class TaskManager(ManagedObject):
    TYPE = "TaskManager"

    def __init__(self, world: World, ref: Ref, is_host: bool) -> None:
        super().__init__(world, ref)
        self._is_host = is_host
        world.tasks.listeners.append(lambda task: world.touch(self, "recentTask"))

    @prop("ArrayOfManagedObjectReference")
    def recentTask(self, session: Session) -> list[dict[str, Any]]:
        return [moref(task.ref) for task in self.world.tasks.recent()]

    @prop("int")
    def maxCollector(self, session: Session) -> int:
        return MAX_COLLECTOR

    @prop("TaskDescription")
    def description(self, session: Session) -> dict[str, Any]:
        return describe_tasks(self.world.extensions.task_labels())

    @method
    async def CreateTask(
        self,
        session: Session,
        obj: dict[str, Any],
        taskTypeId: str,
        cancelable: bool,
        initiatedBy: str | None = None,
        parentTaskKey: str | None = None,
        activationId: str | None = None,
    ) -> dict[str, Any]:
        entity = self.world.find(ref_of(obj), session).ref
        if taskTypeId not in self.world.extensions.task_labels():
            raise invalid_argument("taskType")
        parent = self._parent(parentTaskKey)
        reason = data("TaskReasonUser", userName=initiatedBy or session.user.shown)
        number = self.world.tasks.next_number()
        task = Task(self.world, number, taskTypeId, entity, reason, self.world.now_ns(), cancelable=cancelable)
        task.activation_id = activationId
        if parent is not None:
            task.parent_key = parent.key
            task.root_key = parent.root_key or parent.key
        self.world.tasks.add(task)
        return task.info(session)

    def _parent(self, key: str | None) -> Task | None:
        if key is None:
            return None
        parent = self.world.objects.get(key)
        if not isinstance(parent, Task):
            raise invalid_argument("parentTaskKey")
        return parent

    @method
    async def CreateCollectorForTasks(self, session: Session, filter: dict[str, Any]) -> dict[str, Any]:
        if self._is_host:
            raise Fault("NotSupported", "The operation is not supported on the object.")
        compiled = TaskFilter(self.world, session, filter)
        if sum(isinstance(owned, TaskHistoryCollector) for owned in session.owned.values()) >= MAX_COLLECTOR:
            raise Fault("InvalidState", f"There are {MAX_COLLECTOR} task collectors already.")
        collector = TaskHistoryCollector(self.world, session, compiled)
        session.own(collector)
        return moref(collector.ref)
