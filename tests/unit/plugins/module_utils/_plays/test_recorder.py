# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recording a play as a task of a vCenter, without ever breaking the play."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, InputError
from ansible_collections.vijson.tasks.plugins.module_utils._plays import recorder
from ansible_collections.vijson.tasks.plugins.module_utils._plays.recorder import (
    INTERRUPTED,
    PlayRecorder,
    play_recorder,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Entity, Reference
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import (
    CREATE,
    SET_STATE,
    TASK_TYPE,
    OwnTaskServer,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, ref

OPTIONS = {"hostname": "vc.example.com", "username": "u", "password": "p"}
OUT = Lost(ran=False, error=ConnectError("No connection to vc.example.com:443."))


def recorder_of(server: OwnTaskServer, entity: Entity | None = None) -> PlayRecorder:
    return PlayRecorder(server.client(), entity, TASK_TYPE, server.warnings.append)


def play(server: OwnTaskServer, *messages: dict[str, Any], entity: Entity | None = None) -> None:
    """Process these messages, then close."""
    plays = recorder_of(server, entity)
    for message in messages:
        plays.take(message)
    plays.close()
    assert server.sessions == set()


def shown(task: dict[str, Any]) -> tuple[Any, ...]:
    """State, progress and details of a task, and the message of its error."""
    messages = [each["message"] for each in task.get("error", {}).get("faultMessage", ())]
    return task["state"], task.get("progress"), task["description"]["message"], *messages


BEGIN, HALF, END = {"begin": "Deploy"}, {"progress": 50}, {"end": None}


@pytest.mark.parametrize(
    ("messages", "seen"),
    [
        ([BEGIN, HALF, END], ("success", 100, "Deploy")),
        ([BEGIN, END], ("success", 100, "Deploy")),
        ([BEGIN, HALF, {"end": "Copy on web01: no space"}], ("error", 50, "Deploy", "Copy on web01: no space")),
        ([BEGIN, HALF], ("error", 50, "Deploy", INTERRUPTED)),
    ],
)
def test_the_task_ends_as_its_play_does(messages: list[dict[str, Any]], seen: tuple[Any, ...]) -> None:
    server = OwnTaskServer()
    play(server, *messages)
    assert [shown(task) for task in server.tasks.values()] == [seen]
    assert server.warnings == []


def test_nobody_can_cancel_a_play() -> None:
    server = OwnTaskServer()
    play(server, BEGIN, END)
    assert [sent.params["cancelable"] for sent in server.named(CREATE)] == [False]


def test_progress_is_shown_while_the_play_runs() -> None:
    server = OwnTaskServer()
    plays = recorder_of(server)
    plays.begin("Deploy")
    assert shown(server.tasks["task-1"]) == ("running", None, "Deploy")
    plays.progress(50)
    assert shown(server.tasks["task-1"]) == ("running", 50, "Deploy")
    plays.close()


def test_each_play_is_a_task_of_its_own() -> None:
    server = OwnTaskServer()
    play(server, BEGIN, END, {"begin": "Test"}, {"end": "failed"})
    assert [shown(task) for task in server.tasks.values()] == [
        ("success", 100, "Deploy"),
        ("error", None, "Test", "failed"),
    ]
    assert server.operations["SessionManager.Login"] == 1


@pytest.mark.parametrize(
    ("entity", "moid"),
    [(None, "group-d1"), (Reference("VirtualMachine", "vm-7"), "vm-7"), ("DC0/vm/web01", "vm-21")],
)
def test_the_task_belongs_to_the_configured_entity(entity: Entity | None, moid: str) -> None:
    server = OwnTaskServer()
    server.answers["SearchIndex.FindByInventoryPath"] = lambda _moid, _params: ref("VirtualMachine", "vm-21")
    play(server, BEGIN, END, entity=entity)
    (sent,) = server.named(CREATE)
    assert (sent.params["obj"]["value"], sent.params["taskTypeId"]) == (moid, TASK_TYPE)
    assert sent.params["activationId"].startswith("vijson.tasks.vcenter-")


def test_without_a_play_nothing_is_sent() -> None:
    server = OwnTaskServer()
    play(server, HALF, END)
    assert server.sent == []


@pytest.mark.parametrize("trouble", [OUT, Fault("NoPermission", privilegeId="Task.Create")])
def test_an_error_at_the_beginning_gives_one_warning_and_no_more_tasks(trouble: Any) -> None:
    server = OwnTaskServer()
    server.trouble[CREATE] = [trouble]
    play(server, BEGIN, HALF, END, BEGIN, END)
    assert server.tasks == {}
    (warning,) = server.warnings
    assert ".. " not in warning
    assert server.operations[CREATE] == 1


def test_the_task_is_ended_after_an_error_during_the_play() -> None:
    server = OwnTaskServer()
    server.trouble["Task.UpdateProgress"] = [OUT]
    play(server, BEGIN, HALF, {"progress": 60}, END, BEGIN)
    assert [shown(task) for task in server.tasks.values()] == [("success", 100, "Deploy")]
    assert server.operations["Task.UpdateProgress"] == 2
    assert len(server.warnings) == 1


def test_a_task_that_cannot_be_ended_gives_one_warning() -> None:
    server = OwnTaskServer()
    server.trouble[SET_STATE] = [None, Fault("InvalidState")]
    play(server, BEGIN, END)
    assert len(server.warnings) == 1


def test_errors_during_and_at_the_end_of_a_play_give_one_warning() -> None:
    server = OwnTaskServer()
    server.trouble["Task.UpdateProgress"] = [OUT]
    server.trouble[SET_STATE] = [None, OUT]
    play(server, BEGIN, HALF, {"end": "failed"})
    assert server.tasks["task-1"]["state"] == "running"
    assert len(server.warnings) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_budget": 0}, "time_budget: 0"),
        ({"time_budget": -1.5}, r"time_budget: -1\.5"),
        ({"entity": "what: this"}, "entity: 'what: this'"),
        ({"hostname": None}, "hostname: "),
        ({"password": None}, "password: "),
        ({"colour": "red"}, "colour"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        play_recorder({**OPTIONS, **options}, lambda _line: None)


@pytest.mark.parametrize(
    ("options", "budget", "entity", "task_type"),
    [
        ({}, 5.0, "group-d1", "com.vijson.tasks.play"),
        ({"entity": "vm-7", "task_type": "com.example.play", "time_budget": "0.5"}, 0.5, "vm-7", "com.example.play"),
    ],
)
def test_entity_task_type_and_time_budget_are_used(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], budget: float, entity: str, task_type: str
) -> None:
    server = OwnTaskServer()
    budgets: list[float] = []

    def connect(options: dict[str, Any], *, patience: float, **_others: Any) -> Any:
        budgets.append(patience)
        return server.client()

    monkeypatch.setattr(recorder, "connect_client", connect)
    plays = play_recorder({**OPTIONS, **options}, server.warnings.append)
    plays.begin("Deploy")
    plays.close()
    assert budgets == [budget]
    (sent,) = server.named(CREATE)
    assert (sent.params["obj"]["value"], sent.params["taskTypeId"]) == (entity, task_type)
