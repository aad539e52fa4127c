#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_manager_info
short_description: Read general information about the tasks of a vCenter
version_added: 1.0.0
description:
  - Reads the ids of the recent tasks, the maximum number of history collectors for each session, and the number of days
    for which the vCenter keeps tasks. With O(description=true), also reads the names of task types, states and reasons.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.info
options:
  description:
    description:
      - Whether to read the names of task types, states and reasons too. A vCenter has about a thousand of them.
    type: bool
    default: false
seealso:
  - module: vijson.tasks.vi_task_info
  - module: vijson.tasks.vi_task_collector
"""

EXAMPLES = r"""
- name: Read the recent tasks
  vijson.tasks.vi_task_manager_info:
  register: manager

- name: Show how many there are
  ansible.builtin.debug:
    msg: "{{ manager.recent_tasks | length }} recent tasks"

- name: Read the names of all task types
  vijson.tasks.vi_task_manager_info:
    description: true
  register: manager

- name: Show the readable name of one task type
  ansible.builtin.debug:
    msg: "{{ (manager.description.methods | items2dict(value_name='label'))['VirtualMachine.clone'] }}"
"""

RETURN = r"""
max_collector:
  description: Maximum number of history collectors that a session can have at the same time.
  returned: success
  type: int
  sample: 32
recent_tasks:
  description:
    - Ids of the tasks that are queued or running, and of those that ended within the last ten minutes.
    - You can pass these ids to every option that takes tasks.
  returned: success
  type: list
  elements: str
  sample: [task-41, task-42]
retention_days:
  description:
    - Number of days for which the vCenter keeps tasks in its history, from the setting C(task.maxAge).
    - Null if the vCenter keeps tasks without a limit, or the user may not read the setting.
  returned: success
  type: int
  sample: 30
  version_added: 1.1.0
description:
  description: The texts, in the language of the session.
  returned: success, with O(description=true)
  type: dict
  contains:
    methods:
      description: Task types. Each C(key) is the C(description_id) of tasks of this type.
      type: list
      elements: dict
      sample: [{key: VirtualMachine.clone, label: Clone virtual machine, summary: Clone a virtual machine}]
    states:
      description: Task states.
      type: list
      elements: dict
      sample: [{key: queued, label: Queued, summary: Task is queued}]
    reasons:
      description: Reasons, which tell who or what starts a task. Each C(key) is the C(type) in the C(reason) of a task.
      type: list
      elements: dict
      sample: [{key: TaskReasonUser, label: User task, summary: Task started by a specific user}]
"""

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._options.argspec import argument_spec
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._tasks.manager_info import read_manager_info

ARGUMENT_SPEC = argument_spec(description={"type": "bool", "default": False})


def run(job: Job) -> Result:
    """Read properties of the TaskManager: ``{max_collector, recent_tasks, retention_days, description}``."""
    return read_manager_info(job.client, description=job.params["description"])


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
