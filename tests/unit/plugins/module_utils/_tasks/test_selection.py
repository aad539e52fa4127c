# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selecting current tasks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, InputError
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.selection import (
    Selection,
    TaskMatcher,
    parse_required_selection,
    parse_selection,
)
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, parse_rfc3339
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Entity, EntityName, Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, info, ref

NOTHING: dict[str, Any] = {
    "tasks": None,
    "entity": None,
    "include": ["self"],
    "states": None,
    "users": None,
    "description_ids": None,
    "older_than": None,
}
NOW = "2026-11-22T05:00:00Z"


def by(user: str | None) -> dict[str, Any]:
    return {"_typeName": "TaskReasonUser", "userName": user} if user else {"_typeName": "TaskReasonSystem"}


def on(moid: str) -> dict[str, Any]:
    return {"entity": ref("VirtualMachine", moid)}


TASKS = [
    info(
        "task-1", reason=by("VSPHERE.LOCAL\\Joe"), descriptionId="a.b", startTime="2026-11-22T04:00:00Z", **on("vm-1")
    ),
    info("task-2", "error", reason=by("VSPHERE.LOCAL\\Ann"), startTime="2026-11-22T04:50:00Z", **on("vm-1")),
    info("task-3", "queued", reason=by(None), descriptionId="a.b", queueTime="2026-11-22T03:00:00Z", **on("vm-2")),
    info("task-4", "success", reason=by("root")),
]


@pytest.mark.parametrize(
    ("matcher", "left"),
    [
        ({}, "1234"),
        ({"moids": frozenset(["vm-1"])}, "12"),
        ({"moids": frozenset()}, ""),
        ({"states": ["running"]}, "1"),
        ({"states": ["queued", "error"]}, "23"),
        ({"states": []}, ""),
        ({"users": ["joe@vsphere.local"]}, "1"),
        ({"users": ["joe", "VSPHERE.LOCAL\\ann"]}, "12"),
        ({"users": ["joe@elsewhere"]}, ""),
        ({"users": [""]}, ""),
        ({"users": []}, ""),
        ({"description_ids": ["a.b", "a.c"]}, "13"),
        ({"begun_before": parse_rfc3339("2026-11-22T04:00:00Z")}, "134"),
        ({"begun_before": parse_rfc3339("2026-11-22T03:59:59Z")}, "34"),
        ({"moids": frozenset(["vm-1"]), "states": ["running"], "users": ["joe"]}, "1"),
    ],
)
def test_a_matcher_selects_the_matching_tasks(matcher: dict[str, Any], left: str) -> None:
    assert "".join(task["key"][-1] for task in TASKS if TaskMatcher(**matcher).matches(task)) == left


@pytest.mark.parametrize("entity", [False, "vm-1", ["vm-1"], {"value": {"_value": 1}}])
def test_a_task_whose_entity_is_not_a_reference_is_a_bad_response(entity: Any) -> None:
    with pytest.raises(BadResponse, match=r"^info\.entity returned .* instead of a reference$"):
        TaskMatcher(moids=frozenset(["vm-1"])).matches(info("task-1", entity=entity))


@pytest.mark.parametrize("reason", [True, "joe", ["joe"], {"userName": {}}, {"userName": ["joe"]}])
def test_a_task_without_the_name_of_a_user_is_by_nobody(reason: Any) -> None:
    assert not TaskMatcher(users=["joe"]).matches(info("task-1", reason=reason))


def test_selection_options_are_parsed() -> None:
    options = {"entity": ["web01", "vm-7"], "include": ["vms"], "users": ["joe"], "older_than": "1h"}
    selection = parse_selection({**NOTHING, **options})
    entities: list[Entity] = [EntityName("web01"), Reference("VirtualMachine", "vm-7")]
    assert selection == Selection(entities, ["vms"], None, ["joe"], None, 3600.0)
    assert selection.active().states == ["queued", "running"]
    assert selection._replace(states=["error"]).active().states == ["error"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"include": ["vms"]}, "^include: set entity too"),
        ({"users": [""]}, "^users: a name in the list is empty"),
        ({"description_ids": ["a.b", " "]}, "^description_ids: a name in the list is empty"),
        ({"older_than": "old"}, "^older_than: 'old' is not a valid duration"),
        ({"entity": ["Nope:"]}, "^entity: 'Nope:' is not an object id, name or path"),
    ],
)
def test_invalid_selection_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_selection({**NOTHING, **options})


