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
  - Reads the given tasks in one request, however many they are.
  - Without O(tasks), reads the tasks that O(entity), O(states), O(users), O(description_ids) and O(older_than) select.
  - Without these options too, reads the recent tasks, which are those that are queued or running and those that ended
    within the last ten minutes.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.selection
  - vijson.tasks.shown
  - vijson.tasks.attributes
  - vijson.tasks.attributes.info
options:
  tasks:
    description:
      - Tasks to read. If omitted, the module reads the recent tasks. With an empty list, it reads none.
      - Together with options that select tasks, such as O(states), the result has only those of these tasks that match.
        Tasks that do not match are not in RV(missing).
      - Each task is V(task-42), V(Task:task-42), V(vim.Task:task-42), V(task-42:<uuid>) as returned by the vSphere REST
        API with C(vmw-task=true), or a task that another module returned.
      - Duplicates are read once.
    type: list
    elements: raw
    aliases: [task]
  custom_values:
    description:
      - Whether to add the values of custom fields, and the available custom fields, to each task.
      - With O(fields=brief), adds the values only.
    type: bool
    default: false
  localize:
    description:
      - Whether to set C(label) to the readable name of the task type, in the language of the session.
    type: bool
    default: false
seealso:
  - module: vijson.tasks.vi_task_collector
  - module: vijson.tasks.vi_task_wait
"""

EXAMPLES = r"""
- name: Read all queued and running tasks
  vijson.tasks.vi_task_info:
    states: [queued, running]
  register: running

- name: Read two tasks
  vijson.tasks.vi_task_info:
    tasks:
      - task-42
      - vim.Task:task-43

- name: Read what is queued or running on a host and its virtual machines
  vijson.tasks.vi_task_info:
    entity: esx01.example.com
    include: [self, vms]
    fields: brief
  register: on_host

- name: Show one line for each task
  ansible.builtin.debug:
    var: on_host.lines

- name: Read the clones of one user that have been running for two hours
  vijson.tasks.vi_task_info:
    users: [carol]
    description_ids: [VirtualMachine.clone]
    older_than: 2h
"""

RETURN = r"""
lines:
  description: >-
    One aligned line of text for each task: its id, state, progress, task type, object, elapsed time, who started it,
    and the message of its error. Then one line for each missing task.
  returned: success
  type: list
  elements: str
  sample: ['task-42  running  43%  Clone virtual machine  web01  2m10s  VSPHERE.LOCAL\Administrator']
  version_added: 1.1.0
