# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The invented history: past tasks of every type, the last of them still active."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from .extension_manager import SIMULATOR_KEY
from .seed_outcomes import failure, reason_of, result_of
from .task import Plan, Task, canceled
from .task_types import TASK_TYPES
from .wire import SECOND, Ref, box, data, moref

if TYPE_CHECKING:
    from .world import World

# A day less than a history of 30 days, so that none of the tasks expires during a test.
LONGEST_NS = 29 * 86400 * SECOND
USUAL_PAUSE_NS = 600 * SECOND
MOST_ACTIVE = 8

MACHINES = [Ref("VirtualMachine", f"vm-{number}") for number in (21, 22, 23, 24, 25, 61)]
HOSTS = [Ref("HostSystem", "host-11"), Ref("HostSystem", "host-12")]
ENTITIES = {
    "VirtualMachine": MACHINES,
    "HostSystem": HOSTS,
    "Datastore": [Ref("Datastore", "datastore-31")],
    "Folder": [Ref("Folder", "group-v3"), Ref("Folder", "group-v9")],
    "ClusterComputeResource": [Ref("ClusterComputeResource", "domain-c7")],
    "vim": [Ref("VmwareDistributedVirtualSwitch", "dvs-42")],
    "com": [Ref("Folder", "group-d1"), *MACHINES[:3]],
}
TYPES = [*TASK_TYPES, f"{SIMULATOR_KEY}.job", f"{SIMULATOR_KEY}.backup"]

# (type, plan, cancelable) of the active tasks, oldest first. All end within ten minutes of the simulator's start, so
# that everything that waits for them ends too. A cancelled one ends within a second.
ACTIVE: list[tuple[str, Plan, bool]] = [
    ("VirtualMachine.clone", Plan(300), True),
    ("VirtualMachine.migrate", Plan(480), True),
    ("HostSystem.enterMaintenanceMode", Plan(600, on_cancel="at_once"), True),
    ("Datastore.refresh", Plan(240), False),
    (f"{SIMULATOR_KEY}.backup", Plan(540), True),
    ("VirtualMachine.relocate", Plan(420, outcome="error", error=failure(7)), True),
    ("VirtualMachine.createSnapshot", Plan(330, on_cancel="at_once", queued=300), True),
    ("VirtualMachine.powerOff", Plan(80, on_cancel="at_once", queued=60), True),
]


def build_history(world: World, count: int, seed: int) -> None:
    """Add `count` tasks up to now: the last of them queued or running, all others ended."""
    active = min(MOST_ACTIVE, count // 8)
    past = _Past(world, Random(seed))
    pause = min(USUAL_PAUSE_NS, LONGEST_NS // max(count, 1))
    now = world.now_ns()
    for index in range(count - active):
        past.add_done(now - (count - index) * pause - past.up_to(pause), index)
    for index, (type_id, plan, cancelable) in enumerate(ACTIVE[MOST_ACTIVE - active :]):
        past.add_active(now - (active - index) * 20 * SECOND, index, type_id, plan, cancelable)


class _Past:
    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self._last_clone: Task | None = None

    def up_to(self, nanoseconds: int) -> int:
        return self._random.randrange(max(nanoseconds, 1))

    def add_done(self, queue_ns: int, index: int) -> None:
        task = self._new(queue_ns, TYPES[index % len(TYPES)], index)
        waited = self.up_to(2 * SECOND)
        task.start_ns = task.precise(task.queue_ns + waited)
        task.complete_ns = task.precise(task.start_ns + SECOND + self.up_to(20 * SECOND))
        self._end(task, index)
        self._decorate(task, index)
        self._world.tasks.add(task)

    def add_active(self, queue_ns: int, index: int, type_id: str, plan: Plan, cancelable: bool) -> None:
        task = self._new(queue_ns, type_id, index)
        task.cancelable = cancelable
        task.plan = Plan(**vars(plan))
        if plan.queued is None:
            task.state = "running"
            task.start_ns = task.precise(task.queue_ns + SECOND // 7)
            task.progress = 0
        self._world.tasks.add(task)
        self._world.engine.drive(task, (self._world.now_ns() - task.queue_ns) / SECOND)

    def _new(self, queue_ns: int, type_id: str, index: int) -> Task:
        entity = self._random.choice(ENTITIES[type_id.partition(".")[0]])
        number = self._world.tasks.next_number()
        zone = 120 if index % 13 == 5 else 0
        reason = reason_of(index, entity, self._world.entity_name(entity))
        task = Task(self._world, number, type_id, entity, reason, queue_ns, digits=index % 10, zone=zone)
        task.name = TASK_TYPES[type_id].name if type_id in TASK_TYPES else None
        task.cancelable = index % 3 == 0
        return task

    def _end(self, task: Task, index: int) -> None:
        fate = index % 20
        if fate == 19:
            task.state, task.error, task.cancelled, task.cancelable = "error", canceled(), True, True
        elif fate in (6, 13):
            task.state, task.error = "error", failure(index)
        else:
            task.state, task.result = "success", result_of(index)
            task.cancelled = task.cancelable and index % 33 == 0

    def _decorate(self, task: Task, index: int) -> None:
        """Set the optional fields, each on some of the tasks."""
        if index % 9 == 2:
            task.progress = 100 if task.state == "success" else 42
        if index % 10 == 4:
            task.activation_id = f"{self._random.getrandbits(32):08x}"
        if index % 25 == 8:
            task.change_tag = f"nightly-{index // 100}"
        if index % 11 == 6:
            message = f"Copying disk {index % 4 + 1} of 4"
            task.description = data("LocalizableMessage", key="com.vijson.simulator.copy", message=message)
        if index % 14 == 9:
            task.locked = [moref(task.entity)]
        if index % 50 == 12:
            task.progress_details = _progress_details(index)
        if index % 40 == 17:
            task.custom_values[101] = f"CHG{index:07d}"
        self._relate(task, index)

    def _relate(self, task: Task, index: int) -> None:
        """Relate a clone to the tasks after it: the next becomes its child and the one after that its grandchild."""
        parent = self._last_clone
        if parent is not None and index % 5 in (0, 1):
            task.parent_key = parent.key
            task.root_key = parent.root_key or parent.key
            task.event_chain_id = parent.event_chain_id
            self._last_clone = task if parent.parent_key is None else None
        elif task.type_id == "VirtualMachine.clone":
            self._last_clone = task


def _progress_details(index: int) -> list[dict[str, Any]]:
    return [
        data("KeyAnyValue", key="copied", value=box("long", index * 1_000_000_007)),
        data("KeyAnyValue", key="file", value=box("string", f"disk-{index}.vmdk")),
    ]
