# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the history into a file: ten thousand tasks, and ten times as many."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ansible_collections.vijson.tasks.tests.bench.table import Row
from ansible_collections.vijson.tasks.tests.bench.vcenter import vcenter
from ansible_collections.vijson.tasks.tests.bench.worker import Run
from ansible_collections.vijson.tasks.tests.bench.worker import measure as run

SMALL, LARGE = 10_000, 100_000
ROUNDS = 3
NAIVE_PAGE = 10

_SESSION = 2  # a login and a logout


def measure() -> list[Row]:
    """Rows for both sizes, and for pages of ten."""
    small, small_requests = _read(SMALL)
    large, large_requests = _read(LARGE)
    small_cost, large_cost = (size.seconds / count for size, count in ((small, SMALL), (large, LARGE)))
    naive, naive_requests = _read_small_pages()
    return [
        Row(f"history of {SMALL:,} tasks: pages of {NAIVE_PAGE}", naive.seconds, requests=naive_requests - _SESSION),
        Row(
            f"history of {SMALL:,} tasks into dest",
            small.seconds,
            ratio=small.seconds / naive.seconds,
            against=f"pages of {NAIVE_PAGE}",
            requests=small_requests - _SESSION,
            goal="<= 13 requests, >= 2,000 tasks/s",
            note=f"{1 / small_cost:,.0f} tasks/s, peak {small.peak:.0f} MiB",
        ),
        Row(
            f"history of {LARGE:,} tasks into dest",
            large.seconds,
            ratio=large_cost / small_cost,
            against=f"time per task at {SMALL:,}",
            requests=large_requests - _SESSION,
            goal="peak < 150 MB, ratio <= 1.20",
            note=f"{1 / large_cost:,.0f} tasks/s, peak {large.peak:.0f} MiB",
        ),
    ]


def _read(size: int) -> tuple[Run, int]:
    """The run with the median duration, and its requests."""
    with vcenter(size) as server, TemporaryDirectory() as folder:
        runs = []
        for _round in range(ROUNDS):
            dest = Path(folder, "tasks.jsonl")
            dest.unlink(missing_ok=True)
            server.reset()
            runs.append(run("vi_task_collector", {"dest": str(dest)}))
        requests = server.total()
    middle = median(item.seconds for item in runs)
    return next(item for item in runs if item.seconds == middle), requests


def _read_small_pages() -> tuple[Run, int]:
    with vcenter(SMALL) as server:
        taken = run("vi_task_collector", {"page_size": NAIVE_PAGE, "fields": ["key"]})
        return taken, server.total()
