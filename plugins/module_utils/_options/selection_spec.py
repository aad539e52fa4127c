# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select tasks."""

from __future__ import annotations

from typing import Any

SELECTION_OPTIONS: dict[str, dict[str, Any]] = {
    "entity": {"type": "list", "elements": "raw"},
    "include": {
        "type": "list",
        "elements": "str",
        "choices": ["self", "vms", "descendants"],
        "default": ["self"],
    },
    "states": {"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    "users": {"type": "list", "elements": "str"},
    "description_ids": {"type": "list", "elements": "str"},
    "older_than": {"type": "str"},
}
"""The specification of the options, which the documentation fragment ``selection`` describes."""


def has_selection(params: dict[str, Any]) -> bool:
    """Whether any of the options is set."""
    return any(params[name] != option.get("default") for name, option in SELECTION_OPTIONS.items())
