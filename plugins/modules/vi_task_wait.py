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
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.shown
  - vijson.tasks.attributes
  - vijson.tasks.attributes.info
options:
  tasks:
    description:
      - Tasks to wait for, each in a form that O(vijson.tasks.vi_task_info#module:tasks) accepts.
      - With an empty list, the module returns at once.
    type: list
    elements: raw
    required: true
    aliases: [task]
  until:
    description:
      - State to wait for.
      - V(done) waits until each task has ended, in V(success) or V(error).
      - V(running) waits until each task has at least started.
    type: str
    choices: [done, running]
    default: done
  wait_timeout:
    description:
      - Maximum time to wait, in seconds. V(0) checks once without waiting.
    type: int
    default: 3600
  fail_on_error:
    description:
      - Whether to fail if a task ended in error. The module waits for all tasks first.
    type: bool
    default: true
  missing_ok:
    description:
      - Whether to accept tasks that neither exist nor are in the history of the vCenter, such as tasks with a mistyped
        id. V(true) lists them in RV(missing) and warns. V(false) fails after it has waited for the others.
    type: bool
    default: false
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Find the queued and running tasks of a virtual machine
  vijson.tasks.vi_task_info:
    entity: /DC0/vm/web01
    states: [queued, running]
  register: found

- name: Wait until they have ended
  vijson.tasks.vi_task_wait:
    tasks: "{{ found.tasks }}"
    wait_timeout: 600
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
"""

from ..module_utils._errors import TaskError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._tasks.presenting import shows_tasks
from ..module_utils._waiting.outcome import (
    missing_tasks_text,
    task_errors_text,
    wait_result,
    wait_timeout_error,
    wait_with_progress,
)

ARGUMENT_SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw", "required": True, "aliases": ["task"]},
    until={"type": "str", "choices": ["done", "running"], "default": "done"},
    wait_timeout={"type": "int", "default": 3600},
    fail_on_error={"type": "bool", "default": True},
    missing_ok={"type": "bool", "default": False},
    fields={"type": "list", "elements": "str"},
)


@shows_tasks
def run(job: Job) -> Result:
    """Wait for tasks: ``{tasks, succeeded, errored, pending, missing}``. TaskError if one failed or is missing."""
    timeout = job.params["wait_timeout"]
    waited = wait_with_progress(job, job.tasks(), timeout, until=job.params["until"])
    result = wait_result(waited)
    if waited.tracker.pending:
        raise wait_timeout_error(waited, timeout, result)
    problems = [task_errors_text(result)] if result["errored"] and job.params["fail_on_error"] else []
    missing = [moid for moid in result["missing"] if not job.is_planned(moid)]
    if missing:
        text = missing_tasks_text(missing, job.client.endpoint.hostname)
        if job.params["missing_ok"]:
            job.warn(text)
        else:
            problems.append(f"{text}. Use missing_ok: true to accept this")
    if problems:
        raise TaskError(". ".join(problems), result=result)
    return result


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
