# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fitting text to the terminal."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest

# isort: split
from ansible import context

from ansible_collections.vijson.tasks.plugins.plugin_utils import _terminal


@pytest.fixture
def ad_hoc(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ``ansible``, in a terminal with 40 columns."""
    monkeypatch.setattr(context, "CLIARGS", {"module_name": "vijson.tasks.vi_task_info"})
    monkeypatch.setattr(_terminal, "STDOUT_COLUMNS", 40)


def shown(fields: Any, **result: Any) -> dict[str, Any]:
    _terminal.show_lines_only({"fields": fields}, result)
    return result


@pytest.mark.parametrize("fields", ["brief", ["brief"]])
@pytest.mark.usefixtures("ad_hoc")
def test_an_ad_hoc_command_with_brief_fields_shows_only_fitting_lines(fields: Any) -> None:
    assert shown(fields, lines=["x" * 50, "y"], tasks=[{}, {}], changed=False) == {
        "lines": ["x" * 28 + "…", "y"],
        "changed": False,
    }


@pytest.mark.parametrize(("columns", "shown_line"), [(23, "x" * 11 + "…"), (22, "x" * 10 + "…"), (5, "x" * 10 + "…")])
@pytest.mark.usefixtures("ad_hoc")
def test_an_ad_hoc_command_shows_at_least_11_characters_of_a_line(
    monkeypatch: pytest.MonkeyPatch, columns: int, shown_line: str
) -> None:
    monkeypatch.setattr(_terminal, "STDOUT_COLUMNS", columns)
    assert shown("brief", lines=["x" * 50])["lines"] == [shown_line]


@pytest.mark.usefixtures("ad_hoc")
def test_an_ad_hoc_command_without_a_terminal_shows_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terminal, "STDOUT_COLUMNS", None)
    assert shown("brief", lines=["x" * 50])["lines"] == ["x" * 50]


@pytest.mark.usefixtures("ad_hoc")
def test_an_ad_hoc_command_with_other_fields_shows_tasks() -> None:
    for fields in (None, "moid", ["brief", "key"]):
        assert shown(fields, lines=["x" * 50], tasks=[{}])["tasks"] == [{}]
    assert shown("brief", msg="failed", tasks=[{}])["tasks"] == [{}]


@pytest.mark.usefixtures("ad_hoc")
def test_an_ad_hoc_command_shows_tasks_with_custom_values() -> None:
    tasks = [{"moid": "task-7", "custom_values": {"Owner": "me"}}]
    assert shown("brief", lines=["x" * 50], tasks=tasks) == {"lines": ["x" * 28 + "…"], "tasks": tasks}


def test_a_playbook_gets_whole_lines_and_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"args": ["site.yml"]})
    assert shown("brief", lines=["x" * 500], tasks=[{}]) == {"lines": ["x" * 500], "tasks": [{}]}


def test_a_line_is_cut_in_a_terminal_only() -> None:
    assert _terminal.fitted("x" * 500, None) == "x" * 500
    assert _terminal.fitted("abcdef", 3) == "ab…"


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.get_terminal_size", lambda _descriptor: os.terminal_size((77, 5)))
    with open(os.devnull, encoding="utf-8") as stream:
        assert _terminal._columns(stream) == 77
    assert _terminal._columns(None) is None
    assert _terminal._columns(io.StringIO()) is None
