# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the collection, run unchanged."""

from __future__ import annotations

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vijson.tasks.tests.e2e.reports import fault
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run
from ansible_collections.vijson.tasks.tests.support.simulators import simulators
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

ADMINISTRATOR = "VSPHERE.LOCAL\\Administrator"
PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
HOST = ("-e", "host_name=esx01.example.com")


def play(ansible: Ansible, name: str, *arguments: str) -> Run:
    """One of the playbooks."""
    return ansible.run(["ansible-playbook", str(PLAYBOOKS / f"{name}.yml"), *arguments])


def changed(run: Run) -> list[str]:
    """The tasks that reported a change."""
    return [outcome.task for outcome in run if outcome.result.get("changed")]


def created(run: Run) -> list[str]:
    """The ids of the tasks that it created."""
    return [outcome.result["task"]["moid"] for outcome in run if outcome.task.startswith("Create ")]


def shown(run: Run, name: str) -> Any:
    """The output of a debug task."""
    assert run.code == 0, run.output
    return run[name].result["msg"]


def test_demo_drives_its_tasks_once(ansible: Ansible, vcenter: VCenter) -> None:
    first = play(ansible, "demo")
    job, other = created(first)
    ended = [
        f"{job} Simulated job of web01: success, 1 disk copied",
        f"{other} Simulated job of web01: cancelled, Stopped on request",
    ]
    assert shown(first, "Show how they ended") == ended
    assert f"{job} at 60 %: Copying the second third" in first.stdout
    assert len(changed(first)) == 7
    assert vcenter.info(job)["progress"] == 100
    assert vcenter.info(job)["description"]["message"] == "Comparing the copy"

    second = play(ansible, "demo")
    assert created(second) == [job, other]
    assert shown(second, "Show how they ended") == ended
    assert changed(second) == []
    assert max(map(len, first.stdout.splitlines())) < 160


def test_demo_creates_nothing_in_check_mode(ansible: Ansible, vcenter: VCenter) -> None:
    run = play(ansible, "demo", "--check", "-e", "demo_name=not-created-for-real")
    assert created(run) == ["check-mode", "check-mode"]
    assert "TaskManager.CreateTask" not in vcenter.state()["requests"]


def test_failed_last_night_shows_the_failed_tasks_of_the_night(ansible: Ansible, vcenter: VCenter) -> None:
    night = {"state": "error", "type": "VirtualMachine.clone", "user": "EXAMPLE.COM\\carol"}
    message = {"_typeName": "LocalizableMessage", "key": "full", "message": "The datastore is full"}
    error = {"_typeName": "InsufficientResourcesFault", "faultMessage": [message]}
    vcenter.task(**night, queued_ago=7200, started_ago=7100, completed_ago=3600, error=error)
    vcenter.task(**night, queued_ago=7000, started_ago=6900, completed_ago=5000, error=error)
    vcenter.task(**night, queued_ago=6900, started_ago=6800, completed_ago=6000, error=error, cancelled=True)
    vcenter.task(**night, queued_ago=90000, started_ago=90000, completed_ago=80000)
    vcenter.task(state="success", queued_ago=7200, completed_ago=3600)
    lines = shown(play(ansible, "failed_last_night"), "Show the failed tasks")
    mine = [line for line in lines if "Clone virtual machine" in line]
    assert len(mine) == 3
    assert mine[0].endswith("Clone virtual machine of web01 (EXAMPLE.COM\\carol): The datastore is full")
    assert mine[0] < mine[1]
    assert " cancelled: Clone virtual machine " in mine[2]

    quiet = play(ansible, "failed_last_night", "-e", "night_begin=2001-01-01T00:00:00Z night_end=2001-01-02T00:00:00Z")
    assert shown(quiet, "Show the failed tasks") == ["No task failed."]


