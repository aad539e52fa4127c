# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_type: register, extend, reduce and remove an extension."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_type"
KEY = "com.example.jobs"
OWN = {"extension": KEY, "company": "Example"}
BACKUP = {"id": f"{KEY}.backup", "label": "Back up"}
RESTORE = {"id": f"{KEY}.restore", "label": "Restore", "summary": "Restore from a backup"}
READER = {"username": "reader@vsphere.local", "password": "vijson-Read1!"}
CHANGES = tuple(f"ExtensionManager.{verb}Extension" for verb in ("Register", "Update", "Unregister"))


@pytest.fixture(autouse=True)
def _no_extension(vcenter: VCenter) -> Iterator[None]:
    yield
    if find(vcenter):
        vcenter.invoke("ExtensionManager/ExtensionManager/UnregisterExtension", {"extensionKey": KEY})


def find(vcenter: VCenter) -> dict[str, Any] | None:
    """The extension as a wire value."""
    found: dict[str, Any] | None = vcenter.invoke(
        "ExtensionManager/ExtensionManager/FindExtension", {"extensionKey": KEY}
    )
    return found


def sent(outcome: Outcome) -> dict[str, int]:
    """The requests of a task that change the server."""
    return {operation: count for operation, count in outcome.requests.items() if operation in CHANGES}


def extension_result(*task_types: dict[str, str], **other: Any) -> dict[str, Any]:
    """The extension in a result."""
    types = [{"label": None, "summary": None, **each} for each in task_types]
    return {
        "key": KEY,
        "company": "Example",
        "description": KEY,
        "version": "1.0.0",
        "task_types": types,
        **other,
    }


def test_task_types_support_check_mode_and_are_idempotent(ansible: Ansible, vcenter: VCenter) -> None:
    one, both = {**OWN, "task_types": [BACKUP]}, {**OWN, "task_types": [RESTORE]}
    renamed = {**OWN, "task_types": [{**BACKUP, "label": "Save"}], "version": "2.0.0", "description": "Jobs"}
    gone = {**OWN, "task_types": [BACKUP["id"]], "state": "absent"}
    run = ansible.tasks(
        [
            task("missing", MODULE),
            task("check", MODULE, one, check_mode=True, diff=True),
            task("register", MODULE, one, diff=True),
            task("register again", MODULE, one, diff=True),
            task("use", "vi_task_create", {"task_type": BACKUP["id"]}, register="job"),
            task("label", "vi_task_info", {"tasks": "{{ job.task }}", "localize": True}),
            task("check extend", MODULE, both, check_mode=True),
            task("extend", MODULE, both),
            task("extend again", MODULE, both),
            task("rename", MODULE, renamed, diff=True),
            task("rename again", MODULE, renamed),
            task("check reduce", MODULE, gone, check_mode=True),
            task("reduce", MODULE, gone),
            task("reduce again", MODULE, gone),
            task("remove none", MODULE, {**OWN, "task_types": [], "state": "absent"}),
            task("of another company", MODULE, {"extension": KEY, "company": "Other", "state": "absent"}),
            task("check remove", MODULE, {**OWN, "state": "absent"}, check_mode=True),
            task("remove", MODULE, {**OWN, "state": "absent"}, diff=True),
            task("remove again", MODULE, {**OWN, "state": "absent"}),
        ]
    )
    assert run["missing"].msg == "missing required arguments: extension"
    jobs = extension_result(BACKUP, RESTORE)
    saved = extension_result({**BACKUP, "label": "Save"}, RESTORE, version="2.0.0", description="Jobs")
    reduced = {**saved, "task_types": saved["task_types"][1:]}
    expected: dict[str, tuple[dict[str, Any] | None, str]] = {
        "check": (extension_result(BACKUP), "Register"),
        "register": (extension_result(BACKUP), "Register"),
        "register again": (extension_result(BACKUP), ""),
        "check extend": (jobs, "Update"),
        "extend": (jobs, "Update"),
        "extend again": (jobs, ""),
        "rename": (saved, "Update"),
        "rename again": (saved, ""),
        "check reduce": (reduced, "Update"),
        "reduce": (reduced, "Update"),
        "reduce again": (reduced, ""),
        "remove none": (reduced, ""),
        "check remove": (None, "Unregister"),
        "remove": (None, "Unregister"),
        "remove again": (None, ""),
    }
    for name, (extension, verb) in expected.items():
        assert run[name].result["extension"] == extension, name
        assert run[name].result["changed"] is bool(verb), name
        really = verb and not name.startswith("check")
        assert sent(run[name]) == ({f"ExtensionManager.{verb}Extension": 1} if really else {}), name
    assert (
        run["check"].result["diff"]
        == run["register"].result["diff"]
        == {"before": {}, "after": extension_result(BACKUP)}
    )
    assert run["rename"].result["diff"] == {"before": jobs, "after": saved}
    assert run["remove"].result["diff"] == {"before": reduced, "after": {}}
    assert run["label"].result["tasks"][0]["label"] == "Back up"
    assert run["of another company"].msg == (
        f"company: the extension {KEY} belongs to the company 'Example'. If it is yours, set company: Example"
    )
    assert all(outcome.left == {} for outcome in run)


