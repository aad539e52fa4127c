# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One module with a damaged request: one effect or none, one line, nothing left open.

By default a sample runs; ``FAULTS=whole`` runs all, and ``FAULTS_TABLE=FILE`` writes what came of them.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._vijson import transport
from ansible_collections.vijson.tasks.plugins.module_utils._waiting import wait
from ansible_collections.vijson.tasks.tests.faults.matrix import Verdict, cases, try_case
from ansible_collections.vijson.tasks.tests.faults.report import write_table
from ansible_collections.vijson.tasks.tests.support.scenarios import SCENARIOS, Scenario
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

SAMPLE = 20  # cases of a scenario


@pytest.fixture(scope="module")
def server() -> Iterator[VCenter]:
    """A simulator of the matrix' own, for it restarts it after each case."""
    with simulator(["--history", "0"]) as variables:
        yield VCenter(variables)


@pytest.fixture(scope="module")
def verdicts() -> Iterator[list[Verdict]]:
    """What came of all cases, in a table at the end."""
    collected: list[Verdict] = []
    yield collected
    if os.environ.get("FAULTS_TABLE"):
        write_table(Path(os.environ["FAULTS_TABLE"]), collected)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Try again at once: how long the pauses are is tested elsewhere. Files that are written go with the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(transport, "REQUEST_PAUSES", (0.02, 0.1, 0.1))
    monkeypatch.setattr(wait, "WAIT_PAUSES", (0.02, 0.1))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_one_effect_or_none_and_nothing_left(scenario: Scenario, server: VCenter, verdicts: list[Verdict]) -> None:
    chosen = list(cases(server, scenario))
    if os.environ.get("FAULTS") != "whole":
        chosen = random.Random(scenario.name).sample(chosen, min(SAMPLE, len(chosen)))
    found = [try_case(server, case) for case in chosen]
    verdicts += found
    problems = [f"{verdict.case}: {problem}" for verdict in found for problem in verdict.problems]
    assert not problems, "\n" + "\n".join(problems)
