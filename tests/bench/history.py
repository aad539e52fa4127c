# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the history: ten thousand tasks, and a hundred times as many."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.tests.bench.table import Row
from ansible_collections.vijson.tasks.tests.bench.vcenter import Server, vcenter
from ansible_collections.vijson.tasks.tests.bench.worker import Run
from ansible_collections.vijson.tasks.tests.bench.worker import measure as run

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 3  # with the small history
NAIVE_PAGE = 10

_SESSION = 2  # a login and a logout
_COUNTS = ["who", "description_id", "state"]
_WAYS: dict[str, dict[str, Any]] = {
    "into dest": {},
    f"into dest as CSV, counted by {', '.join(_COUNTS)}": {
        "format": "csv",
        "fields": list(TASK_KEYS),
        "count_by": _COUNTS,
    },
}
_NEWEST = {"order": "newest_first", "limit": 100}
_RELEASES = ("9.0.0.0", "8.0.1.0")


class _Measured(NamedTuple):
    run: Run
    requests: int


class _History(NamedTuple):
    """The measurements of a history: by way to read it, and of its newest tasks by server."""

    size: int
    ways: dict[str, _Measured]
    newest: dict[str, _Measured]


def measure() -> list[Row]:
    """Rows for both sizes, and for pages of ten."""
    with vcenter(SMALL) as server:
        naive = _run(server, {"page_size": NAIVE_PAGE, "fields": ["key"]})
        small = _read(server, SMALL, ROUNDS)
    with vcenter(LARGE) as server:
        large = _read(server, LARGE, 1)
    rows = [Row(f"history of {SMALL:,} tasks: pages of {NAIVE_PAGE}", naive.run.seconds, requests=naive.requests)]
    for way in _WAYS:
        rows += [_small_row(way, small, naive), _large_row(way, small, large)]
    return rows + [_newest_row(release, history) for release in _RELEASES for history in (small, large)]


def _small_row(way: str, small: _History, naive: _Measured) -> Row:
    ours = small.ways[way]
    labels = "count_by" in _WAYS[way]  # groups of task types have labels, which take a request
    return Row(
        f"history of {SMALL:,} tasks {way}",
        ours.run.seconds,
        ratio=ours.run.seconds / naive.run.seconds,
        against=f"pages of {NAIVE_PAGE}",
        requests=ours.requests,
        goal=f"<= {13 + labels} requests, >= 2,000 tasks/s",
        note=f"{SMALL / ours.run.seconds:,.0f} tasks/s, peak {ours.run.peak:.1f} MiB",
    )


def _large_row(way: str, small: _History, large: _History) -> Row:
    few, many = small.ways[way], large.ways[way]
    assert many.run.result["count"] == LARGE
    return Row(
        f"history of {LARGE:,} tasks {way}",
        many.run.seconds,
        ratio=(many.run.seconds / LARGE) / (few.run.seconds / SMALL),
        against=f"time per task at {SMALL:,}",
        requests=many.requests,
        goal="peak <= 1.10 x",
        note=f"{LARGE / many.run.seconds:,.0f} tasks/s, peak {many.run.peak:.1f} MiB,"
        f" {many.run.peak / few.run.peak:.2f} x that of {SMALL:,}",
    )


def _newest_row(release: str, history: _History) -> Row:
    newest = history.newest[release]
    return Row(
        f"newest {_NEWEST['limit']} of {history.size:,} tasks, release {release}",
        newest.run.seconds,
        requests=newest.requests,
        goal="<= 4 requests",
    )


def _read(server: Server, size: int, rounds: int) -> _History:
    ways = {way: _into_file(server, options, rounds) for way, options in _WAYS.items()}
    newest = {release: _run(server, {**_NEWEST, "api_release": release}) for release in _RELEASES}
    return _History(size, ways, newest)


def _into_file(server: Server, options: dict[str, Any], rounds: int) -> _Measured:
    """The round with the median duration."""
    measured = []
    for _round in range(rounds):
        with TemporaryDirectory() as folder:
            measured.append(_run(server, {"dest": str(Path(folder, "tasks")), **options}))
    middle = median(each.run.seconds for each in measured)
    return next(each for each in measured if each.run.seconds == middle)


def _run(server: Server, params: dict[str, Any]) -> _Measured:
    server.reset()
    taken = run("vi_task_collector", params)
    return _Measured(taken, server.total() - _SESSION)
