# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering and removing task types of an extension."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_type
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_extensions import (
    REGISTER,
    UNREGISTER,
    UPDATE,
    ExtensionServer,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

KEY = "com.example.jobs"
BACKUP, RESTORE = {"id": f"{KEY}.backup", "label": "Back up"}, {"id": f"{KEY}.restore", "summary": "Restore all"}
CHANGES = {REGISTER, UPDATE, UNREGISTER}


def run(server: ExtensionServer, *, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    arguments = {"extension": KEY, "company": "Example", **arguments}
    return run_module_on(server, vi_task_type, arguments, check_mode=check_mode)


@pytest.fixture
def server() -> ExtensionServer:
    """A vCenter with an extension that has one task type."""
    server = ExtensionServer()
    run(server, task_types=[BACKUP])
    server.sent.clear()
    return server


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_type)


def test_a_new_extension_is_registered_with_its_task_types() -> None:
    server = ExtensionServer()
    result = run(server, task_types=[BACKUP, RESTORE], description="Jobs", version="2.0")
    assert result["changed"]
    assert result["extension"] == {
        "key": KEY,
        "company": "Example",
        "description": "Jobs",
        "version": "2.0",
        "task_types": [
            {"id": f"{KEY}.backup", "label": "Back up", "summary": None},
            {"id": f"{KEY}.restore", "label": None, "summary": "Restore all"},
        ],
    }
    assert result["diff"] == {"before": {}, "after": result["extension"]}


def types(result: dict[str, Any]) -> list[str] | None:
    extension = result["extension"]
    return None if extension is None else [each["id"].rpartition(".")[2] for each in extension["task_types"]]


@pytest.mark.parametrize(
    ("arguments", "left", "request_sent"),
    [
        ({"task_types": [BACKUP]}, ["backup"], None),
        ({"task_types": [RESTORE]}, ["backup", "restore"], UPDATE),
        ({"task_types": [{**BACKUP, "label": "Save"}]}, ["backup"], UPDATE),
        ({"task_types": [RESTORE], "state": "absent"}, ["backup"], None),
        ({"task_types": [BACKUP], "state": "absent"}, [], UPDATE),
        ({"state": "absent"}, None, UNREGISTER),
        ({"extension": "com.example.other", "state": "absent"}, None, None),
        ({"extension": "com.example.other"}, [], REGISTER),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_extension_is_updated_or_removed_as_wanted(
    server: ExtensionServer, arguments: dict[str, Any], left: Any, request_sent: str | None, check_mode: bool
) -> None:
    root = ref("Folder", "group-d1")
    server.answers["ServiceInstance.content"] = lambda _moid, _params: {"rootFolder": root}
    server.answers["AuthorizationManager.HasPrivilegeOnEntities"] = lambda _moid, _params: []
    result = run(server, check_mode=check_mode, **arguments)
    assert types(result) == left
    assert result["changed"] is (request_sent is not None)
    assert CHANGES & set(server.operations) == (set() if check_mode or not request_sent else {request_sent})


@pytest.mark.parametrize("arguments", [{"task_types": [RESTORE]}, {"state": "absent"}])
def test_an_extension_of_another_company_is_not_changed(server: ExtensionServer, arguments: dict[str, Any]) -> None:
    before = dict(server.extensions)
    result = run(server, company="Other", **arguments)
    assert result["msg"].startswith("company: ")
    assert server.extensions == before


@pytest.mark.parametrize(
    ("arguments", "is_refused"),
    [
        ({"task_types": [RESTORE]}, False),
        ({"task_types": [BACKUP], "state": "absent"}, False),
        ({"state": "absent"}, True),
        ({"state": "absent", "company": ""}, False),
    ],
)
def test_an_extension_of_no_company_is_removed_only_if_that_is_said(
    server: ExtensionServer, arguments: dict[str, Any], is_refused: bool
) -> None:
    del server.extensions[KEY]["company"]
    result = run(server, **arguments)
    assert result.get("msg", "").startswith("company: ") is is_refused
    assert result.get("changed", False) is not is_refused


def test_the_result_shows_the_extension_of_the_server(server: ExtensionServer) -> None:
    server.answers[UPDATE] = lambda _moid, _params: None
    result = run(server, task_types=[RESTORE])
    assert (types(result), result["changed"]) == (["backup"], False)
