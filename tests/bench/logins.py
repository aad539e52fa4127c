# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of many modules on a vCenter whose logins take half a second, with and without a shared session."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ansible_collections.vijson.tasks.tests.bench.table import Row
from ansible_collections.vijson.tasks.tests.bench.vcenter import Server

LOGIN = 0.5  # seconds, as single sign-on takes
_HOST = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
_INFO: dict[str, Any] = {"vijson.tasks.vi_task_info": {"task": "{{ moid }}"}}
_ALL = {"name": "On all hosts", **_INFO}

# The tasks of a run, its hosts and its forks: 5 on each of 11 hosts and 5 on one of them, and 5 on each of 50 hosts.
_RUNS: dict[str, tuple[list[dict[str, Any]], int, int]] = {
    "60 modules on 11 hosts, 11 forks": ([_ALL] * 5 + [{"name": "On one host", **_INFO, "run_once": True}] * 5, 11, 11),
    "250 modules on 50 hosts, 50 forks": ([_ALL] * 5, 50, 50),
}
_GOALS = {"60 modules on 11 hosts, 11 forks": "62 requests, 1 login", "250 modules on 50 hosts, 50 forks": "1 login"}


def measure(server: Server) -> list[Row]:
    """Two rows for each run: with a login for each module, and with one for all."""
    server.fault("SessionManager.Login", "delay", times=10_000, seconds=LOGIN)
    rows = []
    try:
        for what, (tasks, hosts, forks) in _RUNS.items():
            alone, shared = (_run(server, tasks, hosts, forks, shares) for shares in (False, True))
            rows.append(_row(f"{what}: a login for each module", alone))
            row = _row(f"{what}: one login for the run", shared)
            ratio = shared[0] / alone[0]
            rows.append(row._replace(ratio=ratio, against="a login for each module", goal=_GOALS[what]))
    finally:
        server.control("DELETE", "faults")
    return rows


def _row(what: str, measured: tuple[float, int, int]) -> Row:
    seconds, requests, logins = measured
    return Row(what, seconds, requests=requests, note=f"{logins} login{'s' * (logins != 1)} of {LOGIN:g} s")


def _run(server: Server, tasks: list[dict[str, Any]], hosts: int, forks: int, shares: bool) -> tuple[float, int, int]:
    """Seconds, requests and logins of a run."""
    variables = {"moid": server.task()}
    with TemporaryDirectory() as folder:
        play, inventory = Path(folder, "play.yml"), Path(folder, "hosts.json")
        play.write_text(
            json.dumps([{"name": "Run", "hosts": "all", "gather_facts": False, "vars": variables, "tasks": tasks}])
        )
        inventory.write_text(json.dumps({"all": {"hosts": {f"host{number}": _HOST for number in range(hosts)}}}))
        server.reset()
        begun = time.monotonic()
        subprocess.run(
            ["ansible-playbook", "--inventory", str(inventory), "--forks", str(forks), str(play)],
            env={**os.environ, "VIJSON_TASKS_SHARE_SESSION": str(shares)},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds = time.monotonic() - begun
    return seconds, server.total(), server.state()["requests"]["SessionManager.Login"]
