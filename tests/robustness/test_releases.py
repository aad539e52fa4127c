# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What depends on the release of the API: tasks whose objects have expired, results, and fields of extensions."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.module_runs import Outcome, run
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

JOB = "com.vijson.simulator.job"
BY_ID = "TaskManager.ReadNextTasksByViewSpec"
RELEASES = pytest.mark.parametrize("release", ["8.0.1.0", "9.0.0.0", "auto"])


def on(server: VCenter, release: str, module: str, **params: Any) -> Outcome:
    return run(server, module, {"api_release": release, **params})


@RELEASES
def test_modules_find_expired_tasks_on_each_release(vcenter: VCenter, release: str) -> None:
    ended, failed, running = (vcenter.task(type=JOB, state=state) for state in ("success", "error", "running"))
    for moid in (ended, failed):
        vcenter.expire_object(moid)
    found = on(vcenter, release, "vi_task_info", tasks=[failed, "task-999999", running, ended]).result
    assert [task["moid"] for task in found["tasks"]] == [failed, running, ended]
    assert found["missing"] == ["task-999999"]
    waited = on(vcenter, release, "vi_task_wait", tasks=[ended, failed], fail_on_error=False).result
    assert (waited["succeeded"], waited["errored"]) == ([ended], [failed])
    assert on(vcenter, release, "vi_task_wait", tasks=["task-999999"]).failed
    assert on(vcenter, release, "vi_task_cancel", tasks=[ended]).result["changed"] is False
    assert on(vcenter, release, "vi_task_state", task=ended, state="success").result["changed"] is False
    assert "has ended in success" in on(vcenter, release, "vi_task_state", task=ended, state="error").result["msg"]
    refused = on(vcenter, release, "vi_task_custom_value", task=ended, values={"Owner": "me"}).result["msg"]
    assert f"{ended} has ended in success, and its object has expired" in refused
    assert (BY_ID in vcenter.state()["requests"]) is (release != "8.0.1.0")


@RELEASES
def test_a_wait_finds_a_task_that_expires_meanwhile(vcenter: VCenter, release: str) -> None:
    expires, goes_on = vcenter.tasks(2)

    def end() -> None:
        vcenter.change(expires, state="success")
        vcenter.expire_object(expires)
        vcenter.change(goes_on, state="success")

    timer = threading.Timer(0.5, end)
    timer.start()
    waited = on(vcenter, release, "vi_task_wait", tasks=[expires, goes_on], wait_timeout=20)
    timer.join()
    assert waited.result["succeeded"] == [expires, goes_on]


@pytest.mark.parametrize("release", ["8.0.1.0", "8.0.3.0", "9.0.0.0"])
@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
def test_with_results_false_leaves_results_out(vcenter: VCenter, release: str, order: str) -> None:
    made = [vcenter.task(type=JOB, state="running") for _task in range(2)]
    for moid in made:
        run(vcenter, "vi_task_state", {"task": moid, "state": "success", "result": "large"})
    read = {"order": order, "page_size": 1}
    whole = on(vcenter, release, "vi_task_collector", **read).result["tasks"]
    assert [task["result"] for task in whole] == ["large", "large"]
    found = on(vcenter, release, "vi_task_collector", with_results=False, **read).result["tasks"]
    assert [task["result"] for task in found] == [None, None]
    assert [task["moid"] for task in found] == [task["moid"] for task in whole]


def test_the_retention_is_returned_and_earlier_begins_give_a_warning(vcenter: VCenter) -> None:
    assert run(vcenter, "vi_task_manager_info", {}).result["retention_days"] == 30
    assert "keeps tasks for 30 days only" in run(vcenter, "vi_task_collector", {"begin_time": "90d"}).warnings[0]
    assert run(vcenter, "vi_task_collector", {"begin_time": "7d"}).warnings == []


def test_an_update_keeps_the_certificate_of_a_server(vcenter: VCenter) -> None:
    server = {
        "_typeName": "ExtensionServerInfo",
        "url": "https://jobs.example.com",
        "description": {"_typeName": "Description", "label": "l", "summary": "s"},
        "company": "Example",
        "type": "REST",
        "adminEmail": ["jobs@example.com"],
        "serverCertificate": "PEM",
    }
    key = "com.example.certified"
    description = {"_typeName": "Description", "label": "l", "summary": "s"}
    extension = {"_typeName": "Extension", "key": key, "description": description, "version": "1", "server": [server]}
    moment = {"lastHeartbeatTime": "2026-11-01T00:00:00Z"}
    call = "ExtensionManager/ExtensionManager/"
    vcenter.invoke(f"{call}RegisterExtension", {"extension": {**extension, **moment}}, "9.0.0.0")
    try:
        changed = run(vcenter, "vi_task_type", {"extension": key, "task_types": [{"id": f"{key}.run"}]})
        assert changed.result["changed"] is True
        found = vcenter.invoke(f"{call}FindExtension", {"extensionKey": key}, "9.0.0.0")
        assert found["server"][0]["serverCertificate"] == "PEM"
    finally:
        vcenter.invoke(f"{call}UnregisterExtension", {"extensionKey": key})
