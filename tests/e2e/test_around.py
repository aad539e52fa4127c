# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's task keywords work as they do for any module."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.support.processes import processes_with
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

NO_CONNECTION = dict.fromkeys(["VMWARE_HOST", "VMWARE_PORT", "VMWARE_USER", "VMWARE_PASSWORD", "VMWARE_CA_PATH"])
JOB = "com.vijson.simulator.job"


def connection(vcenter: VCenter) -> dict[str, str]:
    """The connection options for a simulator."""
    variables = vcenter.variables
    return {
        "hostname": variables["VMWARE_HOST"],
        "port": variables["VMWARE_PORT"],
        "username": variables["VMWARE_USER"],
        "password": variables["VMWARE_PASSWORD"],
        "ca_path": variables["VMWARE_CA_PATH"],
    }


def test_task_keywords_work_as_for_any_module(both_ways: BothWays) -> None:
    first, second, ends = both_ways.each(lambda vcenter: vcenter.tasks(3))
    change = {"method": "PATCH", "path": f"tasks/{ends}", "body": {"state": "success"}}
    until = {"register": "found", "until": "found.tasks[0].state == 'success'", "retries": 2, "delay": 0}
    got = "{{ found.tasks[0].moid }} {{ found is changed }} {{ found.attempts }}"
    on_one_host = [
        task("loop", "vi_task_info", {"tasks": "{{ item }}"}, loop=[first, "tsk-1", second], register="looped"),
        task("looped", "ansible.builtin.debug", {"msg": "{{ looped.results | map(attribute='failed') | list }}"}),
        task("with a condition", "vi_task_info", {"tasks": first}, when=False),
        task("until", "vi_task_info", {"tasks": ends}, **until),
        task("let it end", "control", change),
        task("until it ends", "vi_task_info", {"tasks": ends}, **until),
        task("what register got", "ansible.builtin.debug", {"msg": got}),
        task("failed_when", "vi_task_info", {"tasks": first}, failed_when=True),
        task("changed_when", "vi_task_info", {"tasks": first}, changed_when=True),
        task("no failure", "vi_task_info", {"tasks": "tsk-1"}, failed_when=False),
        {
            "name": "block",
            "block": [{**task("to be rescued", "vi_task_info", {"tasks": "tsk-1"}), "ignore_errors": False}],
            "rescue": [task("rescue", "ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"})],
        },
    ]
    on_all_hosts = [
        task("delegated", "vi_task_info", {"tasks": []}, delegate_to="another"),
        task("run once", "vi_task_create", {"task_type": JOB}, run_once=True, register="made"),
        task("all know it", "ansible.builtin.debug", {"msg": "{{ made.task.moid }}"}),
    ]
    run = both_ways.playbook(
        [
            {"hosts": "one", "gather_facts": False, "tasks": on_one_host},
            {"hosts": "all", "gather_facts": False, "tasks": on_all_hosts},
        ],
        hosts={"one": {}, "another": {}},
        arguments=["--forks=1"],
    )
    assert run["loop"].status == "failed"
    assert run["looped"].result["msg"] == [False, True, False]
    assert run["with a condition"].status == "skipped"
    assert run["until"].status == "failed"
    assert run["until"].result["attempts"] == 2
    assert run["what register got"].result["msg"] == f"{ends} False 1"
    assert run["failed_when"].status == "failed"
    assert run["changed_when"].result["changed"] is True
    assert run["no failure"].status == "ok"
    assert run["rescue"].result["msg"].startswith("tasks: 'tsk-1' is not a valid task.")

    assert [outcome.status for outcome in run.all("delegated")] == ["ok", "ok"]
    assert len(run.all("run once")) == 1
    moid = run["run once"].result["task"]["moid"]
    assert [outcome.result["msg"] for outcome in run.all("all know it")] == [moid, moid]


def test_module_defaults_apply_by_group_and_by_module(both_ways: BothWays) -> None:
    moid = both_ways.each(lambda vcenter: vcenter.task(type="com.vijson.simulator.job"))

    def run(ansible: Ansible, **way: Any) -> Any:
        defaults = {
            "group/vijson.tasks.vi": connection(ansible.vcenter),
            "vijson.tasks.vi_task_info": {"tasks": [moid], "localize": True},
            "vijson.tasks.vi_task_state": {"description": "by default"},
        }
        tasks = [
            task("by group and module", "vi_task_info"),
            task("what the task says counts", "vi_task_info", {"tasks": []}),
            task("of another module", "vi_task_state", {"task": moid}),
            task("not of this one", "vi_task_wait"),
            task("nearer", "vi_task_info", module_defaults={"vijson.tasks.vi_task_info": {"tasks": ["task-1"]}}),
        ]
        return ansible.tasks(tasks, play={"module_defaults": defaults}, env=NO_CONNECTION, **way)

    outcomes = both_ways.compared(run)
    assert outcomes["by group and module"].result["tasks"][0]["label"] == "Simulated job"
    assert outcomes["what the task says counts"].result["tasks"] == []
    assert outcomes["of another module"].result["task"]["description"] == "by default"
    assert (
        outcomes["not of this one"].msg
        == "tasks: missing. Set tasks, or select tasks with entity, states, users, description_ids or older_than"
    )
    assert outcomes["nearer"].result["missing"] == ["task-1"]


