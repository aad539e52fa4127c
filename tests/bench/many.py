# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Five hundred tasks: read them, and wait for all of them."""

from __future__ import annotations

import random
import time
from statistics import median

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import ENDED
from ansible_collections.vijson.tasks.tests.bench.table import Row
from ansible_collections.vijson.tasks.tests.bench.vcenter import Server
from ansible_collections.vijson.tasks.tests.bench.worker import measure as run
from ansible_collections.vijson.tasks.tests.bench.worker import seconds_of

TASKS = 500
SPAN = 20.0  # seconds in which the tasks end at random
ROUNDS = 3
NAIVE_PAUSE = 2.0  # seconds


def measure(server: Server) -> list[Row]:
    """Rows for reading and for waiting, each compared with a simple implementation."""
    return [*_reading(server), *_waiting(server)]


def _reading(server: Server) -> list[Row]:
    tasks = server.tasks(TASKS, state="running")
    session = server.log_in()
    ours, naive = [], []
    for _round in range(ROUNDS):
        server.reset()
        ours.append(run("vi_task_info", {"tasks": tasks, "session_id": session}).seconds)
        our_requests = server.total()
        server.reset()
        naive.append(_read_one_by_one(server, session, tasks))
        naive_requests = server.total()
    seconds, slow = median(ours), median(naive)
    return [
        Row(f"info of {TASKS} tasks: one request per task", slow, requests=naive_requests),
        Row(
            f"info of {TASKS} tasks: vi_task_info",
            seconds,
            ratio=seconds / slow,
            against="one request per task",
            requests=our_requests,
            goal="1 request, < 0.5 s",
        ),
    ]


def _read_one_by_one(server: Server, session: str, tasks: list[str]) -> float:
    begun = time.monotonic()
    for moid in tasks:
        server.read(f"Task/{moid}/info", session)
    return time.monotonic() - begun


def _waiting(server: Server) -> list[Row]:
    server.reset()
    waited = run("vi_task_wait", {"tasks": _ending(server), "fail_on_error": False})
    our_requests = server.total()
    session = server.log_in()
    server.reset()
    tasks = _ending(server)
    begun = time.monotonic()
    late = _poll_in_turn(server, session, tasks)
    naive_seconds = time.monotonic() - begun
    return [
        Row(
            f"waiting for {TASKS} tasks: one after another, every {NAIVE_PAUSE:g} s",
            naive_seconds,
            requests=server.total(),
            note=f"last end noticed after {late:.2f} s",
        ),
        Row(
            f"waiting for {TASKS} tasks: vi_task_wait",
            waited.seconds,
            ratio=waited.seconds / naive_seconds,
            against="one after another",
            requests=our_requests,
            goal="<= 100 requests, 0.3 s, CPU < 2 s",
            note=f"last end noticed after {waited.late:.2f} s, CPU {waited.cpu:.2f} s",
        ),
    ]


def _ending(server: Server) -> list[str]:
    """Tasks that end at random over the span."""
    numbers = random.Random(7)
    durations = [*(numbers.uniform(0.5, SPAN) for _task in range(TASKS - 1)), SPAN]
    return [server.task(state="running", duration=duration) for duration in durations]


def _poll_in_turn(server: Server, session: str, tasks: list[str]) -> float:
    """Wait for one task after another; the seconds between the last end and the moment when it was noticed."""
    last = 0.0
    for moid in tasks:
        while (info := server.read(f"Task/{moid}/info", session))["state"] not in ENDED:
            time.sleep(NAIVE_PAUSE)
        last = max(last, seconds_of(info["completeTime"]))
    return time.time() - last
