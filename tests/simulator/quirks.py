# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quirks: differences between servers, which an option or the control interface sets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

CHOICES = {
    "created_on_cancel": ("", "at_once", "later", "success", "owner"),
    "void_body": ("", "null", "empty"),
    "rest_ids": ("", "shared", "separate"),
}


@dataclass
class Quirks:
    """With all off, the server follows the contract.

    wrap_errors: TaskInfo.error is a LocalizedMethodFault around the fault.
    null_lists: empty lists are null, also `objects` of a RetrieveResult, against the contract.
    null_fields: unset fields of a TaskInfo, and unset values of a PropertyChange, are null, also against the contract.
    empty_as_204: responses without a value are 204 instead of `null`; empty_body: 200 without a body.
    void_body: the body of methods without a result, with HTTP 200 (`null`, `empty`); "": 204 without a body.
    page_updates: maximum number of objects in an UpdateSet, which is truncated after them.
    max_objects: maximum number of objects in a RetrieveResult.
    cancel_again_refused: a second cancel while one is pending is InvalidState instead of a success.
    created_on_cancel: how a task of CreateTask reacts to a cancel (`at_once`, `later`, `success`, `owner`);
    "": it ends at once while queued, and by its owner while running.
    done_description: the description of an ended task can still be set.
    rewind_skips: RewindCollector skips the oldest task.
    reset_after_newest: ResetCollector moves to after the newest task instead of before the latest page.
    rotate_session: number of requests after which the session id changes, in the next response without a fault.
    clock_offset: seconds by which the server's clock is ahead.
    taken_out: a property or method that does not exist, such as `Task.CancelTask`.
    history_lag: seconds for which a new task is absent from history collectors and ReadNextTasksByViewSpec.
    oldest_first_views: ReadNextTasksByViewSpec returns its tasks oldest first.
    start_id_inclusive: ReadNextTasksByViewSpec includes the task with the start id.
    page_refills: a larger page size fills latestPage with older tasks.
    max_page: maximum number of tasks that one read of the history may ask for; 0: 1000.
    children_depth: how many levels below the entity `recursion: children` covers; 0: all.
    system_user_adds: systemUser adds the system's tasks to those of users. Without names: to those of all users.
    unset_after_running: a task has `progress` and `locked` only while it runs.
    users_case_sensitive: a filter compares names of users with case.
    messages_from_catalog: `message` of a task's description is rebuilt from `key` and `arg` with the texts of the
    extension (module `task`) in the locale of the session that sets it; the key itself if no text has it.
    fault_messages_from_catalog: the same for the messages of a task's error.
    no_task_fields: custom values of a task cannot be set: NotSupported.
    anonymous_read_omits: RetrievePropertiesEx without a valid session leaves out what needs one.
    cancel_without_privilege: users may cancel tasks that they started without Global.CancelTask.
    box_everything: the values inside a TaskInfo that is itself a value of type Any are boxed, against the contract.
    release_404: a release that the server does not know is HTTP 404 instead of 500.
    hello_status: the HTTP status of every hello, such as 401 or 403; 0: as the release has it.
    rest_ids: whether both APIs accept the session ids of either: `shared`, `separate`; "": shared from 8.0.3.0.
    """

    wrap_errors: bool = False
    null_lists: bool = False
    null_fields: bool = False
    empty_as_204: bool = False
    empty_body: bool = False
    void_body: str = ""
    page_updates: int = 0
    max_objects: int = 0
    cancel_again_refused: bool = False
    created_on_cancel: str = ""
    done_description: bool = False
    rewind_skips: bool = False
    reset_after_newest: bool = False
    rotate_session: int = 0
    clock_offset: float = 0.0
    taken_out: str = ""
    history_lag: float = 0.0
    oldest_first_views: bool = False
    start_id_inclusive: bool = False
    page_refills: bool = False
    max_page: int = 0
    children_depth: int = 0
    system_user_adds: bool = False
    unset_after_running: bool = False
    users_case_sensitive: bool = False
    messages_from_catalog: bool = False
    fault_messages_from_catalog: bool = False
    no_task_fields: bool = False
    anonymous_read_omits: bool = False
    cancel_without_privilege: bool = False
    box_everything: bool = False
    release_404: bool = False
    hello_status: int = 0
    rest_ids: str = ""

    def update(self, changes: dict[str, Any]) -> None:
        """Raises ValueError for an unknown name or a wrong type."""
        known = _types()
        for name, value in changes.items():
            kind = known.get(name)
            wanted = (float, int) if kind is float else kind
            if wanted is None or not isinstance(value, wanted) or isinstance(value, bool) is not (kind is bool):
                raise ValueError(f"not a valid quirk: {name}={value!r}")
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(f"not a valid value: {name}={value!r}")
            setattr(self, name, value)


def parse_quirk(text: str) -> dict[str, Any]:
    """`NAME=VALUE`, or `NAME` alone to switch a quirk on. Raises ValueError."""
    name, equals, value = text.partition("=")
    kind = _types().get(name)
    if kind is None:
        raise ValueError(f"not a quirk: {name}")
    if kind is bool:
        switches = {"": True, "true": True, "false": False}
        if value not in switches or bool(equals) is not bool(value):
            raise ValueError(f"not true or false: {text}")
        quirk = {name: switches[value]}
    else:
        quirk = {name: kind(value)}
    Quirks().update(quirk)
    return quirk


def _types() -> dict[str, type]:
    return {field.name: type(field.default) for field in fields(Quirks)}
