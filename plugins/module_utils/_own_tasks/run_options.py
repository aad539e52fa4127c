# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vi_task_run``, checked."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any, NamedTuple

from .._errors import InputError
from .._options.parsing import parse_duration
from .command import CommandOptions
from .output import shown_text


class RunOptions(NamedTuple):
    """A command, and how a task shows it.

    :ivar label: how the task's description begins
    :ivar timeout: seconds, ``None`` for no limit
    """

    command: CommandOptions
    label: str
    timeout: float | None
    ok_codes: list[int]
    progress: re.Pattern[str] | None
    description: re.Pattern[str] | None


def parse_run_options(params: dict[str, Any]) -> RunOptions:
    """The options of a run, from the module's parameters.

    :raises InputError: one of them is not valid
    """
    command = CommandOptions(_argv(params), params["chdir"], {**os.environ, **_environment(params["env"] or {})})
    return RunOptions(
        command,
        params["label"] if shown_text(params["label"] or "") else command.name,
        None if params["timeout"] is None else _timeout(params["timeout"]),
        _ok_codes(params["ok_codes"]),
        _pattern(params, "progress_regex"),
        _pattern(params, "description_regex"),
    )


def _argv(params: dict[str, Any]) -> list[str]:
    if (params["argv"] is None) == (params["cmd"] is None):
        raise InputError("argv, cmd: set exactly one of the two")
    argv = params["argv"] if params["cmd"] is None else _split(params["cmd"])
    if not argv or not argv[0]:
        option = "argv" if params["cmd"] is None else "cmd"
        raise InputError(f"{option}: the value does not name a program. Use a program and its arguments")
    return list(argv)


def _split(text: str) -> list[str]:
    try:
        return [os.path.expanduser(os.path.expandvars(word)) for word in shlex.split(text)]
    except ValueError as error:
        raise InputError(
            f"cmd: the value cannot be split into words ({error}). Check the quotes, or use argv"
        ) from error


def _environment(env: dict[str, Any]) -> dict[str, str]:
    for name, value in env.items():
        if isinstance(value, (dict, list)) or value is None:
            raise InputError(f"env: the value of {name} is not a string. Use strings, numbers or booleans")
    return {str(name): str(value) for name, value in env.items()}


def _ok_codes(codes: list[int]) -> list[int]:
    if not codes:
        raise InputError(
            "ok_codes: the list is empty, so no command would succeed. Use at least one exit code, such as 0"
        )
    return codes


def _timeout(text: str) -> float:
    seconds = parse_duration(text, "timeout")
    if seconds <= 0:
        raise InputError(f"timeout: {text} is too short. Use a duration above 0")
    return seconds


def _pattern(params: dict[str, Any], option: str) -> re.Pattern[str] | None:
    if params[option] is None:
        return None
    try:
        pattern = re.compile(params[option])
    except (re.error, RecursionError, OverflowError) as error:
        raise InputError(f"{option}: the value is not a valid regular expression ({error})") from error
    if not pattern.groups:
        raise InputError(f"{option}: the expression has no group. Put parentheses around the part to show in the task")
    return pattern
