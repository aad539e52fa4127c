# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of vi_task_run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.run_options import RunOptions, parse_run_options

NOTHING = dict.fromkeys(("argv", "cmd", "chdir", "env", "label", "progress_regex", "description_regex", "timeout"))


def parsed(**given: Any) -> RunOptions:
    return parse_run_options({**NOTHING, "ok_codes": [0], **given})


def test_a_command_line_is_split_and_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("WHAT", "two words")
    argv = ["backup", "a b", "two words", "/home/me/x", "*", "|", "$(id)"]
    assert parsed(cmd="backup 'a b' $WHAT ~/x * | '$(id)'").command.argv == argv
    assert parsed(argv=["backup", "~/x", "$WHAT"]).command.argv == ["backup", "~/x", "$WHAT"]


def test_the_environment_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "1")
    env = parsed(cmd="x", env={"PORT": 443, "ON": True, "NAME": "web01"}).command.env
    assert (env["KEPT"], env["PORT"], env["ON"], env["NAME"]) == ("1", "443", "True", "web01")


def test_the_label_is_the_program_by_default() -> None:
    assert parsed(argv=["/usr/local/bin/nightly", "a"]).label == "nightly"
    assert parsed(argv=["/usr/local/bin/nightly"], label="Nightly copy").label == "Nightly copy"
    assert parsed(argv=["/", "a"]).label == "/"


def test_durations_and_patterns_are_parsed() -> None:
    options = parsed(cmd="x", timeout="15m", progress_regex=r"(\d+)%", description_regex="^(.*)$")
    assert options.timeout == 900
    assert options.progress
    assert options.description
    assert parsed(cmd="x", timeout="1").timeout == 1
    assert parsed(cmd="x")[2:] == (None, [0], None, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "argv, cmd: set exactly one of the two"),
        ({"cmd": "x", "argv": ["x"]}, "argv, cmd: set exactly one of the two"),
        ({"cmd": ""}, "cmd: the value does not name a program"),
        ({"cmd": "''"}, "cmd: the value does not name a program"),
        ({"argv": [""]}, "argv: the value does not name a program"),
        ({"argv": []}, "argv: the value does not name a program"),
        ({"cmd": "a 'b"}, r"cmd: the value cannot be split into words \(No closing quotation\)"),
        ({"cmd": "x", "env": {"A": None}}, "env: the value of A is not a string"),
        ({"cmd": "x", "env": {"A": ["b"]}}, "env: the value of A is not a string"),
        ({"cmd": "x", "ok_codes": []}, "ok_codes: the list is empty"),
        ({"cmd": "x", "timeout": "0"}, "timeout: 0 is too short"),
        ({"cmd": "x", "timeout": "soon"}, "timeout: 'soon' is not a valid duration"),
        ({"cmd": "x", "progress_regex": "("}, "progress_regex: the value is not a valid regular expression"),
        ({"cmd": "x", "description_regex": ".*"}, "description_regex: the expression has no group"),
    ],
)
def test_invalid_options_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parsed(**given)
