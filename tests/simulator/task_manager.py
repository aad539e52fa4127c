# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskManager: create tasks, list recent tasks, describe task types."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .info_filter import InfoFilter
from .managed_object import ManagedObject, method, prop
from .task import Task
from .task_filter import TaskFilter
from .task_history_collector import TaskHistoryCollector, check_count
from .task_types import describe_tasks
from .wire import Fault, JsonText, Ref, data, invalid_argument, moref, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

MAX_COLLECTOR = 32


class TaskManager(ManagedObject):
    TYPE = "TaskManager"

    def __init__(self, world: World, ref: Ref, is_host: bool) -> None:
        super().__init__(world, ref)
        self._is_host = is_host

    # Documented as not sending updates, so nothing notes that it changes.
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
        parent = self.world.tasks.row(key)
        if parent is None:
            raise invalid_argument("parentTaskKey")
        return parent

    @method
    async def CreateCollectorForTasks(self, session: Session, filter: dict[str, Any]) -> dict[str, Any]:
        return self._collector(session, filter, None)

    @method
    async def CreateCollectorWithInfoFilterForTasks(
        self, session: Session, filter: dict[str, Any], infoFilter: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        return self._collector(session, filter, infoFilter)

    @method
    async def ReadNextTasksByViewSpec(
        self,
        session: Session,
        viewSpec: dict[str, Any],
        filterSpec: dict[str, Any],
        infoFilterSpec: dict[str, Any] | None = None,
    ) -> JsonText:
        """Tasks in the order of their ids, newest first: those below the start id, or with `count` < 0 above it."""
        self._refuse_on_host()
        if viewSpec["_typeName"] != "TaskManagerViewByStartId":
            raise invalid_argument("viewSpec")
        count = viewSpec["count"]
        check_count(self.world, abs(count), "viewSpec.count")
        task_filter = TaskFilter(self.world, session, filterSpec)
        start = _start_number(viewSpec)
        if start is not None and self.world.quirks.start_id_inclusive:
            start += 1 if count > 0 else -1
        tasks = task_filter.take(self.world.tasks.beyond(start, upwards=count < 0), abs(count))
        tasks.sort(key=attrgetter("number"), reverse=not self.world.quirks.oldest_first_views)
        return JsonText.array(map(InfoFilter(infoFilterSpec).text, tasks))

    def _refuse_on_host(self) -> None:
        if self._is_host:
            raise Fault("NotSupported", "The operation is not supported on the object.")

    def _collector(
        self, session: Session, filter_spec: dict[str, Any], info_spec: dict[str, Any] | None
    ) -> dict[str, Any]:
        self._refuse_on_host()
        compiled = TaskFilter(self.world, session, filter_spec)
        if sum(isinstance(owned, TaskHistoryCollector) for owned in session.owned.values()) >= MAX_COLLECTOR:
            raise Fault("InvalidState", f"There are {MAX_COLLECTOR} task collectors already.")
        collector = TaskHistoryCollector(self.world, session, compiled, InfoFilter(info_spec))
        session.own(collector)
        return moref(collector.ref)


def _start_number(view: dict[str, Any]) -> int | None:
    """The number in the start id; None for an empty one, with which the newest tasks are read."""
    if not view["startId"] and view["count"] > 0:
        return None
    match = re.fullmatch(r"task-(\d+)", view["startId"], re.ASCII)
    if not match:
        raise invalid_argument("viewSpec.startId")
    return int(match[1])
