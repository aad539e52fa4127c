# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, and tasks selected by their objects, users, types and age. The modules run in the process of the tests."""

from __future__ import annotations

import os
import time
from threading import Timer
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support import module_runs
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

HOST = "esx01.example.com"
MESSAGE = {"_typeName": "LocalizableMessage", "key": "k", "message": "Full"}
FULL = {"_typeName": "NoDiskSpace", "datastore": "ds", "faultMessage": [MESSAGE]}
OLD = {"queued_ago": 7900, "started_ago": 7500}


def run(vcenter: VCenter, module: str, check_mode: bool = False, **params: Any) -> dict[str, Any]:
    """The result of a module that succeeds."""
    outcome = module_runs.run(vcenter, module, params, check_mode=check_mode)
    assert not outcome.failed, outcome.result
    return outcome.result


def refused(vcenter: VCenter, module: str, **params: Any) -> str:
    """The message of a module that fails."""
    outcome = module_runs.run(vcenter, module, params)
    assert outcome.failed, outcome.result
    return str(outcome.result["msg"])


def moids(result: dict[str, Any]) -> list[str]:
    return [task["moid"] for task in result["tasks"]]


def test_entity_names_are_found_and_ambiguous_names_are_refused(vcenter: VCenter) -> None:
    of_vm, of_host = vcenter.task(entity="vm-22"), vcenter.task(entity="host-11")
    of_slash, twin = vcenter.task(entity="vm-25"), vcenter.task(entity="vm-61")
    for entity, expected in (
        ("web02", [of_vm]),
        # The names in the documentation are unambiguous.
        (["web01", "web02", "db01"], [of_vm]),
        ({"name": "web02", "type": "VirtualMachine"}, [of_vm]),
        (["web02", HOST, "a%2fb"], [of_vm, of_host, of_slash]),
        ([{"name": "a/b"}, "/DC1/vm/app01", "host-11"], [of_host, of_slash, twin]),
    ):
        assert moids(run(vcenter, "vi_task_info", entity=entity)) == expected
    ambiguous = refused(vcenter, "vi_task_info", entity="app01")
    assert "/DC0/vm/apps/app01 (VirtualMachine:vm-24), /DC1/vm/app01 (VirtualMachine:vm-61)" in ambiguous
    for entity, what in (
        ("nope", "there is no object named 'nope'"),
        ({"name": "web02", "type": "HostSystem"}, "there is no HostSystem named 'web02'"),
        ("vm-999", "VirtualMachine:vm-999 does not exist"),
        ("HostSystem:vm-21", "HostSystem:vm-21 does not exist"),
        ("/DC0/vm/nope", "there is no object at the inventory path /DC0/vm/nope"),
    ):
        for module in ("vi_task_info", "vi_task_wait", "vi_task_cancel"):
            assert refused(vcenter, module, entity=["web02", entity]).startswith(f"entity: {what}")


@pytest.mark.parametrize(
    ("entity", "include", "expected"),
    [
        (HOST, ["self"], "h"),
        (HOST, ["vms"], "v"),
        (HOST, ["self", "vms"], "hv"),
        ("Cluster0", ["vms"], "vw"),
        ("Cluster0", ["descendants"], "hvw"),
        ("Cluster0", ["self", "descendants"], "hvwc"),
        ({"name": "Resources"}, ["vms"], "vw"),
        ("apps", ["descendants"], ""),
        ("DC0", ["vms"], "vw"),
        ("web02", ["self", "vms", "descendants"], "w"),
    ],
)
def test_include_adds_the_objects_below_an_entity(
    vcenter: VCenter, entity: Any, include: list[str], expected: str
) -> None:
    entities = {"h": "host-11", "v": "vm-21", "w": "vm-22", "c": "domain-c7", "x": "vm-61"}
    made = {vcenter.task(entity=moid): letter for letter, moid in entities.items()}
    found = moids(run(vcenter, "vi_task_info", entity=entity, include=include))
    assert "".join(made[moid] for moid in found) == expected
    assert vcenter.state()["requests"]["PropertyCollector.RetrievePropertiesEx"] <= 3


