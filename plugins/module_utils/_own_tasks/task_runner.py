# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command as a task, until the command ends, is cancelled, or exceeds its timeout."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from functools import partial
from typing import Any, Callable, NamedTuple

from .._errors import Interrupted, TaskError, ViError
from .._interrupts import finish
from .._run.job import Result
from .._task_info.task_info import ENDED, TaskInfo
from .._task_info.task_result import task_from_info
from .._times import format_span
from .._vijson.client import Client
from .command import Command, Pipes
from .driven_task import DrivenTask
from .guard import REPORT_WITHIN, Guard
from .output import LastMatch, last_lines, percentage, shown_text
from .run_options import RunOptions
from .task_reporter import TaskReporter

_STEP = 0.5
_SHORT = 10.0

_INTERRUPTED = "The run was interrupted, and the command was stopped"


class Ending(NamedTuple):
    """How a run ends.

    :ivar wanted: the state for ``DrivenTask.update``
    :ivar problem: the error of the module, empty if it succeeds
    """

    wanted: dict[str, Any]
    problem: str = ""


class TaskRunner:
    """Runs one command in one task.

    :param alive: called regularly, so that it can raise Interrupted
    """

    def __init__(
        self,
        client: Client,
        info: TaskInfo,
        options: RunOptions,
        *,
        alive: Callable[[str], None],
        warn: Callable[[str], None],
    ):
        self._client = client
        self._options = options
        self._alive = alive
        self._warn = warn
        self._task = DrivenTask(client, info)
        self._reporter = TaskReporter(client, self._task)
        self._pipes = Pipes()
        self._guard = Guard(client, self._reporter, _failed(_INTERRUPTED).wanted, self._pipes)
        self._command: Command | None = None
        self._rc: int | None = None
        self._progress = options.progress and LastMatch(options.progress)
        self._description = options.description and LastMatch(options.description)

    def run(self) -> Result:
        """``{task, rc, stdout, stderr, truncated, reported}``; TaskError with them if it did not end well."""
        try:
            ending, reported = self._run_and_report()
        except ViError as error:
            self._guard.dismiss()
            task = task_from_info(self._task.info, now=self._client.now)
            error.result = {"task": task, "changed": True, **error.result}
            raise
        except Interrupted as error:
            raise self._left_to_guard(error) from error
        except BaseException:
            self._guard.take_over()
            raise
        self._guard.dismiss()
        result = self._result(reported)
        if ending.problem:
            raise TaskError(ending.problem, result=result)
        return result

    def _left_to_guard(self, error: Interrupted) -> Interrupted:
        if self._guard.take_over():
            return error
        return Interrupted(
            f"{str(error).partition('.')[0]}. A process in the background stops the command, ends {self._task.moid}"
            " and logs out"
        )

    def _run_and_report(self) -> tuple[Ending, bool]:
        try:
            self._task.update(state="running", description=shown_text(self._options.label))
        except ViError as error:
            finish(partial(self._report, _failed(f"The command was not run: {error}"), _SHORT))
            raise
        ending = self._run()
        return ending, self._report(ending, REPORT_WITHIN)

    def _run(self) -> Ending:
        try:
            self._command = Command(self._options.command, self._pipes)
        except (OSError, ValueError) as error:
            self._rc = 127 if isinstance(error, FileNotFoundError) else 126
            problem = f"The command could not be started: {_reason(error)}"
            return _failed(problem, problem)
        self._guard.started(self._command.group)
        stopped = self._supervise(self._command)
        if stopped:
            self._command.group.stop()
        self._command.settle()
        self._look(self._command)
        return stopped or self._judge(self._command)

    def _supervise(self, command: Command) -> Ending | None:
        """Wait for the end of the command, or for a reason to stop it."""
        timeout = self._options.timeout
        deadline = None if timeout is None else time.monotonic() + timeout
        while not command.wait(_STEP):
            self._alive(self._options.label)
            if deadline is not None and time.monotonic() >= deadline:
                text = f"The command did not end within {format_span(timeout or 0)} and was stopped"
                return _failed(text, text, type="Timedout")
            self._look(command)
            self._reporter.update(self._percent(), self._text())
            if self._reporter.cancelled:
                text = "The task was cancelled, and the command was stopped"
                return _failed(text, f"{self._task.moid}: {text}", fault_type_id="vijson.tasks.cancelled")
        return None

    def _judge(self, command: Command) -> Ending:
        if command.rc in self._options.ok_codes:
            return Ending({"state": "success", "progress": 100, "description": self._text()})
        # Users of the vCenter see the reason. stdout may have more than they should.
        reason = last_lines(command.stderr.text()[0])
        ok_codes = self._options.ok_codes
        is_code = command.rc is not None and command.rc >= 0 and ok_codes != [0]
        note = f", which is not in ok_codes ({', '.join(map(str, ok_codes))})" if is_code else ""
        rest = f": {reason}" if reason else "" if note else ", and wrote nothing to stderr"
        problem = f"The command {_ended_with(command.rc)}{note}{rest}"
        return _failed(reason or problem, problem, fault_type_id="vijson.tasks.command", data={"rc": command.rc})

    def _look(self, command: Command) -> None:
        for match in filter(None, (self._progress, self._description)):
            match.look("stdout", command.stdout)
            match.look("stderr", command.stderr)

    def _percent(self) -> int | None:
        return percentage(self._progress.text) if self._progress else None

    def _text(self) -> str:
        label, found = self._options.label, self._description and self._description.text
        return shown_text(f"{label}: {found}" if found else label)

    def _report(self, ending: Ending, within: float) -> bool:
        self._guard.ended(ending.wanted)
        problem = self._reporter.end(ending.wanted, within)
        if not problem:
            return True
        if self._task.info.get("state") in ENDED:
            return self._shows(ending)
        self._warn(
            f"Could not report the end of {self._task.moid} to {self._client.endpoint.hostname}, which may show it as"
            f" running until vi_task_state ends it: {problem}"
        )
        return False

    def _shows(self, ending: Ending) -> bool:
        """Whether a task that another client has ended shows the end of the command nevertheless."""
        task = task_from_info(self._task.info)
        message = ending.wanted.get("fault", {}).get("message")
        same = task["state"] == ending.wanted["state"] and (task["error"] or {}).get("message") == message
        self._warn(
            f"Another client ended {self._task.moid} in {task['state']}"
            f"{'' if same else ', so the task does not show how the command ended'}"
        )
        return same

    def _result(self, reported: bool) -> Result:
        command = self._command
        (stdout, more), (stderr, even_more) = (
            (command.stdout.text(), command.stderr.text()) if command else (("", False), ("", False))
        )
        return {
            "task": task_from_info(self._task.info, now=self._client.now),
            "changed": True,
            "rc": command.rc if command else self._rc,
            "stdout": stdout,
            "stderr": stderr,
            "truncated": more or even_more,
            "reported": reported,
        }


def _failed(message: str, problem: str = "", **fault: Any) -> Ending:
    return Ending({"state": "error", "fault": {"message": message, **fault}}, problem)


def _reason(error: OSError | ValueError) -> str:
    """The text of an error without its number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.strerror}: {error.filename}"
    return str(error)


def _ended_with(rc: int | None) -> str:
    if rc is None:
        return "could not be stopped"
    if rc >= 0:
        return f"ended with code {rc}"
    name = str(-rc)
    with suppress(ValueError):
        name = signal.Signals(-rc).name
    return f"was ended by {name}"
