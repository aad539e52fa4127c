# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own task types, and the texts that describe them."""

from __future__ import annotations

from typing import Any, NamedTuple

from .wire import data


class TaskType(NamedTuple):
    """`name` is the method in TaskInfo.name, `label` a short text, `summary` a longer one."""

    name: str
    label: str
    summary: str


TASK_TYPES = {
    "VirtualMachine.powerOn": TaskType("PowerOnVM_Task", "Power On virtual machine", "Power On this virtual machine"),
    "VirtualMachine.powerOff": TaskType(
        "PowerOffVM_Task", "Power Off virtual machine", "Power Off this virtual machine"
    ),
    "VirtualMachine.clone": TaskType("CloneVM_Task", "Clone virtual machine", "Clone a virtual machine"),
    "VirtualMachine.migrate": TaskType("MigrateVM_Task", "Migrate virtual machine", "Migrate this virtual machine"),
    "VirtualMachine.relocate": TaskType("RelocateVM_Task", "Relocate virtual machine", "Relocate this virtual machine"),
    "VirtualMachine.reconfigure": TaskType(
        "ReconfigVM_Task", "Reconfigure virtual machine", "Change the configuration"
    ),
    "VirtualMachine.createSnapshot": TaskType("CreateSnapshot_Task", "Create snapshot", "Create a new snapshot"),
    "VirtualMachine.removeAllSnapshots": TaskType(
        "RemoveAllSnapshots_Task", "Delete all snapshots", "Delete every snapshot"
    ),
    "HostSystem.enterMaintenanceMode": TaskType(
        "EnterMaintenanceMode_Task", "Enter maintenance mode", "Move the host's machines away"
    ),
    "HostSystem.exitMaintenanceMode": TaskType(
        "ExitMaintenanceMode_Task", "Exit maintenance mode", "Take the host into use again"
    ),
    "Datastore.refresh": TaskType("RefreshDatastore", "Refresh datastore", "Read the datastore's figures again"),
    "Folder.createVm": TaskType("CreateVM_Task", "Create virtual machine", "Create a new virtual machine"),
    "ClusterComputeResource.reconfigure": TaskType(
        "ReconfigureComputeResource_Task", "Reconfigure cluster", "Change the cluster"
    ),
    "vim.dvs.DistributedVirtualSwitch.reconfigure": TaskType(
        "ReconfigureDvs_Task", "Reconfigure distributed switch", "Change the switch"
    ),
    "com.vmware.vim.eam.agency.update": TaskType("UpdateAgency", "Update agency", "Roll the agency's agents on"),
}

STATES = {
    "queued": ("Queued", "Task is queued"),
    "running": ("Running", "Task is in progress"),
    "success": ("Success", "Task completed successfully"),
    "error": ("Error", "Task completed with a failure"),
}
REASONS = {
    "TaskReasonUser": ("User task", "Task started by a specific user"),
    "TaskReasonAlarm": ("Alarm task", "Task started by an alarm"),
    "TaskReasonSchedule": ("Scheduled task", "Task started by a scheduled task"),
    "TaskReasonSystem": ("System task", "Task started by the server"),
}


def describe_tasks(extension_labels: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """The TaskDescription: the server's own task types and those of extensions, `{task id: (label, summary)}`."""
    own = {key: (kind.label, kind.summary) for key, kind in TASK_TYPES.items()}
    return data(
        "TaskDescription",
        methodInfo=_elements("ElementDescription", {**own, **extension_labels}),
        state=_elements("ElementDescription", STATES),
        reason=_elements("TypeDescription", REASONS),
    )


def _elements(type_name: str, texts: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    return [data(type_name, label=label, summary=summary, key=key) for key, (label, summary) in texts.items()]
