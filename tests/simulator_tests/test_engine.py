# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the server drives its own tasks over time, and how precise their times are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.task import Plan, Task
from simulator_tests.in_process import Client, scenario


def planned(client: Client, state: str, **plan: Any) -> Task:
    """A task that takes 1000 s, in a world whose clock runs."""
    client.world.engine.wake()
    task = client.task(state)
    task.plan = Plan(1000.0, **plan)
    return task


@pytest.mark.parametrize(("elapsed", "percent"), [(0.0, 0), (250.0, 25), (999.0, 99)])
@scenario
async def test_the_progress_is_the_share_of_the_time(client: Client, elapsed: float, percent: int) -> None:
    task = planned(client, "running")
    client.world.engine.drive(task, elapsed)
    assert (task.state, task.progress) == ("running", percent)


@scenario
async def test_times_are_cut_to_the_digits_of_a_task(client: Client) -> None:
    task = client.task()
    for digits, cut in ((9, 1_234_567_891), (6, 1_234_567_000), (0, 1_000_000_000)):
        task.digits = digits
        assert task.precise(1_234_567_891) == cut


@scenario
async def test_the_progress_never_falls(client: Client) -> None:
    task = planned(client, "running")
    task.progress = 70
    client.world.engine.drive(task, 250.0)
    assert task.progress == 70


@scenario
async def test_a_task_ends_when_its_time_is_over(client: Client) -> None:
    task = planned(client, "running")
    client.world.engine.drive(task, 1000.0)
    assert (task.state, task.progress) == ("success", 100)


@scenario
async def test_a_queued_task_starts_when_its_time_in_the_queue_is_over(client: Client) -> None:
    task = planned(client, "queued", queued=0.5)
    client.world.engine.drive(task)
    await asyncio.sleep(0.01)
    assert task.state == "queued"
    client.world.engine.drive(task, 0.5)
    await asyncio.sleep(0.01)
    assert (task.state, task.progress) == ("running", 0)
