# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the task of a command up to date, on a server that may be unreachable for some time."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from .._errors import FaultError, NoResponse, ViError
from .._interrupts import sleep
from .._task_info.task_info import task_reference
from .._vijson.client import Client
from .._vijson.property_reader import read_object_properties
from .._vijson.recovery import WAIT_PAUSES, is_outage, pause_after
from .._vijson.wire import unboxed_value
from .driven_task import DrivenTask

PACE = 1.0
"""Seconds between two updates."""

LOOK = 3.0
"""Seconds between two checks whether somebody cancelled the task."""

_KEEP_ALIVE = 60.0
_AWAY = 5.0
_PATIENCE = 5.0


class TaskReporter:
    """Reports of one task.

    :ivar cancelled: whether somebody asked the task to stop
    """

    def __init__(self, client: Client, task: DrivenTask):
        self.task = task
        self.cancelled = False
        self._client = client
        # Regular requests keep the session from expiring.
        self._look = LOOK if task.info.get("cancelable") else _KEEP_ALIVE
        self._next_update = 0.0
        self._next_look = time.monotonic() + self._look

    def update(self, progress: int | None, description: str | None) -> None:
        """Update the task if an update is due. If the server does not accept the update, send it again later."""
        now = time.monotonic()
        if now < self._next_update:
            return
        try:
            with self._client.time_limit(_PATIENCE):
                self.task.update(progress=progress, description=description)
                if now >= self._next_look:
                    self.cancelled = self._is_cancelled()
                    self._next_look = now + self._look
            self._next_update = now + PACE
        except ViError:
            self._next_update = time.monotonic() + _AWAY

    def _is_cancelled(self) -> bool:
        found = read_object_properties(self._client, task_reference(self.task.moid), ["info.cancelled"])
        return unboxed_value(found.require("info.cancelled")) is True

    def end(self, wanted: dict[str, Any], within: float, *, again: bool = False) -> str:
        """End the task. Returns why that failed, an empty text if it succeeded.

        If the vCenter refuses it, the task is read again: another client may have ended it.

        :param within: seconds for all attempts
        :param again: whether the task may have changed since its TaskInfo was read
        """
        deadline = time.monotonic() + within
        failures = 0
        while True:
            try:
                with self._client.time_limit(_PATIENCE):
                    self._end(wanted, again=again or failures > 0)
            except ViError as error:
                if not self._may_pass(error):
                    self._read_again()
                    return str(error)
                if time.monotonic() >= deadline:
                    return str(error)
            else:
                return ""
            sleep(pause_after(failures, WAIT_PAUSES))
            failures += 1

    def _end(self, wanted: dict[str, Any], *, again: bool) -> None:
        if again:
            # The request whose response was lost may have ended it.
            self.task.refresh()
        self.task.update(**wanted)
        # The vCenter has accepted it. If it does not respond any more, only its times are missing in the result.
        self._read_again()

    def _read_again(self) -> None:
        with suppress(ViError), self._client.time_limit(_PATIENCE):
            self.task.refresh()

    def _may_pass(self, error: ViError) -> bool:
        if isinstance(error, FaultError) and error.names(self.task.moid):
            return False
        # A vCenter that is starting may respond with any error page.
        return is_outage(error) or isinstance(error, NoResponse)
