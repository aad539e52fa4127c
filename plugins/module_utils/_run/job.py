# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job that a module's ``run()`` gets, in a process of its own or in the controller's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable

from .._errors import InputError, Interrupted, ViError, ignore, one_line
from .._interrupts import interruptible
from .._options.connection import Share, connect_client
from .._options.task_parsing import CHECK_MODE_TASK, parse_task, parse_tasks
from .._vijson.wire import Entity

Result = dict[str, Any]


class Job:
    """One run of a module: the client, the validated parameters, the modes, warnings and progress.

    :ivar client: logs in at its first request that needs a session
    :ivar params: the validated options by name
    :ivar warn: shows a warning
    :ivar progress: shows a line of progress
    :raises InputError: a connection option is missing or not valid
    """

    def __init__(
        self,
        params: dict[str, Any],
        *,
        check_mode: bool = False,
        diff_mode: bool = False,
        warn: Callable[[str], None] = ignore,
        progress: Callable[[str], None] = ignore,
        share: Share = ignore,
    ):
        self.params = params
        self.check_mode = check_mode
        self.diff_mode = diff_mode
        self.warn = _safe(warn)
        self.progress = _safe(progress)
        self.client = connect_client(params, self.warn, share=share)

    def warn_of(self, warnings: Iterable[str]) -> None:
        """Show several warnings."""
        for text in warnings:
            self.warn(text)

    def tasks(self) -> list[str]:
        """The moIds in the option ``tasks``, without duplicates."""
        return parse_tasks(self.params["tasks"] or [], "tasks", check_mode=self.check_mode)

    def task(self) -> str:
        """The moId in the option ``task``."""
        return parse_task(self.params["task"], "task", check_mode=self.check_mode)

    def is_planned(self, moid: str) -> bool:
        """Whether the id stands for a task that an earlier module would have created without check mode."""
        return self.check_mode and moid == CHECK_MODE_TASK

    def entity(self) -> Entity | None:
        """The object that the option ``entity`` names, alone or in a list: parsed, not looked up yet."""
        # Most modules do not need this module. Importing it here saves them its load time.
        from .._options.entity_parsing import parse_entity

        value = self.params["entity"]
        if value is None:
            return None
        if isinstance(value, list) and len(value) > 1:
            raise InputError("entity: use one object; a task belongs to one")
        return parse_entity(value[0] if isinstance(value, list) and value else value)


def _safe(show: Callable[[str], None]) -> Callable[[str], None]:
    """A line may contain names and descriptions from the vCenter, and is shown on a terminal."""
    return lambda line: show(one_line(line))


def run_job(run: Callable[[Job], Result], job: Job) -> Result:
    """Run a job and return its result, which may be a failed one. The client is always closed."""
    with interruptible():
        try:
            result = _perform(run, job)
        except ViError as error:
            return {"failed": True, **error.failure()}
        except Interrupted as error:
            return {"failed": True, "msg": str(error)}
    if not job.diff_mode:
        result.pop("diff", None)
    return result


def _perform(run: Callable[[Job], Result], job: Job) -> Result:
    try:
        return run(job)
    finally:
        job.client.close()
