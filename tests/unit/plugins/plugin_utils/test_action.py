# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task runs, and what its result contains."""

from __future__ import annotations

import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import context
from ansible.errors import AnsibleActionFail

from ansible_collections.vijson.tasks.plugins.module_utils._errors import TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, Result
from ansible_collections.vijson.tasks.plugins.plugin_utils import _action
from ansible_collections.vijson.tasks.plugins.plugin_utils._switches import IN_PROCESS, PROGRESS
from ansible_collections.vijson.tasks.tests.unit.support.actions import ARGUMENTS, Action


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, "here"),
        ({"ansible_python_interpreter": sys.executable}, "here"),
        ({"ansible_python_interpreter": "auto_silent"}, "here"),
        ({"ansible_python_interpreter": "/usr/bin/another"}, "as a module"),
        ({IN_PROCESS: False}, "as a module"),
        ({IN_PROCESS: "no"}, "as a module"),
        ({IN_PROCESS: "yes"}, "here"),
    ],
)
def test_variables_decide_where_a_task_runs(action: Action, variables: dict[str, Any], place: str) -> None:
    assert action.ran(**variables) == place


@pytest.mark.parametrize(
    ("part", "name", "value", "place"),
    [
        ("task", "async_val", 60, "as a module"),
        ("task", "environment", [{"A": "b"}], "here"),
        ("task", "environment", [{"A": "b"}, {"PYTHONPATH": "/x"}], "as a module"),
        ("task", "environment", [{}, None], "here"),
        ("task", "check_mode", True, "here"),
        ("connection", "transport", "ssh", "as a module"),
        ("connection", "become", object(), "as a module"),
    ],
)
def test_keywords_decide_where_a_task_runs(action: Action, part: str, name: str, value: Any, place: str) -> None:
    setattr(getattr(action, part), name, value)
    assert action.ran() == place


def test_delegation_decides_where_a_task_runs(action: Action) -> None:
    action.task.delegate_to = "other"
    other = {"other": {"ansible_python_interpreter": "/usr/bin/another"}}
    assert action.ran(ansible_delegated_vars=other) == "as a module"
    assert action.ran(ansible_delegated_vars=other, ansible_python_interpreter="/usr/bin/third") == "as a module"
    assert action.ran(ansible_python_interpreter="/usr/bin/another") == "here"


def test_the_environment_decides_where_a_task_runs(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IN_PROCESS.upper(), "no")
    assert action.ran() == "as a module"
    assert action.ran(**{IN_PROCESS: "yes"}) == "here"


def test_a_switch_without_a_boolean_fails_the_task(action: Action) -> None:
    with pytest.raises(AnsibleActionFail, match=f"^{IN_PROCESS} .*: 'maybe' is not a boolean"):
        action.ran(**{IN_PROCESS: "maybe"})


def test_a_task_runs_as_a_module_without_requests(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_action, "REQUESTS_IMPORT_ERROR", "No module named 'requests'")
    assert action.ran() == "as a module"


def test_a_task_with_raw_arguments_runs_as_a_module(action: Action) -> None:
    action.arguments["_raw_params"] = "x"
    assert action.ran() == "as a module"


@pytest.mark.parametrize(
    ("run", "hides"), [(lambda _job: {"ran": "here"}, True), (lambda _job: {"failed": True, "msg": "no"}, False)]
)
def test_a_hidden_result_is_censored(action: Action, run: Any, hides: bool) -> None:
    action.hidden = True
    assert action.run(run).get("_ansible_no_log", False) is hides
    action.task.async_val = 60
    assert action.run(run)["_ansible_no_log"]
    assert action.play_context.no_log


def test_options_are_validated_with_defaults_and_aliases(action: Action) -> None:
    action.arguments.update(task={"moid": "task-7"}, wait="yes")
    found = action.run(lambda job: {"tasks": job.tasks(), "wait": job.params["wait"], "port": job.params["port"]})
    assert (found["tasks"], found["wait"], found["port"]) == (["task-7"], True, 443)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"wait": "perhaps"}, "wait"),
        ({"colour": "red"}, "Unsupported parameters for (vijson.tasks.vi_task_info) module: colour"),
        ({"hostname": "https://vc"}, "hostname: 'https://vc'"),
    ],
)
def test_invalid_options_are_refused_without_running(action: Action, arguments: dict[str, Any], message: str) -> None:
    action.arguments.update(arguments)
    result = action.run(lambda _job: pytest.fail("it ran"))
    assert result["failed"]
    assert message in result["msg"]


def test_an_error_is_a_failed_result(action: Action) -> None:
    def run(job: Job) -> Result:
        job.warn("odd")
        raise TaskError("task-1 failed", result={"tasks": ["task-1"]})

    result = action.run(run)
    assert (result["failed"], result["msg"], result["tasks"]) == (True, "task-1 failed", ["task-1"])
    assert result["warnings"] == ["odd"]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"ansible_play_hosts_all": ["a"]}, False),
        ({"ansible_play_hosts_all": ["a", "b"]}, True),
        ({"ansible_loop_var": "item"}, True),
    ],
)
def test_messages_of_one_of_several_vcenters_name_it(action: Action, variables: dict[str, Any], named: bool) -> None:
    def run(job: Job) -> Result:
        job.warn("odd")
        job.warn("vc.example.com is odd")
        raise TaskError("task-1 failed")

    action.arguments.update(hostname="vc.example.com")
    result = action.run(run, **variables)
    prefix = "vc.example.com: " if named else ""
    assert result["msg"] == f"{prefix}task-1 failed"
    assert result["warnings"] == [f"{prefix}odd", "vc.example.com is odd"]


