# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the requests that take a task to a state."""

from __future__ import annotations

from typing import Any

from .._task_info.task_info import ENDED, task_reference
from .._tasks.task_reader import read_task_infos
from .._vijson.client import Client
from .._vijson.recovery import send_once
from .state_plan import StateStep


def send_steps(client: Client, moid: str, steps: list[StateStep]) -> None:
    """Send the steps in order, one request each (SetTaskState, SetTaskDescription, UpdateProgress); ViError."""
    for step in steps:
        if step.method == "SetTaskState":
            _set_state(client, moid, step.params)
        else:
            client.call(task_reference(moid), step.method, step.params)


def _set_state(client: Client, moid: str, params: dict[str, Any]) -> None:
    """SetTaskState must not run twice. So after a lost response, read the task to find out whether it ran."""

    def send() -> bool:
        client.call(task_reference(moid), "SetTaskState", params, repeatable=False)
        return True

    send_once(send, lambda: _has_state(client, moid, params["state"]) or None)


def _has_state(client: Client, moid: str, state: str) -> bool:
    current = read_task_infos(client, [moid]).get(moid, {}).get("state")
    return current == state or (state == "running" and current in ENDED)
