# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_run: commands of all kinds, as tasks of the vCenter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.module_runs import run as run_module
from ansible_collections.vijson.tasks.tests.support.processes import processes_with, until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, Run, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_run"
JOB = {"entity": "/DC0/vm/web01", "task_type": "com.vijson.simulator.job"}
TOKEN = "nightly-script-of-web01-on-2026-11-22"


def shell(text: str, **arguments: Any) -> dict[str, Any]:
    """The arguments for a script of the shell."""
    return {**JOB, "argv": ["sh", "-c", text], **arguments}


def python(text: str, **arguments: Any) -> dict[str, Any]:
    """The arguments for a program in Python."""
    return {**JOB, "argv": [sys.executable, "-c", text], **arguments}


def state_of(run: Run, name: str) -> tuple[str, int | None]:
    """The state of the task, and the exit code of the command."""
    result = run[name].result
    return result["task"]["state"], result["rc"]


def test_run_shows_a_command_as_a_task_once(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    nightly = {
        **JOB,
        "cmd": "sh -c 'echo \"it is done\"; exit 0'",
        "label": "Nightly",
        "activation_id": TOKEN,
    }
    failing = shell("echo Copying >&2; echo The store is full >&2; exit 3", activation_id=TOKEN + "-failing")
    progress = shell(
        'echo "disk 1: 10%"; printf "disk 2: 60%%\\r"; sleep 2.5; echo "$NAME in $PWD"; echo "disk 3: 90%"',
        progress_regex=r"(\d+)%",
        description_regex=r"(disk \d)",
        label="Copy",
        env={"NAME": "web01"},
        chdir=str(tmp_path),
    )
    run = ansible.tasks(
        [
            task("neither", MODULE, JOB),
            task("both", MODULE, {**JOB, "argv": ["true"], "cmd": "true"}),
            task("no quotation", MODULE, {**JOB, "cmd": "echo 'it"}),
            task("no group", MODULE, {**JOB, "cmd": "true", "progress_regex": "\\d+%"}),
            task("no duration", MODULE, {**JOB, "cmd": "true", "timeout": "soon"}),
            task("no folder", MODULE, {**JOB, "cmd": "true", "chdir": "/nowhere"}),
            task("unknown type", MODULE, {**JOB, "cmd": "true", "task_type": "com.example.unknown"}),
            task("check", MODULE, nightly, check_mode=True),
            task("do", MODULE, nightly, register="done"),
            task("verify", "vi_task_info", {"tasks": "{{ done.task }}"}),
            task("again", MODULE, nightly),
            task("again in check mode", MODULE, nightly, check_mode=True),
            task("queued", "vi_task_create", {**JOB, "activation_id": TOKEN + "-queued"}),
            task("still queued", MODULE, {**nightly, "activation_id": TOKEN + "-queued"}),
            task("progress", MODULE, progress),
            task("fail", MODULE, failing),
            task("retry", MODULE, {**failing, "argv": ["true"]}),
            task("only stdout", MODULE, shell("echo password; exit 1")),
            task("ok codes", MODULE, shell("echo bad >&2; exit 3", ok_codes=[0, 3])),
            task("no program", MODULE, {**JOB, "argv": ["/nowhere/nightly.sh"]}),
        ]
    )
    assert [outcome.processes for outcome in run if outcome.task in ("do", "progress")] == [1, 1]
    for name in ("neither", "both"):
        assert run[name].msg == "argv, cmd: set exactly one of the two"
    assert run["no quotation"].msg.startswith("cmd: the value cannot be split into words")
    assert run["no group"].msg.startswith("progress_regex: the expression has no group.")
    assert run["no duration"].msg.startswith("timeout: 'soon' is not a valid duration.")
    assert run["no folder"].msg == "chdir: the folder /nowhere does not exist"
    assert run["unknown type"].msg.startswith("task_type: 'com.example.unknown' is not registered. Registered: com.")
    assert [outcome.requests for outcome in run.outcomes[:6]] == [{}] * 6

    assert run["check"].status == "ok", run["check"].msg
    assert run["check"].result["task"]["moid"] == "check-mode"
    assert (run["check"].status, run["check"].result["changed"], run["check"].result["rc"]) == ("ok", True, 0)
    assert "TaskManager.CreateTask" not in run["check"].requests
    done = run["do"].result
    assert done["task"] == run["verify"].result["tasks"][0]
    assert (done["rc"], done["stdout_lines"], done["stderr"], done["changed"]) == (0, ["it is done"], "", True)
    shown = done["task"]
    assert (shown["state"], shown["progress"], shown["description"]) == ("success", 100, "Nightly")
    assert (shown["entity"]["name"], shown["cancelable"], shown["activation_id"]) == ("web01", True, TOKEN)
    for name in ("again", "again in check mode"):
        assert (run[name].status, run[name].result["changed"], run[name].result["rc"]) == ("ok", False, 0)
        assert run[name].result["task"]["moid"] == shown["moid"]
    assert run["still queued"].status == "failed"
    assert " has this activation_id and is queued, so the command was not run." in run["still queued"].msg

    shown = run["progress"].result["task"]
    assert (shown["state"], shown["progress"], shown["description"]) == ("success", 100, "Copy: disk 3")
    assert run["progress"].requests["Task.UpdateProgress"] == 2
    assert run["progress"].result["stdout"] == f"disk 1: 10%\ndisk 2: 60%\rweb01 in {tmp_path}\ndisk 3: 90%"

    assert state_of(run, "fail") == ("error", 3)
    assert run["fail"].msg == "The command ended with code 3: Copying | The store is full"
    error = run["fail"].result["task"]["error"]
    assert (error["type"], error["message"]) == ("ExtendedFault", "Copying | The store is full")
    assert [(pair["key"], pair["value"]) for pair in error["data"]] == [("rc", "3")]
    message = "The command ended with code 1, and wrote nothing to stderr"
    assert run["only stdout"].msg == run["only stdout"].result["task"]["error"]["message"] == message
    assert state_of(run, "retry") == ("success", 0)
    assert run["retry"].result["task"]["moid"] != run["fail"].result["task"]["moid"]
    assert (run["ok codes"].status, *state_of(run, "ok codes")) == ("ok", "success", 3)
    assert state_of(run, "no program") == ("error", 127)
    message = "The command could not be started: No such file or directory: /nowhere/nightly.sh"
    assert run["no program"].msg == run["no program"].result["task"]["error"]["message"] == message
    assert all(outcome.left == {} for outcome in run)


FLOOD = "import sys\nfor n in range(1600): sys.stdout.write('0123456789abcde%s' * 4096 % (4096 * (END,)))"
HARD = {
    "elsewhere": shell("echo done"),
    "flood": python(FLOOD.replace("END", "'\\n'"), progress_regex="([0-9]+)%"),
    "flood without newlines": python(FLOOD.replace("END", "'.'"), progress_regex="([0-9]+)%"),
    "long line": shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo done"),
    "not UTF-8": shell("printf 'caf\\303\\251 \\377'; printf '\\376\\033[31mred' >&2; exit 1"),
    "background": shell("sleep 300 & echo started"),
    "leaves the group": shell("setsid sleep 5 & echo started"),
    "killed": shell("kill -9 $$"),
    "hangs": shell("echo Waiting; sleep 300", timeout="1s"),
    "hangs in a child": shell("sleep 300 & sleep 300 | cat; true", timeout="1"),
    "ignores SIGTERM": shell("trap '' TERM; sleep 300; sleep 300", timeout="1s"),
}


@pytest.fixture
def hard(ansible: Ansible, vcenter: VCenter) -> dict[str, Outcome]:
    """The outcome of each command, run on a host of its own."""
    hosts: dict[str, dict[str, Any]] = {
        name.replace(" ", "_"): {"arguments": arguments} for name, arguments in HARD.items()
    }
    hosts["elsewhere"]["ansible_connection"] = "elsewhere"
    run = ansible.playbook(
        [{"hosts": "all", "gather_facts": False, "tasks": [task("run", MODULE, "{{ arguments }}")]}],
        hosts=hosts,
        arguments=["--forks", "20"],
        env={"MARK": "hard"},
    )
    return {outcome.host.replace("_", " "): outcome for outcome in run}


def test_hard_commands_end_with_the_right_state_and_output(hard: dict[str, Outcome], vcenter: VCenter) -> None:
    outcomes = {
        name: (outcome.result["task"]["state"], outcome.result["rc"], outcome.result["truncated"])
        for name, outcome in hard.items()
    }
    assert outcomes == {
        "elsewhere": ("success", 0, False),
        "flood": ("success", 0, True),
        "flood without newlines": ("success", 0, True),
        "long line": ("success", 0, True),
        "not UTF-8": ("error", 1, False),
        "background": ("success", 0, False),
        "leaves the group": ("success", 0, False),
        "killed": ("error", -9, False),
        "hangs": ("error", -15, False),
        "hangs in a child": ("error", -15, False),
        "ignores SIGTERM": ("error", -9, False),
    }
    results = {name: outcome.result for name, outcome in hard.items()}
    for name in ("flood", "flood without newlines"):
        note, output = results[name]["stdout"].split("\n", 1)
        assert note.startswith("[truncated: the first 1038")
        assert 1024 * 1024 - 100 < len(output) <= 1024 * 1024
    assert results["long line"]["stdout"].endswith("xxx\ndone")
    assert len(results["long line"]["stdout"]) > 1024 * 1024 - 100
    assert results["not UTF-8"]["stdout"] == "café \ufffd"
    assert results["not UTF-8"]["task"]["error"]["message"] == "\ufffdred"
    assert results["background"]["stdout"] == results["leaves the group"]["stdout"] == "started"
    assert results["killed"]["msg"] == "The command was ended by SIGKILL, and wrote nothing to stderr"
    for name in ("hangs", "ignores SIGTERM"):
        error = results[name]["task"]["error"]
        assert error["type"] == "Timedout"
        assert error["message"] == results[name]["msg"] == "The command did not end within 1s and was stopped"
    assert results["hangs"]["stdout"] == "Waiting"
    until(lambda: not processes_with("MARK", "hard"), "nothing is left running", 10)


def test_async_jobs_survive_cancels_timeouts_and_an_absent_vcenter(ansible: Ansible, vcenter: VCenter) -> None:
    """A job that a user cancels, one that exceeds its timeout, and two during which the vCenter is unreachable."""
    away = {"operation": "PropertyCollector.RetrievePropertiesEx", "fault": "refused", "seconds": 4}

    def job(name: str, text: str, seconds: int = 60) -> dict[str, Any]:
        keywords = {"async": seconds, "poll": 0, "register": name.replace(" ", "_")}
        return task(name, MODULE, shell(text, activation_id=f"{TOKEN}-{name}"), **keywords)

    def end(name: str) -> dict[str, Any]:
        result = name.replace(" ", "_")
        return task(
            f"end of {name}",
            "ansible.builtin.async_status",
            {"jid": f"{{{{ {result}.ansible_job_id }}}}"},
            register="ended",
            until="ended is finished",
            retries=120,
            delay=0.5,
        )

    def until_running(name: str, *jobs: str) -> dict[str, Any]:
        wanted = [f"{TOKEN}-{each}" for each in jobs]
        running = {
            "register": "found",
            "until": f"{wanted} is subset(found.tasks | map(attribute='activation_id'))",
            "retries": 60,
            "delay": 0.5,
        }
        return task(name, "vi_task_info", {"states": ["running"]}, **running)

    mine = f"selectattr('activation_id', 'equalto', '{TOKEN}-cancelled')"
    run = ansible.tasks(
        [
            job("cancelled", "echo Copying; sleep 300"),
            job("restart", "sleep 6; echo done"),
            until_running("wait until both run", "cancelled", "restart"),
            task("cancel", "vi_task_cancel", {"tasks": f"{{{{ found.tasks | {mine} }}}}"}),
            end("cancelled"),
            task("restart the vCenter", "control", {"path": "restart"}),
            end("restart"),
            job("away", "sleep 8; echo done"),
            until_running("wait until it runs", "away"),
            task("go away at the next look", "control", {"path": "faults", "body": away}),
            end("away"),
            # It logs out some time after Ansible has given it up, and must find the vCenter.
            job("too long", "sleep 300", seconds=8),
            end("too long"),
        ],
        env={"MARK": "async"},
    )
    cancelled = run["end of cancelled"].result
    assert (cancelled["rc"], cancelled["stdout"]) == (-15, "Copying")
    assert cancelled["msg"].endswith(": The task was cancelled, and the command was stopped")
    shown = cancelled["task"]
    assert (shown["state"], shown["cancelled"]) == ("error", True)
    assert shown["error"]["fault_type_id"] == "vijson.tasks.cancelled"
    for name in ("restart", "away"):
        assert run[f"end of {name}"].result["stdout"] == "done", run[f"end of {name}"]
        assert run[f"end of {name}"].result["task"]["state"] == "success"
        assert run[f"end of {name}"].result["reported"] is True
    assert [rule["fired"] for rule in vcenter.control("GET", "faults")] == [1]
    assert run["end of too long"].msg == "Timeout exceeded"
    until(lambda: not processes_with("MARK", "async"), "nothing is left running", 20)
    search = {"activation_ids": [f"{TOKEN}-too long"]}
    (too_long,) = run_module(vcenter, "vi_task_collector", search).result["tasks"]
    assert too_long["state"] == "error"
    assert too_long["error"]["message"] == "The run was interrupted, and the command was stopped"


def test_a_task_ended_by_another_client_gives_a_warning(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    job = shell(f"while [ ! -e {go_on} ]; do sleep 0.1; done; exit 3", activation_id=f"{TOKEN}-ended")
    started = ansible.start_tasks([task("run", MODULE, job)])
    until(lambda: vcenter.state()["requests"].get("Task.SetTaskDescription"), "the command runs")
    found = run_module(vcenter, "vi_task_info", {"states": ["running"]}).result["tasks"]
    (moid,) = [each["moid"] for each in found if each["activation_id"] == job["activation_id"]]
    run_module(vcenter, "vi_task_state", {"task": moid, "state": "success"})
    go_on.touch()
    outcome = started.finish()["run"]
    assert outcome.msg == "The command ended with code 3, and wrote nothing to stderr"
    result = outcome.result
    assert (result["task"]["state"], result["rc"], result["reported"]) == ("success", 3, False)
    assert result["warnings"] == [
        f"Another client ended {moid} in success, so the task does not show how the command ended"
    ]
