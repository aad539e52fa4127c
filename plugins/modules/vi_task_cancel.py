#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_cancel
short_description: Cancel tasks of a vCenter
version_added: 1.0.0
description:
  - Requests the cancellation of tasks that are queued or running.
  - Does not change tasks that have ended, or that have already been asked to stop.
  - Cancellation is only a request. The task may stop later, or may still end in success. Use O(wait=true) to wait for
    the outcome.
  - If one of O(tasks) cannot be cancelled, the module still cancels the others. It then fails and names each task that
    it could not cancel.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.selection
  - vijson.tasks.shown
  - vijson.tasks.attributes
  - vijson.tasks.attributes.no_diff
  - vijson.tasks.attributes.idempotent
options:
  tasks:
    description:
      - Tasks to cancel, each in a form that O(vijson.tasks.vi_task_info#module:tasks) accepts.
      - An empty list cancels nothing.
      - Instead of naming tasks, select them with O(entity), O(users), O(description_ids) or O(older_than). The module
        then skips tasks that cannot be cancelled, warns about them, and lists them in RV(not_cancelable). In check
        mode, RV(tasks) shows what it would cancel.
    type: list
    elements: raw
    aliases: [task]
  wait:
    description:
      - Whether to wait until all of the tasks have ended.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum time to wait, in seconds or with a unit, such as V(90), V(15m) or V(12h).
    type: str
    default: 5m
notes:
  - Requires the privilege C(Global.CancelTask) on the objects of the tasks.
"""

EXAMPLES = r"""
- name: Cancel what has been running or queued for an hour on a host and its virtual machines, and wait for the end
  vijson.tasks.vi_task_cancel:
    entity: esx01.example.com
    include: [self, vms]
    older_than: 1h
    wait: true
    wait_timeout: 2m

- name: Cancel the clones that a user started
  vijson.tasks.vi_task_cancel:
    users: [carol@example.com]
    description_ids: [VirtualMachine.clone]
"""

RETURN = r"""
lines:
  description: One line of text for each task, as RV(vijson.tasks.vi_task_info#module:lines) describes.
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: ['task-42  error  Clone virtual machine  web01  2m10s  VSPHERE.LOCAL\Administrator  The task was canceled']
  version_added: 1.1.0
tasks:
  description: Current state of the tasks, in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
  returned: success, and on failure as far as known
  type: list
  elements: dict
  sample: [{moid: task-42, key: task-42, state: error, cancelled: true}]
not_cancelable:
  description: Ids of the selected tasks that cannot be cancelled. Empty with O(tasks).
  returned: success, and on failure as far as known
  type: list
  elements: str
  sample: [task-44]
  version_added: 1.1.0
"""


from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import InputError, TaskError, ViError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._options.selection_spec import SELECTION_OPTIONS
from ..module_utils._options.task_parsing import CHECK_MODE_TASK
from ..module_utils._options.user_names import same_user
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._task_info.task_lines import task_text
from ..module_utils._task_info.task_result import Task, has_ended, planned_task
from ..module_utils._tasks.cancelling import CancelOutcome, cancel_tasks, needs_cancel
from ..module_utils._tasks.listing import list_tasks
from ..module_utils._tasks.presenting import shows_tasks
from ..module_utils._tasks.selection import Selection, parse_required_selection
from ..module_utils._tasks.task_reader import read_tasks
from ..module_utils._vijson.privileges import missing_privileges
from ..module_utils._vijson.wire import Reference
from ..module_utils._waiting.outcome import parse_wait_timeout, wait_until_ended

_LOST = "it does not exist, or no longer exists"

ARGUMENT_SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw", "aliases": ["task"]},
    **SELECTION_OPTIONS,
    wait={"type": "bool", "default": False},
    wait_timeout={"type": "str", "default": "5m"},
    fields={"type": "list", "elements": "str"},
)


@shows_tasks
def run(job: Job) -> Result:
    """Cancel tasks (CancelTask): ``{lines, tasks, not_cancelable, changed}``."""
    timeout = parse_wait_timeout(job)
    selection = parse_required_selection(job.params)
    moids, tasks, spared = _given(job) if selection is None else _selected(job, selection)
    try:
        result = _cancel(job, moids, tasks, timeout)
    except ViError as error:
        error.result = {"not_cancelable": spared, **error.result}
        raise
    return {"not_cancelable": spared, **result}


def _cancel(job: Job, moids: list[str], tasks: dict[str, Task], timeout: float) -> Result:
    outcome = _plan(job, tasks) if job.check_mode else cancel_tasks(job.client, tasks)
    problem = _problem(job, {**outcome.refused, **dict.fromkeys(_missing(job, moids, tasks), _LOST)}, tasks)
    tasks = outcome.tasks
    changed = bool(outcome.requested)
    if job.params["wait"] and not job.check_mode:
        waited = [moid for moid, task in tasks.items() if not has_ended(task) and moid not in outcome.refused]
        tasks = {**tasks, **wait_until_ended(job, waited, timeout, known=tasks, changed=changed, problem=problem)}
    result: Result = {"tasks": [tasks[moid] for moid in moids if moid in tasks], "changed": changed}
    if problem:
        raise TaskError(problem, fault=outcome.fault, result=result)
    return result


def _given(job: Job) -> tuple[list[str], dict[str, Task], list[str]]:
    moids = job.tasks()
    return moids, read_tasks(job.client, moids), []


def _selected(job: Job, selection: Selection) -> tuple[list[str], dict[str, Task], list[str]]:
    """The moIds and the tasks to cancel, and the moIds of selected tasks that cannot be cancelled."""
    if not selection.is_narrow:
        raise InputError("states: set entity, users, description_ids or older_than too, to avoid cancelling all tasks")
    found, _missing, warnings = list_tasks(job.client, None, selection.active().matcher(job.client))
    job.warn_of(warnings)
    spared = [task for task in found if needs_cancel(task) and not task["cancelable"]]
    for task in spared:
        job.warn(f"{task_text(task)} cannot be cancelled and continues")
    tasks = {task["moid"]: task for task in found if task not in spared}
    return list(tasks), tasks, [task["moid"] for task in spared]


def _problem(job: Job, refused: dict[str, str], tasks: dict[str, Task]) -> str:
    reasons = [f"{task_text(tasks[moid]) if moid in tasks else moid}: {why}" for moid, why in refused.items()]
    return f"Could not cancel on {job.client.endpoint.hostname}: {'; '.join(reasons)}" if reasons else ""


def _missing(job: Job, moids: list[str], tasks: dict[str, Task]) -> list[str]:
    return [moid for moid in moids if moid not in tasks and not job.is_planned(moid)]


def _plan(job: Job, tasks: dict[str, Task]) -> CancelOutcome:
    """The outcome that check mode predicts."""
    wanted = {moid: task for moid, task in tasks.items() if needs_cancel(task)}
    refused = {moid: "it is not cancelable" for moid, task in wanted.items() if not task["cancelable"]}
    sent = [task for moid, task in wanted.items() if moid not in refused]
    user = job.client.user_name() if sent else ""
    own = [task for task in sent if same_user(user, _user(task))]
    others = [task for task in sent if task not in own]
    denied = missing_privileges(job.client, "Global.CancelTask", _entities(others))
    for text in missing_privileges(job.client, "Global.CancelTask", _entities(own)).values():
        job.warn(
            f"Check mode: {text}. The vCenter may still accept the cancellation, because this user started the task"
        )
    reasons = {task["moid"]: denied[entity] for task in others for entity in _entities([task]) if entity in denied}
    refused = {**refused, **reasons}
    requested = [moid for moid in wanted if moid not in refused]
    after = {moid: {**task, "cancelled": True} if moid in requested else task for moid, task in tasks.items()}
    if job.params["tasks"] is not None and CHECK_MODE_TASK in job.tasks():
        requested.append(CHECK_MODE_TASK)
        after[CHECK_MODE_TASK] = planned_task(cancelled=True)
    return CancelOutcome(after, requested, refused, {})


def _user(task: Task) -> str:
    return str((task["reason"] or {}).get("user_name") or "")


def _entities(tasks: list[Task]) -> list[Reference]:
    entities = [task["entity"] for task in tasks if task["entity"] and task["entity"]["moid"]]
    return [Reference(entity["type"], entity["moid"]) for entity in entities]


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
