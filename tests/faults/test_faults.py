# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each module with one damaged request: at most one effect, a message of one line, and nothing left open.

The default is a sample. ``FAULTS=whole`` runs all cases, and ``FAULTS_TABLE=FILE`` writes the results.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._vijson import transport
from ansible_collections.vijson.tasks.plugins.module_utils._waiting import wait
from ansible_collections.vijson.tasks.tests.faults.matrix import cases, try_case
from ansible_collections.vijson.tasks.tests.faults.report import count_verdicts
from ansible_collections.vijson.tasks.tests.support.scenarios import SCENARIOS, Scenario
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

SAMPLE = 20  # cases of a scenario


@pytest.fixture(scope="module")
def server() -> Iterator[VCenter]:
    """A simulator for this suite alone, which restarts it after each case."""
    with simulator(["--history", "0"]) as variables:
        yield VCenter(variables)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Retry at once; other tests check the pauses. Files go to the test's own folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(transport, "REQUEST_PAUSES", (0.02, 0.1, 0.1))
    monkeypatch.setattr(wait, "WAIT_PAUSES", (0.02, 0.1))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_a_damaged_request_has_at_most_one_effect_and_leaves_nothing_open(
    scenario: Scenario, server: VCenter, record_property: Callable[[str, object], None]
) -> None:
    chosen = list(cases(server, scenario))
    if os.environ.get("FAULTS") != "whole":
        chosen = random.Random(scenario.name).sample(chosen, min(SAMPLE, len(chosen)))
    found = [try_case(server, case) for case in chosen]
    record_property("faults", [tuple(row) for row in count_verdicts(found)])
    problems = [f"{verdict.case}: {problem}" for verdict in found for problem in verdict.problems]
    assert not problems, "\n" + "\n".join(problems)
