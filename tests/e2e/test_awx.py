# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: with ansible-runner and the environment variables of its VMware credential."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.runs import Task, inherited_environment, task
from ansible_collections.vijson.tasks.tests.support.vcenter import SESSION_HEADER, VCenter

RUNNER = Path(sys.executable).with_name("ansible-runner")
TIMEOUT = 120  # seconds
WRONG_PASSWORD = "not-The-Right-0ne!"

pytestmark = pytest.mark.skipif(
    not RUNNER.exists(), reason="left out: ansible-runner is not installed (requirements/tools.in)"
)


class Job:
    """The project and inventory of a job template, and the files that a job leaves."""

    def __init__(self, folder: Path, vcenter: VCenter):
        self.folder = folder
        self.vcenter = vcenter

    def _write(self, path: str, data: Any) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(json.dumps(data), encoding="utf-8")

    def run(self, tasks: list[Task], variables: dict[str, Any]) -> None:
        """Run tasks in a playbook with the highest verbosity and with inventory variables."""
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        self._write("inventory/hosts.json", {"all": {"hosts": {"localhost": {**local, **variables}}}})
        # the credential has no field for the port
        defaults = {"group/vijson.tasks.vi": {"port": self.vcenter.port}}
        play = {"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}
        self._write("project/site.yml", [play])
        credential = {
            "VMWARE_USER": self.vcenter.variables["VMWARE_USER"],
            "VMWARE_PASSWORD": self.vcenter.variables["VMWARE_PASSWORD"],
            "VMWARE_HOST": self.vcenter.host,
            "VMWARE_VALIDATE_CERTS": "False",
        }
        command = [str(RUNNER), "run", str(self.folder), "--playbook", "site.yml", "--ident", "1", "--omit-env-files"]
        done = subprocess.run(
            [*command, "-vvvvv"],
            env={**inherited_environment(), **credential},
            timeout=TIMEOUT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout

    def events(self) -> Iterator[dict[str, Any]]:
        """The events that AWX shows and stores."""
        for path in (self.folder / "artifacts/1/job_events").iterdir():
            yield json.loads(path.read_text("utf-8"))

    def results(self) -> dict[str, dict[str, Any]]:
        """The result of each task."""
        data = [event["event_data"] for event in self.events() if event["event"].startswith("runner_on_")]
        return {each["task"]: each["res"] for each in data if "res" in each}

    def texts(self) -> Iterator[str]:
        """All files of the job except `command`, in which ansible-runner stores the environment."""
        for path in (self.folder / "artifacts").rglob("*"):
            if path.is_file() and path.name != "command":
                yield path.read_text("utf-8")


@pytest.fixture
def logged(vcenter: VCenter) -> Iterator[VCenter]:
    """A vCenter that logs requests, which shows the sessions."""
    vcenter.control("POST", "log", {"on": True})
    vcenter.control("DELETE", "log")
    yield vcenter
    vcenter.control("POST", "log", {"on": False})


def sessions(vcenter: VCenter) -> set[str]:
    """The ids of the sessions in the log."""
    headers = [
        {name.lower(): value for name, value in each["headers"].items()} for each in vcenter.control("GET", "log")
    ]
    return {each[SESSION_HEADER] for each in headers if SESSION_HEADER in each}


@pytest.mark.parametrize("in_process", [True, False], ids=["in_process", "modules"])
def test_a_job_works_with_the_awx_credential_and_stores_no_secret(
    logged: VCenter, tmp_path: Path, in_process: bool
) -> None:
    running = logged.task(type="VirtualMachine.clone", duration=1, outcome="success")
    job = Job(tmp_path, logged)
    shared = {"session_id": "{{ login.session_id }}"}
    job.run(
        [
            task("Log in", "vi_session", register="login"),
            task("Read", "vi_task_info", {**shared, "tasks": [running]}),
            task("Wait", "vi_task_wait", {**shared, "tasks": [running], "wait_timeout": 60}),
            task("Search", "vi_task_collector", {"begin_time": "1h", "fields": ["moid"]}),
            task("Log in wrongly", "vi_task_info", {"password": "{{ wrong }}"}),
            task("Use a wrong session", "vi_task_info", {"session_id": "{{ wrong }}"}),
            task("Log out", "vi_session", {**shared, "state": "absent"}),
        ],
        {"vijson_tasks_in_process": in_process, "wrong": WRONG_PASSWORD},
    )
    results = job.results()
    # ansible-core 2.16 keeps `changed`.
    assert set(results["Log in"]) - {"changed"} == {"censored"}
    assert results["Read"]["tasks"][0]["moid"] == running
    assert results["Wait"]["succeeded"] == [running]
    assert {"moid": running} in results["Search"]["tasks"]
    assert "did not accept the user name and password" in results["Log in wrongly"]["msg"]
    assert "does not know this session" in results["Use a wrong session"]["msg"]

    shown = [event["stdout"] for event in job.events() if event["stdout"].startswith(f"{running} ")]
    assert bool(shown) == in_process, "a wait shows its progress if it runs in Ansible's own process"

    secrets = {logged.variables["VMWARE_PASSWORD"], WRONG_PASSWORD, *sessions(logged)}
    assert len(secrets) == 4
    for text in job.texts():
        assert [secret for secret in secrets if secret in text] == []
