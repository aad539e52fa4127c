# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for tests of action plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.plugins.plugin_utils._switches import IN_PROCESS, PROGRESS, SHARE_SESSION
from ansible_collections.vijson.tasks.tests.unit.support.actions import Action


@pytest.fixture(autouse=True)
def no_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore the settings of the machine."""
    for name in (IN_PROCESS, PROGRESS, SHARE_SESSION):
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def action(tmp_path: Path) -> Action:
    return Action(tmp_path)
