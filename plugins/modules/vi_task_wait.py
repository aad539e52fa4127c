#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_wait
short_description: Wait for tasks of a vCenter
version_added: 1.0.0
description:
  - Waits until all of the given tasks have ended. Any number of tasks needs only one filter on the vCenter, which the
    module reads with long polls.
  - Notices the end of a task within a fraction of a second. A task that ends right at the deadline still counts as
    ended.
  - If the vCenter restarts, keeps trying to reconnect until the timeout.
  - In check mode, the module waits as well, because it changes nothing. It does not wait for tasks that check mode did
    not create. If the tasks only end because an earlier module cancels them, skip the wait in check mode.
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
      - Tasks to wait for, each in a form that O(vijson.tasks.vi_task_info#module:tasks) accepts.
      - With an empty list, the module returns at once.
      - Instead of naming tasks, select them with O(entity), O(states), O(users), O(description_ids) or O(older_than).
    type: list
    elements: raw
    aliases: [task]
  until:
    description:
      - State to wait for.
      - V(done) waits until each task has ended, in V(success) or V(error).
      - V(running) waits until each task has at least started.
      - V(idle) waits until no selected task is queued or running, including tasks that begin during the wait. It
        requires a selection, such as O(entity), instead of O(tasks). Added in version 1.1.0.
    type: str
    choices: [done, running, idle]
    default: done
  wait_timeout:
    description:
      - Maximum time to wait, in seconds or with a unit, such as V(90), V(15m), V(12h) or V(7d). V(0) checks once
        without waiting.
    type: str
    default: 1h
  fail_on_error:
    description:
      - Whether to fail if a task ended in error. The module waits for all tasks first.
    type: bool
    default: true
  max_errors:
    description:
      - Maximum number of tasks that may end in error. When more tasks do, the module fails at once, without waiting for
        the others.
      - With this option, O(fail_on_error) is not used.
    type: int
    version_added: 1.1.0
  missing_ok:
    description:
      - Whether to accept tasks that neither exist nor are in the history of the vCenter, such as tasks with a mistyped
        id. V(true) lists them in RV(missing) and warns. V(false) fails after it has waited for the others.
    type: bool
    default: false
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Wait until everything that runs on a virtual machine has ended
  vijson.tasks.vi_task_wait:
    entity: web02
    wait_timeout: 10m

- name: Wait until a host and its virtual machines are idle
  vijson.tasks.vi_task_wait:
    entity: esx01.example.com
    include: [self, vms]
    until: idle
    wait_timeout: 2h

- name: Find the clones of two virtual machines
  vijson.tasks.vi_task_info:
    entity: "{{ item }}"
    description_ids: [VirtualMachine.clone]
  loop: [web02, db01]
  register: started

- name: Wait for the tasks of the loop, and accept two failures
  vijson.tasks.vi_task_wait:
    tasks: "{{ started.results }}"
    max_errors: 2
  register: waited

- name: Show the failures
  ansible.builtin.debug:
    msg: "{{ item.entity }}: {{ item.message or 'no reason given' }}"
  loop: "{{ waited.failures }}"
  loop_control:
    label: "{{ item.moid }}"
"""

RETURN = r"""
lines:
  description: One line of text for each task, as RV(vijson.tasks.vi_task_info#module:lines) describes.
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: ['task-42  success  Clone virtual machine  web01  2m10s  VSPHERE.LOCAL\Administrator']
  version_added: 1.1.0
tasks:
  description: Current state of the tasks, in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
  returned: success, and on failure as far as known
  type: list
  elements: dict
  sample: [{moid: task-42, key: task-42, state: success}]
succeeded:
  description: Ids of the tasks that ended in success.
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: [task-42]
errored:
  description: Ids of the tasks that ended in error.
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: []
pending:
  description: Ids of the tasks that have not ended.
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: []
missing:
  description: >-
    Ids of the tasks that neither exist nor are in the history of the vCenter. Their outcome is unknown. A task that
    ended so long ago that its object has expired is read from the history.
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: []
failures:
  description: The tasks that ended in error, each with its object and the message of its error as text.
  returned: success, and on failure as far as known
  type: list
  elements: dict
  sample: [{moid: task-43, entity: web02, message: The datastore is full}]
  version_added: 1.1.0
"""

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import InputError, TaskError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._options.selection_spec import SELECTION_OPTIONS
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._tasks.listing import list_tasks
from ..module_utils._tasks.presenting import shows_tasks
from ..module_utils._tasks.selection import parse_required_selection
from ..module_utils._waiting.idle import IdleTracker
from ..module_utils._waiting.outcome import (
    join_sentences,
    missing_tasks_text,
    parse_wait_timeout,
    task_errors_text,
    wait_result,
    wait_timeout_error,
    wait_with_progress,
)
from ..module_utils._waiting.tracker import TaskTracker

ARGUMENT_SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw", "aliases": ["task"]},
    **SELECTION_OPTIONS,
    until={"type": "str", "choices": ["done", "running", "idle"], "default": "done"},
    wait_timeout={"type": "str", "default": "1h"},
    fail_on_error={"type": "bool", "default": True},
    max_errors={"type": "int"},
    missing_ok={"type": "bool", "default": False},
    fields={"type": "list", "elements": "str"},
)


@shows_tasks
def run(job: Job) -> Result:
    """Wait for tasks: ``{lines, tasks, succeeded, errored, pending, missing, failures}``. TaskError for a failure."""
    timeout = parse_wait_timeout(job)
    max_errors = job.params["max_errors"]
    if max_errors is not None and max_errors < 0:
        raise InputError(f"max_errors: {max_errors} is not a valid number of tasks. Use 0 or more")
    waited = wait_with_progress(job, _tracker(job), timeout, max_errors=max_errors)
    result = wait_result(waited)
    problems = _problems(job, result)
    if not waited.tracker.is_over:
        raise wait_timeout_error(waited, timeout, job.client.endpoint.hostname, result, join_sentences(*problems))
    if problems:
        raise TaskError(join_sentences(*problems), result=result)
    return result


def _problems(job: Job, result: Result) -> list[str]:
    """What fails the module besides a timeout. Warns of missing tasks that are accepted."""
    where, problems = job.client.endpoint.hostname, []
    if result["errored"] and job.params["fail_on_error"] and job.params["max_errors"] is None:
        problems.append(task_errors_text(result, where))
    missing = [moid for moid in result["missing"] if not job.is_planned(moid)]
    if missing:
        text = missing_tasks_text(missing, where)
        if job.params["missing_ok"]:
            job.warn(text)
        else:
            problems.append(f"{text}. Use missing_ok: true to accept this")
    return problems


def _tracker(job: Job) -> TaskTracker:
    """The tasks to wait for: the given ones, or those that are selected now or, with ``until: idle``, later."""
    until = job.params["until"]
    selection = parse_required_selection(job.params)
    if selection is None:
        if until == "idle":
            raise InputError("until: idle needs a selection of tasks, such as entity, instead of tasks")
        return TaskTracker(job.tasks(), until)
    if until == "idle":
        return IdleTracker(selection, job.warn_of)
    listed = list_tasks(job.client, None, selection.active().matcher(job.client))
    job.warn_of(listed.warnings)
    return TaskTracker([task["moid"] for task in listed.tasks], until)


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
