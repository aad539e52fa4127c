# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task in Ansible's own process behaves as a module does: everything runs both ways and is compared."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.support.runs import task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

OWN_PROCESS = {"vi_task_run"}
MODULES = sorted(
    {path.stem for path in (Path(__file__).parents[2] / "plugins" / "modules").glob("vi_*.py")} - OWN_PROCESS
)
CHANGING = (
    "vi_task_cancel",
    "vi_task_collector",
    "vi_task_create",
    "vi_task_custom_value",
    "vi_task_state",
    "vi_task_type",
)
FULL = {
    "_typeName": "InsufficientResourcesFault",
    "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": "Not enough memory"}],
}


def examples(module: str) -> list[Any]:
    """The EXAMPLES of a module, which write to the playbook's folder."""
    text: str = importlib.import_module(f"ansible_collections.vijson.tasks.plugins.modules.{module}").EXAMPLES
    loaded: list[Any] = yaml.safe_load(text.replace("/var/lib/reports/", "./"))
    return loaded


def play(tasks: list[Any]) -> dict[str, Any]:
    """A play of these tasks."""
    return {"hosts": "localhost", "gather_facts": False, "tasks": tasks}


def test_examples_behave_alike_both_ways(both_ways: BothWays) -> None:
    def prepare(vcenter: VCenter) -> None:
        vcenter.task(entity="vm-21", type="VirtualMachine.clone")
        vcenter.task(entity="host-11", on_cancel="at_once")
        vcenter.task(entity="vm-24", state="error", error=FULL, completed_ago=60)
        vcenter.invoke(
            "CustomFieldsManager/CustomFieldsManager/AddCustomFieldDef", {"name": "Ticket", "moType": "Task"}
        )

    both_ways.each(prepare)
    tasks = {module: examples(module) for module in MODULES}
    checked = both_ways.playbook([play(tasks[module]) for module in CHANGING], arguments=["--check", "--diff"])
    end = {"method": "PATCH", "path": "tasks/{{ item }}", "body": {"state": "success"}}
    active = task("find what is active", "vi_task_info", {"states": ["queued", "running"]}, register="active")
    tasks["vi_task_wait"][:0] = [
        active,
        task("let them end", "control", end, loop="{{ active.tasks | map(attribute='moid') }}"),
    ]
    done = both_ways.playbook([play(tasks[module]) for module in MODULES], arguments=["--diff"])
    for run in (checked, done):
        assert run.code == 0, run.output
        # no task failed that could be shown
        assert {outcome.task for outcome in run if outcome.status != "ok"} <= {"Show the failures"}, run.output
        assert run.outcomes[-1].left == {}
        assert sum(outcome.result["changed"] for outcome in run) > len(CHANGING)
    sent = {operation for outcome in checked for operation in outcome.requests}
    assert not sent & {
        f"Task.{method}" for method in ("CancelTask", "SetTaskState", "UpdateProgress", "setCustomValue")
    }
    assert not sent & {"TaskManager.CreateTask", "ExtensionManager.RegisterExtension"}


def test_arguments_are_converted_alike_both_ways(both_ways: BothWays) -> None:
    moid = both_ways.each(lambda vcenter: vcenter.task(type="com.vijson.simulator.job"))
    module = "vi_task_info"
    whole_task = {"moid": moid, "key": moid, "state": "running", "progress": 3, "entity": None, "cancelled": False}
    run = both_ways.tasks(
        [
            task(
                "text for numbers and booleans",
                module,
                {"request_timeout": "30s", "localize": "yes", "validate_certs": "False"},
            ),
            task("numbers for text", "vi_task_create", {"task_type": 17}),
            task(
                "templates",
                module,
                {"tasks": ["{{ moid }}"], "localize": "{{ on }}", "request_timeout": "{{ seconds }}"},
            ),
            task("a list as text", module, {"states": "running,queued", "tasks": f"{moid},task-1"}),
            task("one for a list", module, {"tasks": whole_task}),
            task("one for a list, by alias", module, {"task": whole_task}),
            task("lists in a list", module, {"tasks": [[moid], [whole_task]]}),
            task("key and value", module, f"tasks={moid} localize=true"),
            task("nothing", module, {"tasks": None, "entity": "{{ omit }}"}),
            task("a mapping for an entity", module, {"entity": {"type": "VirtualMachine", "moid": "vm-21"}}),
            task(
                "an option and its alias",
                module,
                {
                    "tasks": [moid],
                    "task": ["task-1"],
                    "user": "administrator@vsphere.local",
                    "username": "administrator@vsphere.local",
                },
            ),
            task("no such option", module, {"taks": moid, "password": "a-Secret"}),
            task("no boolean", module, {"localize": "perhaps"}),
            task("no number", module, {"port": "ssh"}),
            task("no mapping", "vi_task_state", {"task": moid, "state": "error", "fault": 3}),
            task("no list", "vi_task_cancel", {"tasks": 42}),
            task("home", module, {"ca_path": "~/nowhere.pem"}),
            task("variable of the environment", module, {"ca_path": "$VMWARE_CA_PATH"}),
            task("a description that is a number", "vi_task_state", {"task": moid, "description": 42}, diff=True),
            task(
                "a result with all kinds of values",
                "vi_task_state",
                {"task": moid, "state": "success", "result": {"a": 1, "b": [1.5, "x"], "c": {"d": None}}},
                diff=True,
            ),
            task(
                "unicode",
                "vi_task_create",
                {"task_type": "com.vijson.simulator.job", "activation_id": "Ünïcödé-\u2028-☃"},
            ),
        ],
        play={"vars": {"moid": moid, "on": True, "seconds": 12}},
        env={"PYTHONHASHSEED": "0"},  # the order of a set in a message varies
    )
    assert sorted(run["an option and its alias"].result["warnings"]) == [
        "Both option tasks and its alias task are set.",
        "Both option username and its alias user are set.",
    ]
    assert run["no such option"].msg.startswith("Unsupported parameters for (vijson.tasks.vi_task_info) module: taks.")
    assert run["one for a list"].result["tasks"][0]["moid"] == moid
    assert run["no list"].status == "failed"
    assert run["home"].msg.startswith("ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): '/")
    assert run["variable of the environment"].status == "ok"


