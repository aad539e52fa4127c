# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a task that a result has."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_fields import (
    ShownTasks,
    TaskFields,
    parse_fields,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS

TASK = {
    **dict.fromkeys(TASK_KEYS),
    "moid": "task-7",
    "state": "error",
    "label": "Clone",
    "entity": {"type": "VirtualMachine", "moid": "vm-7", "name": "web01"},
    "who": "alice",
    "elapsed": 2.5,
    "error": {"type": "NoDiskSpace", "message": "The disk is full"},
}
BRIEF = {
    "moid": "task-7",
    "state": "error",
    "progress": None,
    "label": "Clone",
    "entity": "web01",
    "who": "alice",
    "elapsed": 2.5,
    "error": "The disk is full",
}


def test_all_keys_are_kept_by_default() -> None:
    fields = parse_fields(None)
    assert fields.of(TASK) == TASK
    assert not fields.wants("label")


def test_only_given_keys_are_kept() -> None:
    fields = parse_fields(["entity", "moid", "moid"])
    assert list(fields.of(TASK).items()) == [("entity", TASK["entity"]), ("moid", "task-7")]
    assert fields.wants("entity")
    assert not fields.wants("label")


def test_brief_keeps_the_short_form() -> None:
    fields = parse_fields(["brief"])
    assert list(fields.of(TASK).items()) == list(BRIEF.items())
    assert fields.of({**TASK, "entity": None, "error": None}) == {**BRIEF, "entity": None, "error": None}
    assert fields.wants("label")


def test_brief_can_be_combined_with_other_keys() -> None:
    assert parse_fields(["brief", "key"]).of(TASK) == {**BRIEF, "key": None}


@pytest.mark.parametrize(
    ("keys", "more"), [(None, None), (("moid",), ("moid", "state")), (("state", "moid"), ("state", "moid"))]
)
def test_a_key_is_added_unless_it_is_shown_anyway(keys: tuple[str, ...] | None, more: tuple[str, ...] | None) -> None:
    assert TaskFields(keys).with_key("state") == TaskFields(more)


def test_objects_and_errors_are_no_texts_by_default() -> None:
    assert TaskFields(("entity", "error")).of(TASK) == {"entity": TASK["entity"], "error": TASK["error"]}


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(InputError, match="fields: the list is empty"):
        parse_fields([])


def test_a_module_can_add_keys() -> None:
    with pytest.raises(InputError, match="a task has no field 'custom_values'"):
        parse_fields(["custom_values"])
    fields = parse_fields(["custom_values"], ["custom_values"])
    assert fields.of({**TASK, "custom_values": {"a": "b"}}) == {"custom_values": {"a": "b"}}


def test_lines_show_tasks_beyond_the_chosen_keys() -> None:
    shown = ShownTasks(parse_fields(["moid"]))
    shown.add([TASK])
    shown.add([{**TASK, "moid": "task-10"}])
    shown.add_missing(["task-9"])
    line = "error  Clone  web01  2s  alice  The disk is full"
    assert shown.result() == {
        "lines": [f"task-7   {line}", f"task-10  {line}", "task-9  missing"],
        "tasks": [{"moid": "task-7"}, {"moid": "task-10"}],
    }
