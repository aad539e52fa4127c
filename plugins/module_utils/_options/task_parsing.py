# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing the tasks in options."""

from __future__ import annotations

import re
from typing import Any

from .parsing import LIST_FORMS, is_list_text, refusal, unquoted

CHECK_MODE_TASK = "check-mode"
"""The id that stands in check mode for a task that would have been created."""

TASK_FORMS = (
    "task-42, Task:task-42, vim.Task:task-42, task-42:<uuid> from the vSphere REST API's vmw-task=true, "
    "or a task, or a result with tasks, as a module returned it"
)
_TASK = re.compile(r"(?:(?:vim\.)?Task:)?(task-\d{1,19})", re.ASCII)
# Compiled at their first use, because most calls have no such value.
_REST_TASK = r"(?a:(task-\d{1,19}):([0-9A-Za-z][0-9A-Za-z-]*))"
_REST_OTHER = r"(?a:[^:\s]+:com\.vmware\.\S*)"

_ONE_TASK = ("task", "json", "value")
"""Where results have one task: those of this collection, of ansible.builtin.uri, and of vmware.vmware_rest."""


def is_task_id(text: str) -> bool:
    """Whether a text is the id of a task, with or without its type."""
    return _TASK.fullmatch(text) is not None


def parse_task(value: Any, option: str = "task", *, check_mode: bool = False) -> str:
    """The moId of one task, such as ``task-42``. ``check-mode`` is valid in check mode only."""
    if isinstance(value, dict):
        return _parse_task_mapping(value, option, check_mode)
    if not isinstance(value, str):
        raise refusal(option, value, "is not a valid task", TASK_FORMS)
    name = unquoted(value)
    if check_mode and name == CHECK_MODE_TASK:
        return name
    match = _TASK.fullmatch(name) or re.fullmatch(_REST_TASK, name)
    if match:
        return match[1]
    forms = LIST_FORMS if name.startswith("[") or is_list_text(value) else TASK_FORMS
    raise refusal(option, value, _problem_with_task(name), forms)


def _parse_task_mapping(value: dict[Any, Any], option: str, check_mode: bool) -> str:
    if _is_result(value):
        moids = parse_tasks([value], option, check_mode=check_mode)
        if len(moids) != 1:
            raise refusal(option, value, f"has {len(moids)} tasks instead of one", TASK_FORMS)
        return moids[0]
    moid = value.get("moid") or value.get("key")
    if moid is None and "moid" not in value:
        raise refusal(option, value, "has no moid, which the option fields may have left out", TASK_FORMS)
    if not isinstance(moid, str) or value.get("type", "Task") != "Task":
        raise refusal(option, value, "is not a valid task", TASK_FORMS)
    return parse_task(moid, option, check_mode=check_mode)


def _problem_with_task(name: str) -> str:
    if not name:
        return "is empty. Check for an extra comma, or for a variable without a value"
    if name == CHECK_MODE_TASK:
        return "stands for a task that was not created, because its module ran in check mode"
    if re.fullmatch(_REST_OTHER, name):
        return "is a task of the vSphere REST API, not a vim.Task"
    return "is not a valid task"


def parse_tasks(values: list[Any], option: str = "tasks", *, check_mode: bool = False) -> list[str]:
    """The moIds of tasks in their order, without duplicates.

    Takes the tasks out of nested lists, whole results of modules, and the ``results`` of a loop.
    """
    moids: dict[str, None] = {}
    for value in values:
        if isinstance(value, list):
            inner = value
        elif isinstance(value, dict) and _is_result(value):
            inner = _tasks_of_result(value, option)
        else:
            moids[parse_task(value, option, check_mode=check_mode)] = None
            continue
        moids.update(dict.fromkeys(parse_tasks(inner, option, check_mode=check_mode)))
    return list(moids)


def _is_result(value: dict[Any, Any]) -> bool:
    return not {"moid", "key"} & set(value) and bool({*_ONE_TASK, "tasks", "results", "skipped", "failed"} & set(value))


def _tasks_of_result(result: dict[Any, Any], option: str) -> list[Any]:
    """The tasks in the result of a module, or of a loop; none if Ansible skipped the module."""
    for key in ("results", "tasks"):
        if isinstance(result.get(key), list):
            return list(result[key])
    for key in _ONE_TASK:
        if result.get(key) is not None:
            return [result[key]]
    if result.get("skipped"):
        return []
    raise refusal(option, result, "is a result without a task", TASK_FORMS)
