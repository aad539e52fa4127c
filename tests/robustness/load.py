# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load: the plays that run at once, and their figures."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from ansible_collections.vijson.tasks.tests.support.memory import peak_memory
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "all_vcenters.yml"
JOB = "com.vijson.simulator.job"


@dataclass
class Figures:
    """The figures of one measurement.

    :ivar modules: how many modules ran
    :ivar failed: how many of them failed
    :ivar sessions: the highest number of open sessions in the samples
    """

    what: str
    modules: int = 0
    failed: int = 0
    seconds: float = 0.0
    requests: int = 0
    logins: int = 0
    sessions: int = 0

    def take(self, run: Run) -> None:
        """Count the modules of a run."""
        self.modules = len(run.outcomes)
        self.failed = sum(outcome.status == "failed" for outcome in run)


@contextmanager
def measured(vcenter: VCenter, what: str) -> Iterator[Figures]:
    """Measure time, requests and sessions in the block."""
    figures = Figures(what)
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            figures.sessions = max(figures.sessions, vcenter.state()["sessions"])

    vcenter.reset()
    looking = threading.Thread(target=look)
    looking.start()
    begun = time.monotonic()
    try:
        yield figures
    finally:
        figures.seconds = time.monotonic() - begun
        ended.set()
        looking.join()
    requests = vcenter.state()["requests"]
    figures.requests = sum(requests.values())
    figures.logins = requests.get("SessionManager.Login", 0)


def sharing(shares: bool) -> dict[str, str]:
    """The environment that switches the session of a run on or off."""
    return {"VIJSON_TASKS_SHARE_SESSION": str(shares)}


def play_on(ansible: Ansible, hosts: int, *, in_process: bool, shares: bool) -> Run:
    """Run one play on many hosts at once: read, create, drive, wait and search, each host for its own task."""
    mine = "of {{ inventory_hostname }} under load, {{ way }}"
    tasks = [
        task("info", "vi_task_info", {"entity": "/DC0/vm/web01"}),
        task("create", "vi_task_create", {"task_type": JOB, "activation_id": mine}, register="made"),
        task("state", "vi_task_state", {"task": "{{ made.task.moid }}", "state": "success", "result": "done"}),
        task("wait", "vi_task_wait", {"tasks": "{{ made.task }}"}),
        task("collector", "vi_task_collector", {"activation_ids": [mine], "fields": ["moid", "result"]}),
    ]
    way = {"way": f"in process: {in_process}, shared: {shares}"}
    return ansible.tasks(
        tasks,
        play={"hosts": "all"},
        hosts={f"host{number}": way for number in range(hosts)},
        arguments=[f"--forks={hosts}"],
        in_process=in_process,
        env=sharing(shares),
        timeout=1200,
    )


class ManyVCenters(NamedTuple):
    """The figures of a play that shows what runs on many vCenters.

    :ivar memory: the most memory that Ansible and its forks used at the same time, in MiB
    """

    vcenters: int
    forks: int
    tasks: int
    seconds: float
    memory: float


def show_all(vcenters: list[VCenter], folder: Path, forks: int) -> tuple[ManyVCenters, list[str]]:
    """Run the playbook all_vcenters; returns its figures and the table."""
    inventory = folder / "vcenters.json"
    hosts = dict.fromkeys(vcenter.host for vcenter in vcenters)
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(json.dumps({"vcenters": {"hosts": hosts, "vars": local}}), encoding="utf-8")
    command = ["ansible-playbook", str(PLAYBOOK), f"--inventory={inventory}", f"--forks={forks}"]
    begun = time.monotonic()
    started = Ansible(vcenters[0], folder).start(command, own_group=True)
    assert isinstance(started.process, subprocess.Popen)
    with ThreadPoolExecutor(1) as pool:
        memory = pool.submit(peak_memory, started.process)
        run = started.finish(600)
    seconds = time.monotonic() - begun
    assert run.code == 0, run.output
    table = run["Show them in one table"].result["msg"]
    return ManyVCenters(len(vcenters), forks, len(table), seconds, memory.result()), table


_ABOUT = """# Load-test results

`make test-load` wrote this page on {machine}, with the simulator on the same machine.

- **modules**: the number of module runs, and how many of them **failed**.
- **requests**: the number of requests that the simulator received.
- **logins**: how many of them were logins. Modules of a run share one session, unless the measurement says otherwise.
- **sessions**: the largest number of open sessions observed.

{table}
When no session is left, the server responds with HTTP 503, and the module fails with this message:

> {refusal}

## Many vCenters

The playbook `all_vcenters.yml` shows the running tasks of all vCenters in one table. It logs in once at each vCenter.
The simulated vCenters run in one process on the same machine.

- **tasks**: the number of lines in the table.
- **memory**: the most memory that Ansible and its forks used at the same time. Memory that they share is counted once.

{many_vcenters}"""


def write_page(path: Path, figures: list[Figures], refusal: str, many_vcenters: list[ManyVCenters]) -> None:
    """Write the figures, and the message at the session limit."""
    lines = [
        "| measurement | modules | failed | seconds | requests | logins | sessions |",
        "| --- | --: | --: | --: | --: | --: | --: |",
        *(
            f"| {row.what} | {row.modules:,} | {row.failed} | {row.seconds:.1f} | {row.requests:,} | {row.logins} |"
            f" {row.sessions} |"
            for row in figures
        ),
    ]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')}"
    many = [
        "| vCenters | forks | tasks | seconds | memory |",
        "| --: | --: | --: | --: | --: |",
        *(
            f"| {row.vcenters} | {row.forks} | {row.tasks:,} | {row.seconds:.1f} | {row.memory:.0f} MiB |"
            for row in many_vcenters
        ),
    ]
    tables = {"table": "\n".join(lines) + "\n", "many_vcenters": "\n".join(many) + "\n"}
    path.write_text(_ABOUT.format(machine=machine, refusal=refusal, **tables), encoding="utf-8")
