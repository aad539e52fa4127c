# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending the requests that bring a task into a state."""

from __future__ import annotations

from typing import Any

from .._task_info.task_info import ENDED, task_reference
from .._tasks.task_reader import read_task_infos
from .._vijson.client import Client
from .._vijson.recovery import send_once
from .state_plan import StateStep


def send_steps(client: Client, moid: str, steps: list[StateStep]) -> None:
    """Send the steps in their order."""
    for step in steps:
        if step.method == "SetTaskState":
            _set_state(client, moid, step.params)
        else:
            client.call(task_reference(moid), step.method, step.params)


def _set_state(client: Client, moid: str, params: dict[str, Any]) -> None:
    """SetTaskState must not run twice, so without a response the task itself tells whether it ran."""

    def send() -> bool:
        client.call(task_reference(moid), "SetTaskState", params, repeatable=False)
        return True

    send_once(send, lambda: _has_state(client, moid, params["state"]) or None)


def _has_state(client: Client, moid: str, state: str) -> bool:
    now = read_task_infos(client, [moid]).get(moid, {}).get("state")
    return now == state or (state == "running" and now in ENDED)
