#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_info
short_description: Read tasks of a vCenter
version_added: 1.0.0
description:
  - Reads the tasks that are named, however many, in one request.
  - Without O(tasks), reads the recent tasks; those that are queued or running, and those that ended
    within the last ten minutes.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.info
options:
  tasks:
    description:
      - The tasks to read. If not given, the recent tasks are read; an empty list means no tasks.
      - Each is V(task-42), V(Task:task-42), V(vim.Task:task-42), V(task-42:<uuid>) as the
        vSphere REST API's C(vmw-task=true) answers it, or a task as another module answered it.
      - Repeated ones count once.
    type: list
    elements: raw
    aliases: [task]
  entity:
    description:
      - Narrows the list to the tasks of this object.
      - V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01),
        or a mapping of C(type) and C(moid).
    type: raw
  states:
    description:
      - Narrows the list to tasks in these states.
    type: list
    elements: str
    choices: [queued, running, success, error]
  users:
    description:
      - Narrows the list to tasks that these users started.
      - V(name@domain) and V(DOMAIN\\name) are the same user, and so is a name without a domain.
    type: list
    elements: str
  custom_values:
    description:
      - Whether to add the values of custom fields, and the fields that a task may have, to each task.
    type: bool
    default: false
  localize:
    description:
      - Whether to fill C(label), the name of the kind of task in the language of the session.
    type: bool
    default: false
seealso:
  - module: vijson.tasks.vi_task_collector
  - module: vijson.tasks.vi_task_wait
"""

EXAMPLES = r"""
- name: What is the vCenter doing right now?
  vijson.tasks.vi_task_info:
    states: [queued, running]
  register: running

- name: Read two tasks
  vijson.tasks.vi_task_info:
    tasks:
      - task-42
      - vim.Task:task-43

- name: What runs on one virtual machine, with readable names?
  vijson.tasks.vi_task_info:
    entity: /DC0/vm/web01
    states: [running]
    localize: true
"""

RETURN = r"""
tasks:
  description: The tasks in the order asked for. Every key is always there, and null where there is no value.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Key of the task, by which other tasks name it as their parent or root.
      type: str
      sample: task-42
    moid:
      description: Id of the task; all options that take a task take this.
      type: str
      sample: task-42
    name:
      description: Name of the operation. Tasks made with M(vijson.tasks.vi_task_create) have none.
      type: str
      sample: CloneVM_Task
    description_id:
      description: Id of the kind of task.
      type: str
      sample: VirtualMachine.clone
    label:
      description: Readable name of the kind of task, if O(localize=true) asked for it.
      type: str
      sample: Clone virtual machine
    description:
      description: What the task is doing at the moment.
      type: str
      sample: Copying disks
    entity:
      description: The object that the task is about.
      type: dict
      sample: {type: VirtualMachine, moid: vm-7, name: web01}
    state:
      description: V(queued), V(running), V(success) or V(error).
      type: str
      sample: running
    progress:
      description: Percentage done.
      type: int
      sample: 43
    cancelable:
      description: Whether the task can be cancelled.
      type: bool
    cancelled:
      description: Whether it was asked to stop. How it ended is in RV(tasks[].state).
      type: bool
    reason:
      description: Who or what started it; a user, an alarm, a scheduled task or the system.
      type: dict
      sample: {type: TaskReasonUser, user_name: VSPHERE.LOCAL\Administrator}
    queue_time:
      description: When it was queued, RFC 3339 in UTC.
      type: str
      sample: '2026-11-22T04:33:57.127620409Z'
    start_time:
      description: When it began to run.
      type: str
    complete_time:
      description: When it ended.
      type: str
    duration:
      description: Seconds from its start to its end.
      type: float
      sample: 12.5
    event_chain_id:
      description: Key of the events that belong to it.
      type: int
    change_tag:
      description: Tag of the change that it is part of.
      type: str
    parent_task_key:
      description: Key of the task that started this one.
      type: str
    root_task_key:
      description: Key of the first task in that line.
      type: str
    activation_id:
      description: Token that whoever started it chose for it.
      type: str
    locked:
      description: Objects that it keeps locked.
      type: list
      elements: dict
      sample: [{type: VirtualMachine, moid: vm-7}]
    progress_details:
      description: Details of its progress.
      type: list
      elements: dict
      sample: [{key: bytesCopied, value: 1048576}]
    result:
      description: What it resulted in. A typed object names its type as C(type).
      type: raw
      sample: {type: VirtualMachine, moid: vm-99}
    error:
      description: Why it failed; the type of the fault, its text, and the fault's own fields.
      type: dict
      sample: {type: InsufficientResourcesFault, message: Not enough memory on the host.}
    custom_values:
      description: Values of custom fields by the field's name, if O(custom_values=true).
      type: dict
      sample: {ticket: CHG-17}
    available_fields:
      description: The custom fields that the task may have, if O(custom_values=true).
      type: list
      elements: dict
      sample: [{key: 301, name: ticket, type: string, managed_object_type: Task}]
missing:
  description: Ids of tasks that are not, or not any more, on the vCenter.
  returned: success
  type: list
  elements: str
  sample: [task-7]
"""

from ..module_utils._options.argspec import argument_spec
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._tasks.listing import list_tasks, narrow_tasks
from ..module_utils._vijson.inventory import find_entity

ARGUMENT_SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw", "aliases": ["task"]},
    entity={"type": "raw"},
    states={"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    users={"type": "list", "elements": "str"},
    custom_values={"type": "bool", "default": False},
    localize={"type": "bool", "default": False},
)


def run(job: Job) -> Result:
    """``{tasks, missing}``"""
    entity = job.entity()
    moids = None if job.params["tasks"] is None else job.tasks()
    listed = list_tasks(job.client, moids, custom_values=job.params["custom_values"], localize=job.params["localize"])
    where = None if entity is None else find_entity(job.client, entity)
    return {
        "tasks": narrow_tasks(listed.tasks, where, job.params["states"], job.params["users"]),
        "missing": listed.missing,
    }


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
