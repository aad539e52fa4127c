# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validating options where Ansible does not: in the event source, and in the callback's side process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable

from .._errors import InputError
from .connection_spec import OptionSpec

_TRUE = ("y", "yes", "on", "1", "true", "t", "1.0")
_FALSE = ("n", "no", "off", "0", "false", "f", "0.0")


def validate_options(
    given: Mapping[str, Any], spec: OptionSpec, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The value of every option of the specification, ``None`` for an optional one that is not set.

    :param environment: the environment variables; those of this process by default
    :raises InputError: an option is unknown, missing or not valid; the message never contains a secret
    """
    names = {alias: name for name, option in spec.items() for alias in (name, *option.get("aliases", ()))}
    unknown = [name for name in given if name not in names]
    if unknown:
        raise InputError(f"{', '.join(unknown)}: unknown option. Use one of: {', '.join(spec)}")
    values = {names[name]: value for name, value in given.items() if value is not None}
    variables = os.environ if environment is None else environment
    return {name: _value(name, option, values.get(name), variables) for name, option in spec.items()}


def _value(name: str, option: dict[str, Any], value: Any, environment: Mapping[str, str]) -> Any:
    variable = option.get("env")
    if value is None and variable:
        # An empty variable is not set, as in a shell script that exports a blank.
        value = environment.get(variable) or None
    if value is None:
        value = option.get("default")
    if value is None:
        if option.get("required"):
            alternative = f" (or {variable} in the environment)" if variable else ""
            raise InputError(f"{name}: missing. Set the option{alternative}")
        return None
    value = _converted(name, option, value)
    choices = option.get("choices")
    for item in value if isinstance(value, list) else [value]:
        if choices and item not in choices:
            raise InputError(f"{name}: {item!r} is not a valid value. Use one of: {', '.join(choices)}")
    return value


def _converted(name: str, option: dict[str, Any], value: Any) -> Any:
    kind = option["type"]
    try:
        if kind == "list":
            items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
            return [_CONVERT[option["elements"]](item) for item in items]
        return _CONVERT[kind](value)
    except (TypeError, ValueError):
        shown = "the value" if option.get("no_log") else repr(value)
        raise InputError(f"{name}: {shown} is not a {_WORDS[kind]}") from None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError
    return float(value)


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in (*_TRUE, *_FALSE):
        raise ValueError
    return text in _TRUE


def _path(value: Any) -> str:
    return os.path.expanduser(os.path.expandvars(_text(value)))


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _integer,
    "float": _number,
    "bool": _boolean,
    "path": _path,
    "raw": lambda value: value,
}
_WORDS = {
    "str": "string",
    "int": "whole number",
    "float": "number",
    "bool": "boolean. Use true or false",
    "path": "path",
    "list": "list of strings",
}
