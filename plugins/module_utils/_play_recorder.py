# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play as a task of a vCenter: created when it begins, with progress, and ended as it ended."""

from __future__ import annotations

import uuid
from typing import Any, Callable

from ansible_collections.vijson.tasks.plugins.module_utils._answers import task_moid
from ansible_collections.vijson.tasks.plugins.module_utils._checking import check_options
from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._creating import NewTask, create
from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._job import connect
from ansible_collections.vijson.tasks.plugins.module_utils._names import Entity, parse_entity
from ansible_collections.vijson.tasks.plugins.module_utils._options import CONNECTION, Spec
from ansible_collections.vijson.tasks.plugins.module_utils._task_state import carry_out, parse_wanted, plan

INTERRUPTED = "The run was interrupted"

SPEC: Spec = {
    "entity": {"type": "str"},
    "task_type": {"type": "str", "default": "com.vijson.tasks.play"},
    "time_budget": {"type": "float", "default": 5.0},
    **CONNECTION,
}

_NOTHING_WANTED = dict.fromkeys(("state", "progress", "description", "result", "fault"))


class PlayRecorder:
    """Keeps the task of one play after the other up to date.

    At the first trouble it warns and gives up; a task that it created is still ended.
    """

    def __init__(self, client: Client, entity: Entity | None, task_type: str, warn: Callable[[str], None]):
        self._client = client
        self._entity = entity
        self._task_type = task_type
        self._warn = warn
        self._given_up = False
        self._info: dict[str, Any] | None = None

    def begin(self, description: str) -> None:
        """A play begins."""
        if not self._given_up:
            self._try(lambda: self._create(description))

    def progress(self, percent: int) -> None:
        """So much of the play is done."""
        info = self._info
        if info is not None and not self._given_up:
            self._try(lambda: self._bring(info, progress=percent))

    def end(self, error: str | None) -> None:
        """The play has ended, in error if there is a text for it."""
        info, self._info = self._info, None
        if info is not None:
            ended = {"state": "success", "progress": 100}
            failed = {"state": "error", "fault": {"message": error}}
            self._try(lambda: self._bring(info, **(ended if error is None else failed)))

    def close(self) -> None:
        """There is nothing more to come: a play that did not end was interrupted."""
        self.end(INTERRUPTED)
        self._client.close()

    def _create(self, description: str) -> None:
        client = self._client
        entity = client.singleton("rootFolder") if self._entity is None else client.resolve(self._entity)
        # Where the answer is lost, the task is found by this.
        activation_id = f"vijson.tasks.vcenter-{uuid.uuid4()}"
        self._info = create(client, NewTask(entity, self._task_type, activation_id=activation_id))
        self._bring(self._info, state="running", description=description)

    def _bring(self, info: dict[str, Any], **wanted: Any) -> None:
        steps = plan(info, parse_wanted({**_NOTHING_WANTED, **wanted}))
        carry_out(self._client, task_moid(info), steps)
        info.update({"state": "running", **wanted})

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except ViError as error:
            if not self._given_up:
                self._warn(f"{str(error).rstrip('.')}. The run goes on without its task in vCenter.")
            self._given_up = True

    def take(self, message: dict[str, Any]) -> None:
        """``{begin: description}``, ``{progress: percent}`` or ``{end: error or None}``"""
        for kind, value in message.items():
            getattr(self, kind)(value)


def recorder(params: dict[str, Any], warn: Callable[[str], None]) -> PlayRecorder:
    """The recorder that the options of the callback describe; InputError. It warns once at most."""
    options = check_options(params, SPEC, {})
    if options["time_budget"] <= 0:
        raise InputError(f"time_budget: {options['time_budget']:g} is too short. Accepted: seconds, above 0")
    entity = None if options["entity"] is None else parse_entity(options["entity"])
    client = connect(options, patience=options["time_budget"])
    return PlayRecorder(client, entity, options["task_type"], warn)