def test_secrets_in_responses_are_masked_both_ways(both_ways: BothWays) -> None:
    """A secret in a response is masked, even if it is a common word."""
    secret = "vijson-Demo1!"
    moid = both_ways.each(
        lambda vcenter: vcenter.task(description=f"Logged in with {secret}.", name=secret, state="running", progress=7)
    )
    other = both_ways.each(lambda vcenter: vcenter.task())
    bob = {"username": "bob", "password": "running"}
    run = both_ways.tasks(
        [
            task("inside a text", "vi_task_info", {"tasks": [moid]}, register="found"),
            task("a common word", "vi_task_info", {"tasks": other, **bob}),
            task("in a failure", "vi_task_info", {"tasks": [secret]}),
            task(
                "in another option",
                "vi_task_state",
                {"task": moid, "description": f"pw={secret}", "force": True},
                diff=True,
            ),
            task("as an option's value", "vi_task_create", {"task_type": secret}),
            task("hidden", "vi_task_info", {"tasks": [moid]}, no_log=True),
            task("registered", "ansible.builtin.debug", {"var": "found"}),
        ],
        arguments=["-vvv"],
    )
    (found,) = run["inside a text"].result["tasks"]
    assert found["description"] == "Logged in with ********."
    assert found["name"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    (found,) = run["a common word"].result["tasks"]
    assert found["state"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert run["in a failure"].msg.startswith("tasks: '********' is not a valid task.")
    assert run["in another option"].result["diff"]["after"]["description"] == "pw=********"
    assert run["hidden"].result["censored"]
    assert secret not in run.output + str(run.outcomes)
    assert "Traceback" not in run.output


def test_modules_recover_from_faults_alike_both_ways(both_ways: BothWays) -> None:
    """Recovery from late, lost and damaged responses."""
    moids = both_ways.each(lambda vcenter: vcenter.tasks(2, type="com.vijson.simulator.job", on_cancel="owner"))
    job = {"task_type": "com.vijson.simulator.job"}
    broken = [
        ("Task.CancelTask", "cut_after", 1, "vi_task_cancel", {"tasks": moids}),
        ("TaskManager.CreateTask", "truncated", 1, "vi_task_create", job),
        ("SessionManager.Login", "cut_after", 1, "vi_task_info", {"tasks": moids}),
        (
            "PropertyCollector.RetrievePropertiesEx",
            "session_expired",
            2,
            "vi_task_state",
            {"task": moids[0], "progress": 5},
        ),
        ("PropertyCollector.RetrievePropertiesEx", "invalid_json", 1, "vi_task_info", {"tasks": moids}),
        (
            "PropertyCollector.RetrievePropertiesEx",
            "wrong_type",
            1,
            "vi_task_wait",
            {"tasks": moids, "wait_timeout": 0},
        ),
        ("PropertyCollector.RetrievePropertiesEx", "http_502", 1, "vi_task_info", {}),
        ("SessionManager.Logout", "http_503", 1, "vi_task_info", {"tasks": moids}),
        ("Task.SetTaskState", "session_expired", 1, "vi_task_state", {"task": moids[0], "state": "success"}),
    ]
    tasks = []
    for operation, fault, nth, module, arguments in broken:
        body = {"operation": operation, "fault": fault, "nth": nth}
        tasks.append(task("break", "control", {"path": "faults", "body": body}))
        tasks.append(task(f"{operation} {fault}", module, arguments))
        tasks.append(task("mend", "control", {"method": "DELETE", "path": "faults"}))
        # the session of a login whose response was lost stays open
        tasks.append(task("begin anew", "control", {"path": "restart"}))
    run = both_ways.tasks(tasks, arguments=["-vvv"], env={"ANSIBLE_INJECT_INVOCATION": "0"})
    assert "Traceback" not in run.output
    assert run["Task.CancelTask cut_after"].result["changed"] is True
    assert run["TaskManager.CreateTask truncated"].msg.startswith("It is not known whether the task was created: ")
    assert "The response to the login was lost" in run["SessionManager.Login cut_after"].result["warnings"][0]
    expired = run["PropertyCollector.RetrievePropertiesEx session_expired"]
    assert expired.status == "ok"
    assert expired.requests["SessionManager.Login"] == 2
    assert expired.result["task"]["progress"] == 5
    for fault in ("invalid_json", "wrong_type"):
        assert run[f"PropertyCollector.RetrievePropertiesEx {fault}"].status == "failed"
    assert run["PropertyCollector.RetrievePropertiesEx http_502"].status == "ok"
    assert run["Task.SetTaskState session_expired"].result["changed"] is True
