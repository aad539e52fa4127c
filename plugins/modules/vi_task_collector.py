#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_collector
short_description: Search the task history of a vCenter
version_added: 1.0.0
description:
  - Reads any number of tasks from the history of a vCenter, through a history collector on the server. Use it for tasks
    that ended more than ten minutes ago, which M(vijson.tasks.vi_task_info) finds only by their ids.
  - A task must match all filters that you set. An empty list in a filter matches no task.
  - The module always destroys the collector, even on failure.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.shown
  - vijson.tasks.attributes
  - vijson.tasks.attributes.no_diff
attributes:
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: partial
    details: The module changes nothing on the vCenter. With O(dest), it changes the file if the tasks have changed.
options:
  entity:
    description:
      - Find only tasks of this object and, depending on O(recursion), of the objects below it.
      - Accepts V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01), or a mapping of C(type) and
        C(moid). The module fails if there is no such object.
    type: raw
  recursion:
    description:
      - Objects whose tasks O(entity) selects.
      - V(self) selects the tasks of the object itself.
      - V(children) adds the tasks of the objects directly below it.
      - V(all) adds the tasks of all objects below it.
    type: str
    choices: [self, children, all]
    default: all
  states:
    description:
      - Find only tasks in these states.
    type: list
    elements: str
    choices: [queued, running, success, error]
  users:
    description:
      - Find only tasks that these users started, each given as V(name@domain) or, as the vCenter shows it,
        V(DOMAIN\\name).
      - A name without a domain matches only a user without a domain.
    type: list
    elements: str
  system_user:
    description:
      - V(true) finds tasks that the server itself started, in addition to those of O(users).
      - V(false) finds only tasks that users started.
      - If neither this option nor O(users) is set, the module finds the tasks of all users and of the server.
    type: bool
  begin_time:
    description:
      - Find only tasks whose O(time_type) time is at or after this time.
      - Accepts an RFC 3339 time with a zone, such as V(2026-11-22T04:00:00Z), or how long ago by the clock of the
        vCenter, such as V(90s), V(15m), V(12h) or V(7d).
    type: str
  end_time:
    description:
      - Find only tasks whose O(time_type) time is at or before this time. Accepts the same forms as O(begin_time).
    type: str
  time_type:
    description:
      - Time of a task that O(begin_time) and O(end_time) refer to.
    type: str
    choices: [queued, started, completed]
    default: queued
  activation_ids:
    description:
      - Find only tasks with one of these activation ids.
    type: list
    elements: str
  event_chain_ids:
    description:
      - Find only tasks that belong to one of these event chains.
    type: list
    elements: int
  tags:
    description:
      - Find only tasks with one of these change tags. See RV(vijson.tasks.vi_task_info#module:tasks[].change_tag).
    type: list
    elements: str
  parent_task_keys:
    description:
      - Find only tasks that were started by a task with one of these keys.
    type: list
    elements: str
  root_task_keys:
    description:
      - Find only tasks whose chain of parents begins with a task with one of these keys.
    type: list
    elements: str
  alarm:
    description:
      - Find only tasks that this alarm started.
      - Accepts V(alarm-7), V(Alarm:alarm-7), or a mapping of C(type) and C(moid).
    type: raw
  scheduled_task:
    description:
      - Find only tasks that this scheduled task started.
      - Accepts V(schedule-3), V(ScheduledTask:schedule-3), or a mapping of C(type) and C(moid).
    type: raw
  order:
    description:
      - Order in which to read the tasks, by the time when they were queued.
      - With V(oldest_first), tasks that are created while the module reads may appear at the end.
    type: str
    choices: [oldest_first, newest_first]
    default: oldest_first
  limit:
    description:
      - Maximum number of tasks to read. RV(truncated) tells whether there are more.
    type: int
  page_size:
    description:
      - Number of tasks to read with each request, V(1) to V(1000).
    type: int
    default: 1000
  latest_page:
    description:
      - Whether to read only the newest tasks, at most O(page_size) or O(limit), with few requests. With
        O(order=oldest_first), the module returns the oldest of them first.
    type: bool
    default: false
  localize:
    description:
      - Whether to set C(label) to the readable name of the task type, in the language of the session.
    type: bool
    default: false
  dest:
    description:
      - File to write the tasks to, instead of returning them. The file has the format JSON Lines, with one task on each
        line. Writing to a file needs little memory for any number of tasks.
      - The file is replaced atomically. On failure, and in check mode, the old one is kept.
    type: path
  mode:
    description:
      - Mode of the file O(dest), as octal digits in quotes, such as V('0640'). Defaults to the mode of the old file.
    type: raw
notes:
  - Uses one of the history collectors that a session can have at the same time. See
    RV(vijson.tasks.vi_task_manager_info#module:max_collector).
  - An ESXi host does not support history collectors.
seealso:
  - module: vijson.tasks.vi_task_info
  - module: vijson.tasks.vi_task_manager_info
"""

EXAMPLES = r"""
- name: Find the tasks that failed in the last twelve hours
  vijson.tasks.vi_task_collector:
    states: [error]
    begin_time: 12h
    time_type: completed
  register: failed

- name: Read the ten newest tasks of all objects in a folder
  vijson.tasks.vi_task_collector:
    entity: /DC0/vm/apps
    order: newest_first
    limit: 10

- name: Read a few keys of the tasks that an administrator started on the first of November
  vijson.tasks.vi_task_collector:
    users: [administrator@vsphere.local]
    begin_time: '2026-11-01T00:00:00Z'
    end_time: '2026-11-02T00:00:00Z'
    fields: [queue_time, description_id, entity, state]

- name: Write the history of the last week to a file
  vijson.tasks.vi_task_collector:
    begin_time: 7d
    dest: /tmp/tasks.jsonl
    mode: '0640'
"""

RETURN = r"""
lines:
  description: One line of text for each task, as RV(vijson.tasks.vi_task_info#module:lines) describes.
  returned: success, without O(dest)
  type: list
  elements: str
  sample: ['task-42  error  Clone virtual machine  web01  2m10s  VSPHERE.LOCAL\Administrator  The datastore is full']
  version_added: 1.1.0
tasks:
  description: The tasks in the given O(order), in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
  returned: success, without O(dest)
  type: list
  elements: dict
  sample: [{moid: task-42, key: task-42, state: error, description_id: VirtualMachine.clone}]
count:
  description: Number of tasks that were found, or written to O(dest).
  returned: success
  type: int
  sample: 1
truncated:
  description: Whether there are more tasks than O(limit). Tasks that O(latest_page) leaves out are not considered.
  returned: success
  type: bool
  sample: false
dest:
  description: File that was written.
  returned: success, with O(dest)
  type: str
  sample: /tmp/tasks.jsonl
"""

from typing import Any, Callable

from ..module_utils._history.collecting import collect_tasks, parse_reading_options
from ..module_utils._history.json_lines import JsonLinesFile
from ..module_utils._history.task_filter import parse_filter
from ..module_utils._options.argspec import argument_spec
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._task_info.task_fields import ShownTasks
from ..module_utils._task_info.task_result import Task
from ..module_utils._vijson.inventory import require_entity
from ..module_utils._vijson.wire import Reference

ARGUMENT_SPEC = argument_spec(
    entity={"type": "raw"},
    recursion={"type": "str", "choices": ["self", "children", "all"], "default": "all"},
    states={"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    users={"type": "list", "elements": "str"},
    system_user={"type": "bool"},
    begin_time={"type": "str"},
    end_time={"type": "str"},
    time_type={"type": "str", "choices": ["queued", "started", "completed"], "default": "queued"},
    activation_ids={"type": "list", "elements": "str"},
    event_chain_ids={"type": "list", "elements": "int"},
    tags={"type": "list", "elements": "str"},
    parent_task_keys={"type": "list", "elements": "str", "no_log": False},
    root_task_keys={"type": "list", "elements": "str", "no_log": False},
    alarm={"type": "raw"},
    scheduled_task={"type": "raw"},
    order={"type": "str", "choices": ["oldest_first", "newest_first"], "default": "oldest_first"},
    limit={"type": "int"},
    page_size={"type": "int", "default": 1000},
    latest_page={"type": "bool", "default": False},
    fields={"type": "list", "elements": "str"},
    localize={"type": "bool", "default": False},
    dest={"type": "path"},
    mode={"type": "raw"},
)


def run(job: Job) -> Result:
    """Read the task history: ``{tasks, count, truncated}``, or with ``dest`` ``{dest, count, truncated, changed}``."""
    wanted = parse_filter(job.params)
    reading = parse_reading_options(job.params)
    dest = job.params["dest"]

    def read(take: Callable[[list[Task]], Any]) -> Result:
        count, truncated = 0, False
        if not wanted.matches_nothing:
            count, truncated = collect_tasks(job.client, wanted.spec(job.client), reading, take)
        if not count and isinstance(wanted.entity, Reference):
            require_entity(job.client, wanted.entity)
        return {"count": count, "truncated": truncated}

    if dest is None:
        shown = ShownTasks(reading.fields)
        return {**read(shown.add), **shown.result()}
    with JsonLinesFile(dest, job.params["mode"], dry=job.check_mode) as file:
        collected = read(lambda tasks: file.write(map(reading.fields.of, tasks)))
    return {**collected, "dest": dest, "changed": file.changed}


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