def test_busiest_and_failures_csv_count_tasks(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    clone = {"type": "VirtualMachine.clone", "user": "EXAMPLE.COM\\carol", "completed_ago": 60}
    vcenter.tasks(700, **clone, state="error", error=fault("The datastore is full"))
    vcenter.tasks(30, **{**clone, "user": "EXAMPLE.COM\\dave"}, state="error", error=fault("The datastore is full"))
    vcenter.tasks(20, **clone, state="success")
    run = play(ansible, "busiest")
    assert shown(run, "Show the first ten of each")[:2] == [
        "720 tasks  700 failed  EXAMPLE.COM\\carol",
        " 30 tasks   30 failed  EXAMPLE.COM\\dave",
    ]
    assert shown(run, "Show the first ten of each")[-1] == (
        "730 tasks  730 failed  Clone virtual machine  The datastore is full"
    )

    table = tmp_path / "failures.csv"
    assert play(ansible, "failures_csv", "-e", f"failures_csv={table}").code == 0
    header, *rows = csv.reader(table.read_text().splitlines())
    assert header == ["error", "who", "count", "errors", "median_duration", "longest_duration"]
    assert [row[:4] for row in rows] == [
        ["The datastore is full", "EXAMPLE.COM\\carol", "700", "700"],
        ["The datastore is full", "EXAMPLE.COM\\dave", "30", "30"],
    ]


def test_long_running_fails_with_tasks_older_than_two_hours(ansible: Ansible, vcenter: VCenter) -> None:
    vcenter.task(started_ago=7100)
    quiet = play(ansible, "long_running")
    assert quiet.code == 0, quiet.output
    long = vcenter.task(type="VirtualMachine.clone", started_ago=7300)
    alert = play(ansible, "long_running")
    assert alert.code == 2
    (line,) = alert["Fail if there are any"].result["msg"]
    assert line.startswith(f"{long}  running  CloneVM_Task  web01  2h01m")


def test_vm_idle_waits_for_the_tasks_of_one_machine(ansible: Ansible, vcenter: VCenter) -> None:
    """With the variable as the survey of a job template sets it."""
    mine, other = vcenter.task(entity="vm-22"), vcenter.task(entity="vm-21")
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(play, ansible, "vm_idle", "-e", "vm_name=web02")
        until(lambda: vcenter.state()["requests"].get("PropertyCollector.WaitForUpdatesEx", 0) > 1, "it waits")
        vcenter.change(mine, state="success")
        run = playing.result()
    assert run.code == 0, run.output
    (line,) = run["Show how they ended"].result["waited.lines"]
    assert line.startswith(f"{mine}  success  ")
    assert vcenter.info(other)["state"] == "running"


def test_all_vcenters_shows_one_table_with_unreachable_ones_last(tmp_path: Path) -> None:
    with simulators(2, ["--history", "0"]) as given:
        first, second = map(VCenter, given)
        tasks = [
            first.task(started_ago=90),
            second.task(entity="vm-22", type="VirtualMachine.clone", started_ago=90),
        ]
        inventory = tmp_path / "vcenters.yml"
        hosts = dict.fromkeys(["127.0.0.9", first.host, second.host])
        inventory.write_text(yaml.safe_dump({"vcenters": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}))
        run = play(Ansible(second, tmp_path), "all_vcenters", "--inventory", str(inventory))
        *running, unreachable = shown(run, "Show them in one table")
        assert [re.sub("  +", " | ", re.sub(r"1m\d\ds", "1m", line)) for line in running] == [
            f"{first.host} | {tasks[0]} | running | Power On virtual machine | web01 | 1m | {ADMINISTRATOR}",
            f"{second.host} | {tasks[1]} | running | Clone virtual machine | web02 | 1m | {ADMINISTRATOR}",
        ]
        assert len({line.index(ADMINISTRATOR) for line in running}) == 1
        assert re.fullmatch(f"127.0.0.9 +No connection to 127.0.0.9:{first.port}: .*", unreachable)
        assert [vcenter.state()["requests"]["SessionManager.Login"] for vcenter in (first, second)] == [1, 1]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("vm_idle", [], "Set vm_name to a virtual machine, such as -e vm_name=web02"),
        ("cancel_stuck_on_host", [], "Set host_name to a host, such as -e host_name=esx01.example.com"),
        ("host_maintenance", [], "Set host_name to a host, such as -e host_name=esx01.example.com"),
        ("wait_for_clones", [], "Set clone_tasks to the tasks, such as -e clone_tasks=task-42,task-43"),
        ("nightly_script", ["--check"], "Set nightly_script to a script that exists"),
        ("nightly_script", ["--check", "-e", "nightly_script=/no/where"], "Set nightly_script to a script that exists"),
        ("all_vcenters", [], "Set --inventory to a file with the group vcenters"),
    ],
)
def test_a_missing_variable_is_named_in_the_message(
    ansible: Ansible, vcenter: VCenter, name: str, arguments: list[str], message: str
) -> None:
    run = play(ansible, name, *arguments)
    assert run.code == 2, run.output
    assert message in json.dumps(run.outcomes[-1].result)
    assert "TaskManager.CreateTask" not in vcenter.state()["requests"]


