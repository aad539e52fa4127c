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

_INFO: dict[str, Any] = {"vijson.tasks.vi_task_info": {"task": "task-100"}}
_PING: dict[str, Any] = {"ansible.builtin.ping": {}}
_IMPORT: dict[str, Any] = {"import_requests": {}}
_WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ping": (_PING, {}),
    "a module that only imports requests": (_IMPORT, {}),
    "in the Ansible process": (_INFO, {}),
    "in a process of its own": (_INFO, {"vijson_tasks_in_process": False}),
}


def measure(server: Server) -> list[Row]:
    """A row for each way to run it, in a loop and in tasks."""
    rows = []
    for shape in ("loop", "tasks"):
        costs = _costs(shape)
        floor = costs["ping"]
        requests = _requests(server)
        for way, seconds in costs.items():
            limit = {"in the Ansible process": "<= 0.20", "in a process of its own": "<= 1.35"}.get(way, "")
            rows.append(
                Row(
                    f"one module, {'in a loop' if shape == 'loop' else 'in a task of its own'}: {way}",
                    seconds=seconds,
                    ratio=seconds / floor,
                    against="ping",
                    requests=requests if _WAYS[way][0] is _INFO else 0,
                    goal=limit,
                )
            )
    return rows


def _costs(shape: str) -> dict[str, float]:
    """Seconds of one module by way: medians of alternating rounds, minus the time of an empty play."""
    with TemporaryDirectory() as folder:
        plays = {"": _write(folder, "empty", [], {})}
        for way, (task, variables) in _WAYS.items():
            plays[way] = _write(folder, way.replace(" ", "-"), _tasks(shape, task), variables)
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


def _requests(server: Server) -> int:
    with TemporaryDirectory() as folder:
        play = _write(folder, "one", [{"name": "One", **_INFO}], {})
        server.reset()
        _run(play)
    return server.total()
