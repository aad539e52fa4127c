# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe against the simulator: nothing differs without quirks, and exactly the quirk with one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.tests.assumptions.register import REGISTER
from ansible_collections.vijson.tasks.tests.probe import checks, task_checks
from ansible_collections.vijson.tasks.tests.probe.deviations import deviations
from ansible_collections.vijson.tasks.tests.probe.findings import AS_ASSUMED, DIFFERS, NOT_OBSERVED, Finding
from ansible_collections.vijson.tasks.tests.probe.own_tasks import PREFIX
from ansible_collections.vijson.tasks.tests.probe.probe import probe_server
from ansible_collections.vijson.tasks.tests.probe.report import findings_text, report_page
from ansible_collections.vijson.tasks.tests.probe.server import Server
from ansible_collections.vijson.tasks.tests.support.over_http import ADMIN, PROBER, READER, Running, running
from simulator import contract
from simulator.quirks import Quirks, parse_quirk

NEWEST = "9.1.0.0"
RELEASES = ("8.0.1.0", "8.0.2.0", "8.0.3.0", NEWEST)

SETTLE = {"created_on_cancel=later": 1.5}
"""Seconds until the state of a cancelled task is final, for quirks under which that takes time."""

ELSEWHERE = {"rest_ids=shared": "8.0.2.0"}
"""The release on which a quirk makes a difference."""

STORED = ("wrap_errors", "null_fields", "unset_after_running")
"""Quirks that change what the simulator stores of its history, so they need a simulator of their own."""

USER = {"cancel_without_privilege": PROBER}
"""The user for whom a quirk makes a difference."""

QUIRKS = [(quirk, entry.key) for entry in REGISTER for quirk in entry.quirks]


class Simulators:
    """Simulators with a history, one for each release."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self.folder = folder
        self._started: dict[str, Running] = {}

    def on(self, release: str, purpose: str = "", **options: Any) -> Running:
        key = f"{release}{purpose}{options}"
        if key not in self._started:
            more = {"history": 100, **options}
            self._started[key] = self._stack.enter_context(running(release=release, tls_folder=self.folder, **more))
        return self._started[key]


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with ExitStack() as stack:
        yield Simulators(stack, tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator settles at once."""
    monkeypatch.setattr(task_checks, "SETTLE", 0.1)


def endpoint(server: Running, folder: Path) -> Endpoint:
    host, _colon, port = server.url.removeprefix("https://").partition(":")
    return Endpoint(host, int(port), str(folder / "ca.pem"))


def probe(
    simulators: Simulators, server: Running, user: tuple[str, str] = ADMIN, *, write: bool = True
) -> list[Finding]:
    warnings: list[str] = []
    probed = Server(endpoint(server, simulators.folder), Credentials(*user))
    with closing(probed.client):
        found = probe_server(probed, write=write, warn=warnings.append)
    assert warnings == []
    return found


def differing(findings: list[Finding]) -> dict[str, str]:
    return {finding.key: finding.observed for finding in findings if finding.verdict == DIFFERS}


def left_on(server: Running) -> Any:
    """What the probe could leave on the server."""
    world = server.world
    state = server.state()
    open_objects = {kind: state[kind] for kind in ("sessions", "collectors", "views", "property_collectors")}
    fields = [field["name"] for field in world.custom_fields.fields.values() if field["name"].startswith(PREFIX)]
    extensions = [each["key"] for each in world.extensions.registered() if each["key"].startswith(PREFIX)]
    return {name: left for name, left in {**open_objects, "fields": fields, "extensions": extensions}.items() if left}


@pytest.mark.parametrize("release", RELEASES)
def test_nothing_differs_without_quirks(simulators: Simulators, release: str) -> None:
    server = simulators.on(release)
    found = probe(simulators, server)
    assert differing(found) == {}
    unobserved = {finding.key for finding in found if finding.verdict == NOT_OBSERVED}
    views = {"order_of_views", "start_id"} if release != NEWEST else set()
    assert unobserved == {"cancel_privilege", "hidden_fields", *views}
    assert left_on(server) == {}


