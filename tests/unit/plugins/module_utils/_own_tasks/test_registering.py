# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering an extension only once, even if responses are lost, and never changing those of others."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    FaultError,
    InputError,
    NoResponse,
)
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.extension import WantedExtension
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.registering import (
    extension_heartbeat,
    find_extension,
    put_extension,
    refuse_foreign_extension,
)
from ansible_collections.vijson.tasks.tests.unit.support.fake_extensions import (
    REGISTER,
    UNREGISTER,
    UPDATE,
    ExtensionServer,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost

KEY = "com.example.jobs"
EXTENSION = {"_typeName": "Extension", "key": KEY, "version": "1"}


def run(server: ExtensionServer, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    with server.client() as client:
        put_extension(client, before, after, check_mode=False)


@pytest.mark.parametrize(
    ("trouble", "registered"),
    [([], 1), ([Lost(ran=True)], 1), ([Lost(ran=False)], 2), ([Lost(ran=False), None], 2)],
)
def test_an_extension_is_registered_once_even_after_a_lost_response(trouble: list[Any], registered: int) -> None:
    server = ExtensionServer()
    server.trouble[REGISTER] = trouble
    run(server, None, EXTENSION)
    assert server.extensions == {KEY: EXTENSION}
    assert server.operations[REGISTER] == registered
    assert not any(sent.repeatable for sent in server.named(REGISTER))


def test_a_late_first_request_does_not_fail_the_registration() -> None:
    server = ExtensionServer()
    server.trouble[REGISTER] = [Lost(ran=False)]
    server.late = [EXTENSION]
    run(server, None, EXTENSION)
    assert server.operations[REGISTER] == 2
    assert server.extensions == {KEY: EXTENSION}


def test_registering_fails_after_repeated_losses_or_a_fault() -> None:
    server = ExtensionServer()
    server.trouble[REGISTER] = [Lost(ran=False), Lost(ran=False)]
    with pytest.raises(NoResponse):
        run(server, None, EXTENSION)
    server.trouble[REGISTER] = [Lost(ran=False), Fault("NoPermission")]
    with pytest.raises(FaultError, match="NoPermission"):
        run(server, None, EXTENSION)
    assert server.extensions == {}


def test_an_extension_can_be_updated_and_unregistered() -> None:
    server = ExtensionServer(EXTENSION)
    newer = {**EXTENSION, "version": "2"}
    run(server, EXTENSION, newer)
    assert server.extensions == {KEY: newer}
    run(server, newer, None)
    assert server.extensions == {}
    run(server, newer, None)
    server.trouble[UNREGISTER] = [Fault("NoPermission")]
    with pytest.raises(FaultError, match="NoPermission"):
        run(server, newer, None)


@pytest.mark.parametrize(
    ("before", "after", "privilege"),
    [
        (None, EXTENSION, "Extension.Register"),
        (EXTENSION, EXTENSION, "Extension.Update"),
        (EXTENSION, None, "Extension.Unregister"),
    ],
)
def test_check_mode_only_checks_the_privilege(before: Any, after: Any, privilege: str) -> None:
    server = ExtensionServer()
    root = {"type": "Folder", "value": "group-d1"}
    server.answers["ServiceInstance.content"] = lambda _moid, _params: {"rootFolder": root}
    server.answers["AuthorizationManager.HasPrivilegeOnEntities"] = lambda _moid, _params: []
    with server.client() as client:
        put_extension(client, before, after, check_mode=True)
    (asked,) = server.named("AuthorizationManager.HasPrivilegeOnEntities")
    assert asked.params["privId"] == [privilege]
    assert not {REGISTER, UPDATE, UNREGISTER} & set(server.operations)


@pytest.mark.parametrize(
    ("owner", "company", "whole", "refused"),
    [
        ("Example", "Example", False, False),
        ("Example", "Example", True, False),
        ("Example", "Other", False, True),
        ("Example", "Other", True, True),
        ("Example", None, False, True),
        ("Example", None, True, True),
        ("Example", "", True, True),
        ("", "", True, False),
        ("", None, True, True),
        ("", "Example", True, True),
        ("", None, False, False),
        ("", "Example", False, False),
        (None, None, False, False),
        (None, "", True, False),
    ],
)
def test_the_extension_of_another_company_is_refused(
    owner: str | None, company: str | None, whole: bool, refused: bool
) -> None:
    wanted = WantedExtension(KEY, company=company)
    if refused:
        belongs = f"belongs to the company '{owner}'" if owner else "has no company"
        with pytest.raises(InputError, match=f"company: the extension {KEY} {belongs}"):
            refuse_foreign_extension({**EXTENSION, "company": owner}, wanted, whole=whole)
    else:
        refuse_foreign_extension({**EXTENSION, "company": owner}, wanted, whole=whole)


@pytest.mark.parametrize("response", [{**EXTENSION, "key": "com.example.other"}, {"_typeName": "Extension"}, []])
def test_a_response_with_another_extension_is_an_error(response: Any) -> None:
    server = ExtensionServer()
    server.answers["ExtensionManager.FindExtension"] = lambda _moid, _params: response
    with pytest.raises(BadResponse, match=r"^FindExtension returned "):
        find_extension(server.client("S0"), KEY)


def test_an_extension_is_found_and_keeps_its_heartbeat_time() -> None:
    server = ExtensionServer(EXTENSION)
    client = server.client("S0")
    assert find_extension(client, KEY) == EXTENSION
    assert find_extension(client, "com.example.nothing") is None
    assert extension_heartbeat(client, {**EXTENSION, "lastHeartbeatTime": "then"}) == "then"
    assert "ServiceInstance.CurrentTime" not in server.operations
    assert extension_heartbeat(client, None) == extension_heartbeat(client, EXTENSION) == "2026-11-22T04:00:00.5Z"


def test_boxed_parts_of_an_extension_are_unboxed() -> None:
    server = ExtensionServer()
    boxed = {"_typeName": "string", "_value": "com.example.run"}
    time = {"_typeName": "dateTime", "_value": "2026-11-22T05:10:00Z"}
    types = [{"_typeName": "ExtensionTaskTypeInfo", "taskID": boxed}]
    server.extensions[KEY] = {**EXTENSION, "taskList": types, "lastHeartbeatTime": time}
    with server.client() as client:
        extension = find_extension(client, KEY)
        assert extension is not None
        assert extension["taskList"][0]["taskID"] == "com.example.run"
        assert extension_heartbeat(client, extension) == "2026-11-22T05:10:00Z"


def test_an_extension_that_is_nested_too_deeply_is_an_error() -> None:
    server = ExtensionServer()
    deep: dict[str, Any] = {}
    for _level in range(250):
        deep = {"a": deep}
    server.extensions[KEY] = {**EXTENSION, "client": deep}
    with server.client() as client, pytest.raises(BadResponse, match="nested in more than 200 levels"):
        find_extension(client, KEY)
