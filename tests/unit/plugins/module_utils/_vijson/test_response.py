# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for responses that are not VI JSON or that report a fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import NEGOTIATED, Response, read_response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    SDK,
    Call,
    Reply,
    Wire,
    answers,
    faults,
    html,
)

Make = Callable[..., Client]
TASK = Reference("Task", "task-7")
INFO = f"{SDK}/Task/task-7/info"
SOAP = b'<?xml version="1.0"?><soapenv:Envelope><soapenv:Body><soapenv:Fault/></soapenv:Body></soapenv:Envelope>'


def xml(status: int) -> Reply:
    return Reply(status, SOAP, {"Content-Type": "text/xml; charset=utf-8"})


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (html(404), ["404", "does not support VI JSON release 8.0.1.0", "8.0.1 or later"]),
        (answers({"error": "no such page"}, status=404), ["404", "8.0.1"]),
        (xml(404), ["404", "8.0.1"]),
        (html(200, b"<html>Welcome</html>"), ["text/html", "Welcome", "8.0.1"]),
        (xml(200), ["text/xml", "8.0.1"]),
        (xml(500), ["500", "8.0.1"]),
        (html(500), ["500", "8.0.1.0", "api_release", "8.0.1"]),
        (Reply(500), ["500", "api_release"]),
        (answers({"message": "no fault"}, status=500), ["500", "api_release"]),
        (answers(["x"], status=500), ["500", "api_release"]),
        (html(300), ["300", "redirect"]),
        (html(301, Location="https://evil.example.com/"), ["301", "redirect"]),
        (html(307, Location="/ui/"), ["307", "redirect", "8.0.1"]),
        (html(401), ["401"]),
        (html(403, b"<h1>Forbidden</h1>"), ["403", "Forbidden"]),
        (html(399), ["399", "redirect"]),
        (answers({"a": 1}, status=400), ["400", "not VI JSON"]),
        (Reply(200, b"hello", {"Content-Type": "text/plain"}), ["text/plain", "hello"]),
        (Reply(200, b"{", {"Content-Type": "application/json"}), ["not JSON"]),
        (Reply(200, b'{"a": NaN}', {"Content-Type": "application/json"}), ["not JSON"]),
        (Reply(200, b"\xff\xfe\x00", {"Content-Type": "application/json"}), ["not JSON"]),
        (Reply(200, b"[" * 100_000, {"Content-Type": "application/json"}), ["not JSON"]),
        (Reply(500, b"{", {"Content-Type": "application/json"}), ["not JSON"]),
    ],
)
def test_a_response_without_vi_json_gives_a_clear_error(
    client: Make, wire: Wire, reply: Reply, words: list[str]
) -> None:
    wire.expect(Call("GET", INFO, reply))
    with pytest.raises(BadResponse) as failed:
        client("S0").get(TASK, "info")
    message = str(failed.value)
    assert [word for word in words if word not in message] == []
    assert "\n" not in message
    assert len(message) < 500
    assert "evil" not in message


@pytest.mark.parametrize(("status", "cannot"), [(404, True), (500, True), (403, False)])
def test_a_server_that_cannot_negotiate_gets_advice(status: int, cannot: bool) -> None:
    with pytest.raises(BadResponse) as failed:
        read_response(Response(status, {}, b""), "content", "vc.example.com", NEGOTIATED)
    assert ("cannot negotiate a release. Set api_release, such as to 8.0.1.0" in str(failed.value)) is cannot


@pytest.mark.parametrize("content_type", ["application/json", "application/json;charset=UTF-8", "Application/JSON"])
def test_json_is_recognized_by_its_content_type(client: Make, wire: Wire, content_type: str) -> None:
    wire.expect(Call("GET", INFO, Reply(200, b'{"a": 1}', {"Content-Type": content_type})))
    assert client("S0").get(TASK, "info") == {"a": 1}


def test_a_fault_names_the_request(client: Make, wire: Wire) -> None:
    wire.expect(Call("POST", f"{SDK}/Task/task-7/CancelTask", faults("InvalidState", faultstring="Not now.")))
    with pytest.raises(FaultError) as failed:
        client("S0").call(TASK, "CancelTask")
    assert str(failed.value) == "CancelTask of Task:task-7: Not now. (InvalidState)"
    assert failed.value.type == "InvalidState"
    assert failed.value.failure() == {
        "msg": str(failed.value),
        "fault": {"type": "InvalidState", "message": "Not now."},
    }


def test_a_missing_privilege_is_named_with_its_object(client: Make, wire: Wire) -> None:
    root = {"_typeName": "ManagedObjectReference", "type": "Folder", "value": "group-d1"}
    missing = {"_typeName": "NoPermissionEntityPrivileges", "entity": root, "privilegeIds": ["Task.Create"]}
    denied = faults("NoPermission", object=root, privilegeId="Old.One", missingPrivileges=[missing])
    wire.expect(Call("POST", f"{SDK}/TaskManager/TaskManager/CreateTask", denied))
    with pytest.raises(FaultError, match=r"Task\.Create on Folder:group-d1 \(NoPermission\)"):
        client("S0").call("taskManager", "CreateTask", {})


def test_a_missing_privilege_in_the_old_form_is_named(client: Make, wire: Wire) -> None:
    root = {"_typeName": "ManagedObjectReference", "type": "Folder", "value": "group-d1"}
    wire.expect(Call("GET", INFO, faults("NoPermission", object=root, privilegeId="System.View")))
    with pytest.raises(FaultError, match=r"System\.View on Folder:group-d1"):
        client("S0").get(TASK, "info")


def test_messages_have_no_control_characters(client: Make, wire: Wire) -> None:
    wire.expect(Call("GET", INFO, faults("InvalidState", faultstring="a\x1b[31m\r\nb\u202ec\u2028d")))
    with pytest.raises(FaultError) as failed:
        client("S0").get(TASK, "info")
    assert not [char for char in str(failed.value) if not char.isprintable()]