@pytest.mark.parametrize(("quirk", "key"), QUIRKS)
def test_only_the_active_quirk_is_found(
    simulators: Simulators, monkeypatch: pytest.MonkeyPatch, quirk: str, key: str
) -> None:
    monkeypatch.setattr(task_checks, "SETTLE", SETTLE.get(quirk, 0.1))
    server = simulators.on(ELSEWHERE.get(quirk, NEWEST), quirk if quirk in STORED else "")
    server.world.quirks.update(parse_quirk(quirk))
    try:
        found = probe(simulators, server, USER.get(quirk, ADMIN))
    finally:
        server.world.quirks.update(vars(Quirks()))
    assert set(differing(found)) == {key}, differing(found)
    assert left_on(server) == {}


@pytest.mark.parametrize(
    ("quirks", "keys"),
    [
        (("history_lag=1", "max_page=7"), {"prompt_history", "page_of_1000"}),
        (("page_refills", "max_page=15"), {"page_does_not_refill", "page_of_1000"}),
        (("rewind_skips", "max_page=3"), {"rewind", "page_of_1000"}),
        (("oldest_first_views", "max_page=3"), {"order_of_views", "page_of_1000"}),
    ],
)
def test_small_pages_do_not_hide_other_quirks(simulators: Simulators, quirks: tuple[str, ...], keys: set[str]) -> None:
    server = simulators.on(NEWEST)
    for quirk in quirks:
        server.world.quirks.update(parse_quirk(quirk))
    try:
        found = probe(simulators, server)
    finally:
        server.world.quirks.update(vars(Quirks()))
    assert set(differing(found)) == keys, differing(found)


WRITES = re.compile(r"(Task|ExtensionManager|CustomFieldsManager)\.[A-Zs][a-z]+.+|TaskManager\.CreateTask")


def test_without_write_nothing_changes(simulators: Simulators) -> None:
    server = simulators.on(NEWEST)
    server.control("POST", "reset")
    found = probe(simulators, server, READER, write=False)
    assert differing(found) == {}
    assert {f.key for f in found if f.observed == "needs WRITE=1"} == set(checks.WRITING)
    called = set(server.state()["requests"])
    assert "TaskHistoryCollector.ReadNextTasks" in called
    assert [name for name in called if WRITES.fullmatch(name)] == []
    assert left_on(server) == {}


def test_a_user_without_privileges_gets_no_write_checks(simulators: Simulators) -> None:
    found = probe(simulators, simulators.on(NEWEST), READER)
    assert differing(found) == {}
    refused = {finding.observed for finding in found if finding.key in checks.WRITING}
    assert refused == {"no extension: NoPermission"}


@pytest.mark.parametrize("options", [{"history": 0}, {"api_type": "HostAgent", "history": 0}])
def test_a_server_without_a_history_is_probed_as_far_as_possible(
    simulators: Simulators, options: dict[str, Any]
) -> None:
    found = probe(simulators, simulators.on(NEWEST, **options))
    assert set(differing(found)) <= {"operations"}
    of_users = next(finding.observed for finding in found if finding.key == "user_case")
    assert of_users in ("the history has no task with a user", "NotSupported")
    assert any(finding.observed.startswith("too few") or "NotSupported" in finding.observed for finding in found)


LOGIN = b'{"_typeName": "UserSession", "key": "k", "userName": "u"}'
FAULT = b'{"_typeName": "MethodNotFound"}'
CANNED = {
    "null": (200, b"null"),
    "no content": (204, b""),
    "an object": (200, b"{}"),
    "a list": (200, b"[]"),
    "a list of objects": (200, b'[{"_typeName": "TaskInfo", "key": "task-1", "task": {"type": "Task", "value": "1"}}]'),
    "text": (200, b'"text"'),
    "a number": (200, b"5"),
    "a page": (200, b"<html>"),
    "not found": (404, b""),
    "forbidden": (403, b"{}"),
    "a fault": (500, FAULT),
    "a foreign fault": (500, b'{"_typeName": "vcenter.example.com"}'),
}