tasks:
  description: The tasks, in the order of O(tasks). Each task has all of these keys; a key without a value is null.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Key of the task. Child tasks refer to it as their parent or root.
      type: str
      sample: task-42
    moid:
      description: Id of the task. All options that take a task accept it.
      type: str
      sample: task-42
    name:
      description: Name of the operation. Null for tasks that M(vijson.tasks.vi_task_create) created.
      type: str
      sample: CloneVM_Task
    description_id:
      description: Id of the task type.
      type: str
      sample: VirtualMachine.clone
    label:
      description: Readable name of the task type, with O(localize=true), or if O(fields) names C(label).
      type: str
      sample: Clone virtual machine
    description:
      description: Description of the current step.
      type: str
      sample: Copying disks
    entity:
      description: Object that the task is about.
      type: dict
      sample: {type: VirtualMachine, moid: vm-7, name: web01}
    state:
      description: V(queued), V(running), V(success) or V(error).
      type: str
      sample: running
    progress:
      description: Percentage complete.
      type: int
      sample: 43
    cancelable:
      description: Whether the task can be cancelled.
      type: bool
    cancelled:
      description: Whether cancellation of the task was requested. RV(tasks[].state) tells how the task ended.
      type: bool
    reason:
      description: User, alarm, scheduled task or system process that started the task.
      type: dict
      sample: {type: TaskReasonUser, user_name: VSPHERE.LOCAL\Administrator}
    who:
      description: >-
        Name of the user, the alarm or the scheduled task that started the task, or V(system). Added in version 1.1.0.
      type: str
      sample: VSPHERE.LOCAL\Administrator
    queue_time:
      description: Time when the task was queued, in RFC 3339 format and UTC.
      type: str
      sample: '2026-11-22T04:33:57.127620409Z'
    start_time:
      description: Time when the task started.
      type: str
    complete_time:
      description: Time when the task ended.
      type: str
    duration:
      description: Seconds between the start and the end of the task.
      type: float
      sample: 12.5
    elapsed:
      description: >-
        Seconds between the start of the task and its end, or the current time of the vCenter if the task has not
        ended. Null for a task that has not started. Added in version 1.1.0.
      type: float
      sample: 130.0
    event_chain_id:
      description: Key of the event chain that the task belongs to.
      type: int
    change_tag:
      description: Tag of the change that the task is part of.
      type: str
    parent_task_key:
      description: Key of the task that started this task.
      type: str
    root_task_key:
      description: Key of the first task in the chain of parents.
      type: str
    activation_id:
      description: Token chosen by the client that started the task.
      type: str
    locked:
      description: Objects that the task has locked.
      type: list
      elements: dict
      sample: [{type: VirtualMachine, moid: vm-7}]
    progress_details:
      description: Details of the progress.
      type: list
      elements: dict
      sample: [{key: bytesCopied, value: 1048576}]
    result:
      description: Result of the task. A data object has its type as C(type).
      type: raw
      sample: {type: VirtualMachine, moid: vm-99}
    error:
      description: Fault that made the task fail. It has the type of the fault, its message, and its own fields.
      type: dict
      sample: {type: InsufficientResourcesFault, message: Not enough memory on the host.}
    custom_values:
      description: >-
        Values of custom fields by the name of the field, with O(custom_values=true), or if O(fields) names it.
      type: dict
      sample: {ticket: CHG-17}
    available_fields:
      description: Custom fields that the task can have, with O(custom_values=true), or if O(fields) names it.
      type: list
      elements: dict
      sample: [{key: 301, name: ticket, type: string, managed_object_type: Task}]
missing:
  description: >-
    Ids of the tasks that neither exist nor are in the history of the vCenter. A task that ended so long ago that its
    object has expired is read from the history. If O(api_release) is older than V(9.0.0.0), the module searches
    only the newest 10,000 tasks of the history.
  returned: success
  type: list
  elements: str
  sample: [task-7]
"""

from typing import TYPE_CHECKING

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._options.argspec import argument_spec
from ..module_utils._options.selection_spec import SELECTION_OPTIONS, has_selection
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._tasks.listing import list_tasks
from ..module_utils._tasks.presenting import CUSTOM_KEYS, job_fields, shows_tasks

if TYPE_CHECKING:
    from ..module_utils._tasks.selection import Selection

ARGUMENT_SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw", "aliases": ["task"]},
    **SELECTION_OPTIONS,
    custom_values={"type": "bool", "default": False},
    localize={"type": "bool", "default": False},
    fields={"type": "list", "elements": "str"},
)


@shows_tasks
def run(job: Job) -> Result:
    """Read tasks by id, the selected ones, or the recent ones: ``{lines, tasks, missing}``."""
    moids = None if job.params["tasks"] is None else job.tasks()
    selection = _selection(job)
    if selection and moids is None and selection.is_narrow:
        selection = selection.active()
    custom_values = job.params["custom_values"] or any(map(job_fields(job).wants, CUSTOM_KEYS))
    listed = list_tasks(
        job.client,
        moids,
        selection and selection.matcher(job.client),
        custom_values=custom_values,
        localize=job.params["localize"],
    )
    job.warn_of(listed.warnings)
    return {"tasks": listed.tasks, "missing": listed.missing}


def _selection(job: Job) -> Selection | None:
    if not has_selection(job.params):
        return None
    # Most calls do not need this module. Importing it here saves them its load time.
    from ..module_utils._tasks.selection import parse_selection

    return parse_selection(job.params)


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
