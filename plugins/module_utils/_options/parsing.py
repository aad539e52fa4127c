# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing the tasks, entities, times and users in options. The InputError of each function lists the valid forms."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from .._errors import InputError
from .._secrets import mask
from .._times import Moment, parse_moment, parse_span
from .._vijson.wire import Entity, EntityName, Reference

_LONGEST = 100

CHECK_MODE_TASK = "check-mode"
"""The id that stands in check mode for a task that would have been created."""

TASK_FORMS = (
    "task-42, Task:task-42, vim.Task:task-42, task-42:<uuid> from the vSphere REST API's vmw-task=true, "
    "or a task, or a result with tasks, as a module returned it"
)
ENTITY_FORMS = (
    "a name such as web01, VirtualMachine:vm-7, vm-7, an inventory path such as /DC0/vm/web01,"
    " {type: VirtualMachine, moid: vm-7}, or {name: web01, type: VirtualMachine}"
)
DURATION_FORMS = "seconds such as 90, or with a unit: 90s, 15m, 12h, 7d, 1w"
TIME_FORMS = (
    "RFC 3339 with a zone such as 2026-11-22T04:00:00Z, a date such as 2026-11-22 (midnight UTC), or how long ago:"
    " 90s, 15m, 12h, 7d, 1w"
)

_TASK = re.compile(r"(?:(?:vim\.)?Task:)?(task-\d{1,19})", re.ASCII)
_REST_TASK = re.compile(r"(task-\d{1,19}):([0-9A-Za-z][0-9A-Za-z-]*)", re.ASCII)
_ONE_TASK = ("task", "json", "value")
"""Where results have one task: those of this collection, of ansible.builtin.uri, and of vmware.vmware_rest."""
_REST_OTHER = re.compile(r"[^:\s]+:com\.vmware\.\S*", re.ASCII)
_REFERENCE = re.compile(r"(?:vim\.)?(?:[a-z]+\.)*([A-Z][A-Za-z]*):([A-Za-z][\w.-]*-[\w.-]+)", re.ASCII)
_TYPE = re.compile(r"(?:vim\.)?(?:[a-z]+\.)*[A-Za-z]+", re.ASCII)
_JSON_TEXT = re.compile(r"""\s*(\[|\{\s*["'])""")
_BARE = re.compile(r"[a-z]+-[a-z]?\d[\w-]*", re.ASCII)

ENTITY_TYPES = (
    "VirtualMachine",
    "HostSystem",
    "ClusterComputeResource",
    "ComputeResource",
    "ResourcePool",
    "VirtualApp",
    "Datacenter",
    "Folder",
    "StoragePod",
    "Datastore",
    "Network",
    "OpaqueNetwork",
    "TransitGateway",
    "DistributedVirtualSwitch",
    "VmwareDistributedVirtualSwitch",
    "DistributedVirtualPortgroup",
)
"""All types of managed entities, up to release 9.1.1.0."""

# The first matching prefix determines the type, so longer prefixes precede shorter ones.
_PREFIXES = (
    ("vm-", "VirtualMachine"),
    ("host-", "HostSystem"),
    ("group-p", "StoragePod"),
    ("group-", "Folder"),
    ("datacenter-", "Datacenter"),
    ("domain-c", "ClusterComputeResource"),
    ("domain-s", "ComputeResource"),
    ("resgroup-v", "VirtualApp"),
    ("resgroup-", "ResourcePool"),
    ("datastore-", "Datastore"),
    ("network-", "Network"),
    ("dvs-", "VmwareDistributedVirtualSwitch"),
    ("dvportgroup-", "DistributedVirtualPortgroup"),
)


def _refuse(option: str, value: Any, problem: str, forms: str) -> NoReturn:
    if isinstance(value, str) and _JSON_TEXT.match(value):
        forms = 'a list, not its text: -e \'{"x": ["task-42"]}\' passes a list, and the filter from_json makes one'
    raise InputError(f"{option}: {_shortened(repr(value))} {problem}. Use {forms}")


