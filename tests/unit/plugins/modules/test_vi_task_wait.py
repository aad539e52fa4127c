# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for tasks, and what the result says about each."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_wait
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, TaskServer, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on


@pytest.fixture
def server() -> TaskServer:
    """A vCenter with a successful, a failed and a running task."""
    server = TaskServer("task-1", "task-2", "task-3")
    server.finish("task-1")
    server.finish("task-2", "error", error=Fault("NoDiskSpace", faultstring="No space.").body)
    return server


def run(server: TaskServer, *tasks: str, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    arguments = {"tasks": list(tasks), "wait_timeout": 0, **arguments}
    return run_module_on(server, vi_task_wait, arguments, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_wait)


def test_ended_tasks_are_listed_as_succeeded(server: TaskServer) -> None:
    result = run(server, "task-1")
    assert [task["moid"] for task in result.pop("tasks")] == ["task-1"]
    assert len(result.pop("lines")) == 1
    assert result == {"succeeded": ["task-1"], "errored": [], "pending": [], "missing": [], "failures": []}


def test_an_error_fails_with_all_tasks_in_the_result(server: TaskServer) -> None:
    result = run(server, "task-1", "task-2")
    assert (result["failed"], result["succeeded"], result["errored"]) == (True, ["task-1"], ["task-2"])
    assert "No space." in result["msg"]


def test_fail_on_error_false_accepts_errors(server: TaskServer) -> None:
    result = run(server, "task-2", fail_on_error=False)
    assert (result.get("failed", False), result["errored"]) == (False, ["task-2"])


def test_a_timeout_fails_with_the_pending_tasks(server: TaskServer) -> None:
    result = run(server, "task-1", "task-2", "task-3")
    assert (result["failed"], result["pending"], result["errored"]) == (True, ["task-3"], ["task-2"])
    assert "task-3" in result["msg"]


def test_a_timeout_names_the_failures_and_the_missing_tasks_as_well(server: TaskServer) -> None:
    result = run(server, "task-2", "task-3", "task-9")
    assert "task-3" in result["msg"].partition(". 1 of 2 tasks ended in error")[0]
    assert "task-2: No space. task-9 does not exist" in result["msg"]
    assert (result["pending"], result["missing"]) == (["task-3"], ["task-9"])


def test_until_running_accepts_a_running_task(server: TaskServer) -> None:
    result = run(server, "task-3", until="running")
    assert (result.get("failed", False), result["pending"]) == (False, ["task-3"])


@pytest.mark.parametrize("missing_ok", [True, False])
def test_a_missing_task_fails_unless_missing_ok(server: TaskServer, missing_ok: bool) -> None:
    result = run(server, "task-1", "task-9", missing_ok=missing_ok)
    assert (result["missing"], result["succeeded"]) == (["task-9"], ["task-1"])
    assert result.get("failed", False) is not missing_ok
    (told,) = server.warnings if missing_ok else [result["msg"]]
    assert "task-9" in told


def test_a_planned_task_is_missing_without_a_warning() -> None:
    server = TaskServer()
    assert run(server, "check-mode", check_mode=True)["missing"] == ["check-mode"]
    assert (server.warnings, server.sent) == ([], [])


def test_no_tasks_need_no_request() -> None:
    server = TaskServer()
    assert run(server)["tasks"] == []
    assert server.sent == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_errors": -1}, "max_errors: -1 is not a valid number of tasks"),
        ({"until": "idle"}, "until: idle needs a selection of tasks, such as entity, instead of tasks"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(
    server: TaskServer, options: dict[str, Any], message: str
) -> None:
    assert run(server, "task-1", **options)["msg"].startswith(message)
    assert server.sent == []


@pytest.mark.parametrize(
    ("moid", "max_errors", "fails"), [("task-1", 0, False), ("task-2", 0, True), ("task-2", 1, False)]
)
def test_max_errors_accepts_failures(server: TaskServer, moid: str, max_errors: int, fails: bool) -> None:
    result = run(server, moid, max_errors=max_errors)
    assert result.get("failed", False) is fails
    assert "is not a valid number" not in result.get("msg", "")


def select_tasks(server: TaskServer, until: str) -> dict[str, Any]:
    """The result of a wait for the tasks of a virtual machine."""
    server.lists_all = True
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "2026-11-22T04:00:00Z"
    for moid in list(server.tasks):
        server.change(moid, entity=ref("VirtualMachine", "vm-7"))
    server.change("task-1", entity=ref("VirtualMachine", "vm-8"))
    server.clock.at(5, lambda: server.finish("task-3"))
    return run(server, tasks=None, entity=["VirtualMachine:vm-7"], until=until, wait_timeout=60)


def test_a_wait_for_a_selection_waits_for_its_active_tasks(server: TaskServer) -> None:
    result = select_tasks(server, "done")
    assert (result["succeeded"], result["errored"], result["pending"]) == (["task-3"], [], [])


def test_a_wait_until_idle_waits_for_the_active_tasks(server: TaskServer) -> None:
    result = select_tasks(server, "idle")
    assert (result.get("failed", False), result["succeeded"], result["pending"]) == (False, ["task-3"], [])


@pytest.mark.parametrize("until", ["done", "idle"])
def test_a_name_in_a_selection_that_nothing_has_gives_a_warning(server: TaskServer, until: str) -> None:
    server.lists_all = True
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "2026-11-22T04:00:00Z"
    assert run(server, tasks=None, users=["nobody"], until=until)["succeeded"] == []
    assert "nobody" in server.warnings[0]


@pytest.mark.parametrize(("until", "reads_the_clock"), [("done", 0), ("idle", 1)])
def test_only_a_wait_until_idle_looks_for_later_tasks(server: TaskServer, until: str, reads_the_clock: int) -> None:
    select_tasks(server, until)
    assert server.operations["ServiceInstance.CurrentTime"] == reads_the_clock


def test_an_invalid_wait_timeout_is_refused_before_a_request_is_sent(server: TaskServer) -> None:
    assert run(server, "task-1", wait_timeout=-1)["msg"].startswith("wait_timeout: ")
    assert server.sent == []
