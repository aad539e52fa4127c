# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of tasks that stays small."""

from __future__ import annotations

import random
import tracemalloc

from ansible_collections.vijson.tasks.plugins.module_utils._history.seen_tasks import SeenTasks

MEBIBYTE = 1 << 20


def test_each_task_is_new_once() -> None:
    seen, known = SeenTasks(), set()
    odd = [
        "task-007",
        "task-7",
        "task-",
        "haTask-7",
        "task-7\n",
        "task-1",
        "task-0",
        "task-00",
        f"task-{10**30}",
        "task-\u0667",
    ]
    moids = [
        *odd,
        *(f"task-{random.choice((random.randrange(5000), random.randrange(10**17)))}" for _turn in range(5000)),
    ]
    for moid in random.choices(moids, k=20_000):
        assert seen.add(moid) is (moid not in known), moid
        known.add(moid)


def test_two_hundred_thousand_tasks_take_little_memory() -> None:
    seen = SeenTasks()
    tracemalloc.start()
    try:
        for number in range(3_000_000, 3_200_000):
            seen.add(f"task-{number}")
        assert tracemalloc.get_traced_memory()[0] < MEBIBYTE / 10
    finally:
        tracemalloc.stop()