def test_git_ignores_what_playbooks_write() -> None:
    ignored = (PLAYBOOKS.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    texts = [path.read_text(encoding="utf-8") for path in PLAYBOOKS.glob("*.yml")]
    written = {f"/{name}" for text in texts for name in re.findall(r"'PWD'\) .*/([\w.-]+)", text)}
    assert written == {"/failures.csv", "/own-job.tar.gz"}
    assert {*written, "/vcenter-tasks.html"} <= set(ignored)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("host_maintenance", 17),
        ("wait_for_clones", 16),
        ("failures_csv", 16),
        ("nightly_script", 24),
        ("long_running", 12),
        ("busiest", 14),
        ("all_vcenters", 15),
        ("vm_idle", 13),
    ],
)
def test_everyday_playbooks_are_short(name: str, most: int) -> None:
    lines = (PLAYBOOKS / f"{name}.yml").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip() and not line.lstrip().startswith("#") and line != "---"]) <= most


def test_cancel_stuck_on_host_cancels_old_tasks_of_the_host(ansible: Ansible, vcenter: VCenter) -> None:
    stuck = vcenter.task(entity="host-11", queued_ago=3600, started_ago=3500)
    on_vm = vcenter.task(entity="vm-21", queued_ago=3600, started_ago=3500)
    fixed = vcenter.task(entity="vm-23", queued_ago=3600, started_ago=3500, cancelable=False)
    fresh, elsewhere = vcenter.task(entity="host-11"), vcenter.task(entity="host-12", queued_ago=3600)
    planned = shown(play(ansible, "cancel_stuck_on_host", "--check", *HOST), "Show the stuck tasks")
    run = play(ansible, "cancel_stuck_on_host", *HOST)
    lines = shown(run, "Show the stuck tasks")
    assert [line.split("  ")[:2] for line in planned] == [
        [moid, "running, cancel requested"] for moid in (stuck, on_vm)
    ]
    assert [line.split()[:2] for line in lines] == [[stuck, "error"], [on_vm, "error"]]
    assert " Power On virtual machine " in lines[1]
    (warning,) = run["Cancel the stuck tasks, and wait until they have ended"].result["warnings"]
    assert warning == f"{fixed} PowerOnVM_Task of db01 cannot be cancelled and continues"
    assert {vcenter.info(moid)["cancelled"] for moid in (fixed, fresh, elsewhere)} == {False}
    assert shown(play(ansible, "cancel_stuck_on_host", *HOST), "Show the stuck tasks") == ["No task is stuck."]


def test_host_maintenance_cancels_old_tasks_and_waits_for_others(ansible: Ansible, vcenter: VCenter) -> None:
    """A clone that is two hours old, on a virtual machine of the host, and a task that ends soon."""
    old = vcenter.task(entity="vm-21", type="VirtualMachine.clone", queued_ago=7500, started_ago=7400)
    soon, elsewhere = vcenter.task(entity="host-11", duration=3), vcenter.task(entity="vm-22")
    run = play(ansible, "host_maintenance", *HOST)
    assert run.code == 0, run.output
    assert [vcenter.info(moid)["state"] for moid in (old, soon, elsewhere)] == ["error", "success", "running"]


def test_check_mode_of_host_maintenance_does_not_wait(ansible: Ansible, vcenter: VCenter) -> None:
    """It cancels nothing, so the tasks would not end."""
    old = vcenter.task(entity="vm-21", type="VirtualMachine.clone", queued_ago=7500, started_ago=7400)
    run = play(ansible, "host_maintenance", "--check", *HOST)
    assert run["Cancel tasks that have been running or queued for more than an hour"].result["changed"]
    assert run["Wait until the host and its virtual machines are idle"].status == "skipped"
    assert vcenter.info(old)["state"] == "running"


