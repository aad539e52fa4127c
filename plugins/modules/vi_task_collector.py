#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_collector
short_description: Search the history of tasks of a vCenter
version_added: 1.0.0
description:
  - Reads the tasks that a vCenter remembers, however many, through a history collector on the server. What ended longer
    than ten minutes ago is found here and not by M(vijson.tasks.vi_task_info).
  - A task has to meet all of the filters that are given. An empty list in one of them matches no task.
  - The collector is destroyed whatever happens.
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
    details: Nothing is changed on the vCenter. With O(dest), the file changes when what was found has changed.
options:
  entity:
    description:
      - Only tasks of this object, and as O(recursion) says of those below it.
      - V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01), or a mapping of C(type) and
        C(moid).
    type: raw
  recursion:
    description:
      - Whose tasks O(entity) means; V(self) the object's own, V(children) also those of what is directly below it,
        V(all) those of everything below it.
    type: str
    choices: [self, children, all]
    default: all
  states:
    description:
      - Only tasks in these states.
    type: list
    elements: str
    choices: [queued, running, success, error]
  users:
    description:
      - Only tasks that these users started, each as V(name@domain) or as the server shows it, V(DOMAIN\\name).
      - A name without a domain is that of a user without one.
    type: list
    elements: str
  system_user:
    description:
      - V(true) for tasks that no user but the server itself started, with O(users) in addition to theirs.
      - V(false) for tasks that users started only. If neither this nor O(users) is given, all are found.
    type: bool
  begin_time:
    description:
      - Only tasks that O(time_type) at this time or later.
      - RFC 3339 with a zone such as V(2026-11-22T04:00:00Z), or how long ago by the server's clock, such as V(90s),
        V(15m), V(12h) or V(7d).
    type: str
  end_time:
    description:
      - Only tasks that O(time_type) at this time or earlier, in a form that O(begin_time) takes.
    type: str
  time_type:
    description:
      - Which time of a task O(begin_time) and O(end_time) are about, when it was queued, started, or completed.
    type: str
    choices: [queued, started, completed]
    default: queued
  activation_ids:
    description:
      - Only tasks that carry one of these tokens.
    type: list
    elements: str
  event_chain_ids:
    description:
      - Only tasks with one of these keys of chains of events.
    type: list
    elements: int
  tags:
    description:
      - Only tasks with one of these tags of changes, see RV(vijson.tasks.vi_task_info#module:tasks[].change_tag).
    type: list
    elements: str
  parent_task_keys:
    description:
      - Only tasks that one of the tasks with these keys started.
    type: list
    elements: str
  root_task_keys:
    description:
      - Only tasks in whose line one of the tasks with these keys was the first.
    type: list
    elements: str
  alarm:
    description:
      - Only tasks that this alarm started; V(alarm-7), V(Alarm:alarm-7), or a mapping of C(type) and C(moid).
    type: raw
  scheduled_task:
    description:
      - Only tasks that this scheduled task started; V(schedule-3), V(ScheduledTask:schedule-3), or a mapping of C(type)
        and C(moid).
    type: raw
  order:
    description:
      - In which order to read, by when the tasks were queued.
      - What is created while this reads may appear at the end with V(oldest_first).
    type: str
    choices: [oldest_first, newest_first]
    default: oldest_first
  limit:
    description:
      - Read no more than so many tasks. RV(truncated) tells whether there are more.
    type: int
  page_size:
    description:
      - Tasks to ask for in one request, V(1) to V(1000).
    type: int
    default: 1000
  latest_page:
    description:
      - Whether to read only the newest tasks, O(page_size) or O(limit) of them at most, with one request instead of
        many.
    type: bool
    default: false
  fields:
    description:
      - Return only these keys of each task, of those that RV(vijson.tasks.vi_task_info#module:tasks) describes.
    type: list
    elements: str
  localize:
    description:
      - Whether to fill C(label), the name of the kind of task in the language of the session.
    type: bool
    default: false
  dest:
    description:
      - A file to write the tasks to instead of returning them, as JSON Lines, one task in each line. So any number of
        tasks takes little memory.
      - The file takes its place when it is complete; if anything fails, and in check mode, what was there stays.
    type: path
  mode:
    description:
      - Mode of the file O(dest), octal digits in quotes such as V('0640'). If not given, the mode of what was there.
    type: raw
notes:
  - Takes one of the collectors that a session may have at a time, see
    RV(vijson.tasks.vi_task_manager_info#module:max_collector).
  - An ESXi host has no collectors.
seealso:
  - module: vijson.tasks.vi_task_info
  - module: vijson.tasks.vi_task_manager_info
"""

EXAMPLES = r"""
- name: What failed in the last twelve hours?
  vijson.tasks.vi_task_collector:
    states: [error]
    begin_time: 12h
    time_type: completed
  register: failed

- name: The ten newest tasks of everything in a folder
  vijson.tasks.vi_task_collector:
    entity: /DC0/vm/apps
    order: newest_first
    limit: 10

- name: What did an administrator do on the first of November, in a few words?
  vijson.tasks.vi_task_collector:
    users: [administrator@vsphere.local]
    begin_time: '2026-11-01T00:00:00Z'
    end_time: '2026-11-02T00:00:00Z'
    fields: [queue_time, description_id, entity, state]

- name: Keep the history of a week in a file
  vijson.tasks.vi_task_collector:
    begin_time: 7d
    dest: /tmp/tasks.jsonl
    mode: '0640'
"""

RETURN = r"""
tasks:
  description: The tasks in the order asked for, in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
  returned: success, without O(dest)
  type: list
  elements: dict
  sample: [{moid: task-42, key: task-42, state: error, description_id: VirtualMachine.clone}]
count:
  description: How many tasks were found, or written to O(dest).
  returned: success
  type: int
  sample: 1
truncated:
  description: Whether there are more than O(limit). What O(latest_page) leaves out does not count.
  returned: success
  type: bool
  sample: false
dest:
  description: The file that was written.
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
from ..module_utils._task_info.task_result import Task

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
    """``{tasks, count, truncated}``, or with ``dest`` ``{dest, count, truncated, changed}``"""
    wanted = parse_filter(job.params)
    reading = parse_reading_options(job.params)
    dest = job.params["dest"]

    def read(take: Callable[[list[dict[str, Any]]], Any]) -> Result:
        count, truncated = 0, False
        if not wanted.matches_nothing:
            count, truncated = collect_tasks(job.client, wanted.spec(job.client), reading, take)
        return {"count": count, "truncated": truncated}

    if dest is None:
        tasks: list[Task] = []
        return {**read(tasks.extend), "tasks": tasks}
    with JsonLinesFile(dest, job.params["mode"], dry=job.check_mode) as file:
        collected = read(file.write)
    return {**collected, "dest": dest, "changed": file.changed}


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
