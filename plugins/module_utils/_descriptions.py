# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a TaskManager says of itself and of the tasks it knows."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import obj, objects, reference, unboxed
from ansible_collections.vijson.tasks.plugins.module_utils._tasks import read_manager

_PARTS = {"methods": "methodInfo", "states": "state", "reasons": "reason"}


def read_about(client: Client, *, description: bool) -> dict[str, Any]:
    """``{max_collector, recent_tasks: [moid]}``, and ``description`` if asked for; one request."""
    paths = ["maxCollector", "recentTask", *(["description"] if description else [])]
    found = read_manager(client, paths)
    about: dict[str, Any] = {
        "max_collector": unboxed(found.require("maxCollector")),
        "recent_tasks": [
            reference(task, "recentTask").moid for task in objects(found.require("recentTask"), "recentTask")
        ],
    }
    if description:
        about["description"] = description_answer(found.require("description"))
    return about


def description_answer(value: Any) -> dict[str, list[dict[str, Any]]]:
    """A TaskDescription as ``{methods, states, reasons}``, each ``[{key, label, summary}]``."""
    value = obj(value, "description")
    return {
        name: [
            {part: element.get(part) for part in ("key", "label", "summary")}
            for element in objects(value.get(field), f"description.{field}")
        ]
        for name, field in _PARTS.items()
    }
