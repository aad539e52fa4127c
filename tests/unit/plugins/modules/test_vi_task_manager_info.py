# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Information about the TaskManager."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_manager_info
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_manager import ManagerServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_manager_info)


@pytest.mark.parametrize(
    ("arguments", "description"), [({"description": True}, True), ({"description": False}, False), ({}, False)]
)
def test_the_result_has_recent_tasks_and_descriptions_on_request(arguments: dict[str, bool], description: bool) -> None:
    result = run_module_on(ManagerServer(), vi_task_manager_info, arguments)
    assert (result["max_collector"], result["recent_tasks"]) == (32, ["task-2", "task-1"])
    assert [state["key"] for state in result.get("description", {}).get("states", [])] == ["queued"] * description
    assert "changed" not in result


def test_a_fault_is_a_failed_result() -> None:
    server = ManagerServer()
    server.trouble["PropertyCollector.RetrievePropertiesEx"] = [Fault("NoPermission", privilegeId="System.View")]
    result = run_module_on(server, vi_task_manager_info, {})
    assert (result["failed"], result["fault"]["type"]) == (True, "NoPermission")
