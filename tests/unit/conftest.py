# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis profiles: a short run that is always the same, and a long random one."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

_COMMON = settings(database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)

settings.register_profile("tests", _COMMON, max_examples=20, derandomize=True)
settings.register_profile("fuzz", _COMMON, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))

# failed checks of the helpers show their values, as those of tests do
pytest.register_assert_rewrite("ansible_collections.vijson.tasks.tests.unit.support")
