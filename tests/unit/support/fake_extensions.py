# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake vCenter with extensions."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Params

REGISTER, UPDATE, UNREGISTER = (f"ExtensionManager.{verb}Extension" for verb in ("Register", "Update", "Unregister"))


class ExtensionServer(FakeVcenter):
    """Registers, updates and removes extensions as a vCenter does.

    :ivar late: extensions that appear after the next FindExtension
    """

    def __init__(self, *extensions: dict[str, Any]) -> None:
        super().__init__()
        self.extensions = {extension["key"]: extension for extension in extensions}
        self.late: list[dict[str, Any]] = []
        self.answers.update(
            {
                "ExtensionManager.FindExtension": self._find,
                REGISTER: self._register,
                UPDATE: self._update,
                UNREGISTER: self._unregister,
                "ServiceInstance.content": lambda _moid, _params: {"about": {"apiVersion": "8.0.1.0"}},
                "ServiceInstance.CurrentTime": lambda _moid, _params: "2026-11-22T04:00:00.5Z",
            }
        )

    def _find(self, _moid: str, params: Params) -> Any:
        found = self.extensions.get(params["extensionKey"])
        self.extensions.update((extension["key"], extension) for extension in self.late)
        return found

    def _register(self, _moid: str, params: Params) -> None:
        if params["extension"]["key"] in self.extensions:
            raise Fault("InvalidArgument", invalidProperty="extension.key")
        self.extensions[params["extension"]["key"]] = params["extension"]

    def _update(self, _moid: str, params: Params) -> None:
        self.extensions[params["extension"]["key"]] = params["extension"]

    def _unregister(self, _moid: str, params: Params) -> None:
        if params["extensionKey"] not in self.extensions:
            raise Fault("NotFound")
        del self.extensions[params["extensionKey"]]