@pytest.mark.parametrize("result", [{"msg": "done"}, {"failed": True}])
def test_a_result_without_a_message_of_a_failure_does_not_name_its_vcenter(action: Action, result: Result) -> None:
    found = action.run(lambda _job: dict(result), ansible_loop_var="item")
    assert {key: found.get(key) for key in result} == result
    assert "vc.example.com" not in found.get("msg", "")


@pytest.mark.parametrize(("result", "changed"), [({}, False), ({"changed": True}, True), ({"changed": False}, False)])
def test_every_result_tells_whether_something_changed(action: Action, result: Result, changed: bool) -> None:
    assert action.run(lambda _job: dict(result))["changed"] is changed


@pytest.mark.parametrize(
    ("settings", "returned"), [({}, True), ({"INJECT_INVOCATION": True}, True), ({"INJECT_INVOCATION": False}, False)]
)
def test_the_arguments_are_returned_as_ansible_is_configured(
    action: Action, monkeypatch: pytest.MonkeyPatch, settings: dict[str, bool], returned: bool
) -> None:
    config = SimpleNamespace(
        get_configuration_definitions=lambda: settings, get_config_value=lambda name, variables: settings[name]
    )
    monkeypatch.setattr(_action, "config", config)
    result = action.run()
    assert ("invocation" in result) is returned
    assert not returned or result["invocation"]["module_args"]["username"] == "joe"


def test_an_option_and_its_alias_give_a_warning(action: Action) -> None:
    action.arguments.update(tasks=["task-1"], task=["task-2"])
    assert "alias task" in action.run()["warnings"][0]


def test_secrets_are_masked_plain_and_quoted(action: Action) -> None:
    password = ARGUMENTS["password"]
    result = action.run(lambda _job: {"plain": f"<{password}>", "quoted": f"<{password!r}>", "changed": True})
    result.pop("invocation", None)
    assert "cret" not in json.dumps(result)
    assert (result["plain"], result["changed"]) == ("<********>", True)


def test_the_id_of_a_shared_session_is_masked(action: Action) -> None:
    def run(job: Job) -> Result:
        job.client.secrets.add("id-of-the-run")
        return {"shown": "<id-of-the-run>"}

    assert action.run(run)["shown"] == "<********>"


def test_check_mode_and_diff_mode_are_passed_on(action: Action) -> None:
    action.task.check_mode = action.task.diff = True
    result = action.run(lambda job: {"check": job.check_mode, "diff": {"after": "x"}})
    assert (result["check"], result["diff"]) == (True, {"after": "x"})
    action.task.diff = False
    assert "diff" not in action.run(lambda _job: {"diff": {}})


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_module_may_change_its_result_in_check_mode(action: Action, check_mode: bool) -> None:
    action.task.check_mode = check_mode
    action.in_check_mode = lambda result: result.update(planned=True)
    assert ("planned" in action.run()) is check_mode


def test_an_ad_hoc_command_with_brief_fields_shows_only_lines(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"module_name": "vijson.tasks.vi_task_info"})
    action.arguments["fields"] = "brief"
    result = action.run(lambda _job: {"lines": ["task-1"], "tasks": [{"moid": "task-1"}]})
    assert result["lines"] == ["task-1"]
    assert "tasks" not in result


def test_relative_paths_start_at_the_folder_of_the_playbook(action: Action) -> None:
    before = os.getcwd()
    assert action.run(lambda _job: {"folder": os.getcwd()})["folder"] == str(action.folder)
    assert os.getcwd() == before


@pytest.mark.parametrize(
    ("no_log", "variables", "shows"), [(False, {}, True), (True, {}, False), (False, {PROGRESS: False}, False)]
)
def test_progress_is_shown_on_stderr(
    action: Action, monkeypatch: pytest.MonkeyPatch, no_log: bool, variables: dict[str, Any], shows: bool
) -> None:
    lines: list[tuple[str, bool]] = []
    display = SimpleNamespace(display=lambda line, *, stderr: lines.append((line, stderr)))
    monkeypatch.setattr(_action, "Display", lambda: display)
    action.task.no_log = no_log
    action.run(lambda job: job.progress("task-1 43%") or {}, **variables)
    assert lines == ([("task-1 43%", True)] if shows else [])


@pytest.mark.parametrize(("hosts", "shown"), [(["a"], "5%"), (["a", "b"], "vc.example.com: 5%")])
def test_progress_names_the_vcenter_if_there_are_several(
    action: Action, monkeypatch: pytest.MonkeyPatch, hosts: list[str], shown: str
) -> None:
    lines: list[Any] = []
    display = SimpleNamespace(display=lambda *line, **_where: lines.extend(line))
    monkeypatch.setattr(_action, "Display", lambda: display)

    def run(job: Job) -> Result:
        job.progress("5%")
        return {}

    action.run(run, ansible_play_hosts_all=hosts)
    assert lines == [shown]


def test_a_wait_ends_when_ansible_has_ended(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: Job) -> Result:
        monkeypatch.setattr(os, "getppid", lambda: 1)
        job.progress("task-1 43%")
        return {"waited": True}

    result = action.run(run)
    assert result["failed"]
    assert "waited" not in result
