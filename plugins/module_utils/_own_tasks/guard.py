# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second process, which stops the command and ends its task if the module is killed without notice.

``async`` does that at its timeout: it sends SIGKILL to the module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .._errors import Interrupted
from .._run.side_process import Message, SideProcess
from .._vijson import transport_failures
from .._vijson.client import Client
from .command import ProcessGroup
from .task_reporter import TaskReporter

REPORT_WITHIN = 60.0
"""Seconds for which it retries to report the end of a task."""

# Import it now: Ansible removes the files of the module when the module ends, and this process runs longer.
_NEEDED = transport_failures


class Guard:
    """The module tells it each step in advance, because it cannot do so after SIGKILL.

    :param killed: the state of the task, as for ``DrivenTask.update``, if the module is killed
    """

    def __init__(self, client: Client, reporter: TaskReporter, killed: dict[str, Any]):
        self._side = SideProcess(lambda messages, _say: _guard(client, reporter, {"wanted": killed}, messages))

    def started(self, group: ProcessGroup) -> None:
        """The command has started."""
        self._side.send(group=group.number)

    def ended(self, wanted: dict[str, Any]) -> None:
        """The command has ended. If the module is killed now, the task gets the state ``wanted``."""
        self._side.send(group=None, wanted=wanted)

    def dismiss(self) -> None:
        """The task has ended."""
        self._side.send(dismissed=True)
        self._side.finish(1.0)


def _guard(client: Client, reporter: TaskReporter, known: Message, messages: Iterator[Message]) -> None:
    for message in messages:
        known.update(message)
    if known.get("dismissed"):
        return
    if known.get("group"):
        ProcessGroup(known["group"]).stop()
    client.drop_connections()
    with suppress(Interrupted):
        reporter.end(known["wanted"], REPORT_WITHIN)
    client.close()
