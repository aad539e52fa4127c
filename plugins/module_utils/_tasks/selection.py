# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects current tasks by their objects, states, users, types and age.

Current tasks are those in TaskManager.recentTask: all that are queued or running, and those that ended recently. The
server does not filter them, so the client does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import InputError
from .._options.entity_parsing import parse_entities
from .._options.parsing import parse_duration, require_names
from .._options.user_names import same_user
from .._task_info.task_info import TaskInfo, task_time
from .._times import SECOND
from .._vijson.client import Client
from .._vijson.wire import Entity, Reference, expect_reference

ACTIVE = ["queued", "running"]


class TaskMatcher(NamedTuple):
    """What a task must match; ``None`` matches any.

    :ivar moids: the moIds of entities
    :ivar begun_before: nanoseconds since 1970
    :ivar unverified: entities that the user gave by id, and that have to exist
    """

    moids: frozenset[str] | None = None
    states: list[str] | None = None
    users: list[str] | None = None
    description_ids: list[str] | None = None
    begun_before: int | None = None
    unverified: tuple[Reference, ...] = ()

    def matches(self, info: TaskInfo) -> bool:
        """Whether the task of a TaskInfo is selected; BadResponse if its entity is not a reference."""
        return (
            (self.moids is None or _entity_moid(info) in self.moids)
            and (self.states is None or info.get("state") in self.states)
            and (self.users is None or _is_by(info, self.users))
            and (self.description_ids is None or info.get("descriptionId") in self.description_ids)
            and (self.begun_before is None or _begun(info) <= self.begun_before)
        )


def _entity_moid(info: TaskInfo) -> str | None:
    entity = info.get("entity")
    return None if entity is None else expect_reference(entity, "info.entity").moid


def _is_by(info: TaskInfo, users: list[str]) -> bool:
    reason = info.get("reason")
    name = reason.get("userName") if isinstance(reason, dict) else None
    return isinstance(name, str) and any(same_user(user, name) for user in users)


def _begun(info: TaskInfo) -> int:
    """When the task started, or was queued if it has not started."""
    started = task_time(info, "startTime")
    return started if started is not None else task_time(info, "queueTime") or 0


class Selection(NamedTuple):
    """Validated options. No request has been sent yet. ``None`` selects any.

    :ivar older_than: seconds
    """

    entities: list[Entity] | None
    include: list[str]
    states: list[str] | None
    users: list[str] | None
    description_ids: list[str] | None
    older_than: float | None

    @property
    def is_narrow(self) -> bool:
        """Whether an option other than ``states`` is set."""
        chosen = (self.entities, self.users, self.description_ids, self.older_than)
        return any(option is not None for option in chosen)

    @property
    def is_set(self) -> bool:
        """Whether any option is set."""
        return self.is_narrow or self.states is not None

    def active(self) -> Selection:
        """This selection, of queued and running tasks unless ``states`` is set."""
        return self._replace(states=ACTIVE if self.states is None else self.states)

    def with_references(self, client: Client) -> Selection:
        """This selection with all entities looked up; InputError."""
        return self._replace(entities=None if self.entities is None else [*_find_entities(client, self.entities)])

    def matcher(self, client: Client) -> TaskMatcher:
        """What to compare tasks with. Looks up the entities and, for ``older_than``, the server's clock.

        :raises InputError: an entity does not exist, except for those that are ``unverified``
        :raises ViError: a request failed
        """
        moids: frozenset[str] | None = None
        unverified: tuple[Reference, ...] = ()
        if self.entities is not None:
            moids, unverified = _entity_moids(client, self.entities, self.include)
        begun_before = None if self.older_than is None else client.current_time() - int(self.older_than * SECOND)
        return TaskMatcher(moids, self.states, self.users, self.description_ids, begun_before, unverified)


def parse_selection(params: dict[str, Any]) -> Selection:
    """The options that select tasks.

    :raises InputError: an option has an unusable value
    """
    entities, include, older_than = parse_entities(params["entity"]), params["include"], params["older_than"]
    for option in ("users", "description_ids"):
        require_names(params[option], option)
    if entities is None and include != ["self"]:
        raise InputError("include: set entity too, for example to a host")
    return Selection(
        entities,
        include,
        params["states"],
        params["users"],
        params["description_ids"],
        None if older_than is None else parse_duration(older_than, "older_than"),
    )


def parse_required_selection(params: dict[str, Any]) -> Selection | None:
    """The options that select tasks; ``None`` if the option ``tasks`` names them instead.

    :raises InputError: both or neither are set, or an option has an unusable value
    """
    selection = parse_selection(params)
    if selection.is_set and params["tasks"] is not None:
        raise InputError("tasks: cannot be used together with entity, states, users, description_ids or older_than")
    if not selection.is_set and params["tasks"] is None:
        raise InputError(
            "tasks: missing. Set tasks, or select tasks with entity, states, users, description_ids or older_than"
        )
    return selection if selection.is_set else None


def _entity_moids(
    client: Client, entities: list[Entity], include: list[str]
) -> tuple[frozenset[str], tuple[Reference, ...]]:
    """The moIds of all selected entities, and the entities that may not exist."""
    refs = _find_entities(client, entities)
    found = set(refs)
    unverified = tuple(ref for ref in refs if ref in entities)
    if refs and ("descendants" in include or "vms" in include):
        # Most calls do not need this module. Importing it here saves them its load time.
        from .._vijson.inventory import read_entities_below

        found, unverified = read_entities_below(client, refs, machines_only="descendants" not in include), ()
        _require_container(include, refs, found)
    if "self" not in include:
        found -= set(refs)
    return frozenset(ref.moid for ref in found), unverified


def _require_container(include: list[str], refs: list[Reference], found: set[Reference]) -> None:
    """InputError if only virtual machines are given and ``include`` leaves out these themselves."""
    if "self" not in include and found == set(refs) and all(ref.type == "VirtualMachine" for ref in refs):
        raise InputError("include: there is no object below a virtual machine. Use self for its own tasks")


def _find_entities(client: Client, entities: list[Entity]) -> list[Reference]:
    if all(isinstance(entity, Reference) for entity in entities):
        return [entity for entity in entities if isinstance(entity, Reference)]
    from .._vijson.inventory import find_entities

    return find_entities(client, entities)
