# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entity that does not exist is an error for every module that takes one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.inventory import require_entity
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Params, info, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

READ = "PropertyCollector.RetrievePropertiesEx"
LOST = "entity: VirtualMachine:vm-9 does not exist, or no longer exists, on vc.example.com"


class InventoryServer(HistoryServer):
    """The virtual machine vm-1, with a recent task that is not in the history."""

    def __init__(self) -> None:
        super().__init__()
        self.answers[READ] = self._retrieve
        self.answers["SearchIndex.FindByInventoryPath"] = lambda _moid, _params: ref("VirtualMachine", "vm-1")

    def _retrieve(self, _moid: str, params: Params) -> Any:
        (spec,) = params["specSet"]
        roots = [root["obj"] for root in spec["objectSet"]]
        asked = {part["type"]: part["pathSet"] for part in spec["propSet"]}
        found = []
        for root in roots:
            if root["value"] not in ("TaskManager", "vm-1", "task-1"):
                raise Fault("ManagedObjectNotFound", obj=root)
            assert root["type"] in asked
            found.append({"obj": root, "propSet": []})
        if "Task" in asked:
            task = info("task-1", entity=ref("VirtualMachine", "vm-1"))
            found = [each for each in found if each["obj"]["type"] != "Task"]
            found.append({"obj": ref("Task", "task-1"), "propSet": [{"name": "info", "val": task}]})
        return {"objects": found}


def run(server: InventoryServer, module: str, **options: Any) -> dict[str, Any]:
    found = import_module(f"ansible_collections.vijson.tasks.plugins.modules.{module}")
    return run_module_on(server, found, options)


@pytest.fixture
def server() -> InventoryServer:
    return InventoryServer()


def test_info_reads_the_entity_with_the_recent_tasks(server: InventoryServer) -> None:
    assert [task["moid"] for task in run(server, "vi_task_info", entity="vm-1")["tasks"]] == ["task-1"]
    assert run(server, "vi_task_info", entity="vm-9")["msg"] == LOST
    assert server.operations[READ] == 2


def test_info_checks_the_entity_beside_given_tasks(server: InventoryServer) -> None:
    assert len(run(server, "vi_task_info", entity="vm-1", tasks=["task-1"])["tasks"]) == 1
    assert run(server, "vi_task_info", entity="vm-9", tasks=["task-1"])["msg"] == LOST


def test_a_path_needs_no_other_check(server: InventoryServer) -> None:
    assert len(run(server, "vi_task_info", entity="/DC0/vm/web01")["tasks"]) == 1
    (sent,) = server.named(READ)
    assert len(sent.params["specSet"][0]["objectSet"]) == 1


def test_a_missing_entity_is_refused_if_the_history_has_no_tasks(server: InventoryServer) -> None:
    assert run(server, "vi_task_collector", entity="vm-1")["count"] == 0
    assert run(server, "vi_task_collector", entity="vm-9")["msg"] == LOST


def test_a_history_with_tasks_needs_no_check_of_the_entity(server: InventoryServer) -> None:
    server.tasks.append(server.task(1))
    assert run(server, "vi_task_collector", entity="vm-9")["count"] == 1
    assert server.operations[READ] == 0


@pytest.mark.parametrize("fault", ["NoPermission", "InvalidProperty"])
def test_an_entity_with_an_unreadable_name_exists(server: InventoryServer, fault: str) -> None:
    server.trouble[READ] = [Fault(fault)]
    with server.client() as client:
        require_entity(client, Reference("VirtualMachine", "vm-1"))


def test_the_message_names_the_option(server: InventoryServer) -> None:
    with server.client() as client, pytest.raises(InputError, match=r"^task_entity: VirtualMachine:vm-9 does not"):
        require_entity(client, Reference("VirtualMachine", "vm-9"), "task_entity")
