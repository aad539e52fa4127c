# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom fields of tasks: their definitions and their values."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._codec import objects, plain


def available_fields(value: Any) -> list[dict[str, Any]]:
    """``availableField`` in answer form: ``[{key, name, type, managed_object_type}]``."""
    return [
        {
            "key": field.get("key"),
            "name": field.get("name"),
            "type": field.get("type"),
            "managed_object_type": field.get("managedObjectType"),
        }
        for field in objects(value, "availableField")
    ]


def values_by_name(value: Any, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """The property ``value`` as ``{field name: text}``; a value whose field is unknown goes by its key."""
    names = {field["key"]: field["name"] for field in fields}
    return {
        str(names.get(entry.get("key"), entry.get("key"))): plain(entry.get("value"))
        for entry in objects(value, "value")
    }
