# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of a task that runs in Ansible's own process."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.plugin_utils._module_arguments import ModuleArguments

SPEC: dict[str, Any] = {
    "tasks": {"type": "list", "elements": "raw", "aliases": ["task"]},
    "password": {"type": "str", "no_log": True},
    "port": {"type": "int", "default": 443},
}


def arguments(**options: Any) -> ModuleArguments:
    return ModuleArguments("vijson.tasks.vi_task_info", options, SPEC)


def test_values_are_converted_and_defaults_are_added() -> None:
    made = arguments(tasks="task-1", port="8443", password="hunter22")
    assert made.params == {"tasks": ["task-1"], "port": 8443, "password": "hunter22"}
    assert (made.error, made.warnings) == ("", [])
    assert arguments().params["port"] == 443


def test_the_arguments_of_the_task_are_not_changed() -> None:
    options = {"tasks": "task-1"}
    ModuleArguments("vi_task_info", options, SPEC)
    assert options == {"tasks": "task-1"}


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"colour": "red"}, "Unsupported parameters for (vijson.tasks.vi_task_info) module: colour."),
        ({"port": "many"}, "argument 'port' is of type"),
    ],
)
def test_invalid_arguments_are_an_error(options: dict[str, Any], error: str) -> None:
    assert arguments(**options).error.startswith(error)


def test_an_option_and_its_alias_give_a_warning() -> None:
    assert arguments(tasks=["task-1"], task=["task-2"]).warnings == ["Both option tasks and its alias task are set."]


@pytest.mark.parametrize("password", ["True", "None"])
def test_a_boolean_or_missing_value_is_never_masked(password: str) -> None:
    result = {"changed": True, "task": None}
    assert arguments(password=password).masked(result) == result


def test_secrets_in_a_result_are_masked_plain_and_escaped() -> None:
    made = arguments(password="pass\\word")
    made.secrets.add("session-of-the-run")
    result = {"msg": "pass\\word", "repr": "pass\\\\word", "id": "session-of-the-run", "changed": True, "task": None}
    masked = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert made.masked(result) == {"msg": masked, "repr": masked, "id": masked, "changed": True, "task": None}
