# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures that several suites use: a simulator, Ansible beside it, and the check that nothing is left open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ansible_collections.vijson.tasks.tests.support.runs import Ansible
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter


@pytest.fixture(scope="session")
def shared_vcenter() -> Iterator[VCenter]:
    """One simulator for all tests, without a history."""
    with simulator(["--history", "0", "--check"]) as variables:
        yield VCenter(variables)


@pytest.fixture
def vcenter(shared_vcenter: VCenter) -> Iterator[VCenter]:
    """The simulator. When the test ends, nothing may be open on it, and no response may have broken the contract."""
    shared_vcenter.reset()
    yield shared_vcenter
    state = shared_vcenter.state()
    left = shared_vcenter.left()
    shared_vcenter.clean()
    assert left == {}, left
    assert state["violations"] == [], state["violations"]


@pytest.fixture
def ansible(vcenter: VCenter, tmp_path: Path) -> Ansible:
    """Ansible with the environment variables for the simulator."""
    return Ansible(vcenter, tmp_path)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder with a path short enough for sockets, as ansible-core needs for TMPDIR."""
    with TemporaryDirectory(prefix="vijson-", dir="/tmp") as folder:
        yield Path(folder)
