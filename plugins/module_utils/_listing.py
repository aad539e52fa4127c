# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing tasks: named ones or the recent ones, with what may be added to each, narrowed to what is wanted."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._answers import task_answer
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import Reference
from ansible_collections.vijson.tasks.plugins.module_utils._names import same_user
from ansible_collections.vijson.tasks.plugins.module_utils._properties import Properties
from ansible_collections.vijson.tasks.plugins.module_utils._tasks import method_labels, read_properties, read_recent


class Listed(NamedTuple):
    """Tasks in answer form, and the ids of those that are gone."""

    tasks: list[dict[str, Any]]
    missing: list[str]


def read_listed(client: Client, moids: list[str] | None, *, custom_values: bool, localize: bool) -> Listed:
    """The tasks with these ids in their order, or the recent ones; one request, and one for the labels."""
    paths = ["info", "value", "availableField"] if custom_values else ["info"]
    if moids is None:
        found, missing = read_recent(client, paths), []
    else:
        by_moid = read_properties(client, moids, paths)
        found = [by_moid[moid] for moid in moids if moid in by_moid]
        missing = [moid for moid in moids if moid not in by_moid]
    labels = method_labels(client) if localize and found else {}
    tasks = [task_answer(item.require("info"), labels) for item in found]
    if custom_values:
        _add_custom_values(tasks, found)
    return Listed(tasks, missing)


def _add_custom_values(tasks: list[dict[str, Any]], found: list[Properties]) -> None:
    # What most calls do without would be read and compiled for each of them.
    from ansible_collections.vijson.tasks.plugins.module_utils._custom_fields import available_fields, values_by_name

    for task, item in zip(tasks, found):
        fields = available_fields(item.require("availableField"))
        task["custom_values"] = values_by_name(item.require("value"), fields)
        task["available_fields"] = fields


def narrow(
    tasks: list[dict[str, Any]],
    entity: Reference | None,
    states: list[str] | None,
    users: list[str] | None,
) -> list[dict[str, Any]]:
    """The tasks of this entity, in these states, started by these users; what is ``None`` does not narrow."""
    return [
        task
        for task in tasks
        if (entity is None or (task["entity"] or {}).get("moid") == entity.moid)
        and (states is None or task["state"] in states)
        and (users is None or any(same_user(user, started_by(task)) for user in users))
    ]


def started_by(task: dict[str, Any]) -> str:
    """The user who started a task; empty if it was no user."""
    return str((task["reason"] or {}).get("user_name") or "")
