# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Five hundred tasks: read them, and wait for all of them. And a wait for ten times as many."""

from __future__ import annotations

import random
import time
from statistics import median

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import ENDED
from ansible_collections.vijson.tasks.tests.bench.table import Row
from ansible_collections.vijson.tasks.tests.bench.vcenter import Server
from ansible_collections.vijson.tasks.tests.bench.worker import Run, seconds_of
from ansible_collections.vijson.tasks.tests.bench.worker import measure as run

TASKS, MANY = 500, 5000
SPAN, LONG_SPAN = 20.0, 60.0  # seconds in which the tasks end at random
ROUNDS = 3
NAIVE_PAUSE = 2.0  # seconds


def measure(server: Server) -> list[Row]:
    """Rows for reading and for waiting, each compared with a simple implementation."""
    return [*_reading(server), *_waiting(server), *_long_waits(server)]


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
    waited, our_requests = _wait(server, TASKS, SPAN)
    session = server.log_in()
    server.reset()
    tasks = _ending(server, TASKS, SPAN)
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
            note=_note(waited),
        ),
    ]


def _long_waits(server: Server) -> list[Row]:
    (few, few_requests), (many, many_requests) = (_wait(server, tasks, LONG_SPAN) for tasks in (TASKS, MANY))
    what = f"tasks that end within {LONG_SPAN:g} s: vi_task_wait"
    return [
        Row(f"waiting for {TASKS:,} {what}", few.seconds, requests=few_requests, note=_note(few)),
        Row(
            f"waiting for {MANY:,} {what}",
            many.seconds,
            requests=many_requests,
            goal=f"<= 1.50 x the requests of {TASKS}, 0.5 s, CPU < 5 s",
            note=f"{many_requests / few_requests:.2f} x the requests, {_note(many)}",
        ),
    ]


def _note(waited: Run) -> str:
    return f"last end noticed after {waited.late:.2f} s, CPU {waited.cpu:.2f} s"


def _wait(server: Server, tasks: int, span: float) -> tuple[Run, int]:
    server.reset()
    waited = run("vi_task_wait", {"tasks": _ending(server, tasks, span), "fail_on_error": False})
    return waited, server.total()


def _ending(server: Server, tasks: int, span: float) -> list[str]:
    """Tasks that end at random over a span."""
    numbers = random.Random(7)
    return server.tasks(1, durations=[*(numbers.uniform(0.5, span) for _task in range(tasks - 1)), span])


def _poll_in_turn(server: Server, session: str, tasks: list[str]) -> float:
    """Wait for one task after another; the seconds between the last end and the moment when it was noticed."""
    last = 0.0
    for moid in tasks:
        while (info := server.read(f"Task/{moid}/info", session))["state"] not in ENDED:
            time.sleep(NAIVE_PAUSE)
        last = max(last, seconds_of(info["completeTime"]))
    return time.time() - last
