# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as tasks: every way in which the two of them end."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import threading
import time
from itertools import count
from types import SimpleNamespace
from typing import Any, Callable, ClassVar

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    ConnectError,
    Interrupted,
    TaskError,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import interruptible
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import command, task_reporter, task_runner
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.command import CommandOptions
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.run_options import RunOptions
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.task_runner import TaskRunner
from ansible_collections.vijson.tasks.tests.unit.support.fake_own_tasks import OwnTaskServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault

SET = "Task.SetTaskState"
READ = "PropertyCollector.RetrievePropertiesEx"
Script = Callable[..., Any]


class FakeGuard:
    """Replaces the guard, which has its own tests.

    :cvar told: what the module tells it
    :cvar quick: whether it finishes soon after taking over
    """

    told: ClassVar[list[Any]] = []
    quick: ClassVar[bool] = True

    def __init__(self, *_arguments: Any) -> None:
        self._group: Any = None

    def started(self, group: Any) -> None:
        self._group = group

    def ended(self, wanted: dict[str, Any]) -> None:
        self.told.append(wanted["state"])

    def dismiss(self) -> None:
        self.told.append("dismissed")

    def take_over(self) -> bool:
        self.told.append("take over")
        if self._group:
            self._group.stop()
        return self.quick


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the module tells the guard."""
    monkeypatch.setattr(task_runner, "Guard", FakeGuard)
    monkeypatch.setattr(FakeGuard, "told", [])
    return FakeGuard.told


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> OwnTaskServer:
    monkeypatch.setattr(command, "TERMINATION", 0.3)
    monkeypatch.setattr(command, "_LAST_OUTPUT", 0.3)
    monkeypatch.setattr(task_runner, "_STEP", 0.02)
    monkeypatch.setattr(task_reporter, "PACE", 0.02)
    monkeypatch.setattr(task_reporter, "LOOK", 0.05)
    monkeypatch.setattr(task_reporter, "WAIT_PAUSES", (0.02,))
    monkeypatch.setattr(task_runner, "REPORT_WITHIN", 0.3)
    server = OwnTaskServer("task-1")
    server.change("task-1", state="queued", cancelable=True)
    return server


def run(
    server: OwnTaskServer, *argv: str, alive: Callable[[str], None] = lambda _line: None, **options: Any
) -> dict[str, Any]:
    wanted = RunOptions(CommandOptions(list(argv), None, os.environ), "Copy", None, [0], None, None)
    with server.client() as client:
        runner = TaskRunner(
            client, server.tasks["task-1"], wanted._replace(**options), alive=alive, warn=server.warnings.append
        )
        return runner.run()


def failed(server: OwnTaskServer, *argv: str, rc: int | None = None, **options: Any) -> tuple[str, dict[str, Any]]:
    """The message of the failure, and the fault of the task."""
    with pytest.raises(TaskError) as error:
        run(server, *argv, **options)
    result, task = error.value.result, server.tasks["task-1"]
    assert set(result) == {"task", "changed", "rc", "stdout", "stderr", "truncated", "reported"}
    assert task["state"] == "error"
    assert rc in (None, result["rc"])
    return str(error.value), task["error"]


def outcome(server: OwnTaskServer, script: str, rc: int, **options: Any) -> dict[str, Any]:
    """The result of a script that ends with this code, as a success or as a failure."""
    try:
        return run(server, "sh", "-c", f"{script}; exit {rc}", **options)
    except TaskError as error:
        assert rc
        return error.result


def after_the_end(server: OwnTaskServer, happen: Callable[[], object]) -> None:
    """Let something happen to the server as soon as the end of the task was reported."""
    set_state = server.answers[SET]

    def answer(moid: str, params: dict[str, Any]) -> Any:
        response = set_state(moid, params)
        if params["state"] != "running":
            happen()
        return response

    server.answers[SET] = answer


def text(fault: dict[str, Any]) -> str:
    (message,) = fault["faultMessage"]
    return str(message["message"])


def test_a_successful_command_ends_its_task_in_success(server: OwnTaskServer, told: list[Any]) -> None:
    result = run(server, "sh", "-c", "echo done")
    assert told == ["success", "dismissed"]
    assert (result["rc"], result["stdout"], result["reported"], result["changed"]) == (0, "done", True, True)
    assert (result["task"]["state"], result["task"]["description"]) == ("success", "Copy")
    assert [sent.params["state"] for sent in server.named(SET)] == ["running", "success"]


def test_progress_and_description_are_read_from_the_output(server: OwnTaskServer) -> None:
    script = "for n in 1 2 3; do printf 'disk %d: %d0%%\\r' $n $n; sleep 0.3; done; echo '\033[1mdisk 4\033[0m'"
    run(server, "sh", "-c", script, progress=re.compile(r"(\d+)%"), description=re.compile(r"(disk.*\d)"))
    assert [sent.params["percentDone"] for sent in server.named("Task.UpdateProgress")] == [10, 20, 30, 100]
    shown = [sent.params["description"]["message"] for sent in server.named("Task.SetTaskDescription")]
    assert shown == ["Copy", *[f"Copy: disk {n}: {n}0" for n in (1, 2, 3)], "Copy: disk 4"]


def test_the_description_is_read_from_stderr_too(server: OwnTaskServer) -> None:
    result = run(server, "sh", "-c", "echo disk 1 >&2", description=re.compile(r"(disk.*\d)"))
    assert result["task"]["description"] == "Copy: disk 1"


@pytest.mark.parametrize("redirection", ["", ">&2"])
def test_one_long_output_is_enough_to_be_truncated(server: OwnTaskServer, redirection: str) -> None:
    result = run(server, "sh", "-c", f"head -c 1100000 /dev/zero {redirection}")
    assert result["truncated"] is True


def test_stderr_becomes_the_fault_of_the_task(server: OwnTaskServer) -> None:
    message, fault = failed(server, "sh", "-c", "echo fine; echo Copying >&2; echo '\033[31mIt is full' >&2; exit 3")
    assert message == "The command ended with code 3: Copying | It is full"
    assert (fault["_typeName"], fault["faultTypeId"], text(fault)) == (
        "ExtendedFault",
        "vijson.tasks.command",
        "Copying | It is full",
    )
    assert [(pair["key"], pair["value"]) for pair in fault["data"]] == [("rc", "3")]


@pytest.mark.parametrize(
    ("script", "ok_codes", "message"),
    [
        ("echo password; exit 3", [0], "The command ended with code 3, and wrote nothing to stderr"),
        ("kill -9 $$", [0], "The command was ended by SIGKILL, and wrote nothing to stderr"),
        ("true", [3], "The command ended with code 0, which is not in ok_codes (3)"),
        ("exit 1", [0, 3], "The command ended with code 1, which is not in ok_codes (0, 3)"),
        ("kill -9 $$", [3], "The command was ended by SIGKILL, and wrote nothing to stderr"),
    ],
)
def test_a_failure_without_stderr_has_a_message_of_its_own(
    server: OwnTaskServer, script: str, ok_codes: list[int], message: str
) -> None:
    found, fault = failed(server, "sh", "-c", script, ok_codes=ok_codes)
    assert (found, text(fault)) == (message, message)


def test_a_long_stderr_is_cut(server: OwnTaskServer) -> None:
    code = "import sys; sys.stderr.write('x' * 5_000_000 + '\\n' + 'y' * 5_000_000); sys.exit(1)"
    message, fault = failed(server, sys.executable, "-c", code)
    assert len(text(fault)) <= 1001
    assert len(message) < 1100


def test_ok_codes_decide_which_exit_codes_are_success(server: OwnTaskServer) -> None:
    assert run(server, "sh", "-c", "exit 3", ok_codes=[0, 3])["task"]["state"] == "success"
    server.change("task-1", state="queued")
    message, fault = failed(server, "sh", "-c", "echo It is full >&2", ok_codes=[3])
    assert message == "The command ended with code 0, which is not in ok_codes (3): It is full"
    assert text(fault) == "It is full"


@pytest.mark.parametrize(
    ("program", "rc", "reason"),
    [
        ("/nowhere/nightly", 127, "No such file or directory: /nowhere/nightly"),
        ("/", 126, "Permission denied: /"),
        ("a\0b", 126, "embedded null byte"),
    ],
)
def test_a_command_that_cannot_be_started_is_an_error(
    server: OwnTaskServer, program: str, rc: int, reason: str
) -> None:
    message, fault = failed(server, program, rc=rc)
    assert message == text(fault) == f"The command could not be started: {reason}"


def test_a_system_that_can_start_no_command_is_an_error(server: OwnTaskServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(task_runner, "Command", fail)
    message, _fault = failed(server, "true", rc=126)
    assert message == "The command could not be started: Cannot allocate memory"


def test_a_command_that_can_not_be_started_wrote_nothing(server: OwnTaskServer) -> None:
    with pytest.raises(TaskError) as error:
        run(server, "/nowhere/nightly")
    result = error.value.result
    assert (result["stdout"], result["stderr"], result["truncated"]) == ("", "", False)


def test_a_command_is_stopped_at_its_timeout_not_later(server: OwnTaskServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_LAST_OUTPUT", 20.0)
    begun = time.monotonic()
    failed(server, "sh", "-c", "sleep 300", timeout=0.1)
    assert time.monotonic() - begun < 15


def test_a_timeout_stops_the_command(server: OwnTaskServer) -> None:
    begun = time.monotonic()
    message, fault = failed(server, "sh", "-c", "sleep 300", timeout=0.2)
    assert time.monotonic() - begun < 10
    assert (fault["_typeName"], text(fault)) == ("Timedout", message)


def test_the_message_names_the_timeout(server: OwnTaskServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runner, "time", SimpleNamespace(monotonic=count(step=60).__next__))
    message, _fault = failed(server, "sh", "-c", "sleep 300", timeout=90.0)
    assert message == "The command did not end within 1m30s and was stopped"


def test_a_cancel_stops_the_command(server: OwnTaskServer) -> None:
    server.change("task-1", cancelled=True)
    message, fault = failed(server, "sh", "-c", "trap '' TERM; sleep 300; sleep 300", timeout=20.0)
    assert message == "task-1: The task was cancelled, and the command was stopped"
    assert fault["faultTypeId"] == "vijson.tasks.cancelled"


@pytest.mark.parametrize("quick", [True, False])
def test_an_interrupt_leaves_the_rest_to_the_guard(
    server: OwnTaskServer, told: list[Any], monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    def stop(_line: str) -> None:
        raise Interrupted("Interrupted by SIGINT. Everything that was opened on the vCenter is closed")

    monkeypatch.setattr(FakeGuard, "quick", quick)
    with pytest.raises(Interrupted) as interrupted:
        run(server, "sh", "-c", "sleep 300", alive=stop)
    rest = "A process in the background stops the command, ends task-1 and logs out"
    if quick:
        rest = "Everything that was opened on the vCenter is closed"
    assert str(interrupted.value) == f"Interrupted by SIGINT. {rest}"
    assert told == ["take over"]


def test_an_interrupt_ends_the_stop_of_the_command_early(
    server: OwnTaskServer, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "TERMINATION", 30)
    monkeypatch.setattr(FakeGuard, "take_over", lambda guard: guard._group._send(signal.SIGKILL))
    server.change("task-1", cancelled=True)
    begun = time.monotonic()
    later = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM))
    later.start()
    with interruptible(), pytest.raises(Interrupted, match="SIGTERM"):
        run(server, "sh", "-c", "trap '' TERM; sleep 300; sleep 300")
    assert time.monotonic() - begun < 10
    assert told == []


def test_an_unexpected_error_leaves_command_and_task_to_the_guard(server: OwnTaskServer, told: list[Any]) -> None:
    def fail(_line: str) -> None:
        raise KeyError("unexpected")

    with pytest.raises(KeyError):
        run(server, "sh", "-c", "sleep 2", alive=fail)
    assert told == ["take over"]


@pytest.mark.parametrize("operation", [SET, "Task.SetTaskDescription"])
def test_a_refusal_at_the_start_does_not_run_the_command(
    server: OwnTaskServer, told: list[Any], operation: str
) -> None:
    server.trouble[operation] = [Fault("NoPermission", privilegeId="Task.Update")]
    with pytest.raises(ViError, match="NoPermission"):
        run(server, "sh", "-c", "exit 9")
    assert told == ["error", "dismissed"]
    assert server.tasks["task-1"]["state"] == "error"
    assert text(server.tasks["task-1"]["error"]).startswith("The command was not run: ")


@pytest.mark.parametrize("rc", [0, 3])
def test_an_unreachable_vcenter_does_not_change_the_result(server: OwnTaskServer, rc: int) -> None:
    server.trouble[SET] = [None, *[ConnectError("No connection")] * 100]
    server.trouble[READ] = [ConnectError("No connection")] * 100
    result = outcome(server, "sleep 0.3; echo done", rc)
    assert (result["rc"], result["stdout"], result["reported"]) == (rc, "done", False)
    assert result["task"]["state"] == "running"
    (warning,) = server.warnings
    assert warning.startswith("Could not report the end of task-1 to vc.example.com, which may show it as running")


@pytest.mark.parametrize("rc", [0, 3])
def test_a_server_that_vanishes_after_the_report_changes_nothing(server: OwnTaskServer, rc: int) -> None:
    after_the_end(server, lambda: server.trouble.update({READ: [ConnectError("gone")] * 1000}))
    result = outcome(server, "echo hello", rc)
    assert (result["reported"], result["task"]["state"]) == (True, "error" if rc else "success")
    assert server.warnings == []


@pytest.mark.parametrize("rc", [0, 3])
def test_a_malformed_time_does_not_hide_how_the_command_ended(server: OwnTaskServer, rc: int) -> None:
    after_the_end(server, lambda: server.change("task-1", completeTime="yesterday"))
    result = outcome(server, "echo hello", rc)
    assert (result["rc"], result["stdout"], result["reported"]) == (rc, "hello", True)
    assert result["task"]["state"] == ("error" if rc else "success")


@pytest.mark.parametrize(
    ("state", "rc", "reported"), [("error", 0, False), ("error", 3, False), ("success", 3, False), ("success", 0, True)]
)
def test_a_task_ended_by_another_client_gives_a_warning(
    server: OwnTaskServer, state: str, rc: int, reported: bool
) -> None:
    def end(_line: str) -> None:
        server.change("task-1", state=state)

    result = outcome(server, "sleep 0.3", rc, alive=end)
    assert (result["rc"], result["task"]["state"], result["reported"]) == (rc, state, reported)
    (warning,) = server.warnings
    rest = "" if reported else ", so the task does not show how the command ended"
    assert warning == f"Another client ended task-1 in {state}{rest}"


def test_a_task_that_another_client_ended_with_the_same_error_shows_the_end(server: OwnTaskServer) -> None:
    fault = {"_typeName": "SystemError", "faultMessage": [{"key": "k", "message": "It is full"}]}
    set_state = server.answers[SET]

    def end_first(moid: str, params: dict[str, Any]) -> Any:
        if params["state"] == "error":
            server.change("task-1", state="error", error=fault)
        return set_state(moid, params)

    server.answers[SET] = end_first
    result = outcome(server, "echo It is full >&2", 3)
    assert (result["task"]["state"], result["reported"]) == ("error", True)
    assert server.warnings == ["Another client ended task-1 in error"]
