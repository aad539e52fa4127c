# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the requests that take a task to a state."""

from __future__ import annotations

from typing import Any, Callable

from .._errors import FaultError, ignore
from .._task_info.task_info import ENDED, task_reference
from .._tasks.task_reader import read_task_infos
from .._vijson.client import Client
from .._vijson.recovery import send_once
from .state_plan import StateStep
from .wanted_state import EXTENDED_FAULT

_MALFORMED = frozenset(["InvalidArgument", "InvalidRequest", "InvalidType"])
"""Faults with which a server refuses a type or a field that it does not know."""


def send_steps(client: Client, moid: str, steps: list[StateStep], done: Callable[[StateStep], object] = ignore) -> None:
    """Send the steps in order, one request each (SetTaskState, SetTaskDescription, UpdateProgress).

    :param done: called after each step
    :raises ViError: a step failed
    """
    for step in steps:
        if step.method == "SetTaskState":
            _set_state(client, moid, step.params)
        else:
            client.call(task_reference(moid), step.method, step.params)
        done(step)


def _set_state(client: Client, moid: str, params: dict[str, Any]) -> None:
    """SetTaskState must not run twice. So after a lost response, read the task to find out whether it ran."""

    def send() -> bool:
        client.call(task_reference(moid), "SetTaskState", params, repeatable=False)
        return True

    try:
        send_once(send, lambda: _has_state(client, moid, params["state"]) or None)
    except FaultError as error:
        refusal = _refusal(params, error)
        if refusal is None:
            raise
        raise FaultError(*refusal, fault=error.fault or {}, raw=error.raw) from error


def _refusal(params: dict[str, Any], error: FaultError) -> tuple[str, str] | None:
    """The option that the vCenter refuses in a final state, ``result`` or ``fault``, and why; ``None`` if neither.

    Only a server knows which types it has, so this cannot be checked before.
    """
    at = str(error.raw.get("invalidProperty") or "")
    if error.type not in _MALFORMED:
        return None
    why = (error.fault or {}).get("message")
    kind = params.get("fault", {}).get("_typeName", EXTENDED_FAULT)
    if kind != EXTENDED_FAULT:
        known = "VimFault" in str(why) or at != "fault"
        problem = f"refuses a fault of the type {kind} ({why})" if known else f"does not know the fault type {kind}"
        return "fault", f"the vCenter {problem}. Leave type out for {EXTENDED_FAULT}"
    kind = params.get("result", {}).get("_typeName", "")
    if kind and at == "result":
        return "result", f"the vCenter does not know the type {kind}. Leave type out for a list of keys and values"
    return ("result", f"the vCenter refuses a value of the type {kind} ({why})") if kind else None


def _has_state(client: Client, moid: str, state: str) -> bool:
    current = read_task_infos(client, [moid]).get(moid, {}).get("state")
    return current == state or (state == "running" and current in ENDED)