@pytest.mark.parametrize(
    ("option", "narrow"),
    [
        ({}, False),
        ({"states": ["running"]}, False),
        ({"entity": []}, True),
        ({"users": []}, True),
        ({"description_ids": ["a.b"]}, True),
        ({"older_than": "0"}, True),
    ],
)
def test_either_tasks_or_a_selection_is_required(option: dict[str, Any], narrow: bool) -> None:
    assert parse_selection({**NOTHING, **option}).is_narrow is narrow
    if not option:
        with pytest.raises(InputError, match=r"^tasks: missing\. Set tasks, or select"):
            parse_required_selection(NOTHING)
        assert parse_required_selection({**NOTHING, "tasks": []}) is None
        return
    assert parse_required_selection({**NOTHING, **option}) is not None
    with pytest.raises(InputError, match=r"^tasks: cannot be used together"):
        parse_required_selection({**NOTHING, **option, "tasks": []})


def test_the_age_is_measured_by_the_clock_of_the_server() -> None:
    server = FakeVcenter()
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: NOW
    with server.client() as client:
        matcher = parse_selection({**NOTHING, "older_than": "15m"}).matcher(client)
    assert matcher.begun_before == parse_rfc3339(NOW) - 900 * SECOND


def inventory(server: FakeVcenter, *found: str) -> None:
    """Let the vCenter select these virtual machines."""
    contents = [{"_typeName": "ObjectContent", "obj": ref("VirtualMachine", moid)} for moid in found]
    server.answers["PropertyCollector.RetrievePropertiesEx"] = lambda _moid, _params: {"objects": contents}


@pytest.mark.parametrize(
    ("include", "moids"),
    [
        (["self"], {"host-1"}),
        (["vms"], {"vm-1", "vm-2"}),
        (["self", "vms"], {"host-1", "vm-1", "vm-2"}),
        (["descendants"], {"vm-1", "vm-2"}),
    ],
)
def test_include_selects_objects_below_the_entity(include: list[str], moids: set[str]) -> None:
    server = FakeVcenter()
    inventory(server, "vm-1", "vm-2")
    with server.client("S0") as client:
        matcher = parse_selection({**NOTHING, "entity": ["host-1"], "include": include}).matcher(client)
    assert matcher.moids == frozenset(moids)
    kinds = [sent.params["specSet"][0]["propSet"][0]["type"] for sent in server.sent]
    assert kinds == {"self": [], "vms": ["VirtualMachine"], "descendants": ["ManagedEntity"]}[include[-1]]
    assert matcher.unverified == ((Reference("HostSystem", "host-1"),) if include == ["self"] else ())


@pytest.mark.parametrize("include", [["vms"], ["descendants"]])
def test_objects_below_a_virtual_machine_are_refused(include: list[str]) -> None:
    server = FakeVcenter()
    inventory(server)
    with server.client("S0") as client:
        with pytest.raises(InputError, match=r"^include: there is no object below a virtual machine\. Use self"):
            parse_selection({**NOTHING, "entity": ["vm-1"], "include": include}).matcher(client)
        both = parse_selection({**NOTHING, "entity": ["vm-1"], "include": ["self", *include]}).matcher(client)
    assert both.moids == frozenset(["vm-1"])


def test_an_empty_entity_list_needs_no_request() -> None:
    server = FakeVcenter()
    with server.client() as client:
        assert parse_selection({**NOTHING, "entity": []}).matcher(client).moids == frozenset()
    assert server.sent == []
