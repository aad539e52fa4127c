# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records a play as a task of the vCenter: creates it, updates its progress, and ends it like the play."""

from __future__ import annotations

import uuid
from typing import Any, Callable

from .._errors import InputError, ViError, ignore
from .._options.connection import Share, connect_client
from .._options.connection_spec import CONNECTION_SPEC, OptionSpec
from .._options.entity_parsing import parse_entity
from .._options.validation import validate_options
from .._own_tasks.creating import NewTask, create_task, new_task_entity
from .._own_tasks.driven_task import DrivenTask
from .._vijson.client import Client
from .._vijson.wire import Entity

INTERRUPTED = "The run was interrupted"

CALLBACK_SPEC: OptionSpec = {
    "entity": {"type": "str"},
    "task_type": {"type": "str", "default": "com.vijson.tasks.play"},
    "time_budget": {"type": "float", "default": 5.0},
    **CONNECTION_SPEC,
}


class PlayRecorder:
    """Creates and updates one task for each play.

    At the first failure it warns and stops recording. It still tries to end a task that it created.

    :param entity: the entity of the tasks; ``None`` for the root folder
    :param warn: receives at most one warning
    """

    def __init__(self, client: Client, entity: Entity | None, task_type: str, warn: Callable[[str], None]):
        self._client = client
        self._entity = entity
        self._task_type = task_type
        self._warn = warn
        self._given_up = False
        self._task: DrivenTask | None = None

    def begin(self, description: str) -> None:
        """Create a running task for a play (CreateTask, SetTaskState, SetTaskDescription)."""
        if not self._given_up:
            self._try(lambda: self._create(description))

    def progress(self, percent: int) -> None:
        """Set the progress of the task in percent (UpdateProgress)."""
        task = self._task
        if task is not None and not self._given_up:
            self._try(lambda: task.update(progress=percent))

    def end(self, error: str | None) -> None:
        """End the task: in error with this text, or in success for ``None`` (SetTaskState)."""
        task, self._task = self._task, None
        if task is not None:
            success = {"state": "success", "progress": 100}
            failure = {"state": "error", "fault": {"message": error}}
            self._try(lambda: task.update(**(success if error is None else failure)))

    def close(self) -> None:
        """End the task of an interrupted play in error, and close the session."""
        self.end(INTERRUPTED)
        self._client.close()

    def _create(self, description: str) -> None:
        client = self._client
        entity = new_task_entity(client, self._entity)
        # Finds the task if the response to CreateTask is lost.
        activation_id = f"vijson.tasks.vcenter-{uuid.uuid4()}"
        info = create_task(client, NewTask(entity, self._task_type, activation_id=activation_id))
        self._task = DrivenTask(client, info)
        self._task.update(state="running", description=description)

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except ViError as error:
            if not self._given_up:
                self._warn(unrecorded_warning(error))
            self._given_up = True

    def take(self, message: dict[str, Any]) -> None:
        """Handle ``{begin: description}``, ``{progress: percent}`` or ``{end: error}``; ``error`` may be ``None``."""
        for kind, value in message.items():
            getattr(self, kind)(value)


def unrecorded_warning(error: ViError) -> str:
    """The warning about what prevents the task of a play."""
    return f"{str(error).rstrip('.')}. The run continues without a task in the vCenter."


def play_recorder(params: dict[str, Any], warn: Callable[[str], None], share: Share = ignore) -> PlayRecorder:
    """The recorder for the options of the callback.

    :raises InputError: an option is missing or has an unusable value
    """
    options = validate_options(params, CALLBACK_SPEC, {})
    if options["time_budget"] <= 0:
        raise InputError(f"time_budget: {options['time_budget']:g} is not a valid time. Use seconds above 0")
    entity = None if options["entity"] is None else parse_entity(options["entity"])
    client = connect_client(options, patience=options["time_budget"], share=share)
    return PlayRecorder(client, entity, options["task_type"], warn)
