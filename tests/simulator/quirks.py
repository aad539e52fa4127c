# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quirks: differences between servers that tests switch on through the control interface."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Quirks:
    """With all off, the server follows the contract.

    wrap_errors: TaskInfo.error is a LocalizedMethodFault around the fault.
    null_lists: empty lists are null, also `objects` of a RetrieveResult, against the contract.
    null_fields: unset fields of a TaskInfo, and unset values of a PropertyChange, are null, also against the contract.
    empty_as_204: responses without a value are 204 instead of `null`; empty_body: 200 without a body.
    page_updates: maximum number of objects in an UpdateSet, which is truncated after them.
    max_objects: maximum number of objects in a RetrieveResult.
    cancel_again: a second cancel while one is pending returns 204 instead of InvalidState.
    created_on_cancel: how a task of CreateTask reacts to a cancel (`at_once`, `later`, `success`, `owner`);
    "": it ends at once while queued, and by its owner while running.
    done_description: the description of an ended task can still be set.
    rewind_skips: RewindCollector skips the oldest task.
    rotate_session: number of responses after which the session id changes.
    clock_offset: seconds by which the server's clock is ahead.
    taken_out: a property or method that does not exist, such as `Task.CancelTask`.
    """

    wrap_errors: bool = False
    null_lists: bool = False
    null_fields: bool = False
    empty_as_204: bool = False
    empty_body: bool = False
    page_updates: int = 0
    max_objects: int = 0
    cancel_again: bool = False
    created_on_cancel: str = ""
    done_description: bool = False
    rewind_skips: bool = False
    rotate_session: int = 0
    clock_offset: float = 0.0
    taken_out: str = ""

    def update(self, changes: dict[str, Any]) -> None:
        """Raises ValueError for an unknown name or a wrong type."""
        known = {field.name: type(field.default) for field in fields(self)}
        for name, value in changes.items():
            kind = known.get(name)
            wanted = (float, int) if kind is float else kind
            if wanted is None or not isinstance(value, wanted) or isinstance(value, bool) is not (kind is bool):
                raise ValueError(f"not a valid quirk: {name}={value!r}")
            setattr(self, name, value)
