# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task: one operation of the server or of an extension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .authorization import authorize
from .extensible_managed_object import ExtensibleManagedObject, Field
from .managed_object import method, prop
from .message_catalog import rebuild_message
from .wire import Fault, Ref, data, format_time, invalid_argument, is_vim_fault, moref, to_json

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

DONE = frozenset({"success", "error"})
OPTIONAL_FIELDS = (
    "description",
    "name",
    "entity",
    "entityName",
    "locked",
    "error",
    "result",
    "progress",
    "progressDetails",
    "startTime",
    "completeTime",
    "changeTag",
    "parentTaskKey",
    "rootTaskKey",
    "activationId",
)


def canceled() -> dict[str, Any]:
    """The error of a task that was cancelled."""
    return with_message("RequestCanceled", "The task was canceled by a user")


def with_message(type_name: str, text: str, **fields: Any) -> dict[str, Any]:
    message = data("LocalizableMessage", key=f"vim.fault.{type_name}.summary", message=text)
    return data(type_name, **fields, faultMessage=[message])


@dataclass
class Plan:
    """The course of a task that the server itself runs.

    `seconds`: its duration, None: until a test ends it. `queued`: how much of that it spends in the queue, None: a
    moment.
    """

    seconds: float | None
    outcome: str = "success"
    error: dict[str, Any] | None = None
    result: Any = None
    on_cancel: str = "later"
    queued: float | None = None


