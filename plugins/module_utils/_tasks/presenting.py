# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds ``lines`` to every result with ``tasks``, and reduces each task to the chosen ``fields``."""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import Callable

from .._errors import ViError
from .._options.task_parsing import CHECK_MODE_TASK
from .._run.job import Job, Result
from .._task_info.task_fields import ShownTasks, TaskFields, parse_fields
from .._task_info.task_result import Task
from .._vijson.client import Client

CUSTOM_KEYS = ("custom_values", "available_fields")
"""Keys that tasks have if the user asks for custom values."""

Run = Callable[[Job], Result]


def job_fields(job: Job) -> TaskFields:
    """The option ``fields`` of a job; InputError. With ``custom_values: true``, ``brief`` includes the values."""
    more = CUSTOM_KEYS if "custom_values" in job.params else ()
    fields = parse_fields(job.params["fields"], more)
    if fields.brief and job.params.get("custom_values"):
        fields = fields.with_key("custom_values")
    return fields


def shows_tasks(run: Run) -> Run:
    """Add ``lines`` to the result of a module, also of a failed one, and keep only the chosen ``fields``."""

    @wraps(run)
    def run_and_show(job: Job) -> Result:
        fields = job_fields(job)
        try:
            result = run(job)
        except ViError as error:
            error.result = _shown(job.client, error.result, fields)
            raise
        return _shown(job.client, result, fields)

    return run_and_show


def _shown(client: Client, result: Result, fields: TaskFields) -> Result:
    if "tasks" not in result:
        return result
    if fields.wants("label"):
        with suppress(ViError):
            _add_labels(client, result["tasks"])
    shown = ShownTasks(fields)
    shown.add(result["tasks"])
    shown.add_missing(moid for moid in result.get("missing", ()) if moid != CHECK_MODE_TASK)
    return {"lines": [], **result, **shown.result()}


def _add_labels(client: Client, tasks: list[Task]) -> None:
    if not tasks or any(task["label"] for task in tasks):
        return
    # Most calls do not need this module. Importing it here saves them its load time.
    from .._task_info.task_labels import read_task_labels

    labels = read_task_labels(client)
    for task in tasks:
        task["label"] = labels.get(str(task["description_id"]))
