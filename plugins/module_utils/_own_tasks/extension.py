# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Extension and its task types. Keeps every other field of the Extension.

The label of a task type is in the ``resourceList``, in an entry for the module ``task``, with the key ``<id>.label``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from .._errors import InputError
from .._vijson.client import Client
from .._vijson.faults import MESSAGE_TEMPLATE
from .._vijson.wire import data_object, expect_object, expect_objects, expect_text
from .wanted_state import DEFAULT_DESCRIPTION_KEY, DEFAULT_FAULT_TYPE_ID

_LOCALE = "en"
_MODULE = "task"
_TEXTS = ("label", "summary")
_DATA = "extension.resourceList.data"
_REFUSED_IN_KEY = re.compile(r"""[^ -~]|[,/\\#+<>=;"]""")
"""What the API does not allow in the key of an extension. A space is allowed."""

_MESSAGES = {DEFAULT_DESCRIPTION_KEY: MESSAGE_TEMPLATE, DEFAULT_FAULT_TYPE_ID: MESSAGE_TEMPLATE}
"""Texts for the messages that ``vi_task_state`` sets, for a server that rebuilds messages from its catalog."""

_DEFAULT_VERSION = "1.0.0"

Extension = dict[str, Any]
"""The data object Extension, with the field names and types of the wire."""


class WantedExtension(NamedTuple):
    """The options of ``vi_task_type``; ``None`` keeps what the extension has.

    :ivar task_types: ``{id: {label, summary}}``
    """

    key: str
    task_types: dict[str, dict[str, str | None]] | None = None
    company: str | None = None
    description: str | None = None
    version: str | None = None


def parse_extension(params: dict[str, Any]) -> WantedExtension:
    """The options of ``vi_task_type``, validated.

    :raises InputError: a key or an id is empty, or an id is given twice
    """
    _check_key(params["extension"])
    task_types: dict[str, dict[str, str | None]] = {}
    for item in params["task_types"] or ():
        task_id = item["id"]
        if not task_id.strip():
            raise InputError("task_types: an id is empty. Use an id such as com.example.backup.run")
        if task_id in task_types:
            raise InputError(f"task_types: {task_id!r} is given twice. List each id once")
        task_types[task_id] = {part: item.get(part) or None for part in _TEXTS}
    return WantedExtension(
        params["extension"],
        None if params["task_types"] is None else task_types,
        params["company"],
        params["description"] or None,
        params["version"] or None,
    )


def _check_key(key: str) -> None:
    if not key.strip():
        raise InputError("extension: the key is empty. Use a key such as com.example.backup")
    refused = sorted(set(_REFUSED_IN_KEY.findall(key)))
    if refused:
        raise InputError(
            f"extension: the key {key!r} contains {' and '.join(map(repr, refused))}. Use printable ASCII"
            ' characters, except for , / \\ # + > < = ; ", such as com.example.backup'
        )


def extension_result(extension: Extension | None) -> dict[str, Any] | None:
    """``{key, company, description, version, task_types: [{id, label, summary}]}``; ``None`` for no extension."""
    if extension is None:
        return None
    texts = _texts(_own_resource(extension))
    return {
        "key": extension.get("key"),
        "company": extension.get("company") or None,
        "description": expect_object(extension.get("description") or {}, "extension.description").get("summary")
        or None,
        "version": extension.get("version") or None,
        "task_types": [
            {"id": task_id, **{part: texts.get(f"{task_id}.{part}") for part in _TEXTS}}
            for task_id in extension_task_types(extension)
        ],
    }