def test_wait_for_clones_accepts_two_failures(ansible: Ansible, vcenter: VCenter) -> None:
    full = {
        "_typeName": "NoDiskSpace",
        "datastore": "ds",
        "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": "The disk is full"}],
    }
    good = [moid for machine in ("vm-21", "vm-22") for moid in vcenter.tasks(9, entity=machine, duration=1)]
    failing = {"state": "error", "error": full}
    two = [vcenter.task(entity="vm-23", **failing), vcenter.task(entity="vm-24", **failing)]
    third = vcenter.task(entity="vm-25", **failing)

    def wait(moids: list[str]) -> Run:
        return play(ansible, "wait_for_clones", "-e", json.dumps({"clone_tasks": moids}))

    fine = wait([*good, *two])
    assert fine.code == 0, fine.output
    for machine in ("db01", "app01"):
        assert f"{machine}: The disk is full" in fine.stdout
    failed = wait([*good, *two, third])["Wait for all clones, or until more than two have failed"]
    assert failed.status == "failed"
    for machine in ("db01", "app01", "a%2fb"):
        assert f" of {machine}: The disk is full" in failed.msg


def test_own_job_is_run_once_and_retried_after_a_failure(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    archive = tmp_path / "packed.tar.gz"
    given = ("-e", f"job_archive={archive}", "-e", f"job_folder={PLAYBOOKS}")
    checked = play(ansible, "own_job", "--check", *given)
    assert checked.code == 0, checked.output
    assert created(checked) == ["check-mode"]
    assert "failed" not in {outcome.status for outcome in checked}
    assert not archive.exists()

    first = play(ansible, "own_job", *given)
    assert first.code == 0, first.output
    (job,) = created(first)
    assert archive.stat().st_size > 0
    result = vcenter.info(job)["result"]["_value"]
    assert result.startswith(f"{archive}, ")
    assert vcenter.info(job)["progress"] == 100

    second = play(ansible, "own_job", *given)
    assert created(second) == [job]
    assert changed(second) == []

    another = ("-e", f"job_archive={archive}", "-e", "job_folder=/nowhere job_name=another-job")
    failed = play(ansible, "own_job", *another)
    assert failed.code == 2
    assert "Pack the folder: FileNotFoundError: [Errno 2] No such file" in failed["Fail if the job failed"].msg
    assert created(play(ansible, "own_job", *another)) != created(failed)

    vcenter.invoke("ExtensionManager/ExtensionManager/UnregisterExtension", {"extensionKey": "com.example.jobs"})


def test_nightly_script_runs_again_only_where_it_failed(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    script = tmp_path / "nightly"
    script.write_text(f'#!/bin/sh\necho "copied 50 %"\n[ "$1" != /DC0/vm/web02 ] || cat {tmp_path}/list\n')
    script.chmod(0o700)
    given = ("-e", f"nightly_script={script}")
    checked = play(ansible, "nightly_script", "--check", *given)
    assert checked.code == 0, checked.output

    first = play(ansible, "nightly_script", *given)
    assert first.code == 2
    good, bad = first["Run the script for one virtual machine after the other"].result["results"]
    assert (good["rc"], good["task"]["state"], good["task"]["entity"]["name"]) == (0, "success", "web01")
    assert (bad["rc"], bad["task"]["state"], bad["task"]["entity"]["name"]) == (1, "error", "web02")
    assert f"{tmp_path}/list" in vcenter.info(bad["task"]["moid"])["error"]["faultMessage"][0]["message"]

    (tmp_path / "list").touch()
    second = play(ansible, "nightly_script", *given)
    assert second.code == 0, second.output
    done, retried = second["Run the script for one virtual machine after the other"].result["results"]
    assert (done["changed"], done["task"]["moid"]) == (False, good["task"]["moid"])
    assert (retried["rc"], retried["changed"]) == (0, True)

    vcenter.invoke("ExtensionManager/ExtensionManager/UnregisterExtension", {"extensionKey": "com.example.nightly"})
