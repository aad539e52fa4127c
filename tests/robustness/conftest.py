# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures, and the hypothesis profiles of the unit tests."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.support.fixtures import ansible, shared_vcenter, short_path, vcenter
from ansible_collections.vijson.tasks.tests.unit import conftest as profiles

__all__ = ["ansible", "profiles", "shared_vcenter", "short_path", "vcenter"]
