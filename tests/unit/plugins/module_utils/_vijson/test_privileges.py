# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In check mode, a missing privilege is an error. A privilege that the server does not report is assumed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.privileges import (
    require_privilege,
    require_root_privilege,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Lost, Trouble, ref

HAS = "AuthorizationManager.HasPrivilegeOnEntities"
VM1, VM2 = Reference("VirtualMachine", "vm-1"), Reference("VirtualMachine", "vm-2")


def entry(entity: Reference, *granted: bool | None) -> dict[str, Any]:
    """An EntityPrivilege."""
    availability = [{"privId": "Global.CancelTask", "isGranted": each} for each in granted]
    return {"entity": entity.wire(), "privAvailability": availability}


def server_with(response: Any) -> FakeVcenter:
    """A vCenter that returns this for HasPrivilegeOnEntities."""
    server = FakeVcenter()
    server.answers[HAS] = lambda _moid, _params: response
    server.answers["ServiceInstance.content"] = lambda _moid, _params: {"rootFolder": ref("Folder", "group-d1")}
    return server


def require(server: FakeVcenter, *entities: Reference) -> None:
    with server.client() as client:
        require_privilege(client, "Global.CancelTask", entities)


def test_privileges_are_queried_once_for_all_entities() -> None:
    server = server_with([entry(VM1, True), entry(VM2, True)])
    require(server, VM1, VM2, VM1)
    (sent,) = server.named(HAS)
    assert sent.params == {
        "entity": [VM1.wire(), VM2.wire()],
        "sessionId": "key-of-S1",
        "privId": ["Global.CancelTask"],
    }


def test_no_entity_needs_no_request() -> None:
    server = server_with([])
    require(server)
    assert server.sent == []


@pytest.mark.parametrize("granted", [[False], [True, False]])
def test_one_entity_without_the_privilege_is_an_error(granted: list[bool]) -> None:
    with pytest.raises(ViError, match=r"Global\.CancelTask on VirtualMachine:vm-2 \(NoPermission\)"):
        require(server_with([entry(VM1, True), entry(VM2, *granted)]), VM1, VM2)


@pytest.mark.parametrize("response", [None, [], [entry(VM1)], [entry(VM1, None)], "text", [5], {"a": 1}])
def test_unreported_privileges_are_assumed(response: Any) -> None:
    require(server_with(response), VM1)


@pytest.mark.parametrize("trouble", [Fault("NotSupported"), Fault("NoPermission")])
def test_privileges_are_assumed_if_they_cannot_be_queried(trouble: Fault) -> None:
    server = server_with([entry(VM1, False)])
    server.trouble[HAS] = [trouble]
    require(server, VM1)


def test_an_unreachable_server_is_an_error() -> None:
    server = server_with([])
    out: list[Trouble] = [Lost(ran=False, error=ConnectError("refused"))]
    server.trouble[HAS] = out
    with pytest.raises(ConnectError):
        require(server, VM1)


def test_the_privilege_can_be_required_on_the_root_folder() -> None:
    server = server_with([entry(Reference("Folder", "group-d1"), False)])
    with server.client() as client, pytest.raises(ViError, match=r"Task\.Create on Folder:group-d1"):
        require_root_privilege(client, "Task.Create")
    assert [sent.params["entity"] for sent in server.named(HAS)] == [[ref("Folder", "group-d1")]]
