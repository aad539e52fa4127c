# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.support.fixtures import ansible, shared_vcenter, short_path, vcenter
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

__all__ = ["ansible", "shared_vcenter", "short_path", "vcenter"]


@pytest.fixture(scope="session")
def shared_twins() -> Iterator[tuple[VCenter, VCenter]]:
    """Two simulators that get the same requests."""
    options = ["--history", "0", "--user", "bob:running:admin"]
    with simulator(options) as first, simulator(options) as second:
        yield VCenter(first), VCenter(second)


@pytest.fixture
def both_ways(shared_twins: tuple[VCenter, VCenter], tmp_path: Path) -> Iterator[BothWays]:
    """Runs in Ansible's own process and as modules, compared. Neither may leave anything open."""
    for twin in shared_twins:
        twin.reset()
    yield BothWays(shared_twins, tmp_path)
    left = [twin.left() for twin in shared_twins]
    for twin in shared_twins:
        twin.clean()
    assert left == [{}, {}]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes what the test enters at the end of the test, or earlier if the test closes it."""
    with ExitStack() as entered:
        yield entered
