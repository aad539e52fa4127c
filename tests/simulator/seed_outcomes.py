# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons, faults and results of the invented history."""

from __future__ import annotations

from typing import Any

from .task import with_message
from .wire import Ref, box, data, moref

ADMINISTRATOR = "VSPHERE.LOCAL\\Administrator"
USERS = (ADMINISTRATOR, ADMINISTRATOR, "VSPHERE.LOCAL\\backup", "EXAMPLE.COM\\carol", ADMINISTRATOR)


def reason_of(index: int, entity: Ref, entity_name: str) -> dict[str, Any]:
    kind = index % 12
    if kind == 3:
        return data("TaskReasonSystem")
    if kind == 7:
        alarm = Ref("Alarm", "alarm-5" if index % 24 == 7 else "alarm-6")
        return alarm_reason(alarm, entity, entity_name)
    if kind == 11:
        return schedule_reason(Ref("ScheduledTask", "schedule-7" if index % 24 == 11 else "schedule-8"))
    return user_reason(USERS[index % len(USERS)])


def user_reason(user: str) -> dict[str, Any]:
    return data("TaskReasonUser", userName=user)


def alarm_reason(alarm: Ref, entity: Ref, entity_name: str) -> dict[str, Any]:
    return data(
        "TaskReasonAlarm",
        alarmName=f"Alarm {alarm.value}",
        alarm=moref(alarm),
        entityName=entity_name,
        entity=moref(entity),
    )


def schedule_reason(scheduled_task: Ref) -> dict[str, Any]:
    return data("TaskReasonSchedule", name=f"Job {scheduled_task.value}", scheduledTask=moref(scheduled_task))


FAILURES = (
    with_message("InvalidState", "The operation is not allowed in the current state."),
    with_message("TaskInProgress", "Another task is in progress.", task=moref(Ref("Task", "task-101"))),
    with_message(
        "InvalidPowerState", "The power state is wrong.", requestedState="poweredOn", existingState="poweredOn"
    ),
    with_message("HostConnectFault", "Cannot reach the host esx01.example.com."),
    with_message("Timedout", "The operation timed out."),
    with_message("NoDiskSpace", "There is not enough space.", file="[datastore1] web01.vmdk", datastore="datastore1"),
    with_message("SystemError", "A general system error occurred.", reason="vix error 21"),
    with_message(
        "ExtendedFault",
        "The agent gave up.",
        faultTypeId="com.vijson.simulator.gaveUp",
        data=[data("KeyValue", key="attempts", value="3")],
    ),
    with_message("NotEnoughLicenses", "Too few licenses.", faultCause=data("NotFound", faultstring="No key.")),
    data("AlreadyExists", name="web01"),
    data("InvalidArgument", invalidProperty="spec.memoryMB", faultstring="A specified parameter was not correct"),
    with_message("NotSupported", "The operation is not supported on the object."),
)
RESULTS = (
    moref(Ref("VirtualMachine", "vm-21")),
    box("string", "done"),
    box("int", 5),
    box("long", 2**40),
    box("boolean", True),
    box("double", 0.5),
    box("dateTime", "2026-01-02T03:04:05.678Z"),
    box("ArrayOfString", ["a", "b"]),
    box("ArrayOfManagedObjectReference", [moref(Ref("HostSystem", "host-11"))]),
    box("TaskInfoState", "queued"),
    box("ArrayOfInt", []),
    data("KeyValue", key="backup", value="full"),
)


def failure(index: int) -> dict[str, Any]:
    """One of a dozen faults: VimFaults and RuntimeFaults, with fields, causes and types unknown to clients."""
    return FAILURES[index // 7 % len(FAILURES)]


def result_of(index: int) -> Any:
    """None for most tasks, else a value of one of the types that Any can hold."""
    return RESULTS[index // 4 % len(RESULTS)] if index % 4 == 1 else None