def test_vault_encrypted_options_are_decrypted_and_masked(both_ways: BothWays) -> None:
    """An encrypted password in the playbook, and a password that looks like a template."""
    secret = VaultSecret(b"the vault's own password")

    def run(ansible: Ansible, **way: Any) -> Any:
        options = connection(ansible.vcenter)
        encrypted = VaultLib().encrypt(options.pop("password"), secret).decode()
        plain = "".join(f"        {name}: '{value}'\n" for name, value in options.items())
        vaulted = "!vault |\n" + "".join(f"            {line}\n" for line in encrypted.splitlines())
        playbook = (
            "- hosts: localhost\n"
            "  gather_facts: false\n"
            "  vars:\n"
            f"    secret: {vaulted}"
            "  tasks:\n"
            "    - name: inline\n"
            "      vijson.tasks.vi_task_info:\n"
            f"{plain}        password: {vaulted}"
            "    - name: variable\n"
            "      vijson.tasks.vi_task_info:\n"
            f"{plain}        password: '{{{{ secret }}}}'\n"
            "    - name: entity\n"
            "      vijson.tasks.vi_task_create:\n"
            f"{plain}        password: '{{{{ secret }}}}'\n"
            f"        task_type: {JOB}\n"
            f"        initiated_by: {vaulted}"
        )
        (ansible.folder / "vault").write_bytes(secret.bytes)
        arguments = ["--vault-password-file", str(ansible.folder / "vault"), "-vv"]
        return ansible.playbook(playbook, arguments=arguments, env=NO_CONNECTION, **way)

    outcomes = both_ways.compared(run)
    assert [outcome.status for outcome in outcomes] == ["ok"] * 3
    masked = outcomes["entity"].result["task"]["reason"]["user_name"]
    assert masked == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert both_ways.vcenters[0].variables["VMWARE_PASSWORD"] not in outcomes.output


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_many_hosts_wait_and_create_without_module_processes(ansible: Ansible, vcenter: VCenter, strategy: str) -> None:
    hosts = {f"host{number}": {"moids": vcenter.tasks(2, duration=1 + number / 4)} for number in range(4)}
    run = ansible.tasks(
        [
            task("wait", "vi_task_wait", {"tasks": "{{ moids }}", "wait_timeout": 30}),
            task(
                "create",
                "vi_task_create",
                {"task_type": JOB, "activation_id": "of {{ inventory_hostname }} in a free world"},
            ),
        ],
        play={"hosts": "all", "strategy": strategy},
        hosts=hosts,
        arguments=["--forks=4"],
    )
    assert run.processes == 0
    assert {outcome.host: outcome.result["succeeded"] for outcome in run.all("wait")} == {
        name: variables["moids"] for name, variables in hosts.items()
    }
    created = [outcome.result["task"] for outcome in run.all("create")]
    assert len({made["moid"] for made in created}) == len(hosts)


def test_the_task_timeout_of_ansible_ends_a_wait_and_closes_what_it_opened(ansible: Ansible, vcenter: VCenter) -> None:
    """Ansible's own timeout ends a wait, and the module closes what it opened."""
    moid = vcenter.task()
    runs = [
        # starting a module takes a while
        ansible.tasks(
            [task("wait", "vi_task_wait", {"tasks": moid}, timeout=seconds)],
            in_process=in_process,
            env={"MARK": "timeout"},
        )
        for seconds, in_process in ((3, True), (8, False))
    ]
    here, as_module = (run["wait"] for run in runs)
    for seconds, outcome in ((3, here), (8, as_module)):
        assert outcome.status == "failed"
        assert f"({seconds})" in outcome.msg or f"{seconds} second" in outcome.msg
        assert outcome.requests["PropertyCollector.WaitForUpdatesEx"] >= 1
    assert here.left == {}
    # the module continues until it has something to report
    for progress in range(300):
        vcenter.change(moid, progress=progress % 100)
        if not vcenter.left() and not processes_with("MARK", "timeout"):
            return
        time.sleep(0.2)
    raise AssertionError(vcenter.left())


def test_async_tasks_report_success_and_failure(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task(duration=1)
    run = ansible.tasks(
        [
            task("start", "vi_task_wait", {"tasks": moid}, **{"async": 60, "poll": 0}, register="job"),
            task(
                "status",
                "ansible.builtin.async_status",
                {"jid": "{{ job.ansible_job_id }}"},
                register="status",
                until="status.finished",
                retries=60,
                delay=0.3,
            ),
            task("start what fails", "vi_task_info", {"tasks": "tsk-1"}, **{"async": 60, "poll": 0}, register="job"),
            task(
                "status of what fails",
                "ansible.builtin.async_status",
                {"jid": "{{ job.ansible_job_id }}"},
                register="status",
                until="status.finished",
                retries=60,
                delay=0.3,
            ),
        ]
    )
    assert run["start"].result["started"]
    assert run["status"].status == "ok"
    assert run["status"].result["succeeded"] == [moid]
    assert run["status of what fails"].status == "failed"
    assert run["status of what fails"].msg.startswith("tasks: 'tsk-1' is not a valid task.")
