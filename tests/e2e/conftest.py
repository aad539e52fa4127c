# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: simulators, Ansible, and the check that nothing is left open on a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ansible_collections.vijson.tasks.scripts.with_simulator import simulator
from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.e2e.runs import Ansible
from ansible_collections.vijson.tasks.tests.e2e.vcenter import VCenter


@pytest.fixture(scope="session")
def shared_vcenter() -> Iterator[VCenter]:
    """One simulator for all tests, without a history."""
    with simulator(["--history", "0", "--check"]) as variables:
        yield VCenter(variables)


@pytest.fixture
def vcenter(shared_vcenter: VCenter) -> Iterator[VCenter]:
    """The simulator; when the test has ended, nothing may be open there, nor anything against the contract."""
    shared_vcenter.reset()
    yield shared_vcenter
    state = shared_vcenter.state()
    left = shared_vcenter.left()
    shared_vcenter.clean()
    assert left == {}
    assert state["violations"] == []


@pytest.fixture
def ansible(vcenter: VCenter, tmp_path: Path) -> Ansible:
    """Ansible, with the variables that lead to the simulator."""
    return Ansible(vcenter, tmp_path)


@pytest.fixture(scope="session")
def shared_twins() -> Iterator[tuple[VCenter, VCenter]]:
    """Two simulators to which the same is done."""
    options = ["--history", "0", "--user", "bob:running:admin"]
    with simulator(options) as first, simulator(options) as second:
        yield VCenter(first), VCenter(second)


@pytest.fixture
def both_ways(shared_twins: tuple[VCenter, VCenter], tmp_path: Path) -> Iterator[BothWays]:
    """Runs in Ansible's own process and as modules, compared; nothing may be left open by either."""
    for vcenter in shared_twins:
        vcenter.reset()
    yield BothWays(shared_twins, tmp_path)
    left = [vcenter.left() for vcenter in shared_twins]
    for vcenter in shared_twins:
        vcenter.clean()
    assert left == [{}, {}]


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name, as a TMPDIR for ansible-core has to."""
    with TemporaryDirectory(prefix="vijson-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is entered there is left when the test ends, or when it closes it."""
    with ExitStack() as entered:
        yield entered
