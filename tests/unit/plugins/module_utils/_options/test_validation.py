# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options where Ansible does not check them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vijson.tasks.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._events.event_source import EVENT_SOURCE_SPEC, TaskEvents
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC, OptionSpec
from ansible_collections.vijson.tasks.plugins.module_utils._options.validation import validate_options

SOURCE = Path(__file__).parents[5] / "extensions/eda/plugins/event_source/vi_tasks.py"
_DEFAULTS_TO = re.compile(r"Defaults to the environment variable E\((\w+)\)")
HOST = {"hostname": "vc.example.com", "username": "u", "password": "p"}


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
def test_values_are_taken_as_ansible_takes_them(kind: str, given: Any, value: Any) -> None:
    assert validate_options({"it": given}, {"it": {"type": kind, "elements": "str"}}, {}) == {"it": value}


@pytest.mark.parametrize(
    ("option", "given", "message"),
    [
        ({"type": "int"}, "x", "it: 'x' is not a whole number"),
        ({"type": "int"}, True, "it: True is not a whole number"),
        ({"type": "float"}, [], "it: [] is not a number"),
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
        ({"type": "str", "required": True, "env": "IT"}, None, "it: missing. Set the option (or IT in"),
    ],
)
def test_what_is_refused(option: dict[str, Any], given: Any, message: str) -> None:
    with pytest.raises(InputError) as refused:
        validate_options({"it": given}, {"it": option}, {})
    assert str(refused.value).startswith(message)


def test_an_unknown_option_is_named_with_those_that_are_known() -> None:
    with pytest.raises(InputError, match=r"^hostnme: unknown option. Use one of: entity, recursion, .*, hostname,"):
        validate_options({"hostnme": "x"}, EVENT_SOURCE_SPEC, {})


def test_the_option_wins_over_the_environment_and_that_over_the_default() -> None:
    spec: OptionSpec = {"port": {"type": "int", "default": 443, "env": "PORT", "aliases": ["p"]}}
    assert validate_options({}, spec, {}) == {"port": 443}
    assert validate_options({"port": None}, spec, {"PORT": "1"}) == {"port": 1}
    assert validate_options({"p": 2}, spec, {"PORT": "1"}) == {"port": 2}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"states": []}, "states: the list is empty, so no task matches"),
        ({"users": []}, "users: the list is empty"),
        ({"since": "yesterday"}, "since: 'yesterday' is not a valid time. Use RFC 3339"),
        ({"entity": "what is this"}, "entity: 'what is this' is not an object id or path"),
        ({"hostname": "https://vc"}, "hostname: 'https://vc' is not a valid host"),
        ({"password": None}, "password: missing. Set username and password"),
        ({"states": "error,done"}, "states: 'done' is not a valid value"),
    ],
)
def test_the_event_source_refuses_before_it_sends_anything(
    options: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VMWARE_PASSWORD", raising=False)
    with pytest.raises(InputError) as refused:
        TaskEvents({**HOST, **options})
    assert message in str(refused.value)


def documented(options: dict[str, Any]) -> dict[str, Any]:
    """What a documentation says that a specification says too."""
    kept = ("type", "elements", "choices", "default", "aliases", "required")
    return {name: {key: option[key] for key in kept if key in option} for name, option in options.items()}


def specified(spec: OptionSpec, *besides: str) -> dict[str, Any]:
    """What a specification says that a documentation says too, except some keys."""
    left_out = ("env", "no_log", *besides)
    return {name: {k: v for k, v in option.items() if k not in left_out} for name, option in spec.items()}


def environment(options: dict[str, Any]) -> dict[str, str]:
    """The environment variable that the description of each option names as its default."""
    named = {name: _DEFAULTS_TO.findall(" ".join(option["description"])) for name, option in options.items()}
    return {name: variable for name, variables in named.items() for variable in variables}


def test_the_fragment_mirrors_the_connection() -> None:
    options = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert documented(options) == specified(CONNECTION_SPEC)
    assert environment(options) == {name: option["env"] for name, option in CONNECTION_SPEC.items() if "env" in option}


def test_the_fragment_of_the_callback_mirrors_the_connection() -> None:
    options = yaml.safe_load(ModuleDocFragment.CALLBACK)["options"]
    assert documented(options) == specified(CONNECTION_SPEC, "aliases")
    assert environment(options) == {}, "Ansible names the variable of a plugin's option itself"


def test_the_event_source_documents_its_options() -> None:
    texts = {
        name: ast.literal_eval(node.value)
        for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and (name := ast.unparse(node.targets[0])) in ("DOCUMENTATION", "EXAMPLES")
    }
    options = yaml.safe_load(texts["DOCUMENTATION"])["options"]
    assert documented(options) == specified(EVENT_SOURCE_SPEC)
    assert environment(options) == {
        name: option["env"] for name, option in EVENT_SOURCE_SPEC.items() if "env" in option
    }
    for example in yaml.safe_load(texts["EXAMPLES"]):
        assert set(example["vijson.tasks.vi_tasks"] or {}) <= set(EVENT_SOURCE_SPEC)