class Task(ExtensibleManagedObject):
    """Times are nanoseconds since 1970. `digits` and `zone` (minutes) define how this task prints them."""

    TYPE = "Task"
    BASES = (*ExtensibleManagedObject.BASES, "ExtensibleManagedObject")
    __slots__ = (
        "_text",
        "activation_id",
        "cancelable",
        "cancelled",
        "change_tag",
        "complete_ns",
        "description",
        "digits",
        "entity",
        "error",
        "event_chain_id",
        "locked",
        "name",
        "number",
        "parent_key",
        "plan",
        "progress",
        "progress_details",
        "queue_ns",
        "reason",
        "result",
        "root_key",
        "start_ns",
        "state",
        "type_id",
        "zone",
    )

    def __init__(
        self,
        world: World,
        number: int,
        type_id: str,
        entity: Ref,
        reason: dict[str, Any],
        queue_ns: int,
        *,
        digits: int = 9,
        zone: int = 0,
        cancelable: bool = False,
    ) -> None:
        super().__init__(world, Ref("Task", f"task-{number}"))
        self.number = number
        self.type_id = type_id
        self.name: str | None = None
        self.entity = entity
        self.reason = reason
        self.digits = digits
        self.zone = zone
        self.queue_ns = self.precise(queue_ns)
        self.start_ns: int | None = None
        self.complete_ns: int | None = None
        self.state = "queued"
        self.cancelable = cancelable
        self.cancelled = False
        self.progress: int | None = None
        self.progress_details: list[dict[str, Any]] | None = None
        self.description: dict[str, Any] | None = None
        self.result: Any = None
        self.error: dict[str, Any] | None = None
        self.locked: list[dict[str, Any]] | None = None
        self.event_chain_id = number
        self.change_tag: str | None = None
        self.parent_key: str | None = None
        self.root_key: str | None = None
        self.activation_id: str | None = None
        self.plan: Plan | None = None
        self._text: str | None = None

    def precise(self, nanoseconds: int) -> int:
        """The time as precise as this task prints it, so that filters agree with responses."""
        unit = 10 ** (9 - self.digits)
        return nanoseconds // unit * unit

    @property
    def key(self) -> str:
        return self.ref.value

    @property
    def done(self) -> bool:
        return self.state in DONE

    @property
    def order(self) -> tuple[int, int]:
        """The sort key of the history, oldest first."""
        return self.queue_ns, self.number

    def custom_value_entity(self) -> Ref:
        return self.entity

    def changed(self) -> None:
        self._text = None
        self.world.touch(self, "info")

    def start(self) -> None:
        self.state = "running"
        self.start_ns = self.precise(self.world.now_ns())
        self.changed()
        self.world.tasks.state_changed(self)

    def finish(self, state: str, result: Any = None, error: dict[str, Any] | None = None) -> None:
        self.state = state
        self.result = result
        self.error = error
        self.complete_ns = self.precise(self.world.now_ns())
        self.plan = None
        self.changed()
        self.world.tasks.state_changed(self)

    def set_progress(self, percent: int) -> None:
        if percent != self.progress:
            self.progress = percent
            self.changed()

    def text(self) -> str:
        """The TaskInfo as JSON, cached until the task changes."""
        if self._text is None:
            self._text = to_json(self.info(None))
        return self._text

    def forget_text(self) -> None:
        self._text = None

    @prop("TaskInfo")
    def info(self, session: Session | None) -> dict[str, Any]:
        info = data(
            "TaskInfo",
            key=self.key,
            task=moref(self.ref),
            description=self.description,
            name=self.name,
            descriptionId=self.type_id,
            entity=moref(self.entity),
            entityName=self.world.entity_name(self.entity),
            locked=self.locked,
            state=self.state,
            cancelled=self.cancelled,
            cancelable=self.cancelable,
            error=self._shown_error(),
            result=self.result,
            progress=self.progress,
            progressDetails=self.progress_details,
            reason=self.reason,
            queueTime=self._time(self.queue_ns),
            startTime=self._time(self.start_ns),
            completeTime=self._time(self.complete_ns),
            eventChainId=self.event_chain_id,
            changeTag=self.change_tag,
            parentTaskKey=self.parent_key,
            rootTaskKey=self.root_key,
            activationId=self.activation_id,
        )
        if self.world.quirks.unset_after_running and self.state != "running":
            info = {name: value for name, value in info.items() if name not in ("locked", "progress")}
        if self.world.quirks.null_fields:
            info = {**info, **{name: None for name in OPTIONAL_FIELDS if name not in info}}
        return info

    def _time(self, nanoseconds: int | None) -> str | None:
        return None if nanoseconds is None else format_time(nanoseconds, self.digits, self.zone)

    def _shown_error(self) -> dict[str, Any] | None:
        if self.error is None or not self.world.quirks.wrap_errors:
            return self.error
        messages = self.error.get("faultMessage") or [{}]
        return data("LocalizedMethodFault", fault=self.error, localizedMessage=messages[0].get("message"))

    def _is_of(self, session: Session) -> bool:
        return bool(self.reason.get("userName") == session.user.shown)

    def set_value(self, session: Session, field: Field, text: str) -> None:
        if self.world.quirks.no_task_fields:
            raise Fault("NotSupported", "The operation is not supported on the object.")
        super().set_value(session, field, text)

    @method
    async def CancelTask(self, session: Session) -> None:
        if not (self.world.quirks.cancel_without_privilege and self._is_of(session)):
            authorize(session, "Global.CancelTask", self.entity)
        if self.done:
            raise Fault("InvalidState", "The task has ended.")
        if not self.cancelable:
            raise Fault("NotSupported", "The task cannot be cancelled.")
        if self.cancelled:
            if self.world.quirks.cancel_again_refused:
                raise Fault("InvalidState", "The task is being cancelled already.")
            return
        self.cancelled = True
        self.changed()
        self.world.engine.cancel(self)

    @method
    async def SetTaskDescription(self, session: Session, description: dict[str, Any]) -> None:
        if self.done and not self.world.quirks.done_description:
            raise Fault("InvalidState", "The task has ended.")
        if self.world.quirks.messages_from_catalog:
            description = self._from_catalog(description, session)
        self.description = description
        self.changed()

    def _from_catalog(self, message: dict[str, Any], session: Session) -> dict[str, Any]:
        return rebuild_message(message, self.world.extensions.registered(), session.locale)

    @method
    async def UpdateProgress(self, session: Session, percentDone: int) -> None:
        if self.state != "running":
            raise Fault("InvalidState", "The task is not running.")
        self.set_progress(min(max(percentDone, 0), 100))

    @method
    async def SetTaskState(
        self, session: Session, state: str, result: Any = None, fault: dict[str, Any] | None = None
    ) -> None:
        if self.done or (self.state == "running" and state == "queued"):
            raise Fault("InvalidState", f"The task cannot go from {self.state} to {state}.")
        if (result is not None and state != "success") or (fault is not None and state != "error"):
            raise Fault("InvalidState", "A result goes with success, a fault with error.")
        if fault is not None and not is_vim_fault(fault["_typeName"]):
            raise invalid_argument("fault", f"{fault['_typeName']} is not a VimFault")
        if fault is not None and self.world.quirks.fault_messages_from_catalog:
            messages = [self._from_catalog(message, session) for message in fault.get("faultMessage") or ()]
            fault = {**fault, "faultMessage": messages}
        self.world.engine.forget(self)
        if state in DONE:
            self.finish(state, result, fault)
        elif state != self.state:
            self.start()
