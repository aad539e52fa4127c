# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validating options where Ansible does not validate them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._events.event_source import EVENT_SOURCE_SPEC
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import OptionSpec
from ansible_collections.vijson.tasks.plugins.module_utils._options.validation import validate_options


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("str", "a b ", "a b "),
        ("str", 42, "42"),
        ("int", "443", 443),
        ("float", "1.5", 1.5),
        ("float", 2, 2.0),
        ("bool", "False", False),
        ("bool", "yes", True),
        ("bool", 0, False),
        ("path", "~/x", str(Path.home() / "x")),
        ("list", "a,b", ["a", "b"]),
        ("list", ["a", 1], ["a", "1"]),
        ("list", 7, ["7"]),
        ("raw", {"a": 1}, {"a": 1}),
    ],
)
def test_values_are_converted_as_ansible_does(kind: str, given: Any, value: Any) -> None:
    assert validate_options({"it": given}, {"it": {"type": kind, "elements": "str"}}, {}) == {"it": value}


@pytest.mark.parametrize(
    ("option", "given", "message"),
    [
        ({"type": "int"}, "x", "it: 'x' is not a whole number"),
        ({"type": "int"}, True, "it: True is not a whole number"),
        ({"type": "float"}, [], "it: [] is not a number"),
        ({"type": "float"}, True, "it: True is not a number"),
        ({"type": "str"}, False, "it: False is not a string"),
        ({"type": "str"}, {}, "it: {} is not a string"),
        ({"type": "bool"}, "maybe", "it: 'maybe' is not a boolean. Use true or false"),
        ({"type": "list", "elements": "str"}, [[]], "it: [[]] is not a list of strings"),
        ({"type": "str", "no_log": True}, ["hidden"], "it: the value is not a string"),
        ({"type": "str", "choices": ["a", "b"]}, "c", "it: 'c' is not a valid value. Use one of: a, b"),
        (
            {"type": "list", "elements": "str", "choices": ["a"]},
            ["a", "c"],
            "it: 'c' is not a valid value. Use one of: a",
        ),
        ({"type": "str", "required": True}, None, "it: missing. Set the option"),
        (
            {"type": "str", "required": True, "env": "IT"},
            None,
            "it: missing. Set the option (or IT in the environment)",
        ),
    ],
)
def test_invalid_values_are_refused(option: dict[str, Any], given: Any, message: str) -> None:
    with pytest.raises(InputError) as refused:
        validate_options({"it": given}, {"it": option}, {})
    assert str(refused.value) == message


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"^hostnme: unknown option. Use one of: entity, recursion, .*, hostname,"):
        validate_options({"hostnme": "x"}, EVENT_SOURCE_SPEC, {})


def test_options_override_the_environment_which_overrides_defaults() -> None:
    spec: OptionSpec = {"port": {"type": "int", "default": 443, "env": "PORT", "aliases": ["p"]}}
    assert validate_options({}, spec, {}) == {"port": 443}
    assert validate_options({"port": None}, spec, {"PORT": "1"}) == {"port": 1}
    assert validate_options({"p": 2}, spec, {"PORT": "1"}) == {"port": 2}
    assert validate_options({}, spec, {"PORT": ""}) == {"port": 443}
