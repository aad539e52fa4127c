# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of a task, and the session in which its module runs."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted, LoginRefused
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import parse_credentials
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Result
from ansible_collections.vijson.tasks.plugins.plugin_utils import _action
from ansible_collections.vijson.tasks.plugins.plugin_utils._switches import SHARE_SESSION
from ansible_collections.vijson.tasks.tests.unit.support.actions import Action

ALONE = "the arguments of the task"


def test_the_environment_of_a_task_applies_to_its_module(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMWARE_USER", "before")
    del action.arguments["username"]
    action.task.environment = [{"VMWARE_USER": "play", "VIJSON_X": 1}, None, {"VMWARE_USER": "task"}]
    result = action.run(lambda job: {"user": job.params["username"], "x": os.environ["VIJSON_X"]})
    assert (result["user"], result["x"]) == ("task", "1")
    assert os.environ["VMWARE_USER"] == "before"
    assert "VIJSON_X" not in os.environ


@pytest.mark.parametrize(
    ("variables", "shared"), [({}, True), ({SHARE_SESSION: "no"}, False), ({SHARE_SESSION: True}, True)]
)
def test_modules_share_a_session_unless_switched_off(action: Action, variables: dict[str, Any], shared: bool) -> None:
    result = action.run(lambda job: {"shared": not job.client._session.is_private}, **variables)
    assert result["shared"] is shared


class Loans:
    """What the process of a module is started with, and what it returns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *results: Result, error: BaseException | None = None) -> None:
        self.given: list[Any] = []
        self.refused = 0
        self._results = iter(results)
        self._error = error
        monkeypatch.setattr(_action, "Lender", lambda *_arguments, **_options: self)
        monkeypatch.setattr(_action, "needs_session", lambda *_arguments: True)

    def lend(self) -> str | None:
        if self._error:
            raise self._error
        return None if self.refused > 1 else f"loan-{self.refused}"

    def is_refused(self, result: Result) -> bool:
        is_refused = bool(result.pop("refused", False))
        self.refused += is_refused
        return is_refused

    def execute(self, **how: Any) -> Result:
        """Stands in place of ``_execute_module``."""
        self.given.append(how["module_args"]["session_id"] if "module_args" in how else ALONE)
        return next(self._results)


def test_a_module_runs_in_the_lent_session(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    invocation = {"module_args": {"session_id": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}}
    loans = Loans(monkeypatch, {"ran": "as a module", "invocation": invocation})
    result = action.run_module(loans.execute)
    assert loans.given == ["loan-0"]
    assert result["invocation"]["module_args"] == {"session_id": None}


@pytest.mark.parametrize(
    ("part", "name", "value", "given"),
    [
        ("connection", "transport", "local", ["loan-0"]),
        ("connection", "transport", "ssh", [ALONE]),
        ("connection", "become", object(), [ALONE]),
    ],
)
def test_credentials_of_the_controller_open_no_session_for_another_machine(
    action: Action, monkeypatch: pytest.MonkeyPatch, part: str, name: str, value: Any, given: list[Any]
) -> None:
    for option in ("username", "password"):
        monkeypatch.setenv(f"VMWARE_{'USER' if option == 'username' else 'PASSWORD'}", action.arguments.pop(option))
    setattr(getattr(action, part), name, value)
    loans = Loans(monkeypatch, {"ran": "as a module"})

    def lender(params: dict[str, Any], *_arguments: Any, **_options: Any) -> Any:
        parse_credentials(params)
        return loans

    monkeypatch.setattr(_action, "Lender", lender)
    action.run_module(loans.execute)
    assert loans.given == given
    assert os.environ["VMWARE_USER"] == "joe"


def test_the_environment_of_a_task_opens_a_session_for_another_machine(
    action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    action.task.environment = [{"VMWARE_PASSWORD": action.arguments.pop("password")}]
    action.connection.transport = "ssh"
    loans = Loans(monkeypatch, {"ran": "as a module"})
    action.run_module(loans.execute)
    assert loans.given == ["loan-0"]


def test_the_environment_of_a_task_switches_sharing_off_for_its_process(
    action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    action.task.environment = [{SHARE_SESSION.upper(): "false"}]
    loans = Loans(monkeypatch, {"ran": "as a module"})
    action.run_module(loans.execute)
    assert loans.given == [ALONE]


def test_a_module_whose_lent_session_has_ended_runs_again(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    loans = Loans(monkeypatch, {"refused": True}, {"refused": True}, {"ran": "alone"})
    result = action.run_module(loans.execute)
    assert (loans.given, result["ran"]) == (["loan-0", "loan-1", ALONE], "alone")


@pytest.mark.parametrize(("transport", "known"), [("local", "/srv/tasks.csv"), ("ssh", None)])
def test_a_path_on_another_machine_is_not_looked_at(
    action: Action, monkeypatch: pytest.MonkeyPatch, transport: str, known: str | None
) -> None:
    seen: list[Any] = []

    def needs_session(_run: Any, params: dict[str, Any], _check_mode: bool) -> bool:
        seen.extend(params[name] for name in ("dest", "ca_path", "tasks"))
        return False

    loans = Loans(monkeypatch, {"ran": "as a module"})
    monkeypatch.setattr(_action, "needs_session", needs_session)
    action.connection.transport = transport
    action.arguments.update(dest="/srv/tasks.csv", ca_path="/etc/ca.pem", tasks=["task-1"])
    action.run_module(loans.execute)
    assert seen == [known, "/etc/ca.pem", ["task-1"]]


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ({}, {"async_val": 60}),
        ({}, {SHARE_SESSION: False}),
        ({"_raw_params": "x"}, {}),
        ({"session_id": "52c0ffee"}, {}),
        ({"wait": "perhaps"}, {}),
    ],
)
def test_some_modules_are_lent_no_session(
    action: Action, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], keywords: dict[str, Any]
) -> None:
    loans = Loans(monkeypatch, {"ran": "alone"})
    action.arguments.update(arguments)
    action.task.async_val = keywords.pop("async_val", 0)
    action.run_module(loans.execute, **keywords)
    assert loans.given == [ALONE]


def test_a_refused_login_fails_without_the_module_and_without_secrets(
    action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    loans = Loans(monkeypatch, error=LoginRefused("no"))
    monkeypatch.setattr(_action._SharedAction, "_returns_invocation", lambda _self, _variables: True)
    result = action.run_module(loans.execute)
    assert (loans.given, result["failed"], result["msg"]) == ([], True, "no")
    assert "s3cret" not in str(result)
    assert result["invocation"]["module_args"]["username"] == "joe"


def test_a_signal_during_the_login_is_a_failure(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    loans = Loans(monkeypatch, error=Interrupted("by a signal"))
    result = action.run_module(loans.execute)
    assert (result["failed"], result["msg"]) == (True, "by a signal")


def test_a_given_session_id_stays_masked(action: Action) -> None:
    masked = {"module_args": {"session_id": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}}
    action.arguments["session_id"] = "52c0ffee"
    result = action.run_module(lambda **_how: {"invocation": masked})
    assert result["invocation"] == masked