def _shortened(text: str) -> str:
    text = mask(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def parse_task(value: Any, option: str = "task", *, check_mode: bool = False) -> str:
    """The moId of one task, such as ``task-42``. ``check-mode`` is valid in check mode only."""
    if isinstance(value, dict):
        return _parse_task_mapping(value, option, check_mode)
    if not isinstance(value, str):
        _refuse(option, value, "is not a valid task", TASK_FORMS)
    name = _unquoted(value)
    if check_mode and name == CHECK_MODE_TASK:
        return name
    match = _TASK.fullmatch(name) or _REST_TASK.fullmatch(name)
    if match and not _REST_OTHER.fullmatch(name):
        return match[1]
    _refuse(option, value, _problem_with_task(name), TASK_FORMS)


def _parse_task_mapping(value: dict[Any, Any], option: str, check_mode: bool) -> str:
    if _is_result(value):
        moids = parse_tasks([value], option, check_mode=check_mode)
        if len(moids) != 1:
            _refuse(option, value, f"has {len(moids)} tasks instead of one", TASK_FORMS)
        return moids[0]
    moid = value.get("moid") or value.get("key")
    if moid is None and "moid" not in value:
        _refuse(option, value, "has no moid, which the option fields may have left out", TASK_FORMS)
    if not isinstance(moid, str) or value.get("type", "Task") != "Task":
        _refuse(option, value, "is not a valid task", TASK_FORMS)
    return parse_task(moid, option, check_mode=check_mode)


def _problem_with_task(name: str) -> str:
    if not name:
        return "is empty, as after a comma too many or from a variable without a value"
    if name == CHECK_MODE_TASK:
        return "stands for a task that was not created, because its module ran in check mode"
    if _REST_OTHER.fullmatch(name):
        return "is a task of the vSphere REST API, not a vim.Task"
    return "is not a valid task"


def parse_tasks(values: list[Any], option: str = "tasks", *, check_mode: bool = False) -> list[str]:
    """The moIds of tasks in their order, without duplicates.

    Takes the tasks out of nested lists, whole results of modules, and the ``results`` of a loop.
    """
    moids: dict[str, None] = {}
    for value in values:
        if isinstance(value, list):
            inner = value
        elif isinstance(value, dict) and _is_result(value):
            inner = _tasks_of_result(value, option)
        else:
            moids[parse_task(value, option, check_mode=check_mode)] = None
            continue
        moids.update(dict.fromkeys(parse_tasks(inner, option, check_mode=check_mode)))
    return list(moids)


def _is_result(value: dict[Any, Any]) -> bool:
    return not {"moid", "key"} & set(value) and bool({*_ONE_TASK, "tasks", "results", "skipped", "failed"} & set(value))


def _tasks_of_result(result: dict[Any, Any], option: str) -> list[Any]:
    """The tasks in the result of a module, or of a loop; none if Ansible skipped the module."""
    for key in ("results", "tasks"):
        if isinstance(result.get(key), list):
            return list(result[key])
    for key in _ONE_TASK:
        if result.get(key) is not None:
            return [result[key]]
    if result.get("skipped"):
        return []
    _refuse(option, result, "is a result without a task", TASK_FORMS)


def parse_entity(value: Any, option: str = "entity") -> Entity:
    """A reference, a name, or an inventory path without a leading or trailing slash."""
    entity = _entity_of_mapping(value) if isinstance(value, dict) else None
    if isinstance(value, str):
        entity = _entity_of_text(_unquoted(value))
    if entity is None:
        _refuse(option, value, "is not an object id, name or path", ENTITY_FORMS)
    kind = None if isinstance(entity, str) else entity.type
    if kind is not None and kind not in ENTITY_TYPES:
        raise InputError(f"{option}: {_shortened(kind)} is not a type of inventory object. Use {_type_like(kind)}")
    return entity


def _type_like(kind: str) -> str:
    """The type that differs only in case, or else all types."""
    return next((each for each in ENTITY_TYPES if each.lower() == kind.lower()), ", ".join(ENTITY_TYPES))


def _entity_of_mapping(value: dict[Any, Any]) -> Entity | None:
    kind, moid, name = value.get("type"), value.get("moid"), value.get("name")
    if kind is not None and not (isinstance(kind, str) and _TYPE.fullmatch(kind)):
        return None
    kind = kind and kind.rpartition(".")[2]
    if moid is None and isinstance(name, str) and _is_name(name):
        return EntityName(name.strip(), kind)
    if not isinstance(moid, str) or not moid.strip():
        return None
    return Reference(kind, moid) if kind else _entity_of_id(moid)


def _entity_of_text(name: str) -> Entity | None:
    if "/" in name:
        return name.strip("/") or None
    match = _REFERENCE.fullmatch(name)
    if match:
        return Reference(match[1], match[2])
    by_id = _entity_of_id(name)
    if by_id:
        return by_id
    # A colon is more likely a misspelled id than part of a name, and a task is not an entity.
    is_name = _is_name(name) and ":" not in name and not _TASK.fullmatch(name)
    return EntityName(name) if is_name else None


def _entity_of_id(moid: str) -> Reference | None:
    """The reference of an id such as ``vm-7``, whose prefix tells the type."""
    kinds = (kind for prefix, kind in _PREFIXES if moid.startswith(prefix))
    kind = next(kinds, None) if _BARE.fullmatch(moid) else None
    return Reference(kind, moid) if kind else None


def _is_name(text: str) -> bool:
    return bool(text.strip()) and text.strip().isprintable()


def parse_entities(values: list[Any] | None, option: str = "entity") -> list[Entity] | None:
    """Each entity of a list once; ``None`` if the option is not set."""
    if values is None:
        return None
    return list(dict.fromkeys(parse_entity(value, option) for value in values))


def parse_object(value: Any, option: str, kind: str, prefix: str) -> Reference:
    """The reference of an object that is not an entity, such as ``alarm-7``, ``Alarm:alarm-7``, or ``{type, moid}``.

    :param kind: the type
    :param prefix: the prefix of its moIds
    """
    found: tuple[Any, Any] = (None, None)
    if isinstance(value, dict):
        found = (value.get("type"), value.get("moid"))
    elif isinstance(value, str):
        name = _unquoted(value)
        match = _REFERENCE.fullmatch(name)
        found = (match[1], match[2]) if match else (kind, name)
    if found[0] != kind or not re.fullmatch(rf"{prefix}\d{{1,19}}", str(found[1]), re.ASCII):
        forms = f"{prefix}7, {kind}:{prefix}7, or {{type: {kind}, moid: {prefix}7}}"
        _refuse(option, value, f"is not a valid {kind}", forms)
    return Reference(kind, str(found[1]))


def parse_time(value: str, option: str) -> Moment:
    """A point in time, absolute or relative to the vCenter's current time."""
    try:
        return parse_moment(value)
    except ValueError:
        _refuse(option, value, "is not a valid time", TIME_FORMS)


def parse_duration(value: str, option: str) -> float:
    """Seconds."""
    try:
        return parse_span(value)
    except ValueError:
        _refuse(option, value, "is not a valid duration", DURATION_FORMS)


def require_names(names: list[str] | None, option: str) -> None:
    """Require that no name in a list is empty: it selects nothing, which looks like success; InputError."""
    if names is not None and not all(name.strip() for name in names):
        raise InputError(
            f"{option}: a name in the list is empty. Is there a comma too many, or a variable without a value?"
            " Leave the option out to select any"
        )


# -- users ---------------------------------------------------------------------------------------------------------


def user_spellings(user: str) -> list[str]:
    """The names by which the vCenter may know a user: as given, and ``DOMAIN\\name`` for ``name@domain``."""
    name, at, domain = user.partition("@")
    return [user, f"{domain.upper()}\\{name}"] if at and name and domain and "\\" not in user else [user]


def same_user(wanted: str, actual: str) -> bool:
    """Whether two spellings may name the same user. Case is ignored, and so is a domain that only one of them has."""
    wanted_domain, wanted_name = _split_user(wanted)
    actual_domain, actual_name = _split_user(actual)
    return wanted_name == actual_name and (not wanted_domain or not actual_domain or wanted_domain == actual_domain)


def _split_user(user: str) -> tuple[str, str]:
    user = user.casefold()
    if "\\" in user:
        domain, _backslash, name = user.partition("\\")
        return domain, name
    name, _at, domain = user.partition("@")
    return domain, name
