# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An update of an extension keeps the fields that newer releases added."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.registering import find_whole_extension
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.modules import vi_task_type
from ansible_collections.vijson.tasks.tests.unit.support.fake_extensions import UPDATE, ExtensionServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Params
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

KEY = "com.example.jobs"
EXTENSION = {"_typeName": "Extension", "key": KEY, "version": "1"}


class ServersOfExtension(ExtensionServer):
    """A vCenter 9.0.0.0. In an older release, the servers of an extension have no certificate.

    :ivar version: the newest release that it has
    """

    version = "9.0.0.0"

    def __init__(self) -> None:
        server = {"_typeName": "ExtensionServerInfo", "url": "https://x", "serverCertificate": "PEM"}
        super().__init__({**EXTENSION, "company": "Example", "server": [server]})
        self.releases: list[str] = []
        self.answers["ServiceInstance.content"] = lambda _moid, _params: {"about": {"apiVersion": self.version}}
        self.answers["AuthorizationManager.HasPrivilegeOnEntities"] = lambda _moid, _params: []

    def send(self, method: str, path: str, **options: Any) -> Any:
        if path.startswith("/api/"):
            release = '{"api_release": "9.0.0.0"}'
            return Response(200, {"Content-Type": "application/json"}, release.encode())
        self.releases.append(path.split("/")[3])
        return super().send(method, path, **options)

    def _find(self, moid: str, params: Params) -> Any:
        found = super()._find(moid, params)
        if self.releases[-1] == "9.0.0.0":
            return found
        return {**found, "server": [{**each, "serverCertificate": None} for each in found["server"]]}


def run(server: ExtensionServer, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    return run_module_on(server, vi_task_type, {**OPTIONS, **options}, check_mode=check_mode)


OPTIONS: dict[str, Any] = {"extension": KEY, "company": "Example", "task_types": [{"id": f"{KEY}.run"}]}


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_update_keeps_fields_of_newer_releases(state: str) -> None:
    server = ServersOfExtension()
    server.extensions[KEY]["taskList"] = [] if state == "present" else [{"taskID": f"{KEY}.run"}]
    assert run(server, state=state)["changed"] is True
    (sent,) = server.named(UPDATE)
    assert sent.params["extension"]["server"][0]["serverCertificate"] == "PEM"


def test_an_unchanged_extension_needs_no_negotiation() -> None:
    server = ServersOfExtension()
    server.extensions[KEY]["taskList"] = [{"taskID": f"{KEY}.run"}]
    assert run(server)["changed"] is False
    assert set(server.releases) == {"8.0.1.0"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_update_that_could_erase_fields_is_refused(check_mode: bool) -> None:
    server = ServersOfExtension()
    server.version = "10.0.0.0"
    result = run(server, check_mode=check_mode)
    assert result["msg"].startswith(f"extension: {KEY} has servers, and vc.example.com has a newer release")
    assert server.operations[UPDATE] == 0


def test_an_extension_without_servers_can_always_be_updated() -> None:
    server = ServersOfExtension()
    server.version = "10.0.0.0"
    server.extensions[KEY]["server"] = []
    with server.client() as client:
        assert find_whole_extension(client, KEY)
        server.extensions[KEY]["server"] = [{"url": "https://x"}]
        with pytest.raises(ViError, match="newer release"):
            find_whole_extension(client, KEY)
