# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that one module takes in a play, without the start of the play: in a loop of twenty, and in twenty tasks.

It is compared with ``ping`` and with a module that only imports requests.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from ansible_collections.vijson.tasks.tests.bench.table import Row
from ansible_collections.vijson.tasks.tests.bench.vcenter import Server

TIMES = 20
ROUNDS = 5
_LIBRARY = Path(__file__).parent / "library"

_INFO: dict[str, Any] = {"vijson.tasks.vi_task_info": {"task": "{{ moid }}"}}
_PING: dict[str, Any] = {"ansible.builtin.ping": {}}
_IMPORT: dict[str, Any] = {"import_requests": {}}
_FLOOR = "a module that only imports requests"
_HERE, _APART = "in the Ansible process", "in a process of its own"
_WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ping": (_PING, {}),
    _FLOOR: (_IMPORT, {}),
    _HERE: (_INFO, {}),
    _APART: (_INFO, {"vijson_tasks_in_process": False}),
}

# What the time of a way is compared with, and what is wanted.
_GOALS = {_HERE: ("ping", "<= 0.20"), _APART: (_FLOOR, "<= 1.10")}


def measure(server: Server) -> list[Row]:
    """A row for each way to run it, in a loop and in tasks."""
    rows = []
    moid = server.task()
    requests = _requests(server, moid)
    for shape in ("loop", "tasks"):
        costs = _costs(shape, moid)
        for way, seconds in costs.items():
            against, goal = _GOALS.get(way, ("ping", ""))
            rows.append(
                Row(
                    f"one module, {'in a loop' if shape == 'loop' else 'in a task of its own'}: {way}",
                    seconds=seconds,
                    ratio=seconds / costs[against],
                    against=against,
                    requests=requests if _WAYS[way][0] is _INFO else 0,
                    goal=goal,
                    note=f"{seconds / costs['ping']:.2f} x ping" if against != "ping" else "",
                )
            )
    return rows


def _costs(shape: str, moid: str) -> dict[str, float]:
    """Seconds of one module by way: medians of alternating rounds, minus the time of an empty play."""
    with TemporaryDirectory() as folder:
        plays = {"": _write(folder, "empty", [], {})}
        for way, (task, variables) in _WAYS.items():
            plays[way] = _write(folder, way.replace(" ", "-"), _tasks(shape, task), {"moid": moid, **variables})
        taken: dict[str, list[float]] = {way: [] for way in plays}
        for _round in range(ROUNDS):
            for way, play in plays.items():
                taken[way].append(_run(play))
    empty = median(taken.pop(""))
    return {way: (median(seconds) - empty) / TIMES for way, seconds in taken.items()}


def _tasks(shape: str, task: dict[str, Any]) -> list[dict[str, Any]]:
    if shape == "loop":
        return [{"name": "Loop", **task, "loop": list(range(TIMES))}]
    return [{"name": f"Task {number}", **task} for number in range(TIMES)]


def _write(folder: str, name: str, tasks: list[dict[str, Any]], variables: dict[str, Any]) -> Path:
    play = {"name": name, "hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    path = Path(folder, f"{name}.yml")
    path.write_text(json.dumps([play]))
    return path


def _run(play: Path) -> float:
    begun = time.monotonic()
    subprocess.run(
        ["ansible-playbook", "--module-path", str(_LIBRARY), str(play)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - begun


def _requests(server: Server, moid: str) -> int:
    with TemporaryDirectory() as folder:
        play = _write(folder, "one", [{"name": "One", **_INFO}], {"moid": moid})
        server.reset()
        _run(play)
    return server.total()
