# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that tests create, change and let expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..inventory import Alarm, ScheduledTask
from ..managed_entity import ManagedEntity
from ..managed_object import ManagedObject
from ..seed_outcomes import ADMINISTRATOR, alarm_reason, schedule_reason, user_reason
from ..task import DONE, Plan, Task
from ..task_types import TASK_TYPES
from ..wire import SECOND, Ref, data

if TYPE_CHECKING:
    from ..world import World

Spec = dict[str, Any]

KNOWN = frozenset(
    {
        "entity",
        "type",
        "state",
        "duration",
        "durations",
        "outcome",
        "cancelable",
        "on_cancel",
        "progress",
        "user",
        "system",
        "activation_id",
        "queued_ago",
        "started_ago",
        "completed_ago",
        "error",
        "result",
        "parent_task_key",
        "root_task_key",
        "tag",
        "event_chain_id",
        "alarm",
        "scheduled_task",
        "count",
        "description",
        "locked",
        "name",
        "cancelled",
        "digits",
        "custom_values",
    }
)
CHANGEABLE = frozenset(
    {
        "state",
        "progress",
        "cancelable",
        "cancelled",
        "description",
        "result",
        "error",
        "duration",
        "outcome",
        "on_cancel",
    }
)
PLANNED = frozenset({"duration", "outcome", "on_cancel"})


def create_tasks(world: World, spec: Spec) -> list[Task]:
    """Create `count` tasks from one specification, or one for each of its `durations`.

    Raises ValueError for an invalid specification.
    """
    _check_names(spec, KNOWN)
    if "durations" in spec:
        return [_create(world, {**spec, "duration": duration}) for duration in spec["durations"]]
    return [_create(world, spec) for _round in range(spec.get("count", 1))]


def change_task(task: Task, changes: Spec) -> None:
    """Raises ValueError for an invalid change."""
    _check_names(changes, CHANGEABLE)
    _set_plain(task, changes)
    if PLANNED & set(changes):
        old = task.plan or Plan(None)
        task.plan = _plan({"duration": old.seconds, **vars(old), **changes})
    state = changes.get("state", task.state)
    if state in DONE and not task.done:
        task.world.engine.forget(task)
        task.finish(state, changes.get("result"), changes.get("error"))
        return
    if state == "running" and task.state == "queued":
        task.start()
    task.changed()
    task.world.engine.drive(task)


def expire_task(task: Task) -> None:
    """Remove the task and its row in the history, as servers do some days after its end."""
    task.world.engine.forget(task)
    task.world.tasks.remove(task)


def expire_object(task: Task) -> None:
    """Remove the object of a task, as servers do some minutes after its end. Its row in the history stays."""
    task.world.engine.forget(task)
    task.world.tasks.remove_object(task)


def _check_names(spec: Spec, known: frozenset[str]) -> None:
    unknown = set(spec) - known
    if unknown:
        raise ValueError(f"unknown names: {', '.join(sorted(unknown))}")
    if spec.get("state", "queued") not in ("queued", "running", *DONE):
        raise ValueError(f"not a valid state: {spec['state']}")


def _create(world: World, spec: Spec) -> Task:
    now = world.now_ns()
    entity = _entity(world, spec.get("entity", world.root.value))
    type_id = spec.get("type", "VirtualMachine.powerOn")
    queue_ns = now - _ns(_longest_ago(spec))
    task = Task(
        world,
        world.tasks.next_number(),
        type_id,
        entity,
        _reason(world, spec, entity),
        queue_ns,
        digits=spec.get("digits", 9),
        cancelable=spec.get("cancelable", True),
    )
    task.name = spec.get("name", TASK_TYPES[type_id].name if type_id in TASK_TYPES else None)
    task.state = spec.get("state", "running")
    task.plan = None if task.done else _plan(spec)
    _set_times(task, spec, now)
    _set_identity(task, spec)
    _set_plain(task, spec)
    if task.done:
        task.result, task.error = spec.get("result"), spec.get("error")
    world.tasks.add(task)
    world.engine.drive(task, spec.get("started_ago", 0.0))
    return task


def _plan(spec: Spec) -> Plan:
    on_cancel = spec.get("on_cancel", "later")
    if on_cancel not in ("at_once", "later", "success", "owner"):
        raise ValueError(f"not a valid on_cancel: {on_cancel}")
    return Plan(spec.get("duration"), spec.get("outcome", "success"), spec.get("error"), spec.get("result"), on_cancel)


def _set_times(task: Task, spec: Spec, now: int) -> None:
    if task.state != "queued":
        task.start_ns = task.precise(now - _ns(spec.get("started_ago") or spec.get("completed_ago") or 0))
    if task.done:
        task.complete_ns = task.precise(now - _ns(spec.get("completed_ago", 0)))


def _longest_ago(spec: Spec) -> float:
    if "queued_ago" in spec:
        return float(spec["queued_ago"])
    return max(float(spec.get("started_ago", 0)), float(spec.get("completed_ago", 0)))


def _set_identity(task: Task, spec: Spec) -> None:
    task.activation_id = spec.get("activation_id")
    task.parent_key = spec.get("parent_task_key")
    task.root_key = spec.get("root_task_key")
    task.change_tag = spec.get("tag")
    task.event_chain_id = spec.get("event_chain_id", task.number)
    task.locked = spec.get("locked")
    task.custom_values.update({int(key): text for key, text in spec.get("custom_values", {}).items()})


def _set_plain(task: Task, spec: Spec) -> None:
    task.progress = spec.get("progress", task.progress)
    task.cancelable = spec.get("cancelable", task.cancelable)
    task.cancelled = spec.get("cancelled", task.cancelled)
    if "description" in spec:
        text = spec["description"]
        task.description = (
            data("LocalizableMessage", key="simulator.phase", message=text) if isinstance(text, str) else text
        )


def _reason(world: World, spec: Spec, entity: Ref) -> Spec:
    if "alarm" in spec:
        return alarm_reason(_cause(world, Alarm, spec["alarm"]), entity, world.entity_name(entity))
    if "scheduled_task" in spec:
        return schedule_reason(_cause(world, ScheduledTask, spec["scheduled_task"]))
    if spec.get("system"):
        return data("TaskReasonSystem")
    return user_reason(spec.get("user", ADMINISTRATOR))


def _cause(world: World, kind: type[ManagedObject], moid: str) -> Ref:
    """The alarm or scheduled task of that id, created if it does not exist."""
    ref = Ref(kind.TYPE, moid)
    if moid not in world.objects:
        world.add(kind(world, ref))
    return ref


def _entity(world: World, moid: str) -> Ref:
    found = world.objects.get(moid)
    if isinstance(found, ManagedEntity):
        return found.ref
    raise ValueError(f"not an entity: {moid}")


def _ns(seconds: float) -> int:
    return int(seconds * SECOND)
