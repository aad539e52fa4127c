# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait whose server sends its responses byte by byte."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.module_utils._waiting import wait
from ansible_collections.vijson.tasks.plugins.modules import vi_task_wait
from ansible_collections.vijson.tasks.tests.support.raw_servers import HOST, SLOW, Vcenter, new_certificate, raw_server
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection

COLLECTOR = {"_typeName": "ManagedObjectReference", "type": "PropertyCollector", "value": "pc-1"}
VIEW = {"_typeName": "ManagedObjectReference", "type": "ListView", "value": "view-1"}
TASK = {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-7"}
INFO = {"_typeName": "TaskInfo", "key": "task-7", "task": TASK, "state": "running"}
READ = {
    "_typeName": "RetrieveResult",
    "objects": [{"obj": TASK, "propSet": [{"name": "info", "val": INFO}]}],
}


@pytest.mark.parametrize("slow", ["RetrievePropertiesEx", "CreatePropertyCollector", "WaitForUpdatesEx", "Login"])
def test_wait_timeout_limits_every_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str) -> None:
    monkeypatch.setattr(wait, "_GRACE", 0.5)
    vcenter = Vcenter(
        **{
            "RetrievePropertiesEx": READ,
            "CreatePropertyCollector": COLLECTOR,
            "CreateListView": VIEW,
            slow: SLOW["headers"],
        }
    )
    certificate = new_certificate(tmp_path / "ca.pem")
    spec = {name: option.get("default") for name, option in vi_task_wait.ARGUMENT_SPEC.items()}
    with raw_server(vcenter, certificate) as port:
        where = connection(hostname=HOST, port=port, ca_path=str(tmp_path / "ca.pem"))
        started = time.monotonic()
        result = run_job(vi_task_wait.run, Job({**spec, **where, "tasks": ["task-7"], "wait_timeout": 1.0}))
        assert time.monotonic() - started < 1 + 2 * 0.5 + 2 + 1
    assert result["failed"]
    assert slow in vcenter.operations
