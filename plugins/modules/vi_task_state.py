#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_state
short_description: Update and end your own task
version_added: 1.0.0
description:
  - Sets the state, progress and description of a task that M(vijson.tasks.vi_task_create) created, and its result or
    fault when it ends.
  - Sends only what differs, in the order that a server accepts. V(running) comes first, then the description and the
    progress, and the final state last.
  - If the task has already ended in the wanted state, the module changes nothing.
  - If the task has ended in another state, the module fails.
  - Refuses to change an operation of the vCenter itself, unless O(force=true).
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.diff
  - vijson.tasks.attributes.idempotent
options:
  task:
    description:
      - Task to update, in a form that O(vijson.tasks.vi_task_info#module:tasks) accepts.
    type: raw
    required: true
  state:
    description:
      - State to set. If omitted, the task keeps its state.
      - A queued task is set to V(running) before it ends, so that it has a start time.
      - The vCenter may refuse O(result) or O(fault) when the task ends, for example if it does not know a type in them.
        The module then fails, and its result has the task as it is then.
    type: str
    choices: [queued, running, success, error]
  progress:
    description:
      - Percentage complete, V(0) to V(100). Only a running task accepts a progress.
    type: int
  description:
    description:
      - Description of the current step, as a string or a mapping of C(key) and C(message).
    type: raw
  result:
    description:
      - Result of the task. Only with O(state=success).
      - Accepts a string, a number, a boolean, a list, a reference (C(type) and C(moid)), a data object (with its
        C(type)), or any other mapping. Other mappings become a list of keys and values.
    type: raw
  fault:
    description:
      - Fault that made the task fail. Only with O(state=error). Without it, the task gives no reason for its failure.
      - C(message) is the text. C(type) is the name of a VimFault, by default C(ExtendedFault). All other keys are
        fields of that fault. The fields of ExtendedFault are C(fault_type_id) and C(data), a mapping of strings.
    type: dict
  force:
    description:
      - Whether to change an operation of the vCenter itself, which has a
        RV(vijson.tasks.vi_task_info#module:tasks[].name). This does not change what the vCenter does.
    type: bool
    default: false
    version_added: 1.1.0
notes:
  - Requires the privilege C(Task.Update) on the root folder.
seealso:
  - module: vijson.tasks.vi_task_create
"""

EXAMPLES = r"""
- name: Create a task
  vijson.tasks.vi_task_create:
    entity: vm-21
    task_type: com.vijson.simulator.job
  register: job

- name: Start it and show its progress
  vijson.tasks.vi_task_state:
    task: "{{ job.task }}"
    state: running
    progress: 40
    description: Copying disks

- name: End it in success
  vijson.tasks.vi_task_state:
    task: "{{ job.task }}"
    state: success
    progress: 100
    result: 3 disks copied

- name: Create another task
  vijson.tasks.vi_task_create:
    entity: vm-21
    task_type: com.vijson.simulator.job
  register: other

- name: End it in error
  vijson.tasks.vi_task_state:
    task: "{{ other.task.moid }}"
    state: error
    fault:
      message: The backup store is full
      fault_type_id: com.example.backup.full
      data:
        store: nfs01
"""

RETURN = r"""
task:
  description: Current state of the task, in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
  returned: success, and on failure if known
  type: dict
  sample: {moid: task-42, key: task-42, state: running, progress: 40}
"""

from contextlib import suppress
from typing import Any

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import ConnectError, TaskError, ViError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._own_tasks.state_plan import (
    StateStep,
    plan_steps,
    predict_task,
    refuse_server_operation,
    shown_state,
)
from ..module_utils._own_tasks.state_requests import send_steps
from ..module_utils._own_tasks.wanted_state import parse_wanted_state
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._task_info.task_result import Task, task_from_info
from ..module_utils._tasks.task_reader import no_such_task_error, read_task_infos
from ..module_utils._vijson.privileges import require_root_privilege

ARGUMENT_SPEC = argument_spec(
    task={"type": "raw", "required": True},
    state={"type": "str", "choices": ["queued", "running", "success", "error"]},
    progress={"type": "int"},
    description={"type": "raw"},
    result={"type": "raw"},
    fault={"type": "dict"},
    force={"type": "bool", "default": False},
)

_READ_WITHIN = 10.0


def run(job: Job) -> Result:
    """Change a task (SetTaskState, SetTaskDescription, UpdateProgress): ``{task, changed, diff}``."""
    moid = job.task()
    wanted = parse_wanted_state(job.params)
    info = _planned(job, moid) if job.is_planned(moid) else _read(job, moid)
    before = task_from_info(info, now=job.client.now)
    steps = plan_steps(info, wanted)
    if steps and not job.params["force"]:
        refuse_server_operation(info)
    if not steps:
        after = before
    elif job.check_mode:
        require_root_privilege(job.client, "Task.Update")
        after = predict_task(before, steps)
    else:
        _send(job, moid, before, steps)
        after = task_from_info(_read(job, moid), now=job.client.now)
        _require_state(after, job.params["state"])
    # Some servers do not store a progress of 0, so compare the tasks to see whether anything changed.
    changed = shown_state(before) != shown_state(after)
    return {"task": after, "changed": changed, "diff": {"before": shown_state(before), "after": shown_state(after)}}


def _planned(job: Job, moid: str) -> dict[str, Any]:
    """The TaskInfo of a task that check mode did not create. Without a ``state``, an earlier task has started it."""
    return {"key": moid, "state": "running" if job.params["state"] is None else "queued"}


def _send(job: Job, moid: str, before: Task, steps: list[StateStep]) -> None:
    """Send the steps; ViError with the task as it is then, because the steps before the failed one have changed it."""
    done: list[StateStep] = []
    try:
        send_steps(job.client, moid, steps, done.append)
    except ViError as error:
        if done:
            error.result["changed"] = True
        if done or not isinstance(error, ConnectError):
            with suppress(ViError), job.client.time_limit(_READ_WITHIN):
                after = task_from_info(_read(job, moid), now=job.client.now)
                error.result.update(task=after, changed=shown_state(before) != shown_state(after))
                if after["state"] == "running" != before["state"]:
                    error.args = (f"{str(error).rstrip('.')}. {moid} is running now",)
        raise


def _require_state(task: Task, wanted: str | None) -> None:
    """TaskError if the task has another state than the one that was set: somebody else has changed it as well."""
    if wanted is not None and task["state"] != wanted:
        text = f"{task['moid']} is in state {task['state']}, not {wanted}: it was changed by another client as well"
        raise TaskError(text, result={"task": task, "changed": True})


def _read(job: Job, moid: str) -> dict[str, Any]:
    info = read_task_infos(job.client, [moid]).get(moid)
    if info is None:
        raise no_such_task_error(job.client, moid)
    return info


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