def test_a_name_is_found_fast_among_ten_thousand_machines() -> None:
    with simulator(["--history", "0"]) as variables:
        vcenter = VCenter(variables)
        last = vcenter.control("POST", "entities", {"count": 10_000})["entities"][-1]
        moid = vcenter.task(entity=last)
        name = vcenter.info(moid)["entityName"]
        vcenter.reset()
        seconds = []
        for _attempt in range(3):
            started = time.monotonic()
            assert moids(run(vcenter, "vi_task_info", entity=name, request_timeout=20)) == [moid]
            seconds.append(time.monotonic() - started)
        # Other processes share the processors while the suites run.
        share = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert min(seconds) < 2 * share
        assert vcenter.state()["total"] <= 3 * 6


def test_tasks_are_selected_by_user_type_state_and_age(vcenter: VCenter) -> None:
    clone = {"type": "VirtualMachine.clone", "user": "VSPHERE.LOCAL\\Alice"}
    old, fresh = vcenter.task(**OLD, **clone), vcenter.task(**clone)
    ended, failed = vcenter.task(state="success", **clone), vcenter.task(state="error", user="EXAMPLE\\alice")
    queued = vcenter.task(state="queued", queued_ago=4000)
    for options, expected in (
        ({"users": ["alice"]}, [old, fresh]),
        ({"users": ["Alice@vsphere.local"]}, [old, fresh]),
        ({"users": ["ALICE"], "states": ["success", "error"]}, [ended, failed]),
        ({"description_ids": ["VirtualMachine.clone"], "states": ["running", "success"]}, [old, fresh, ended]),
        ({"older_than": "1h"}, [old, queued]),
        ({"older_than": "7800"}, []),
        ({"older_than": "1H", "states": ["running"]}, [old]),
        ({"entity": []}, []),
        ({"tasks": [ended, old], "users": ["alice"]}, [ended, old]),
        ({"tasks": [ended, old], "older_than": "2h"}, [old]),
    ):
        assert moids(run(vcenter, "vi_task_info", **options)) == expected, options
    assert set(moids(run(vcenter, "vi_task_info"))) == {old, fresh, ended, failed, queued}


def test_ages_are_measured_by_the_clock_of_the_server(vcenter: VCenter) -> None:
    vcenter.quirks(clock_offset=7200)
    old = vcenter.task(entity="vm-22", started_ago=600)
    for older_than in ("5m", None):
        (found,) = run(vcenter, "vi_task_info", entity="vm-22", older_than=older_than)["tasks"]
        assert found["moid"] == old
        assert 599 <= found["elapsed"] < 640


def test_cancel_requests_the_cancel_of_selected_tasks_only(vcenter: VCenter) -> None:
    old, fixed = vcenter.task(entity="vm-21", **OLD), vcenter.task(entity="vm-23", cancelable=False, **OLD)
    fresh, elsewhere = vcenter.task(entity="vm-21"), vcenter.task(entity="vm-22", **OLD)
    options: dict[str, Any] = {"entity": HOST, "include": ["self", "vms"], "older_than": "1h"}
    planned = run(vcenter, "vi_task_cancel", check_mode=True, **options)
    assert (moids(planned), planned["not_cancelable"], planned["changed"]) == ([old], [fixed], True)
    assert [vcenter.info(moid)["cancelled"] for moid in (old, fixed, fresh, elsewhere)] == [False] * 4

    outcome = module_runs.run(vcenter, "vi_task_cancel", {**options, "wait": True, "wait_timeout": "1m"})
    assert (moids(outcome.result), outcome.result["not_cancelable"]) == ([old], [fixed])
    assert outcome.result["tasks"][0]["state"] == "error"
    assert outcome.warnings == [f"{fixed} PowerOnVM_Task of db01 cannot be cancelled and continues"]
    assert [vcenter.info(moid)["cancelled"] for moid in (old, fixed, fresh, elsewhere)] == [True, False, False, False]
    again = run(vcenter, "vi_task_cancel", **options)
    assert (moids(again), again["changed"]) == ([], False)

    assert refused(vcenter, "vi_task_cancel").startswith("tasks: missing")
    assert refused(vcenter, "vi_task_cancel", states=["running"]).startswith("states: set entity, users,")
    assert refused(vcenter, "vi_task_cancel", tasks=[old], entity=HOST).startswith("tasks: cannot be used together")


