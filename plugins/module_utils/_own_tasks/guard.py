# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second process, which stops the command and ends its task if the module cannot.

The module has little time after SIGINT or SIGTERM, and none after SIGKILL, which ``async`` sends at its timeout. A
command may take longer to stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .._errors import Interrupted, ignore
from .._history import expired_tasks
from .._run.side_process import Message, SideProcess
from .._vijson import owned_objects, transport_failures, trust_folder
from .._vijson.client import Client
from .command import Pipes, ProcessGroup
from .task_reporter import TaskReporter

REPORT_WITHIN = 60.0
"""Seconds for which it retries to report the end of a task."""

_HANDOVER = 1.5
"""Seconds for which the module waits for the guard. Ctrl-C has to end a run within three seconds."""

# Import them now: Ansible removes the files of the module when the module ends, and this process runs longer.
_NEEDED = (transport_failures, trust_folder, owned_objects, expired_tasks)


class Guard:
    """The module tells it each step in advance, because it cannot do so after SIGKILL.

    :param killed: the state of the task, as for ``DrivenTask.update``, if the module ends before the command
    :param pipes: those of the command, which has not started yet
    """

    def __init__(self, client: Client, reporter: TaskReporter, killed: dict[str, Any], pipes: Pipes):
        known = {"wanted": killed}
        self._side = SideProcess(lambda messages, _say: _guard(client, reporter, known, pipes, messages))
        self._group: ProcessGroup | None = None

    def started(self, group: ProcessGroup) -> None:
        """The command has started."""
        self._group = group
        self._side.send(group=group.number)

    def ended(self, wanted: dict[str, Any]) -> None:
        """The command has ended. If the module ends now, the task gets the state ``wanted``."""
        self._side.send(group=None, wanted=wanted)

    def dismiss(self) -> None:
        """The task has ended."""
        self._side.send(dismissed=True)
        self._side.finish(1.0)

    def take_over(self) -> bool:
        """Stop the command and end the task, as if the module was killed.

        :returns: whether that is done already. Otherwise the guard goes on in the background.
        """
        # Only its parent can remove a process that has ended from its group.
        self._side.finish(_HANDOVER, self._group.exists if self._group else ignore)
        return self._side.ended


def _guard(client: Client, reporter: TaskReporter, known: Message, pipes: Pipes, messages: Iterator[Message]) -> None:
    pipes.close_inputs()
    for message in messages:
        known.update(message)
    if known.get("dismissed"):
        return
    if known.get("group"):
        pipes.read(ignore, ignore)
        ProcessGroup(known["group"]).stop()
    client.drop_connections()
    with suppress(Interrupted):
        # What the module has sent meanwhile is not known here.
        reporter.end(known["wanted"], REPORT_WITHIN, again=True)
    client.close()