def extend_extension(extension: Extension | None, wanted: WantedExtension, heartbeat: str) -> Extension:
    """The Extension to send so that it has everything in ``wanted``.

    :param extension: as it is now; ``None`` if it does not exist
    :param heartbeat: the ``lastHeartbeatTime``, RFC 3339
    """
    after = _new(wanted.key) if extension is None else _sendable(extension)
    after["lastHeartbeatTime"] = heartbeat
    if wanted.description:
        after["description"] = data_object("Description", label=wanted.description, summary=wanted.description)
    for field, value in (("company", wanted.company), ("version", wanted.version)):
        if value:
            after[field] = value
    task_types = wanted.task_types or {}
    missing = [task_id for task_id in task_types if task_id not in extension_task_types(after)]
    if missing:
        added = [data_object("ExtensionTaskTypeInfo", taskID=task_id) for task_id in missing]
        after["taskList"] = [*_list(after, "taskList"), *added]
    texts = {
        f"{task_id}.{part}": words for task_id, parts in task_types.items() for part, words in parts.items() if words
    }
    return _with_texts(after, {**texts, **_MESSAGES}) if task_types else after


def reduce_extension(extension: Extension, task_ids: Iterable[str]) -> Extension:
    """The Extension to send so that it lacks these task types and their texts."""
    after = _sendable(extension)
    removed = list(task_ids)
    keys = [f"{task_id}.{part}" for task_id in removed for part in _TEXTS]
    after["taskList"] = [item for item in _list(after, "taskList") if item.get("taskID") not in removed]
    resources = []
    for resource in _list(after, "resourceList"):
        if resource.get("module") != _MODULE:
            resources.append(resource)
            continue
        pairs = [pair for pair in _list(resource, "data") if pair.get("key") not in keys]
        if not after["taskList"]:
            pairs = [pair for pair in pairs if pair.get("key") not in _MESSAGES]
        if pairs:
            resources.append({**resource, "data": pairs})
    return {**after, "resourceList": resources}


def _new(key: str) -> Extension:
    return data_object(
        "Extension", key=key, description=data_object("Description", label=key, summary=key), version=_DEFAULT_VERSION
    )


def _sendable(value: Any) -> Any:
    """The value without the empty texts and nulls that a server returns but does not accept."""
    if isinstance(value, dict):
        return {name: _sendable(item) for name, item in value.items() if item not in ("", None)}
    if isinstance(value, list):
        return [_sendable(item) for item in value if item != "" and not _is_empty_pair(item)]
    return value


def _is_empty_pair(item: Any) -> bool:
    return isinstance(item, dict) and item.get("_typeName") == "KeyValue" and not item.get("value")


def _list(holder: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return expect_objects(holder.get(field), f"extension.{field}")


def _texts(resource: dict[str, Any] | None) -> dict[str, str]:
    pairs = [pair for pair in _list(resource or {}, "data") if pair.get("value")]
    return {expect_text(pair.get("key"), _DATA): expect_text(pair["value"], _DATA) for pair in pairs}


def _own_resource(extension: Extension) -> dict[str, Any] | None:
    """The resource with the English texts of task types: locale ``en``, or else a regional one such as ``en_US``."""
    english = [
        resource
        for resource in _list(extension, "resourceList")
        if resource.get("module") == _MODULE and str(resource.get("locale")).lower().startswith(_LOCALE)
    ]
    return min(english, key=lambda resource: len(str(resource["locale"])), default=None)


def _with_texts(extension: Extension, texts: dict[str, str]) -> Extension:
    own = _own_resource(extension)
    pairs = [data_object("KeyValue", key=key, value=value) for key, value in {**_texts(own), **texts}.items()]
    fresh = data_object("ExtensionResourceInfo", locale=own["locale"] if own else _LOCALE, module=_MODULE, data=pairs)
    resources = [fresh if resource is own else resource for resource in _list(extension, "resourceList")]
    return {**extension, "resourceList": resources if own else [*resources, fresh]}


def read_task_types(client: Client) -> list[str]:
    """The ids of all registered task types, sorted (ExtensionManager.extensionList)."""
    extensions = expect_objects(client.get("extensionManager", "extensionList"), "extensionList")
    return sorted({task_id for extension in extensions for task_id in extension_task_types(extension)})


def extension_task_types(extension: Extension) -> list[str]:
    """The ids of the task types of one Extension, in the order of its ``taskList``."""
    entries = expect_objects(extension.get("taskList"), "extension.taskList")
    return [expect_text(entry.get("taskID"), "extension.taskList") for entry in entries]
