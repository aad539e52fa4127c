# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests of the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import Running, running
from simulator_tests.in_process import Client, new_world


@pytest.fixture
def client() -> Client:
    """An administrator's session in a new world."""
    return Client(new_world())


@pytest.fixture
def server() -> Iterator[Running]:
    """A server on a port, without history."""
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def old_server() -> Iterator[Running]:
    """A server with a history of 400 tasks, for tests that only read."""
    with running(history=400) as started:
        yield started
