# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a command as a task, unless a task with its activation id exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_run
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import (
    CREATE,
    SET_STATE,
    TASK_TYPE,
    OwnTaskServer,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

RETRIEVE = "PropertyCollector.RetrievePropertiesEx"


def run(server: FakeVcenter, *, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    arguments = {"task_type": TASK_TYPE, **({} if "argv" in arguments else {"cmd": "echo done"}), **arguments}
    return run_module_on(server, vi_task_run, arguments, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_run)


def test_a_command_is_shown_as_a_task(tmp_path: Path) -> None:
    server = OwnTaskServer()
    result = run(server, argv=["pwd"], chdir=str(tmp_path), label="Look", cancelable=False)
    assert (result["failed"], result["changed"], result["rc"], result["stdout"]) == (False, True, 0, str(tmp_path))
    task = server.tasks["task-1"]
    assert (task["state"], task["cancelable"], task["description"]["message"]) == ("success", False, "Look")
    (sent,) = server.named(CREATE)
    assert sent.params == {"obj": ref("Folder", "group-d1"), "taskTypeId": TASK_TYPE, "cancelable": False}


def test_a_failed_command_fails_module_and_task() -> None:
    server = OwnTaskServer()
    result = run(server, argv=["sh", "-c", "echo It is full >&2; exit 3"])
    assert (result["failed"], result["rc"], result["stderr"]) == (True, 3, "It is full")
    assert [sent.params["cancelable"] for sent in server.named(CREATE)] == [True]
    assert result["task"]["error"]["message"] == "It is full"


def test_ok_codes_accepts_other_exit_codes() -> None:
    result = run(OwnTaskServer(), argv=["sh", "-c", "exit 3"], ok_codes=[3])
    assert (result["failed"], result["rc"]) == (False, 3)


def test_check_mode_runs_nothing(tmp_path: Path) -> None:
    server = OwnTaskServer()
    path = tmp_path / "made"
    result = run(server, check_mode=True, argv=["touch", str(path)], chdir=str(tmp_path / "made-by-an-earlier-task"))
    assert (result["changed"], result["rc"]) == (True, 0)
    assert result["task"]["moid"] == "check-mode"
    assert (server.tasks, path.exists()) == ({}, False)


def history_with(state: str) -> HistoryServer:
    """A vCenter whose history has one task, with the activation id a-1; it has no recent tasks."""
    server = HistoryServer()
    server.answers[RETRIEVE] = lambda _moid, _params: None
    fields = {"descriptionId": TASK_TYPE, "entity": ref("VirtualMachine", "vm-7")}
    server.tasks = [{**server.task(3, activationId="a-1", **fields), "state": state}]
    return server


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_command_that_succeeded_is_not_run_again(check_mode: bool) -> None:
    server = history_with("success")
    result = run(server, check_mode=check_mode, entity="vm-7", activation_id="a-1")
    assert (result["changed"], result["rc"]) == (False, 0)
    assert (result["task"]["moid"], server.operations[CREATE], server.warnings) == ("task-3", 0, [])


def test_a_command_that_failed_is_run_again() -> None:
    server = history_with("error")
    server.answers = {**OwnTaskServer().answers, **server.answers, RETRIEVE: OwnTaskServer().answers[RETRIEVE]}
    result = run(server, check_mode=True, activation_id="a-1")
    assert (result["changed"], result["task"]["moid"]) == (True, "check-mode")


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_command_that_still_runs_is_not_started_again(state: str) -> None:
    server = history_with(state)
    result = run(server, entity="vm-7", activation_id="a-1")
    assert (result["failed"], result["task"]["moid"]) == (True, "task-3")
    assert result["msg"].startswith(f"task-3 has this activation_id and is {state}, so the command was not run.")
    assert server.operations[CREATE] == 0


def test_a_different_task_with_the_activation_id_gives_a_warning() -> None:
    server = history_with("success")
    run(server, entity="vm-8", activation_id="a-1")
    (warning,) = server.warnings
    assert "task-3" in warning


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation_id": ""}, "activation_id: "),
        ({"entity": "what: this"}, "entity: "),
        ({"chdir": "/nowhere"}, "chdir: the folder /nowhere does not exist"),
        ({"argv": []}, "argv: the value does not name a program"),
        ({"ok_codes": []}, "ok_codes: the list is empty"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(arguments: dict[str, Any], message: str) -> None:
    server = OwnTaskServer()
    result = run(server, **arguments)
    assert result["failed"]
    assert result["msg"].startswith(message)
    assert server.sent == []


def test_a_task_that_cannot_be_updated_is_in_the_failure() -> None:
    server = OwnTaskServer()
    server.trouble[SET_STATE] = [Fault("NoPermission")] * 9
    result = run(server)
    assert (result["failed"], result["changed"], result["task"]["moid"]) == (True, True, "task-1")


def test_check_mode_reports_a_missing_privilege_to_update() -> None:
    server = OwnTaskServer()
    server.denied = {"Task.Update"}
    result = run(server, check_mode=True)
    assert result["failed"]
    assert "Task.Update" in result["msg"]
    assert "rc" not in result


def test_check_mode_of_an_unknown_type_has_the_result_of_a_run() -> None:
    """An earlier task of the play may register the type. The action plugin then returns this result."""
    result = run(OwnTaskServer(), check_mode=True, task_type="com.example.new")
    assert result["failed"]
    shown = ("rc", "stdout", "stderr", "truncated", "reported")
    assert [result[key] for key in shown] == [0, "", "", False, True]
    assert result["task"]["description_id"] == "com.example.new"


@pytest.mark.parametrize("label", ["", " ", "\0"])
def test_a_blank_label_is_replaced_by_the_command(label: str) -> None:
    server = OwnTaskServer()
    assert not run(server, argv=["true"], label=label)["failed"]
    assert server.tasks["task-1"]["description"]["message"] == "true"
