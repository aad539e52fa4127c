# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares documentation with argument specifications and results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import yaml

_SAID_TWICE = ("type", "elements", "choices", "default", "aliases", "required")
_ATTRIBUTES = {"action_group", "check_mode", "diff_mode", "idempotent", "platform"}
_TYPES = {"bool": bool, "dict": dict, "int": int, "list": list, "str": str}
_DEFAULTS_TO = re.compile(r"Defaults to the environment variable E\((\w+)\)")
_FRAGMENTS = "ansible_collections.vijson.tasks.plugins.doc_fragments"


def stated_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The part of options that documentation and specification have in common, from either of them."""
    return {name: _stated(option) for name, option in options.items()}


def _stated(option: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: option[key] for key in _SAID_TWICE if key in option}
    inner = option.get("suboptions") or option.get("options")
    return {**kept, "options": stated_options(inner)} if inner else kept


def named_variables(options: Mapping[str, Any]) -> dict[str, str]:
    """The environment variable that the description of each option names as its default."""
    named = {name: _DEFAULTS_TO.findall(" ".join(option["description"])) for name, option in options.items()}
    return {name: variable for name, variables in named.items() for variable in variables}


def environment_variables(spec: Mapping[str, Any]) -> dict[str, str]:
    """The environment variable of each option of a specification that has one."""
    return {name: option["env"] for name, option in spec.items() if "env" in option}


def check_module(module: ModuleType) -> None:
    """Check that a module documents its options and attributes, and accepts its own examples."""
    name = module.__name__.rpartition(".")[2]
    documentation = yaml.safe_load(module.DOCUMENTATION)
    assert documentation["module"] == name
    assert stated_options(_with_fragments(documentation, "options")) == stated_options(module.ARGUMENT_SPEC)
    assert set(module_attributes(module)) == _ATTRIBUTES
    _check_examples(module, f"vijson.tasks.{name}")


def _check_examples(module: ModuleType, name: str) -> None:
    accepted = {
        alias for option, value in module.ARGUMENT_SPEC.items() for alias in (option, *value.get("aliases", ()))
    }
    examples = [task[name] or {} for task in yaml.safe_load(module.EXAMPLES) if name in task]
    assert examples
    for arguments in examples:
        assert set(arguments) <= accepted


def module_attributes(module: ModuleType) -> dict[str, Any]:
    """The attributes of a module, including those of its fragments."""
    return _with_fragments(yaml.safe_load(module.DOCUMENTATION), "attributes")


def _with_fragments(documentation: dict[str, Any], part: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for fragment in documentation["extends_documentation_fragment"]:
        merged.update(read_fragment(*fragment.split(".")[2:]).get(part, {}))
    return {**merged, **documentation.get(part, {})}


def read_fragment(file: str, part: str = "documentation") -> dict[str, Any]:
    """A documentation fragment."""
    fragment = import_module(f"{_FRAGMENTS}.{file}").ModuleDocFragment
    return yaml.safe_load(getattr(fragment, part.upper())) or {}


def check_result(module: ModuleType, result: Mapping[str, Any]) -> None:
    """Check that a result has the keys that RETURN documents, with values of the documented types."""
    returned = yaml.safe_load(module.RETURN)
    shown = {key: value for key, value in result.items() if key not in ("changed", "diff", "failed")}
    always = {key for key, value in returned.items() if "O(" not in value["returned"]}
    assert always <= set(shown) <= set(returned)
    for key, value in shown.items():
        assert value is None or isinstance(value, _TYPES[returned[key]["type"]])
    assert ("diff" in result) == (module_attributes(module)["diff_mode"]["support"] == "full")
