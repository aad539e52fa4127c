# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as lines of text."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_lines import (
    aligned_column,
    entity_text,
    shortened,
    task_lines,
    task_text,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS


def task(moid: str, state: str = "running", **fields: Any) -> dict[str, Any]:
    return {**dict.fromkeys(TASK_KEYS), "moid": moid, "state": state, **fields}


WEB01 = {"type": "VirtualMachine", "moid": "vm-7", "name": "web01"}


def test_a_column_can_be_aligned_left_or_right() -> None:
    assert aligned_column(["a", "bcd"]) == ["a  ", "bcd"]
    assert aligned_column(["1", "100"], right=True) == ["  1", "100"]


def test_the_columns_are_aligned() -> None:
    tasks = [
        task("task-7", progress=5, name="CloneVM_Task", entity=WEB01, elapsed=130.4, who="D\\alice"),
        task("task-1042", "queued", label="Power on", entity={**WEB01, "name": None}, who="system"),
        task("task-8", "error", progress=40, description_id="a.b", elapsed=2.0, error={"message": "The disk is full"}),
    ]
    assert task_lines(tasks) == [
        "task-7     running  5%  CloneVM_Task  web01                2m10s  D\\alice",
        "task-1042  queued       Power on      VirtualMachine:vm-7         system",
        "task-8     error        a.b                                   2s           The disk is full",
    ]


def test_a_requested_cancellation_is_shown_until_the_end() -> None:
    tasks = [task("task-7", cancelled=True), task("task-8", "error", cancelled=True), task("task-9", cancelled=False)]
    assert task_lines(tasks) == ["task-7  running, cancel requested", "task-8  error", "task-9  running"]


def test_a_column_without_any_value_is_left_out() -> None:
    assert task_lines([task("task-7"), task("task-8", "queued")]) == ["task-7  running", "task-8  queued"]
    assert task_lines([]) == []


def test_texts_of_the_server_are_cleaned_and_shortened() -> None:
    (line,) = task_lines(
        [task("task-7", name="x\n\x1b[31m" * 50, error={"message": "a\rb" * 500}, entity={**WEB01, "name": "w" * 999})]
    )
    assert line.isprintable()
    assert len(line) < 320
    assert "…" in line


@pytest.mark.parametrize(("length", "end"), [(40, "x"), (41, "…")])
def test_a_name_has_at_most_40_characters(length: int, end: str) -> None:
    (line,) = task_lines([task("task-7", name="x" * length)])
    assert line == f"task-7  running  {'x' * 39}{end}"


@pytest.mark.parametrize(("length", "end"), [(200, "x"), (201, "…")])
def test_an_error_has_at_most_200_characters(length: int, end: str) -> None:
    (line,) = task_lines([task("task-7", "error", error={"message": "x" * length})])
    assert line == f"task-7  error  {'x' * 199}{end}"


@pytest.mark.parametrize("name", [True, 7, ["a", "b"], {"a": "b"}])
def test_a_name_that_is_not_a_string_is_shown(name: Any) -> None:
    (line,) = task_lines([task("task-7", entity={**WEB01, "name": name})])
    assert str(name) in line


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        (None, None),
        (WEB01, "web01"),
        ({**WEB01, "name": 5}, "5"),
        ({"type": "Folder", "moid": "group-d1", "name": None}, "Folder:group-d1"),
    ],
)
def test_an_entity_is_shown_by_name_or_reference(entity: Any, text: str | None) -> None:
    assert entity_text(entity) == text


def test_a_task_in_a_message_has_its_name_and_entity() -> None:
    assert task_text(task("task-7", name="CloneVM_Task", entity=WEB01)) == "task-7 CloneVM_Task of web01"
    assert task_text(task("task-7")) == "task-7"


@pytest.mark.parametrize(("width", "text"), [(6, "abcdef"), (5, "abcd…"), (1, "…"), (0, "…")])
def test_text_is_shortened_to_a_width(width: int, text: str) -> None:
    assert shortened("abcdef", width) == text
