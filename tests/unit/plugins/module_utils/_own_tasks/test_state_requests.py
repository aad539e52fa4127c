# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending the steps. SetTaskState must not run twice; the other requests may."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError, NoResponse
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.state_plan import StateStep
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.state_requests import send_steps
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import SET_STATE, OwnTaskServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost

START = StateStep("SetTaskState", {"state": "running"})
SUCCEED = StateStep("SetTaskState", {"state": "success"})
STEPS = [
    START,
    StateStep("SetTaskDescription", {"description": {"_typeName": "LocalizableMessage", "key": "k", "message": "m"}}),
    StateStep("UpdateProgress", {"percentDone": 50}),
    SUCCEED,
]


@pytest.fixture
def server() -> OwnTaskServer:
    """A vCenter with one queued task."""
    server = OwnTaskServer("task-1")
    server.change("task-1", state="queued")
    return server


def sent(server: OwnTaskServer) -> list[str]:
    return [each.operation for each in server.sent if each.operation.startswith("Task.")]


def states_set(server: OwnTaskServer) -> list[str]:
    return [each.params["state"] for each in server.named(SET_STATE)]


def test_steps_are_sent_in_order(server: OwnTaskServer) -> None:
    done: list[StateStep] = []
    with server.client("S0") as client:
        send_steps(client, "task-1", STEPS, done.append)
    assert done == STEPS
    assert sent(server) == [SET_STATE, "Task.SetTaskDescription", "Task.UpdateProgress", SET_STATE]
    assert server.tasks["task-1"]["state"] == "success"
    assert [each.repeatable for each in server.sent] == [False, True, True, False]


@pytest.mark.parametrize("step", [START, SUCCEED])
def test_a_request_that_ran_is_not_sent_again(server: OwnTaskServer, step: StateStep) -> None:
    server.trouble[SET_STATE] = [Lost(ran=True)]
    with server.client("S0") as client:
        send_steps(client, "task-1", [step])
    assert states_set(server) == [step.params["state"]]
    assert server.tasks["task-1"]["state"] == step.params["state"]


@pytest.mark.parametrize("step", [START, SUCCEED])
def test_a_request_that_did_not_run_is_sent_again_after_a_read(server: OwnTaskServer, step: StateStep) -> None:
    server.trouble[SET_STATE] = [Lost(ran=False)]
    with server.client("S0") as client:
        send_steps(client, "task-1", [step])
    assert [each.operation for each in server.sent] == [SET_STATE, "PropertyCollector.RetrievePropertiesEx", SET_STATE]
    assert server.tasks["task-1"]["state"] == step.params["state"]


def test_a_late_first_request_does_not_fail_the_retry(server: OwnTaskServer) -> None:
    def late(moid: str, params: Any) -> None:
        server.change(moid, state="success")
        raise Fault("InvalidState")

    server.trouble[SET_STATE] = [Lost(ran=False)]
    server.answers[SET_STATE] = late
    with server.client("S0") as client:
        send_steps(client, "task-1", [SUCCEED])
    assert len(server.named(SET_STATE)) == 2


def test_a_task_that_another_client_ended_is_an_error(server: OwnTaskServer) -> None:
    server.trouble[SET_STATE] = [Lost(ran=False)]
    server.change("task-1", state="error")
    with server.client("S0") as client, pytest.raises(FaultError, match="InvalidState"):
        send_steps(client, "task-1", [SUCCEED])


def test_repeatedly_lost_responses_are_an_error(server: OwnTaskServer) -> None:
    server.trouble[SET_STATE] = [Lost(ran=False)] * 10
    with server.client("S0") as client, pytest.raises(NoResponse):
        send_steps(client, "task-1", [SUCCEED])
    assert len(server.named(SET_STATE)) == 2


def test_no_step_is_sent_after_a_failed_one(server: OwnTaskServer) -> None:
    server.trouble["Task.UpdateProgress"] = [Fault("InvalidState")]
    with server.client("S0") as client, pytest.raises(FaultError, match="UpdateProgress"):
        send_steps(client, "task-1", STEPS)
    assert states_set(server) == ["running"]


FOO = {"state": "error", "fault": {"_typeName": "Foo", "bar": 1}}
NO_SUCH = {"state": "success", "result": {"_typeName": "NoSuch", "x": 1}}
OWN_FAULT = {"state": "error", "fault": {"_typeName": "ExtendedFault"}}
LEAVE_OUT = "Leave type out for ExtendedFault"


@pytest.mark.parametrize(
    ("params", "fault", "message"),
    [
        (
            FOO,
            Fault("InvalidArgument", invalidProperty="fault", localizedMessage="Unknown type Foo"),
            f"fault: the vCenter does not know the fault type Foo. {LEAVE_OUT}",
        ),
        (
            FOO,
            Fault("InvalidArgument", invalidProperty="fault", localizedMessage="Foo is not a VimFault"),
            f"fault: the vCenter refuses a fault of the type Foo (Foo is not a VimFault). {LEAVE_OUT}",
        ),
        (
            FOO,
            Fault("InvalidRequest", localizedMessage="Unknown property bar"),
            f"fault: the vCenter refuses a fault of the type Foo (Unknown property bar). {LEAVE_OUT}",
        ),
        (
            NO_SUCH,
            Fault("InvalidArgument", invalidProperty="result"),
            "result: the vCenter does not know the type NoSuch. Leave type out for a list of keys and values",
        ),
        (
            NO_SUCH,
            Fault("InvalidRequest", localizedMessage="Unknown property x"),
            "result: the vCenter refuses a value of the type NoSuch (Unknown property x)",
        ),
        (FOO, Fault("InvalidState"), "SetTaskState of Task:task-1: InvalidState"),
        (OWN_FAULT, Fault("InvalidRequest"), "SetTaskState of Task:task-1: InvalidRequest"),
        (SUCCEED.params, Fault("InvalidRequest"), "SetTaskState of Task:task-1: InvalidRequest"),
    ],
)
def test_a_refused_final_state_gives_a_clear_message(
    server: OwnTaskServer, params: Any, fault: Fault, message: str
) -> None:
    server.trouble[SET_STATE] = [fault]
    with server.client("S0") as client, pytest.raises(FaultError) as refused:
        send_steps(client, "task-1", [StateStep("SetTaskState", params)])
    assert str(refused.value) == message
    assert refused.value.type == fault.body["_typeName"]
