# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of one's own that one process drives from its start to its end."""

from __future__ import annotations

from typing import Any

from .._errors import BadResponse
from .._task_info.task_info import TaskInfo, task_moid
from .._task_info.task_result import task_from_info
from .._tasks.task_reader import no_such_task_error, read_task_infos
from .._vijson.client import Client
from .._vijson.wire import expect_text
from .state_plan import plan_steps
from .state_requests import send_steps
from .wanted_state import parse_wanted_state

_NOTHING_WANTED = dict.fromkeys(("state", "progress", "description", "result", "fault"))


class DrivenTask:
    """Sends only what has changed since the last request.

    :ivar info: the TaskInfo as far as it is known. It has no malformed field
    """

    def __init__(self, client: Client, info: TaskInfo):
        self._client = client
        self.info = info
        self.moid = task_moid(info)

    def update(self, **wanted: Any) -> None:
        """Bring the task into a state (options of ``vi_task_state``).

        :raises ViError: the vCenter refuses it, or does not respond
        """
        state = parse_wanted_state({**_NOTHING_WANTED, **wanted})
        send_steps(self._client, self.moid, plan_steps(self.info, state))
        known = {"state": state.state, "progress": state.progress, "description": state.description}
        self.info.update({key: value for key, value in known.items() if value is not None})

    def refresh(self) -> None:
        """Read the task anew. Of a TaskInfo with a malformed field, take only the state.

        :raises TaskError: it no longer exists
        """
        info = read_task_infos(self._client, [self.moid]).get(self.moid)
        if info is None:
            raise no_such_task_error(self._client, self.moid)
        try:
            task_from_info(info)
        except BadResponse:
            # A malformed field must not hide how the command ended.
            info = {**self.info, "state": expect_text(info.get("state"), "info.state")}
        self.info = info
