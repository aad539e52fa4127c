# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TaskFilterSpec: which tasks a collector contains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from .managed_entity import ManagedEntity
from .wire import SECOND, invalid_argument, moref, parse_time, ref_of

if TYPE_CHECKING:
    from .quirks import Quirks
    from .sessions import Session
    from .task import Task
    from .world import World

Condition = Callable[["Task"], bool]
Spec = dict[str, Any]

LISTS: dict[str, Callable[[Task], Any]] = {
    "activationId": lambda task: task.activation_id,
    "state": lambda task: task.state,
    "eventChainId": lambda task: task.event_chain_id,
    "tag": lambda task: task.change_tag or "",  # an empty string stands for tasks without a tag
    "parentTaskKey": lambda task: task.parent_key,
    "rootTaskKey": lambda task: task.root_key,
}
TIMES: dict[str, Callable[[Task], int | None]] = {
    "queuedTime": lambda task: task.queue_ns,
    "startedTime": lambda task: task.start_ns,
    "completedTime": lambda task: task.complete_ns,
}


class TaskFilter:
    """A task has to meet every condition that is set. Any value of a list is enough; an empty list is not set."""

    def __init__(self, world: World, session: Session, spec: Spec) -> None:
        self.spec = spec
        self._world = world
        self._conditions: list[Condition] = []
        self._add(spec.get("entity"), lambda part: _by_entity(world, session, part))
        self._add(spec.get("time"), _by_time)
        self._add(spec.get("userName"), lambda part: _by_user(world.quirks, part))
        self._add(spec.get("alarm"), lambda ref: _by_cause(world, session, ref, "Alarm", "alarm"))
        self._add(
            spec.get("scheduledTask"), lambda ref: _by_cause(world, session, ref, "ScheduledTask", "scheduledTask")
        )
        for name, getter in LISTS.items():
            self._add(spec.get(name), partial(_by_list, getter))

    def _add(self, part: Any, condition_of: Callable[[Any], Condition]) -> None:
        if part:
            self._conditions.append(condition_of(part))

    def matches(self, task: Task) -> bool:
        return all(condition(task) for condition in self._conditions)

    def take(self, tasks: Iterable[Task], count: int) -> list[Task]:
        """The first `count` matching tasks that have reached the history."""
        found = (task for task in tasks if self._is_listed(task) and self.matches(task))
        return list(islice(found, count))

    def _is_listed(self, task: Task) -> bool:
        lag = self._world.quirks.history_lag
        return not lag or task.queue_ns <= self._world.now_ns() - int(lag * SECOND)


def _by_list(getter: Callable[[Task], Any], values: list[Any]) -> Condition:
    wanted = frozenset(values)
    return lambda task: getter(task) in wanted


def _by_entity(world: World, session: Session, part: Spec) -> Condition:
    entity = world.find(ref_of(part["entity"]), session)
    if not isinstance(entity, ManagedEntity):
        raise invalid_argument("filter.entity.entity")
    if entity.up is None and part["recursion"] == "all":
        return lambda task: True
    wanted = {entity.ref} if part["recursion"] != "children" else set()
    if part["recursion"] != "self":
        wanted.update(below.ref for below in entity.descendants(world.quirks.children_depth))
    return lambda task: task.entity in wanted


def _by_time(part: Spec) -> Condition:
    getter = TIMES[part["timeType"]]
    begin = parse_time(part["beginTime"]) if "beginTime" in part else None
    end = parse_time(part["endTime"]) if "endTime" in part else None

    def in_time(task: Task) -> bool:
        moment = getter(task)
        return moment is not None and (begin is None or begin <= moment) and (end is None or moment <= end)

    return in_time


def _by_user(quirks: Quirks, part: Spec) -> Condition:
    """Without names: the tasks of all users, or with `systemUser` only tasks that no user started."""
    comparable: Callable[[str], str] = str if quirks.users_case_sensitive else str.casefold
    names = frozenset(map(comparable, part.get("userList") or ()))
    wants_system = part["systemUser"]
    any_user = not names and (quirks.system_user_adds or not wants_system)

    def by_user(task: Task) -> bool:
        user = task.reason.get("userName")
        return wants_system if user is None else any_user or comparable(user) in names

    return by_user


def _by_cause(world: World, session: Session, reference: dict[str, Any], type_name: str, field: str) -> Condition:
    ref = ref_of(reference)
    if ref.type != type_name:
        raise invalid_argument(f"filter.{field}")
    cause = moref(world.find(ref, session).ref)
    return lambda task: task.reason.get(field) == cause
