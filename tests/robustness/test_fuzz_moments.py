# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signal at any moment of a module: the module closes what it opened, in its own, a given and a shared session."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.robustness.worker import RUN, Worker
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

ROUNDS = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 60
LONGEST = 0.08  # seconds before the signal: about the duration of a module


@pytest.mark.parametrize("kind", ["own", "given", "shared"])
def test_a_signal_at_any_moment_leaves_nothing_open(vcenter: VCenter, kind: str) -> None:
    goes_on = vcenter.tasks(3, state="running")
    work: list[tuple[str, dict[str, Any]]] = [
        ("vi_task_info", {"tasks": goes_on, "localize": True, "custom_values": True}),
        ("vi_task_collector", {"page_size": 10, "fields": ["key"]}),
        ("vi_task_collector", {"page_size": 10, "fields": ["key"], "order": "newest_first"}),
        ("vi_task_wait", {"tasks": goes_on, "wait_timeout": 2}),
    ]
    chance = random.Random(kind)
    given = vcenter.log_in() if kind == "given" else None
    said = []
    with Worker(vcenter) as worker:
        for number in range(ROUNDS):
            worker.order(*work[number % len(work)], RUN if kind == "shared" else given)
            time.sleep(chance.uniform(0, LONGEST))
            worker.signal(chance.choice((signal.SIGINT, signal.SIGTERM)))
            said.append(worker.read())
    active = ", ".join(f"{moid} PowerOnVM_Task of web01 (running)" for moid in goes_on)
    assert set(said) <= {
        "",
        "Interrupted by SIGINT. The module closed everything that it opened on the vCenter",
        "Interrupted by SIGTERM. The module closed everything that it opened on the vCenter",
        f"Timed out after 2s on {vcenter.host}, not ended: {active}.",
    }
    assert len([text for text in said if text.startswith("Interrupted")]) > ROUNDS // 4
    assert vcenter.left() == ({"sessions": 1} if given else {})
    if given:
        vcenter.log_out(given)
