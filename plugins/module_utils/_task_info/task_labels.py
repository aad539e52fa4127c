# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Localized labels of tasks (TaskManager.description)."""

from __future__ import annotations

from typing import Any

from .._vijson.client import Client
from .._vijson.wire import expect_object, expect_objects, unboxed_fields


def task_description(client: Client) -> dict[str, Any]:
    """The property TaskManager.description, a TaskDescription of the wire."""
    return expect_object(client.get("taskManager", "description"), "description")


def read_task_labels(client: Client) -> dict[str, str]:
    """The label of each description id, in the language of the session. One request."""
    entries = expect_objects(task_description(client).get("methodInfo"), "description.methodInfo")
    unboxed = map(unboxed_fields, entries)
    return {str(entry.get("key")): str(entry.get("label")) for entry in unboxed if entry.get("label")}