@pytest.mark.parametrize("name", CANNED)
def test_a_foreign_server_does_not_break_the_probe(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, body = CANNED[name]

    def send(_self: Transport, _verb: str, path: str, **_options: Any) -> Response:
        if path.endswith("/Login"):
            return Response(200, {"vmware-api-session-id": "id"}, LOGIN)
        return Response(status, {"Content-Type": "application/json"}, body)

    monkeypatch.setattr(Transport, "send", send)
    server = Server(Endpoint("vcenter.example.com"), Credentials("anna", "secret"))
    found = probe_server(server, write=True, warn=lambda _text: None)
    assert len(found) == len(REGISTER)
    page = report_page(found, version=server.release, release=server.release, write=True)
    assert "example.com" not in page
    if name == "not found":
        assert "operations" in differing(found)
    if name in ("an object", "a number", "a page"):
        assert "contract" in differing(found)


def test_the_report_has_no_names(simulators: Simulators) -> None:
    server = simulators.on(NEWEST, "names")
    server.world.quirks.update({"taken_out": "Task.CancelTask", "null_fields": True, "wrap_errors": True})
    try:
        found = probe(simulators, server)
    finally:
        server.world.quirks.update(vars(Quirks()))
    page = report_page(found, version="9.1.0.0", release=NEWEST, write=True)
    assert "Task.CancelTask" in page
    assert page.count("\n| ") == len(REGISTER) + 2
    ids = {moid for moid in server.world.objects if re.search(r"\d", moid)}
    names = [*ADMIN, "127.0.0.1", "VSPHERE", PREFIX, *ids]
    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", page)] == []
    assert findings_text(found).splitlines()[-1].endswith("not observed")


def test_an_interrupted_probe_removes_what_it_created(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> None:
    server = simulators.on(NEWEST)

    def interrupt(_server: Server, tasks: Any) -> Any:
        tasks.create("running")
        tasks.add_field()
        raise Interrupted("SIGINT")

    monkeypatch.setitem(checks.WRITING, "task_messages", interrupt)
    with pytest.raises(Interrupted):
        probe(simulators, server)
    assert left_on(server) == {}
    own = [task for task in server.world.tasks.recent() if task.type_id.startswith(PREFIX)]
    assert own
    assert {task.state for task in own} <= {"success", "error"}


def test_ctrl_c_ends_the_probe_and_removes_what_it_created(simulators: Simulators, tmp_path: Path) -> None:
    server = simulators.on(NEWEST)
    where = endpoint(server, simulators.folder)
    variables = {
        "VMWARE_HOST": where.hostname,
        "VMWARE_PORT": str(where.port),
        "VMWARE_USER": ADMIN[0],
        "VMWARE_PASSWORD": ADMIN[1],
        "VMWARE_CA_PATH": str(where.verify),
        "WRITE": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-m", "ansible_collections.vijson.tasks.tests.probe", str(tmp_path / "report.md")]
    process = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    deadline = time.monotonic() + 30
    while "extensions" not in left_on(server):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, _errors = process.communicate(timeout=30)
    assert process.returncode == 130, output
    assert output.startswith("The probe logs in to 127.0.0.1.")
    assert "Interrupted by SIGINT" in output
    assert left_on(server) == {}
    assert not (tmp_path / "report.md").exists()


def boxed(value: Any, whole: str, depth: int = 0) -> Any:
    """A value with every field boxed that is inside a TaskInfo, or with ``everything`` inside any object.

    :param whole: ``values`` boxes only primitives, ``lists`` also lists, ``objects`` also data objects
    """
    if isinstance(value, list):
        return [boxed(item, whole, depth) for item in value]
    if not isinstance(value, dict):
        return value
    if "_value" in value:
        return {**value, "_value": boxed(value["_value"], whole, depth)}
    inside = depth or value.get("_typeName") == "TaskInfo"
    deeper = depth + 1 if inside or whole == "everything" else 0
    return {
        name: item
        if name == "_typeName"
        else in_box(boxed(item, whole, deeper), whole)
        if inside
        else boxed(item, whole, deeper)
        for name, item in value.items()
    }


def in_box(value: Any, whole: str) -> Any:
    kinds = {bool: "boolean", int: "int", str: "string"}
    if isinstance(value, list):
        kind = {"lists": "ArrayOfAnyType"}.get(whole)
    elif isinstance(value, dict):
        kind = value["_typeName"] if whole == "objects" and "_value" not in value else None
    else:
        kind = kinds.get(type(value))
    return {"_typeName": kind, "_value": value} if kind else value


def rewrite(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Change the value of every response of the API."""
    plain = Transport.send

    def send(self: Transport, method: str, path: str, **options: Any) -> Response:
        response = plain(self, method, path, **options)
        if not path.startswith("/sdk") or response.status != 200 or not response.body.strip():
            return response
        return Response(200, response.headers, json.dumps(change(json.loads(response.body))).encode())

    monkeypatch.setattr(Transport, "send", send)


@pytest.mark.parametrize("release", ["8.0.3.0", NEWEST])
@pytest.mark.parametrize("whole", ["values", "lists", "objects", "everything"])
def test_boxed_values_do_not_hide_other_differences(
    simulators: Simulators, monkeypatch: pytest.MonkeyPatch, whole: str, release: str
) -> None:
    server = simulators.on(release)
    unobserved = {finding.key for finding in probe(simulators, server) if finding.verdict == NOT_OBSERVED}
    rewrite(monkeypatch, lambda value: boxed(value, whole))
    found = probe(simulators, server)
    assert set(differing(found)) == {"boxed_values"}, differing(found)
    assert {finding.key for finding in found if finding.verdict == NOT_OBSERVED} == unobserved
    assert left_on(server) == {}


def with_nulls(value: Any) -> Any:
    """A value in which every unset field of every data object is null."""
    if isinstance(value, list):
        return [with_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    schema = contract.schema_name(value.get("_typeName", ""))
    unset = contract.fields_of(schema) if schema and "_value" not in value else ()
    return {**dict.fromkeys(unset), **{name: with_nulls(item) for name, item in value.items()}}


@pytest.mark.parametrize("release", ["8.0.3.0", NEWEST])
def test_null_fields_do_not_hide_other_differences(
    simulators: Simulators, monkeypatch: pytest.MonkeyPatch, release: str
) -> None:
    rewrite(monkeypatch, with_nulls)
    found = probe(simulators, simulators.on(release))
    assert set(differing(found)) == {"unset_fields"}, differing(found)


def test_null_lists_inside_objects_are_found(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(value: Any) -> Any:
        if isinstance(value, dict) and value.get("_typeName") == "TaskDescription":
            return {**value, "state": None}
        return value

    rewrite(monkeypatch, change)
    found = differing(probe(simulators, simulators.on(NEWEST), write=False))
    assert found == {"empty_lists": "null: TaskManager.description.state"}


def test_boxed_privileges_are_understood(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(monkeypatch, lambda value: boxed(value, "everything"))
    found = {finding.key: finding.verdict for finding in probe(simulators, simulators.on(NEWEST), PROBER)}
    assert found["cancel_privilege"] == AS_ASSUMED


REFERENCE = {"$ref": "#/components/schemas/TaskInfo"}
INFO = {
    "_typeName": "TaskInfo",
    "key": "task-1",
    "task": {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-1"},
    "descriptionId": "x",
    "state": "running",
    "cancelled": False,
    "cancelable": False,
    "reason": {"_typeName": "TaskReasonSystem"},
    "queueTime": "2026-01-01T00:00:00Z",
    "eventChainId": 1,
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"aNewField": {"anything": 1}}, []),
        ({"reason": {"_typeName": "TaskReasonNew", "x": 1}}, []),
        ({"state": "paused"}, []),
        ({"progress": None}, [("null instead of no field", "Task.info.progress")]),
        ({"reason": None}, [("another shape", "Task.info.reason")]),
        ({"state": {"_typeName": "TaskInfoState", "_value": "running"}}, [("a boxed value", "Task.info.state")]),
        ({"eventChainId": "1"}, [("another shape", "Task.info.eventChainId")]),
        ({"cancelled": 0}, [("another shape", "Task.info.cancelled")]),
        ({"locked": {}}, [("another shape", "Task.info.locked")]),
    ],
)
def test_deviations_from_the_contract_are_found(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [tuple(each) for each in deviations(REFERENCE, {**INFO, **change}, "Task.info")] == expected
