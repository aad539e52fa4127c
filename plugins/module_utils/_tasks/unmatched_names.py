# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about names in a selection that no task has: a mistyped name selects nothing, which looks like success."""

from __future__ import annotations

from contextlib import suppress

from .._errors import ViError
from .._task_info.task_info import TaskInfo
from .._task_info.task_labels import read_task_labels
from .._vijson.client import Client
from .selection import TaskMatcher


def unmatched_names(client: Client, matcher: TaskMatcher, infos: list[TaskInfo]) -> list[str]:
    """A warning if no recent task is by one of the users, and one if a task type is unknown to the vCenter.

    Takes one request (TaskManager.description) if no recent task has one of the types.

    :param infos: all recent tasks, in any state
    """
    warnings = []
    if matcher.users and infos and not any(map(TaskMatcher(users=matcher.users).matches, infos)):
        warnings.append(
            f"users: none of the {len(infos)} recent tasks on {client.endpoint.hostname} was started by"
            f" {' or '.join(matcher.users)}. Check the name"
        )
    types = matcher.description_ids or []
    if types and not any(map(TaskMatcher(description_ids=types).matches, infos)):
        known: dict[str, str] = {}
        with suppress(ViError):
            known = read_task_labels(client)
        unknown = [each for each in types if each not in known]
        if unknown and known:
            warnings.append(
                f"description_ids: {client.endpoint.hostname} has no task type {' or '.join(unknown)}."
                " Use a description_id, such as VirtualMachine.clone, not the name that lines show"
            )
    return warnings
