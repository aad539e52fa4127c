# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection as AnsibleModule validates them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import (
    CONNECTION_ARGUMENTS,
    argument_spec,
    escaped_secrets,
    wrap_single_values,
)
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC


@pytest.mark.parametrize("option", [name for name, option in CONNECTION_SPEC.items() if "env" in option])
def test_an_option_that_is_not_given_is_read_from_the_environment(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in CONNECTION_SPEC.values():
        monkeypatch.delenv(each.get("env", "NONE"), raising=False)
    monkeypatch.setenv(CONNECTION_SPEC[option]["env"], "0")
    validated = ArgumentSpecValidator(CONNECTION_ARGUMENTS).validate({})
    assert str(validated.validated_parameters[option]) in ("0", "False")
    assert validated.error_messages == []


@pytest.mark.parametrize("option", [name for name, option in CONNECTION_SPEC.items() if "env" in option])
def test_an_empty_environment_variable_is_ignored(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in CONNECTION_SPEC.values():
        monkeypatch.delenv(each.get("env", "NONE"), raising=False)
    monkeypatch.setenv(CONNECTION_SPEC[option]["env"], "")
    validated = ArgumentSpecValidator(CONNECTION_ARGUMENTS).validate({})
    assert validated.validated_parameters[option] == CONNECTION_SPEC[option].get("default")
    assert validated.error_messages == []


def test_password_and_session_id_are_secrets() -> None:
    given = {"hostname": "vc", "password": "pa55word", "session_id": "52ab", "username": "joe"}
    assert ArgumentSpecValidator(CONNECTION_ARGUMENTS).validate(given)._no_log_values == {"pa55word", "52ab"}


def test_options_of_the_module_are_added_to_those_of_the_connection() -> None:
    assert argument_spec(task={"type": "str"}) == {**CONNECTION_ARGUMENTS, "task": {"type": "str"}}


@pytest.mark.parametrize("key", ["tasks", "task"])
def test_a_single_returned_task_becomes_a_list(key: str) -> None:
    params: dict[str, Any] = {key: {"moid": "task-7"}, "values": {"a": "b"}, "hostname": "h"}
    wrap_single_values(params, {"tasks": {"type": "list", "aliases": ["task"]}, "values": {"type": "dict"}})
    assert params == {key: [{"moid": "task-7"}], "values": {"a": "b"}, "hostname": "h"}


@pytest.mark.parametrize("value", [None, [], ["task-7"], "task-7"])
def test_other_values_are_not_wrapped(value: Any) -> None:
    params = {"tasks": value}
    wrap_single_values(params, {"tasks": {"type": "list"}})
    assert params == {"tasks": value}


@pytest.mark.parametrize(
    ("value", "complete"),
    [
        (["a", {"id": "b", "label": "B"}], [{"id": "a"}, {"id": "b", "label": "B"}]),
        ("a, b", [{"id": "a"}, {"id": "b"}]),
        (["id=a label=A", '{"id": "b"}'], ["id=a label=A", '{"id": "b"}']),
        ([], []),
        ("id=a label=A", "id=a label=A"),
        (None, None),
        ([7], [7]),
    ],
)
def test_a_string_in_a_list_of_mappings_becomes_the_required_key(value: Any, complete: Any) -> None:
    parts = {"id": {"type": "str", "required": True}, "label": {"type": "str"}}
    spec = {"task_types": {"type": "list", "elements": "dict", "options": parts}}
    params = {"task_types": value}
    wrap_single_values(params, spec)
    assert params == {"task_types": complete}
    params = {}
    wrap_single_values(params, spec)
    assert params == {}


@pytest.mark.parametrize("secret", ["plain", "back\\slash", "tab\t", "both ' and \"", "it's"])
def test_secrets_are_also_masked_in_quoted_form(secret: str) -> None:
    (escaped,) = escaped_secrets([secret])
    assert escaped in f"{secret!r}"
