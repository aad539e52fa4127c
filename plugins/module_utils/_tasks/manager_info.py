# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads properties of the TaskManager: its limit, the recent tasks and the descriptions."""

from __future__ import annotations

from typing import Any

from .._history.retention import read_retention_days
from .._vijson.client import Client
from .._vijson.wire import expect_object, expect_objects, expect_reference, unboxed_value
from .task_reader import read_task_manager

_PARTS = {"methods": "methodInfo", "states": "state", "reasons": "reason"}


def read_manager_info(client: Client, *, description: bool) -> dict[str, Any]:
    """``{max_collector, recent_tasks: [moid], retention_days}``, optionally ``description``, in 2 or 3 requests."""
    paths = ["maxCollector", "recentTask", *(["description"] if description else [])]
    found = read_task_manager(client, paths)
    result: dict[str, Any] = {
        "max_collector": unboxed_value(found.require("maxCollector")),
        "recent_tasks": [
            expect_reference(task, "recentTask").moid
            for task in expect_objects(found.require("recentTask"), "recentTask")
        ],
        "retention_days": read_retention_days(client),
    }
    if description:
        result["description"] = task_description_result(found.require("description"))
    return result


def task_description_result(value: Any) -> dict[str, list[dict[str, Any]]]:
    """A TaskDescription as ``{methods, states, reasons}``, each ``[{key, label, summary}]``."""
    value = expect_object(value, "description")
    return {
        name: [
            {part: element.get(part) for part in ("key", "label", "summary")}
            for element in expect_objects(value.get(field), f"description.{field}")
        ]
        for name, field in _PARTS.items()
    }
