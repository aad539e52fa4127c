# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module as a process of its own, with a real AnsibleModule."""

from __future__ import annotations

import gc
import json
import os
import runpy
import socket
import sys
from typing import Any, Callable

import pytest
from ansible.module_utils import basic

from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted, TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import argument_spec
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, Result
from ansible_collections.vijson.tasks.plugins.module_utils._run.module import run_module
from ansible_collections.vijson.tasks.tests.unit.support.files import COLLECTION

SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw"},
    wait={"type": "bool", "default": False},
    dest={"type": "path"},
)
CONNECTION = {"hostname": "vc.example.com", "username": "joe", "password": "s3cret'\\word"}
Perform = Callable[..., Result]


@pytest.fixture
def perform(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Perform:
    """Runs a module with these arguments, and returns what it prints."""

    def result_of(run: Callable[[Job], Result], **arguments: Any) -> Result:
        given = json.dumps({"ANSIBLE_MODULE_ARGS": {**CONNECTION, **arguments}}).encode()
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", given)
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit) as ended:
            run_module(run, SPEC)
        printed: Result = json.loads(capsys.readouterr().out)
        assert bool(printed.get("failed")) is (ended.value.code != 0)
        return printed

    return result_of


def fails(error: BaseException) -> Callable[[Job], Result]:
    """A ``run()`` that raises this."""

    def run(_job: Job) -> Result:
        raise error

    return run


def test_a_result_is_printed_with_converted_options(perform: Perform) -> None:
    result = perform(lambda job: {"changed": True, "wait": job.params["wait"], "port": job.params["port"]}, wait="yes")
    assert {key: result[key] for key in ("changed", "wait", "port")} == {"changed": True, "wait": True, "port": 443}
    assert perform(lambda _job: {})["changed"] is False


@pytest.mark.filterwarnings("ignore:.* found in sys.modules after import of package:RuntimeWarning")
@pytest.mark.parametrize("name", sorted(path.stem for path in (COLLECTION / "plugins/modules").glob("vi_*.py")))
def test_every_module_is_a_program(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paused: list[str] = []
    monkeypatch.setattr(gc, "disable", lambda: paused.append(name))
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", b'{"ANSIBLE_MODULE_ARGS": {"tsk": "task-1"}}')
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        runpy.run_module(f"ansible_collections.vijson.tasks.plugins.modules.{name}", run_name="__main__")
    assert json.loads(capsys.readouterr().out)["failed"]
    assert paused == [name]


def test_garbage_is_collected_while_it_works(perform: Perform) -> None:
    gc.disable()
    try:
        result = perform(lambda _job: {"collects": gc.isenabled()})
    finally:
        gc.enable()
        gc.unfreeze()
    assert result["collects"]


def test_check_mode_diff_mode_and_warnings_are_passed_on(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, warning, **_how: warnings.append(warning))

    def run(job: Job) -> Result:
        job.warn("two\nlines")
        return {"check": job.check_mode, "diff": {"after": job.diff_mode}}

    result = perform(run, _ansible_check_mode=True, _ansible_diff=True)
    assert (result["check"], result["diff"]) == (True, {"after": True})
    assert warnings == ["two lines"]
    assert "diff" not in perform(run)


@pytest.mark.parametrize(
    ("run", "arguments", "message"),
    [
        (fails(TaskError("task-1 failed", result={"tasks": ["task-1"]})), {}, "task-1 failed"),
        (fails(Interrupted("Interrupted by SIGINT")), {}, "Interrupted by SIGINT"),
        (fails(AssertionError("never called")), {"hostname": "https://vc"}, "hostname: 'https://vc'"),
        (fails(AssertionError("never called")), {"wait": "perhaps"}, "wait"),
        (fails(AssertionError("never called")), {"colour": "red"}, "colour"),
    ],
)
def test_a_failure_is_printed_with_its_message(
    perform: Perform, run: Callable[[Job], Result], arguments: Any, message: str
) -> None:
    result = perform(run, **arguments)
    assert result["failed"]
    assert message in result["msg"]
    assert result.get("tasks") == (["task-1"] if "task-1" in message else None)


def test_secrets_are_masked_plain_and_quoted(perform: Perform) -> None:
    password = CONNECTION["password"]
    result = perform(lambda _job: {"plain": f"<{password}>", "quoted": f"<{password!r}>"})
    assert "cret" not in json.dumps(result)
    assert (result["plain"], result["quoted"][0]) == ("<********>", "<")


def test_the_id_of_a_lent_session_is_masked(perform: Perform) -> None:
    """It is only a part of session_id, so AnsibleModule does not know it."""

    def run(job: Job) -> Result:
        job.client.secrets.add("id-of-the-run")
        return {"shown": "<id-of-the-run>"}

    assert perform(run)["shown"] == "<********>"


def test_a_single_returned_task_becomes_a_list(perform: Perform) -> None:
    result = perform(lambda job: {"tasks": job.tasks()}, tasks={"moid": "task-7"})
    assert result["tasks"] == ["task-7"]


def test_a_result_with_a_path_gets_no_file_attributes(perform: Perform, tmp_path: Any) -> None:
    file = tmp_path / "tasks.jsonl"
    file.touch()
    result = perform(lambda job: {"dest": job.params["dest"]}, dest=str(file))
    assert result["dest"] == str(file)
    assert not {"group", "mode", "owner", "path", "size", "state", "uid"} & set(result)


def test_input_on_the_output_does_not_stop_the_module(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, both are one."""
    terminal, keyboard = socket.socketpair()

    def run(job: Job) -> Result:
        with monkeypatch.context() as patched:
            patched.setattr(sys.stdout, "fileno", terminal.fileno, raising=False)
            job.progress("task-1 43%")
        return {"waited": True}

    with terminal, keyboard:
        keyboard.sendall(b"x")
        assert perform(run)["waited"]


@pytest.mark.parametrize("reads", [True, False])
def test_the_module_stops_when_ansible_no_longer_reads(
    perform: Perform, monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    reader, writer = os.pipe()
    if not reads:
        os.close(reader)

    def run(job: Job) -> Result:
        with monkeypatch.context() as patched:
            patched.setattr(sys.stdout, "fileno", lambda: writer, raising=False)
            job.progress("task-1 43%")
        return {"waited": True}

    result = perform(run)
    assert result.get("waited", False) is reads
    assert bool(result.get("failed")) is not reads
    for end in [writer, *([reader] if reads else [])]:
        os.close(end)
