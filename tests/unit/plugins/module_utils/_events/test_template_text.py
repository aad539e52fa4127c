# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of the server cannot act as a template, nor as a type of Ansible's own."""

from __future__ import annotations

import ast
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._events.template_text import defuse_templates

DELIMITERS = ("{{", "{%", "{#", "#jinja2:")
PARTS = [*"{%#}", "{{", "#jinja2:", "__ansible", "_", "\\", "'", '"', "\\x7b", "\n", " ", "a", ",", "[", "]"]

hostile = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)
hostile_json = st.recursive(
    hostile | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "defused"),
    [
        ("{{ name }}", "{ { name }}"),
        ("{% raw %}", "{ % raw %}"),
        ("{# note #}", "{ # note #}"),
        ("{{{", "{ { { "),
        ("{{%", "{ { %"),
        ("{{#jinja2:", "{ { # jinja2:"),
        ("#jinja2:variable_start_string:'[%'\n[% name %]", "# jinja2:variable_start_string:'[%'\n[% name %]"),
        ("ends with {", "ends with { "),
        ("""'{' "{ name }}" """, "\u2019{\u2019 \u201d{ name }}\u201d "),
        (r"'\x7b{ name }}'", "\u2019\\x7b{ name }}\u2019"),
        ('"{" "{ name }}"', "\u201d{\u201d \u201d{ name }}\u201d"),
        ("1, '{' '{ name }}'", "1, \u2019{\u2019 \u2019{ name }}\u2019"),
    ],
)
def test_template_delimiters_are_defused(text: str, defused: str) -> None:
    assert defuse_templates(text) == defused


@pytest.mark.parametrize(
    "text", ["web01", "The name 'web01' already exists.", '{"a": {b}}', "C# {0} 100% }}", "it's", "#1", "42", ""]
)
def test_other_text_is_unchanged(text: str) -> None:
    assert defuse_templates(text) == text


def test_a_literal_that_python_warns_about_is_defused_silently() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert defuse_templates(r"'\d'") == "\u2019\\d\u2019"


def test_values_and_keys_are_defused_at_any_depth() -> None:
    event: dict[str, Any] = {"task": {"result": [{"{{ key }}": ("{{ value }}", 7, None, True, 0.5)}], 1: "error"}}
    assert defuse_templates(event) == {
        "task": {"result": [{"{ { key }}": ["{ { value }}", 7, None, True, 0.5]}], 1: "error"}
    }
    assert list(event["task"]["result"][0]) == ["{{ key }}"]


@pytest.mark.parametrize("name", ["unsafe", "vault", "type"])
def test_keys_of_ansible_are_renamed(name: str) -> None:
    assert defuse_templates({f"__ansible_{name}": f"__ansible_{name}"}) == {f"ansible_{name}": f"__ansible_{name}"}


@given(hostile_json)
def test_random_values_are_defused_completely(value: Any) -> None:
    defused = defuse_templates(value)
    for text in texts_of(defused):
        assert not any(delimiter in text for delimiter in DELIMITERS)
        assert not any("'" in text or '"' in text for _quoted in literals(text))
    assert not any(key.startswith("__ansible") for key in keys_of(defused))
    assert defuse_templates(defused) == defused


def literals(text: str) -> list[Any]:
    """What a native Jinja environment makes of a text that is a literal."""
    try:
        return [ast.literal_eval(ast.parse(text, mode="eval"))]
    except (ValueError, SyntaxError, TypeError):
        return []


def keys_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in keys_of(inner))]
    return [key for inner in value for key in keys_of(inner)] if isinstance(value, list) else []


def texts_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in texts_of(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    return [value] if isinstance(value, str) else []
