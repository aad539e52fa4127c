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
      - Find only tasks of these objects and, depending on O(recursion), of the objects below them.
      - Accepts a name such as V(web01), V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01), a
        mapping of C(type) and C(moid), or of C(name) and C(type).
      - With several objects, the module reads several collectors at the same time, one for each object.
      - The module fails if an object does not exist, and if several objects have the name.
    type: list
    elements: raw
  recursion:
    description:
      - Objects whose tasks O(entity) selects.
      - V(self) selects the tasks of the object itself.
      - V(children) selects the tasks of the objects below it, without those of the object itself.
      - V(all) selects both.
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
      - A name without a domain matches that name in any domain, regardless of case.
      - In a name with a domain, a vCenter may distinguish upper and lower case. The module warns if it finds only
        tasks of other users.
    type: list
    elements: str
  system_user:
    description:
      - V(true) finds tasks that the server itself started, in addition to those of O(users).
      - V(false) finds only tasks that users started.
      - If neither this option nor O(users) is set, the module finds the tasks of all users and of the server.
    type: bool
  description_ids:
    description:
      - Find only tasks of these types, such as V(VirtualMachine.clone). The C(description_id) of a task is its type.
      - The vCenter cannot search by type. The module reads all tasks that match the other filters, and drops those of
        other types. In a large history, set O(begin_time) too.
      - The module warns if it finds only tasks of other types.
    type: list
    elements: str
    version_added: 1.1.0
  begin_time:
    description:
      - Find only tasks whose O(time_type) time is at or after this time.
      - Accepts an RFC 3339 time with a zone, such as V(2026-11-22T04:00:00Z), a date such as V(2026-11-22) for its
        beginning in UTC, or how long ago by the clock of the vCenter, such as V(90s), V(15m), V(12h), V(7d) or V(1w).
      - The module warns if the vCenter does not keep tasks for that long. See
        RV(vijson.tasks.vi_task_manager_info#module:retention_days).
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
      - An empty string finds tasks without a tag.
    type: list
    elements: str
  parent_task_keys:
    description:
      - Find only tasks that one of these tasks started. Each is a key, or another form that
        O(vijson.tasks.vi_task_info#module:tasks) accepts.
    type: list
    elements: raw
  root_task_keys:
    description:
      - Find only tasks whose chain of parents begins with one of these tasks. Accepts the same forms as
        O(parent_task_keys).
    type: list
    elements: raw
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
      - Whether to read only the newest tasks, with few requests. The maximum is O(page_size), or O(limit) if that is
        smaller. With O(order=oldest_first), the module returns the oldest of them first.
    type: bool
    default: false
  localize:
    description:
      - Whether to set C(label) to the readable name of the task type, in the language of the session.
    type: bool
    default: false
  with_results:
    description:
      - Whether tasks have a C(result). With V(false), it is null. Results can be large. If O(api_release) is
        V(8.0.3.0) or later, the vCenter does not even send them.
    type: bool
    default: true
    version_added: 1.1.0
  dest:
    description:
      - File to write the tasks to, instead of returning them. It has one row for each task, or with O(count_by) and
        without O(fields) one row for each group. Writing to a file needs little memory for any number of tasks.
      - The file is replaced atomically. On failure, and in check mode, the old one is kept.
      - A symbolic link is replaced, not followed. The new file keeps the mode and, if the user may set them, the group
        and the owner of the old one. In a folder such as C(/tmp), it keeps nothing of another user's file. Prefer a
        folder in which only you can write.
    type: path
  format:
    description:
      - Format of the file O(dest).
      - V(jsonl) is JSON Lines, one object on each line.
      - V(csv) begins with a header. Its columns are O(fields), or all keys of a task. C(entity) becomes the name of the
        object and C(error) the message. Other mappings and lists become JSON.
      - With V(csv) and O(count_by=entity), the groups have the columns C(entity_type) and C(entity_moid) too, because
        several objects can have the same name.
      - With V(csv), a string that a spreadsheet would run as a formula gets an apostrophe in front.
    type: str
    choices: [jsonl, csv]
    default: jsonl
    version_added: 1.1.0
  mode:
    description:
      - Mode of the file O(dest), as octal digits in quotes, such as V('0640'). Defaults to the mode of the old file.
        A new file gets V('0666') less the umask. Requires O(dest).
    type: raw
  count_by:
    description:
      - Count the tasks that have the same values of these keys, and return RV(counts).
      - The module then returns no tasks, and O(dest) has the groups instead of the tasks, unless you set O(fields). Its
        memory use depends on the number of groups, not on the number of tasks.
      - Counts the tasks that the module reads, at most O(limit).
    type: list
    elements: str
    choices: [who, entity, description_id, state, error]
    version_added: 1.1.0
notes:
  - Uses one history collector, or with O(entity) one for each object. A session can have
    RV(vijson.tasks.vi_task_manager_info#module:max_collector) collectors at the same time.
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
    begin_time: 2026-11-01
    end_time: 2026-11-02
    fields: [queue_time, description_id, entity, state]

- name: Find the virtual machines that were cloned this week
  vijson.tasks.vi_task_collector:
    description_ids: [VirtualMachine.clone]
    begin_time: 7d
    fields: [complete_time, entity, state, who, error]

- name: Write the history of the last week to a file
  vijson.tasks.vi_task_collector:
    begin_time: 7d
    dest: /var/lib/reports/tasks.jsonl
    mode: '0640'

- name: Write last night's failures to a table
  vijson.tasks.vi_task_collector:
    states: [error]
    time_type: completed
    begin_time: 12h
    fields: [complete_time, entity, description_id, who, error]
    dest: /var/lib/reports/failures.csv
    format: csv

- name: Count last night's failures by message and user, into a table
  vijson.tasks.vi_task_collector:
    states: [error]
    time_type: completed
    begin_time: 12h
    count_by: [error, who]
    dest: /var/lib/reports/failures-by-user.csv
    format: csv

- name: Find out who started the most tasks in the last 30 days
  vijson.tasks.vi_task_collector:
    begin_time: 30d
    count_by: [who]
  register: month
"""

RETURN = r"""
lines:
  description: One line of text for each task, as RV(vijson.tasks.vi_task_info#module:lines) describes. With O(count_by)
    and without O(fields), one line for each group.
  returned: success, without O(dest)
  type: list
  elements: str
  sample: ['task-42  error  Clone virtual machine  web01  2m10s  VSPHERE.LOCAL\Administrator  The datastore is full']
  version_added: 1.1.0
tasks:
  description: The tasks in the given O(order), in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
    Empty with O(count_by) and without O(fields).
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
counts:
  description: The groups of tasks, those with the most tasks first. Each has the keys of O(count_by).
  returned: success, with O(count_by)
  type: list
  elements: dict
  sample: [{who: 'VSPHERE.LOCAL\Administrator', count: 42, errors: 2, median_duration: 3.5, longest_duration: 610.2}]
  version_added: 1.1.0
  contains:
    who:
      description: The user, alarm or scheduled task, or V(system). V(null) if the vCenter does not tell.
      returned: with V(who) in O(count_by)
      type: str
    entity:
      description: C(type), C(moid) and C(name) of the object; V(null) for tasks without an object.
      returned: with V(entity) in O(count_by)
      type: dict
    description_id:
      description: Id of the task type.
      returned: with V(description_id) in O(count_by)
      type: str
    label:
      description: Readable name of the task type.
      returned: with V(description_id) in O(count_by)
      type: str
    state:
      description: State of the tasks.
      returned: with V(state) in O(count_by)
      type: str
    error:
      description: C(type) and C(message) of the fault; V(null) for tasks that did not fail.
      returned: with V(error) in O(count_by)
      type: dict
    count:
      description: Number of tasks.
      returned: always
      type: int
    errors:
      description: Number of tasks that ended in error.
      returned: always
      type: int
    median_duration:
      description:
        - Median of the times from start to completion, in seconds. V(null) if no task of the group has both times.
        - Exact for up to 20,000 different durations in all groups together. With more, each is rounded to three
          significant digits, and with very many groups to two.
      returned: always
      type: float
    longest_duration:
      description: Longest time from start to completion, in seconds. V(null) if no task of the group has both times.
      returned: always
      type: float
dest:
  description: File that was written.
  returned: success, with O(dest)
  type: str
  sample: /var/lib/reports/tasks.jsonl
"""

from typing import TYPE_CHECKING, Any, Callable

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import InputError, ignore
from ..module_utils._history.collecting import collect_tasks, has_tasks_without, parse_reading_options
from ..module_utils._history.task_filter import TaskFilter, parse_filter
from ..module_utils._options.argspec import argument_spec
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._task_info.task_fields import ShownTasks, TaskFields
from ..module_utils._task_info.task_result import Task

if TYPE_CHECKING:
    from ..module_utils._history.task_counts import TaskCounts
    from ..module_utils._history.task_rows import Rows

ARGUMENT_SPEC = argument_spec(
    entity={"type": "list", "elements": "raw"},
    recursion={"type": "str", "choices": ["self", "children", "all"], "default": "all"},
    states={"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    users={"type": "list", "elements": "str"},
    system_user={"type": "bool"},
    description_ids={"type": "list", "elements": "str"},
    begin_time={"type": "str"},
    end_time={"type": "str"},
    time_type={"type": "str", "choices": ["queued", "started", "completed"], "default": "queued"},
    activation_ids={"type": "list", "elements": "str"},
    event_chain_ids={"type": "list", "elements": "int"},
    tags={"type": "list", "elements": "str"},
    parent_task_keys={"type": "list", "elements": "raw", "no_log": False},
    root_task_keys={"type": "list", "elements": "raw", "no_log": False},
    alarm={"type": "raw"},
    scheduled_task={"type": "raw"},
    order={"type": "str", "choices": ["oldest_first", "newest_first"], "default": "oldest_first"},
    limit={"type": "int"},
    page_size={"type": "int", "default": 1000},
    latest_page={"type": "bool", "default": False},
    fields={"type": "list", "elements": "str"},
    localize={"type": "bool", "default": False},
    with_results={"type": "bool", "default": True},
    dest={"type": "path"},
    format={"type": "str", "choices": ["jsonl", "csv"], "default": "jsonl"},
    mode={"type": "raw"},
    count_by={
        "type": "list",
        "elements": "str",
        "choices": ["who", "entity", "description_id", "state", "error"],
    },
)


def run(job: Job) -> Result:
    """Read the task history: ``{tasks, count, truncated}``, or with ``dest`` ``{dest, count, truncated, changed}``.

    With ``count_by``, the result has ``counts`` as well, and tasks only if ``fields`` asks for them; so has the file.
    """
    params = job.params
    wanted, reading = parse_filter(params, check_mode=job.check_mode), parse_reading_options(params)
    counts = None if params["count_by"] is None else _task_counts(params["count_by"])
    only_counts = counts if params["fields"] is None else None
    if params["dest"] is None and params["format"] != "jsonl":
        raise InputError(f"format: {params['format']} is a format of files. Set dest to the file to write")
    if params["dest"] is None and params["mode"] is not None:
        raise InputError("mode: it is the mode of a file. Set dest to the file to write")

    def read(take: Callable[[list[Task]], Any]) -> Result:
        def take_and_count(tasks: list[Task]) -> None:
            if counts:
                counts.add(tasks)
            take(tasks)

        count, truncated = 0, False
        if not wanted.matches_nothing:
            specs = wanted.specs(job.client)
            count, truncated = collect_tasks(job.client, specs, reading, take_and_count)
            _check_filter(job, wanted, specs, is_empty=not count)
        return {"count": count, "truncated": truncated, **({"counts": counts.result()} if counts else {})}

    if params["dest"] is not None:
        return _write(job, reading.fields, read, only_counts)
    shown = ShownTasks(reading.fields)
    found = read(ignore if only_counts else shown.add)
    return {**found, **shown.result(), **({"lines": only_counts.lines()} if only_counts else {})}


def _task_counts(keys: list[str]) -> TaskCounts:
    from ..module_utils._history.task_counts import TaskCounts

    return TaskCounts(keys)


def _write(
    job: Job,
    fields: TaskFields,
    read: Callable[[Callable[[list[Task]], Any]], Result],
    only_counts: TaskCounts | None,
) -> Result:
    """Read the tasks, and write them, or only their counts, to the file ``dest``."""
    from ..module_utils._history.task_file import TaskFile
    from ..module_utils._history.task_rows import CsvRows, JsonRows

    columns = TaskFields(only_counts.columns) if only_counts else fields
    is_table = job.params["format"] == "csv"
    # Objects with the same name have groups of their own.
    rows: Rows = CsvRows(columns, entity_ids=only_counts is not None) if is_table else JsonRows(columns)
    dest = job.params["dest"]
    with TaskFile(dest, rows, mode=job.params["mode"], dry=job.check_mode) as file:
        collected = read(ignore if only_counts else file.write)
        if only_counts:
            file.write(collected["counts"])
    return {**collected, "dest": dest, "changed": file.changed}


def _check_filter(job: Job, wanted: TaskFilter, specs: list[dict[str, Any]], *, is_empty: bool) -> None:
    """Warn about, or refuse, values that the vCenter accepts but that cannot find what the user expects."""
    if is_empty:
        wanted.require_entities(job.client)
    types = job.params["description_ids"]
    if is_empty and types and has_tasks_without(job.client, specs, "descriptionId"):
        job.warn(
            f"description_ids: found only tasks of types other than {', '.join(types)}. Check the ids: use the"
            " description_id of a task, such as VirtualMachine.clone, with the same upper and lower case"
        )
    elif is_empty and wanted.users and has_tasks_without(job.client, specs, "userName", "descriptionId"):
        job.warn(
            f"users: found only tasks that users other than {', '.join(wanted.users)} started. Check the names: use"
            " name@domain, or DOMAIN\\name with the upper and lower case that the vCenter shows"
        )
    if wanted.begin is None:
        return
    from ..module_utils._history.retention import begin_doubt

    doubt = begin_doubt(job.client, wanted.begin)
    if doubt:
        job.warn(f"begin_time: {doubt}")


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
