#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_create
short_description: Show your own job as a task of a vCenter
version_added: 1.0.0
description:
  - Creates a task, which the vSphere Client lists like any other task.
  - The new task is queued. Update and end it with M(vijson.tasks.vi_task_state).
  - An extension must have registered the task type before. See M(vijson.tasks.vi_task_type).
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.no_diff
attributes:
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: partial
    details: With O(activation_id). Without it, each run creates a task.
options:
  entity:
    description:
      - Object that the task is about. Defaults to the root folder.
      - Accepts V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01), a name such as V(web01), or
        a mapping of C(type) and C(moid), or of C(name) and C(type). A list of one object is accepted as well.
    type: raw
  task_type:
    description:
      - Id of the task type, as registered by an extension.
      - In check mode, the module accepts a type that an earlier M(vijson.tasks.vi_task_type) of the same run would
        register.
    type: str
    required: true
  cancelable:
    description:
      - Whether users may ask the task to stop. If so, check C(cancelled) while you update the task, and end the task
        when it is set.
    type: bool
    default: false
  initiated_by:
    description:
      - Name of the user who initiated the task. Defaults to the user of the session.
    type: str
  parent_task_key:
    description:
      - Parent task, in a form that O(vijson.tasks.vi_task_info#module:tasks) accepts. In check mode, the module looks
        it up too.
    type: raw
  activation_id:
    description:
      - Token that identifies the task. If a task with this token exists, in any state, the module returns that task and
        creates none.
      - Choose a long token, because servers assign short ones to their own tasks.
    type: str
  retry_failed:
    description:
      - Whether to create another task if the existing one ended in error.
    type: bool
    default: false
    version_added: 1.1.0
notes:
  - Requires the privilege C(Task.Create) on the root folder.
seealso:
  - module: vijson.tasks.vi_task_state
  - module: vijson.tasks.vi_task_type
"""

EXAMPLES = r"""
- name: Show the nightly backup of web01 in the vSphere Client
  vijson.tasks.vi_task_create:
    entity: /DC0/vm/web01
    task_type: com.vijson.simulator.backup
    activation_id: nightly-backup-web01-2026-11-22
  register: backup

- name: Start the task
  vijson.tasks.vi_task_state:
    task: "{{ backup.task }}"
    state: running
    progress: 10
    description: Copying disks
"""

RETURN = r"""
task:
  description:
    - The task, in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
    - If check mode would create a task, its C(moid) and C(key) are V(check-mode). In check mode, the other modules
      accept this id.
  returned: success, and in check mode if O(task_type) is not registered
  type: dict
  sample: {moid: task-42, key: task-42, state: queued}
"""


from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._options.argspec import argument_spec
from ..module_utils._options.task_parsing import parse_task
from ..module_utils._own_tasks.creating import (
    NewTask,
    activation_id_doubts,
    create_or_find_task,
    new_task_entity,
    parse_activation_id,
)
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module

ARGUMENT_SPEC = argument_spec(
    entity={"type": "raw"},
    task_type={"type": "str", "required": True},
    cancelable={"type": "bool", "default": False},
    initiated_by={"type": "str"},
    parent_task_key={"type": "raw", "no_log": False},
    activation_id={"type": "str"},
    retry_failed={"type": "bool", "default": False},
)


def run(job: Job) -> Result:
    """Create a task, or find it by its activation id (CreateTask): ``{task, changed}``."""
    entity = job.entity()
    params = job.params
    activation_id = parse_activation_id(params["activation_id"])
    parent = params["parent_task_key"]
    if parent is not None:
        parent = parse_task(parent, "parent_task_key", check_mode=job.check_mode)
    new = NewTask(
        entity=new_task_entity(job.client, entity),
        task_type=params["task_type"],
        cancelable=params["cancelable"],
        initiated_by=params["initiated_by"],
        parent_task_key=parent,
        activation_id=activation_id,
    )
    created = create_or_find_task(job.client, new, check_mode=job.check_mode, retry_failed=params["retry_failed"])
    for doubt in activation_id_doubts(job.client, created, new):
        job.warn(doubt)
    return {"task": created.task, "changed": created.changed}


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