def test_wait_waits_for_selected_tasks_only(vcenter: VCenter) -> None:
    soon, fails = vcenter.task(duration=1), vcenter.task(duration=1, outcome="error", error=FULL, entity="vm-23")
    elsewhere = vcenter.task(entity="vm-22")
    on_host: dict[str, Any] = {"entity": HOST, "include": ["vms"], "wait_timeout": "1m"}
    waited = run(vcenter, "vi_task_wait", **on_host, fail_on_error=False)
    assert (waited["succeeded"], waited["errored"], waited["pending"]) == ([soon], [fails], [])
    ((moid, entity),) = [(failure["moid"], failure["entity"]) for failure in waited["failures"]]
    assert (moid, entity) == (fails, "db01")
    assert waited["failures"][0]["message"] == "Full"
    late = refused(vcenter, "vi_task_wait", entity="web02", wait_timeout="0")
    assert late.startswith(
        f"Timed out after 0s on {vcenter.host}, not ended: {elsewhere} PowerOnVM_Task of web02 (running"
    )
    assert moids(run(vcenter, "vi_task_wait", **on_host)) == []


def test_wait_until_idle_includes_tasks_that_start_later(vcenter: VCenter) -> None:
    first = vcenter.task(duration=1.5)
    begun: list[str] = []
    timer = Timer(0.7, lambda: begun.append(vcenter.task(duration=2)))
    timer.start()
    waited = run(vcenter, "vi_task_wait", entity=HOST, include=["self", "vms"], until="idle", wait_timeout="30s")
    timer.join()
    assert waited["succeeded"] == [first, *begun]
    assert len(waited["lines"]) == 2
    assert run(vcenter, "vi_task_wait", entity=HOST, until="idle")["tasks"] == []
    busy = vcenter.task(entity="host-11")
    assert refused(vcenter, "vi_task_wait", entity=HOST, until="idle", wait_timeout=0).startswith(
        f"Timed out after 0s on {vcenter.host}, not idle: {busy} "
    )
    assert refused(vcenter, "vi_task_wait", tasks=[busy], until="idle").startswith("until: idle needs a selection")


def test_wait_fails_at_once_after_too_many_errors(vcenter: VCenter) -> None:
    started = [
        {"task": {"moid": vcenter.task(duration=duration, outcome="error", error=FULL, entity=entity)}, "changed": True}
        for duration, entity in ((0.5, "vm-21"), (0.5, "vm-22"), (1.5, "vm-23"), (60, "vm-24"))
    ]
    begun = time.monotonic()
    outcome = module_runs.run(vcenter, "vi_task_wait", {"tasks": [{"results": started}], "max_errors": 2})
    assert time.monotonic() - begun < 20
    assert outcome.result["msg"].startswith(f"3 of 4 tasks ended in error on {vcenter.host}: ")
    assert [failure["entity"] for failure in outcome.result["failures"]] == ["web01", "web02", "db01"]
    assert {failure["message"] for failure in outcome.result["failures"]} == {"Full"}
    assert len(outcome.result["pending"]) == 1
    assert len(run(vcenter, "vi_task_wait", tasks=[{"results": started[:2]}], max_errors=2)["errored"]) == 2
