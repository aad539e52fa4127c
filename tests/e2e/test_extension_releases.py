# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_type and an extension with fields that a newer release added: an update keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.module_runs import run
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

EXTENSION = "net.example.backup"
ADDED = {"extension": EXTENSION, "company": "Example Ltd", "task_types": [{"id": f"{EXTENSION}.mine"}]}


def found(vcenter: VCenter) -> dict[str, Any]:
    manager = "ExtensionManager/ExtensionManager/FindExtension"
    extension: dict[str, Any] = vcenter.invoke(manager, {"extensionKey": EXTENSION}, release="9.1.0.0")
    return extension


@pytest.mark.parametrize("hello_status", [0, 404])
def test_an_update_never_erases_a_certificate(vcenter: VCenter, hello_status: int) -> None:
    before = found(vcenter)
    assert before["server"][0]["serverCertificate"]
    vcenter.quirks(hello_status=hello_status)
    outcome = run(vcenter, "vi_task_type", ADDED)
    try:
        assert outcome.failed is bool(hello_status), outcome
        assert found(vcenter)["server"] == before["server"]
        task_ids = {kind["taskID"] for kind in found(vcenter)["taskList"]}
        assert (f"{EXTENSION}.mine" in task_ids) is not bool(hello_status)
    finally:
        vcenter.quirks(hello_status=0)
        assert not run(vcenter, "vi_task_type", {**ADDED, "state": "absent"}).failed
    assert found(vcenter)["taskList"] == before["taskList"]
