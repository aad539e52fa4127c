# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ExtensionManager: registered extensions, their task types and the labels of these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .wire import Fault, Ref, data, format_time, invalid_argument

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Extension = dict[str, Any]
SIMULATOR_KEY = "com.vijson.simulator"
FILLED_IN = ("company", "type", "subjectName")
# Visible ASCII characters and spaces, but not all of them.
_KEY = re.compile(r"[^\x00-\x1f\x7f-\U0010ffff,/\\#+><=;\"]+")


class ExtensionManager(ManagedObject):
    TYPE = "ExtensionManager"

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self._extensions: dict[str, Extension] = {}
        for extension in _built_in(format_time(world.now_ns())):
            self._store(extension)

    def task_labels(self) -> dict[str, tuple[str, str]]:
        """`{task id: (label, summary)}` of all registered task types."""
        labels = {}
        for extension in self._extensions.values():
            texts = _texts(extension)
            for kind in extension.get("taskList") or ():
                task_id = kind["taskID"]
                label = texts.get(f"{task_id}.label", task_id)
                labels[task_id] = label, texts.get(f"{task_id}.summary", label)
        return labels

    def registered(self) -> list[Extension]:
        return list(self._extensions.values())

    @prop("ArrayOfExtension")
    def extensionList(self, session: Session) -> list[Extension]:
        return self.registered()

    @method
    async def FindExtension(self, session: Session, extensionKey: str) -> Extension | None:
        return self._extensions.get(extensionKey)

    @method
    async def RegisterExtension(self, session: Session, extension: Extension) -> None:
        if not _KEY.fullmatch(extension["key"]) or extension["key"] in self._extensions:
            raise invalid_argument("extension.key")
        _refuse_empty(extension)
        self._store(extension)
        self._changed()

    @method
    async def UpdateExtension(self, session: Session, extension: Extension) -> None:
        self._known(extension["key"])
        _refuse_empty(extension)
        self._store(extension)
        self._changed()

    @method
    async def UnregisterExtension(self, session: Session, extensionKey: str) -> None:
        self._known(extensionKey)
        del self._extensions[extensionKey]
        self._changed()

    def _known(self, key: str) -> None:
        if key not in self._extensions:
            raise Fault("NotFound", f"There is no extension {key}.")

    def _store(self, extension: Extension) -> None:
        # A live server returns empty strings for fields that were never set, and rejects them in requests.
        self._extensions[extension["key"]] = {**dict.fromkeys(FILLED_IN, ""), **extension}

    def _changed(self) -> None:
        self.world.touch(self, "extensionList")
        self.world.touch(self.world.task_manager, "description")


def _texts(extension: Extension) -> dict[str, str]:
    """The texts of module `task`; English ones take precedence."""
    resources = [r for r in extension.get("resourceList") or () if r["module"] == "task"]
    resources.sort(key=lambda resource: resource["locale"].startswith("en"))
    return {pair["key"]: pair["value"] for resource in resources for pair in resource["data"]}


def _refuse_empty(value: Any, path: str = "extension") -> None:
    if value == "":
        raise invalid_argument(path)
    if isinstance(value, dict):
        for name, item in value.items():
            _refuse_empty(item, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            _refuse_empty(item, path)


def _server() -> dict[str, Any]:
    """A server whose certificate came with 8.0.2.0: an update under an older release loses it."""
    return data(
        "ExtensionServerInfo",
        url="https://backup.example.com/sdk",
        description=data("Description", label="Example Backup", summary="Belongs to somebody else"),
        company="Example Ltd",
        type="SOAP",
        adminEmail=["backup@example.com"],
        serverThumbprint=":".join(["5D"] * 20),
        serverCertificate="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    )


def _built_in(now: str) -> list[Extension]:
    labels = {
        f"{SIMULATOR_KEY}.job": ("Simulated job", "A job of the simulator"),
        f"{SIMULATOR_KEY}.backup": ("Simulated backup", "A backup of the simulator"),
    }
    resources = [
        data("KeyValue", key=f"{task_id}.{kind}", value=text)
        for task_id, texts in labels.items()
        for kind, text in zip(("label", "summary"), texts)
    ]
    return [
        data(
            "Extension",
            key=SIMULATOR_KEY,
            description=data("Description", label="Simulator", summary="Task types for tests and demos"),
            company="vijson",
            version="1.0.0",
            taskList=[data("ExtensionTaskTypeInfo", taskID=task_id) for task_id in labels],
            resourceList=[data("ExtensionResourceInfo", locale="en", module="task", data=resources)],
            lastHeartbeatTime=now,
        ),
        data(
            "Extension",
            key="net.example.backup",
            description=data("Description", label="Example Backup", summary="Belongs to somebody else"),
            company="Example Ltd",
            version="7.2.1",
            server=[_server()],
            taskList=[data("ExtensionTaskTypeInfo", taskID="net.example.backup.run")],
            lastHeartbeatTime=now,
        ),
        data(
            "Extension",
            key="net.example.plain",
            description=data("Description", label="Example", summary="An extension without tasks"),
            version="1.0",
            lastHeartbeatTime=now,
        ),
    ]
