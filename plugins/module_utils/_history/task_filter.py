# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the filter options to a TaskFilterSpec."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import InputError
from .._options.entity_parsing import parse_entities, parse_object
from .._options.parsing import parse_time, require_names
from .._options.task_parsing import parse_tasks
from .._options.user_names import user_spellings
from .._times import Moment, format_rfc3339
from .._vijson.client import Client
from .._vijson.inventory import find_entity, require_entity
from .._vijson.wire import Entity, Reference, data_object

_LISTS = {
    "description_ids": "descriptionId",
    "states": "state",
    "activation_ids": "activationId",
    "event_chain_ids": "eventChainId",
    "tags": "tag",
}
_TASK_LISTS = {"parent_task_keys": "parentTaskKey", "root_task_keys": "rootTaskKey"}
_TIME_TYPES = {"queued": "queuedTime", "started": "startedTime", "completed": "completedTime"}


class TaskFilter(NamedTuple):
    """Validated filter options. No request has been sent yet.

    :ivar entities: objects, of which a task may have any; ``None`` selects all tasks
    :ivar users: names of users, as given
    :ivar system_user: whether tasks of the system match
    :ivar fields: the fields of the TaskFilterSpec that need no request, and ``descriptionId``
    :ivar matches_nothing: whether a list is empty, so that no task can match
    """

    entities: list[Entity] | None
    recursion: str
    begin: Moment | None
    end: Moment | None
    time_type: str
    users: list[str] | None
    system_user: bool | None
    fields: dict[str, Any]
    matches_nothing: bool

    def specs(self, client: Client) -> list[dict[str, Any]]:
        """A TaskFilterSpec for each object, or one for all. With ``description_ids``, it has a ``descriptionId``.

        Looks up inventory paths (FindByInventoryPath), names, and the server's clock (CurrentTime).

        :raises ViError: an entity does not exist, a time is unusable, or a request failed
        """
        if self.matches_nothing:
            return []
        shared = {"time": self._by_time(client), "userName": self._by_user(client), **self.fields}
        if self.entities is None:
            return [data_object("TaskFilterSpec", **shared)]
        refs = [find_entity(client, entity) for entity in self.entities]
        return [data_object("TaskFilterSpec", entity=self._by_entity(ref), **shared) for ref in dict.fromkeys(refs)]

    def require_entities(self, client: Client) -> None:
        """Check the objects that are given by their ids. :meth:`specs` has looked up all others.

        :raises ViError: one of them does not exist
        """
        for entity in self.entities or ():
            if isinstance(entity, Reference):
                require_entity(client, entity)

    def _by_user(self, client: Client) -> dict[str, Any] | None:
        if self.users is None and self.system_user is None:
            return None
        names = [name for user in self.users or () for name in user_spellings(user)]
        # A server may compare names case-sensitively. For the user of the session, the spelling of the server is known.
        own = client.user_name() if names else ""
        if own.casefold() in map(str.casefold, names):
            names.append(own)
        unique = list(dict.fromkeys(names))
        return data_object("TaskFilterSpecByUsername", systemUser=bool(self.system_user), userList=unique or None)

    def _by_entity(self, ref: Reference) -> dict[str, Any]:
        return data_object("TaskFilterSpecByEntity", entity=ref.wire(), recursion=self.recursion)

    def _by_time(self, client: Client) -> dict[str, Any] | None:
        moments = {"begin_time": self.begin, "end_time": self.end}
        now = client.current_time() if any(moment and moment.at is None for moment in moments.values()) else 0
        at = {option: moment.resolve(now) for option, moment in moments.items() if moment}
        if not at:
            return None
        if len(at) == 2:
            _require_order(at["begin_time"], at["end_time"])
        times = {option: format_option_time(option, nanoseconds) for option, nanoseconds in at.items()}
        return data_object(
            "TaskFilterSpecByTime",
            timeType=_TIME_TYPES[self.time_type],
            beginTime=times.get("begin_time"),
            endTime=times.get("end_time"),
        )


def parse_filter(params: dict[str, Any], *, check_mode: bool = False) -> TaskFilter:
    """The filter for the options of ``vi_task_collector``, or for some of them.

    :param check_mode: accept the task that check mode stands in for
    :raises InputError: an option has an unusable value
    """
    lists = {field: params[option] for option, field in _LISTS.items() if params.get(option) is not None}
    for option, field in _TASK_LISTS.items():
        if params.get(option) is not None:
            lists[field] = parse_tasks(params[option], option, check_mode=check_mode)
    users, system_user = params.get("users"), params.get("system_user")
    for option in ("users", "description_ids"):
        require_names(params.get(option), option)
    for number in params.get("event_chain_ids") or ():
        if not -(2**31) <= number < 2**31:
            raise InputError(f"event_chain_ids: {number} is not a valid id. Use 32-bit integers")
    entities = parse_entities(params.get("entity"))
    no_users = users is not None and not users and not system_user
    begin, end = (_moment(params, option) for option in ("begin_time", "end_time"))
    # Two absolute or two relative times can be compared without the server's clock.
    if begin and end and (begin.at is None) == (end.at is None):
        _require_order(begin.resolve(0), end.resolve(0))
    return TaskFilter(
        entities=entities,
        recursion=params.get("recursion", "all"),
        begin=begin,
        end=end,
        time_type=params.get("time_type", "queued"),
        users=users,
        system_user=system_user,
        fields={
            **lists,
            "alarm": _wire_reference(params, "alarm", "Alarm", "alarm-"),
            "scheduledTask": _wire_reference(params, "scheduled_task", "ScheduledTask", "schedule-"),
        },
        matches_nothing=no_users or entities == [] or not all(lists.values()),
    )


def _moment(params: dict[str, Any], option: str) -> Moment | None:
    return None if params.get(option) is None else parse_time(params[option], option)


def _wire_reference(params: dict[str, Any], option: str, kind: str, prefix: str) -> dict[str, str] | None:
    return None if params.get(option) is None else parse_object(params[option], option, kind, prefix).wire()


def _require_order(begin: int, end: int) -> None:
    if end < begin:
        raise InputError("end_time: the time is before begin_time. Use a time at or after begin_time")


def format_option_time(option: str, nanoseconds: int) -> str:
    """The value of an option, in nanoseconds since 1970, as RFC 3339; InputError outside the years 1 to 9999."""
    try:
        return format_rfc3339(nanoseconds)
    except ValueError as error:
        raise InputError(f"{option}: the time is outside the years 1 to 9999. Use a time in this range") from error
