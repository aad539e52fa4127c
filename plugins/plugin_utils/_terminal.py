# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fitting text to the terminal that Ansible runs in, if there is one."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from ansible import context

from ..module_utils._run.job import Result
from ..module_utils._task_info.task_fields import BRIEF
from ..module_utils._task_info.task_lines import shortened

_JSON_MARGIN = 11
"""Characters around each text of a list in the JSON that the ``ansible`` command prints."""


def _columns(stream: TextIO | None) -> int | None:
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns if stream else None
    return None


# Ansible's main process imports this file, and then forks workers, which may have no terminal.
STDOUT_COLUMNS = _columns(sys.__stdout__)
STDERR_COLUMNS = _columns(sys.__stderr__)


def fitted(line: str, columns: int | None) -> str:
    """The line, cut to the width of the terminal."""
    return line if columns is None else shortened(line, columns)


def show_lines_only(args: dict[str, Any], result: Result) -> None:
    """For an ad-hoc command with ``fields=brief``: drop the tasks, which would scroll their lines off the screen.

    Tasks with custom values are kept, because the lines do not have these.
    """
    if context.CLIARGS.get("module_name") and args.get("fields") in (BRIEF, [BRIEF]) and "lines" in result:
        if not any("custom_values" in task for task in result.get("tasks", ())):
            result.pop("tasks", None)
        width = None if STDOUT_COLUMNS is None else max(STDOUT_COLUMNS - _JSON_MARGIN, _JSON_MARGIN)
        result["lines"] = [fitted(line, width) for line in result["lines"]]
