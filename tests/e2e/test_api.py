# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/api.md: it names every operation of Task and TaskManager, and each row needs its operation on the server."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests" / "contract" / "vi-json-tasks-8.0.1.0.json"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "Task.CancelTask": {"tasks": "TASK"},
    "Task.availableField": {"tasks": "TASK", "custom_values": True},
    "Task.info": {"tasks": "TASK"},
    "Task.value": {"tasks": "TASK", "custom_values": True},
    "Task.setCustomValue": {"task": "TASK", "values": {"Ticket": "CHG-17"}},
    "Task.SetTaskDescription": {"task": "TASK", "description": "Copying disks"},
    "Task.SetTaskState": {"task": "TASK", "state": "success", "result": "3 disks copied"},
    "Task.UpdateProgress": {"task": "TASK", "progress": 40},
    "TaskManager.CreateCollectorForTasks": {"limit": 1},
    "TaskManager.CreateCollectorWithInfoFilterForTasks": {"with_results": False, "limit": 1, "api_release": "8.0.3.0"},
    "TaskManager.ReadNextTasksByViewSpec": {"order": "newest_first", "limit": 1, "api_release": "9.0.0.0"},
    "TaskManager.CreateTask": {"task_type": "com.vijson.simulator.job", "entity": "vm-21"},
    "TaskManager.description": {"description": True},
    "TaskManager.maxCollector": {},
    "TaskManager.recentTask": {},
}
"""Arguments with which the module of a row calls its operation on a running task."""

LATER = {"TaskManager.CreateCollectorWithInfoFilterForTasks", "TaskManager.ReadNextTasksByViewSpec"}
"""Operations that later releases added to those of 8.0.1.0."""


def documented() -> dict[str, tuple[str, list[str]]]:
    """The rows of the tables: module and options by operation."""
    rows = {}
    kind = ""
    for line in (ROOT / "docs" / "api.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            kind = line.removeprefix("## ")
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            (operation,), (module,), options = cells
            rows[f"{kind}.{operation}"] = (module, options)
    return rows


def test_the_tables_list_every_operation() -> None:
    paths = json.loads(CONTRACT.read_text(encoding="utf-8"))["paths"]
    parts = [path.strip("/").split("/") for path in paths]
    first = {f"{kind}.{name}" for kind, _moid, name in parts if kind in ("Task", "TaskManager")}
    assert set(documented()) == first | LATER


@pytest.mark.parametrize("operation", documented())
def test_the_documented_options_exist(operation: str) -> None:
    module, options = documented()[operation]
    found = importlib.import_module(f"ansible_collections.vijson.tasks.plugins.modules.{module}")
    assert set(options) <= set(found.ARGUMENT_SPEC)
    assert set(ARGUMENTS[operation]) - {"task", "limit"} <= set(options) | {"tasks"}


def test_each_row_fails_without_its_operation(ansible: Ansible, vcenter: VCenter) -> None:
    tasks = []
    for operation, (module, _options) in documented().items():
        moid = vcenter.task(type="com.vijson.simulator.job")
        arguments = {name: moid if value == "TASK" else value for name, value in ARGUMENTS[operation].items()}
        for taken_out in (operation, ""):
            tasks.append(task("take out", "control", {"path": "quirks", "body": {"taken_out": taken_out}}))
            tasks.append(task(f"without {operation}" if taken_out else operation, module, arguments))
    run = ansible.tasks(tasks)
    for operation in documented():
        assert run[operation].status == "ok", run[operation]
        without = run[f"without {operation}"]
        assert without.status == "failed", without
        assert re.search("MethodNotFound|InvalidProperty", str(without.result)), without
        is_method = operation.rpartition(".")[2][0].isupper() or operation == "Task.setCustomValue"
        assert run[operation].requests.get(operation, 0) == (1 if is_method else 0)