def test_an_update_keeps_all_other_fields_of_the_extension(ansible: Ansible, vcenter: VCenter) -> None:
    url = {
        "_typeName": "ExtensionServerInfo",
        "url": "https://jobs.example.com",
        "description": {"_typeName": "Description", "label": "l", "summary": "s"},
        "company": "Example",
        "type": "REST",
        "adminEmail": ["jobs@example.com"],
    }
    german = {
        "_typeName": "ExtensionResourceInfo",
        "locale": "de",
        "module": "task",
        "data": [{"_typeName": "KeyValue", "key": f"{KEY}.a.label", "value": "Arbeit"}],
    }
    extension = {
        "_typeName": "Extension",
        "key": KEY,
        "description": {"_typeName": "Description", "label": "Jobs", "summary": "Jobs of Example"},
        "version": "3.1",
        "server": [url],
        "taskList": [{"_typeName": "ExtensionTaskTypeInfo", "taskID": f"{KEY}.a"}],
        "resourceList": [german],
        "shownInSolutionManager": False,
        "lastHeartbeatTime": "2026-11-01T00:00:00Z",
    }
    vcenter.invoke("ExtensionManager/ExtensionManager/RegisterExtension", {"extension": extension})
    outcome = ansible.module(MODULE, {"extension": KEY, "task_types": [BACKUP]})
    assert outcome.result["changed"] is True
    found = find(vcenter)
    assert found is not None
    assert {field: found[field] for field in ("server", "version", "description", "shownInSolutionManager")} == {
        field: extension[field] for field in ("server", "version", "description", "shownInSolutionManager")
    }
    assert found["lastHeartbeatTime"].startswith("2026-11-01T00:00:00")
    assert [each["taskID"] for each in found["taskList"]] == [f"{KEY}.a", BACKUP["id"]]
    assert german in found["resourceList"]
    assert [each["locale"] for each in found["resourceList"]] == ["de", "en"]


def test_registering_recovers_from_a_lost_response(ansible: Ansible, vcenter: VCenter) -> None:
    tasks = []
    for number, fault in enumerate(("cut_before", "cut_after")):
        rule = {"operation": "ExtensionManager.RegisterExtension", "fault": fault}
        tasks += [
            task("lose it", "control", {"path": "faults", "body": rule}),
            task(f"register, {fault}", MODULE, {**OWN, "task_types": [BACKUP]}),
            task(f"remove {number}", MODULE, {**OWN, "state": "absent"}),
        ]
    run = ansible.tasks(tasks)
    for fault in ("cut_before", "cut_after"):
        outcome = run[f"register, {fault}"]
        assert outcome.result["extension"] == extension_result(BACKUP)
        assert outcome.result["changed"] is True
        assert sent(outcome) == {"ExtensionManager.RegisterExtension": 2 if fault == "cut_before" else 1}


def test_a_task_type_can_be_given_by_its_id_alone(ansible: Ansible, vcenter: VCenter) -> None:
    for number, in_process in enumerate((True, False)):
        task_id = f"{KEY}.{number}"
        for task_types in ([task_id], task_id):
            run = ansible.tasks([task("register", MODULE, {**OWN, "task_types": task_types})], in_process=in_process)
            shown = run["register"].result["extension"]["task_types"]
            assert shown[-1] == {"id": task_id, "label": None, "summary": None}


def test_a_user_who_may_only_read_gets_the_missing_privilege(ansible: Ansible) -> None:
    wanted = {**OWN, "task_types": [BACKUP], **READER}
    run = ansible.tasks([task("check", MODULE, wanted, check_mode=True), task("do", MODULE, wanted)])
    lack = "the user lacks the privilege Extension.Register on Folder:group-d1 (NoPermission)"
    assert run["check"].msg == f"Check mode: {lack}"
    assert run["do"].msg == f"RegisterExtension of ExtensionManager:ExtensionManager: {lack}"
