# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where servers differ: what tests may switch through the control interface."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Quirks:
    """All off is a server that does what the contract says.

    wrap_errors: TaskInfo.error is a LocalizedMethodFault around the fault.
    null_lists: empty lists are null, also `objects` of a RetrieveResult, against the contract.
    null_fields: unset fields of a TaskInfo, and unset values of a PropertyChange, are null, against the contract too.
    empty_as_204: answers without a value are 204 instead of `null`; empty_body: 200 without a body.
    page_updates: most objects in one UpdateSet, truncated after that. max_objects: most objects in one RetrieveResult.
    cancel_again: a second cancel while one is pending is 204 instead of InvalidState.
    created_on_cancel: how a task of CreateTask takes a cancel (`at_once`, `later`, `success`, `owner`);
    "": at once while queued, then its owner ends it.
    done_description: the description of a done task may still be set.
    rewind_skips: RewindCollector skips the oldest task.
    rotate_session: a new session id after so many answers. clock_offset: seconds that the server's clock is ahead.
    taken_out: a property or method that is not there, such as `Task.CancelTask`.
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
        """Raises ValueError for a name or a type that is not known."""
        known = {field.name: type(field.default) for field in fields(self)}
        for name, value in changes.items():
            kind = known.get(name)
            wanted = (float, int) if kind is float else kind
            if wanted is None or not isinstance(value, wanted) or isinstance(value, bool) is not (kind is bool):
                raise ValueError(f"no such quirk: {name}={value!r}")
            setattr(self, name, value)
