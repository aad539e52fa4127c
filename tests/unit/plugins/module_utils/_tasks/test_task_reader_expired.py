# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module that takes a task finds one whose object has expired, and reports one that is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.unit.support.fake_history import ExpiringServer
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

RELEASES = pytest.mark.parametrize("release", ["8.0.1.0", "9.0.0.0"])
NOWHERE = "does not exist, or no longer exists, on vc.example.com"


def run(server: ExpiringServer, module: str, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    found = import_module(f"ansible_collections.vijson.tasks.plugins.modules.{module}")
    return run_module_on(server, found, options, check_mode=check_mode)


@pytest.fixture
def server() -> ExpiringServer:
    """task-1 and task-5 run; task-2 ended in success and task-3 in error, and both expired."""
    server = ExpiringServer("task-1", "task-2", "task-3", "task-5")
    server.expire("task-2", cancelable=True)
    server.expire("task-3", "error")
    return server


@RELEASES
def test_info_returns_expired_tasks(server: ExpiringServer, release: str) -> None:
    wanted = ["task-3", "task-4", "task-1", "task-2"]
    result = run(server, "vi_task_info", tasks=wanted, custom_values=False, api_release=release)
    assert [(task["moid"], task["state"]) for task in result["tasks"]] == [
        ("task-3", "error"),
        ("task-1", "running"),
        ("task-2", "success"),
    ]
    assert result["missing"] == ["task-4"]


@RELEASES
def test_info_has_no_custom_values_of_an_expired_task(server: ExpiringServer, release: str) -> None:
    result = run(server, "vi_task_info", tasks=["task-2"], custom_values=True, api_release=release)
    assert [(task["custom_values"], task["available_fields"]) for task in result["tasks"]] == [({}, [])]


def test_no_search_is_made_if_no_task_is_missing(server: ExpiringServer) -> None:
    for module in ("vi_task_info", "vi_task_cancel"):
        run(server, module, tasks=["task-1", "task-5"], check_mode=True)
    assert server.searches == 0


@RELEASES
def test_wait_reports_expired_tasks_as_they_ended(server: ExpiringServer, release: str) -> None:
    result = run(server, "vi_task_wait", tasks=["task-2", "task-3"], fail_on_error=False, api_release=release)
    assert "failed" not in result
    assert (result["succeeded"], result["errored"], result["missing"]) == (["task-2"], ["task-3"], [])
    assert run(server, "vi_task_wait", tasks=["task-3"], api_release=release)["failed"]


@RELEASES
@pytest.mark.parametrize("missing_ok", [True, False])
def test_wait_fails_on_a_missing_task_unless_missing_ok(server: ExpiringServer, release: str, missing_ok: bool) -> None:
    wanted = ["task-2", "task-4"]
    result = run(server, "vi_task_wait", tasks=wanted, missing_ok=missing_ok, api_release=release)
    assert (result["succeeded"], result["missing"]) == (["task-2"], ["task-4"])
    assert result.get("failed", False) is not missing_ok
    text = f"task-4 {NOWHERE}: how it ended is unknown"
    assert server.warnings == ([text] if missing_ok else [])
    assert missing_ok or result["msg"] == f"{text}. Use missing_ok: true to accept this"


def test_wait_reports_failed_and_missing_tasks(server: ExpiringServer) -> None:
    message = run(server, "vi_task_wait", tasks=["task-3", "task-4", "task-9"])["msg"]
    assert message.startswith("1 of 1 tasks ended in error on vc.example.com: task-3")
    assert "task-4, task-9 do not exist, or no longer exist, on vc.example.com" in message


def test_a_planned_task_is_not_missing(server: ExpiringServer) -> None:
    result = run(server, "vi_task_wait", tasks=["check-mode"], check_mode=True)
    assert ("failed" in result, result["missing"]) == (False, ["check-mode"])


@RELEASES
@pytest.mark.parametrize("check_mode", [True, False])
def test_cancel_does_not_change_an_expired_task(server: ExpiringServer, release: str, check_mode: bool) -> None:
    result = run(server, "vi_task_cancel", tasks=["task-2"], api_release=release, check_mode=check_mode)
    assert (result["changed"], [task["state"] for task in result["tasks"]]) == (False, ["success"])
    assert server.operations["Task.CancelTask"] == 0
    assert NOWHERE[:14] in run(server, "vi_task_cancel", tasks=["task-4"], api_release=release)["msg"]


@RELEASES
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"state": "success"}, None),
        ({"state": "error"}, "task-2 has ended in success and cannot change to error"),
        ({"progress": 5}, "task-2 has ended in success: its progress and description can no longer change"),
    ],
)
def test_state_refuses_to_change_an_expired_task(
    server: ExpiringServer, release: str, options: dict[str, Any], problem: str | None
) -> None:
    result = run(server, "vi_task_state", task="task-2", api_release=release, **options)
    assert result.get("msg") == problem
    assert result["task"]["state"] == "success"
    assert result.get("changed", False) is False
    missing = run(server, "vi_task_state", task="task-4", api_release=release, **options)
    assert missing["msg"] == f"task: task-4 {NOWHERE}"


@RELEASES
def test_custom_value_refuses_an_expired_task(server: ExpiringServer, release: str) -> None:
    expired, nowhere = (
        run(server, "vi_task_custom_value", task=moid, values={"owner": "joe"}, api_release=release)["msg"]
        for moid in ("task-2", "task-4")
    )
    assert expired.startswith("task: task-2 has ended in success, and its object has expired on vc.example.com.")
    assert nowhere == f"task: task-4 {NOWHERE}"
