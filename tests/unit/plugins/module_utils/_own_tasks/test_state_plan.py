# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that bring a task into a wanted state, and their order."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.state_plan import (
    StateStep,
    plan_steps,
    predict_task,
    refuse_server_operation,
    shown_state,
)
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.wanted_state import (
    WantedState,
    parse_wanted_state,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import task_from_info
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.faults import text_message
from ansible_collections.vijson.tasks.tests.unit.support.fakes import info

START = ("SetTaskState", {"state": "running"})
SUCCESS = ("SetTaskState", {"state": "success"})
ERROR = ("SetTaskState", {"state": "error"})


def wanted(**options: Any) -> WantedState:
    return parse_wanted_state({**dict.fromkeys(("state", "progress", "description", "result", "fault")), **options})


def phase(text: str) -> tuple[str, dict[str, Any]]:
    described = wanted(description=text).description
    return "SetTaskDescription", {"description": described}


def percent(progress: int) -> tuple[str, dict[str, Any]]:
    return "UpdateProgress", {"percentDone": progress}


def described(text: str, key: str = "k") -> dict[str, str]:
    return {"_typeName": "LocalizableMessage", "key": key, "message": text}


@pytest.mark.parametrize(
    ("task", "options", "steps"),
    [
        # nothing to change
        (info("task-1", "queued"), {}, []),
        (info("task-1", "queued"), {"state": "queued"}, []),
        (info("task-1", "running"), {"state": "running"}, []),
        (info("task-1", "running", progress=42), {"progress": 42}, []),
        (info("task-1", "running", description=described("copying")), {"description": "copying"}, []),
        (info("task-1", "running", progress=42), {"state": "running", "progress": 42}, []),
        # one thing
        (info("task-1", "queued"), {"state": "running"}, [START]),
        (info("task-1", "running"), {"state": "success"}, [SUCCESS]),
        (info("task-1", "running"), {"state": "error"}, [ERROR]),
        (info("task-1", "running"), {"progress": 0}, [percent(0)]),
        (info("task-1", "running", progress=0), {"progress": 100}, [percent(100)]),
        (info("task-1", "running", progress=50), {"progress": 10}, [percent(10)]),
        (info("task-1", "running"), {"description": "copying"}, [phase("copying")]),
        (info("task-1", "queued"), {"description": "waiting"}, [phase("waiting")]),
        (info("task-1", "running", description=described("a")), {"description": "b"}, [phase("b")]),
        # the only order that works: running, description, progress, the final state
        (info("task-1", "queued"), {"state": "success"}, [START, SUCCESS]),
        (info("task-1", "queued"), {"state": "error"}, [START, ERROR]),
        (info("task-1", "queued"), {"state": "running", "progress": 5}, [START, percent(5)]),
        (
            info("task-1", "queued"),
            {"state": "success", "progress": 100, "description": "done"},
            [START, phase("done"), percent(100), SUCCESS],
        ),
        (
            info("task-1", "running", progress=100, description=described("done")),
            {"state": "success", "progress": 100, "description": "done"},
            [SUCCESS],
        ),
        (info("task-1", "running"), {"progress": 5, "description": "x"}, [phase("x"), percent(5)]),
        # ended already
        (info("task-1", "success"), {}, []),
        (info("task-1", "success"), {"state": "success"}, []),
        (info("task-1", "error"), {"state": "error"}, []),
        (info("task-1", "success"), {"state": "success", "progress": 100, "description": "x", "result": "other"}, []),
        (info("task-1", "success", progress=100), {"progress": 100}, []),
    ],
)
def test_steps_lead_to_the_wanted_state(task: dict[str, Any], options: dict[str, Any], steps: list[Any]) -> None:
    assert [tuple(step) for step in plan_steps(task, wanted(**options))] == steps


@pytest.mark.parametrize(
    ("task", "options", "words"),
    [
        (info("task-1", "success"), {"state": "error"}, "task-1.*success.*error"),
        (info("task-1", "success"), {"state": "running"}, "task-1.*success.*running"),
        (info("task-1", "error"), {"state": "success"}, "task-1.*error.*success"),
        (info("task-1", "error"), {"state": "queued"}, "task-1.*error.*queued"),
        (info("task-1", "success"), {"progress": 5}, "task-1.*success"),
        (info("task-1", "error"), {"description": "x"}, "task-1.*error"),
        (info("task-1", "running"), {"state": "queued"}, "task-1.*running.*queued"),
        (info("task-1", "queued"), {"progress": 5}, "task-1.*queued.*running"),
        (info("task-1", "queued"), {"state": "queued", "progress": 5}, "task-1.*queued.*running"),
    ],
)
def test_impossible_changes_are_refused(task: dict[str, Any], options: dict[str, Any], words: str) -> None:
    with pytest.raises(TaskError, match=words) as failed:
        plan_steps(task, wanted(**options))
    assert failed.value.result["task"]["moid"] == "task-1"


def test_the_final_state_is_sent_with_its_result() -> None:
    steps = plan_steps(info("task-1"), wanted(state="success", result={"type": "VirtualMachine", "moid": "vm-7"}))
    reference = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-7"}
    assert steps == [StateStep("SetTaskState", {"state": "success", "result": reference})]


def test_the_final_state_is_sent_with_its_fault() -> None:
    (step,) = plan_steps(info("task-1"), wanted(state="error", fault={"message": "No space."}))
    assert step.params["fault"]["_typeName"] == "ExtendedFault"
    assert [each["message"] for each in step.params["fault"]["faultMessage"]] == ["No space."]


def test_descriptions_with_another_key_are_different() -> None:
    task = info("task-1", description=described("copying", "phase.copy"))
    assert plan_steps(task, wanted(description={"key": "phase.copy", "message": "copying"})) == []
    assert plan_steps(task, wanted(description={"key": "phase.other", "message": "copying"})) != []


@pytest.mark.parametrize(
    "options",
    [
        {"state": "success", "result": {"type": "Outcome", "size_gb": 5}, "progress": 100, "description": "all done"},
        {"state": "error", "fault": {"message": "No space.", "data": {"host": "esx01"}}},
        {"state": "running", "progress": 7},
        {"description": {"key": "phase.copy", "message": "copying"}},
    ],
)
def test_the_predicted_task_is_what_the_server_returns(options: dict[str, Any]) -> None:
    """Applying the steps to a TaskInfo as a server does leads to the predicted result."""
    task = info("task-1", "queued", progress=None)
    steps = plan_steps(task, wanted(**options))
    before = task_from_info(task)
    for step in steps:
        if step.method == "UpdateProgress":
            task["progress"] = step.params["percentDone"]
        elif step.method == "SetTaskDescription":
            task["description"] = step.params["description"]
        else:
            task.update(state=step.params["state"], result=step.params.get("result"), error=step.params.get("fault"))
    predicted = shown_state(predict_task(before, steps))
    assert predicted == shown_state(task_from_info(task))
    assert list(predicted) == ["state", "progress", "description", "result", "error"]
    assert plan_steps(task, wanted(**options)) == []


def test_an_operation_of_the_vcenter_is_refused() -> None:
    with pytest.raises(TaskError, match=r"task-7 is the vCenter's own operation CloneVM_Task.*force"):
        refuse_server_operation({**info("task-7"), "name": "CloneVM_Task"})
    refuse_server_operation(info("task-7"))


@pytest.mark.parametrize(
    ("actual", "sends"),
    [
        (text_message("vijson.tasks.description", "Copying"), False),
        ({**text_message("vijson.tasks.description", "Copying"), "message": "{text}"}, False),
        ({**text_message("vijson.tasks.description", "Copying"), "message": "Kopieren"}, False),
        (described("Copying", "vijson.tasks.description"), False),
        (described("Copying", "other"), False),
        ({**text_message("vijson.tasks.description", "Other"), "message": "{text}"}, True),
        (described("Kopieren", "vijson.tasks.description"), True),
        (None, True),
    ],
)
def test_a_description_that_the_server_rebuilt_is_not_sent_again(actual: dict[str, Any] | None, sends: bool) -> None:
    steps = plan_steps(info("task-7", description=actual), wanted(description="Copying"))
    assert [step.method for step in steps] == (["SetTaskDescription"] if sends else [])
