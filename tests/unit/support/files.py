# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of files that tests read."""

from __future__ import annotations

from pathlib import Path

COLLECTION = Path(__file__).parents[3]
CONTRACT = COLLECTION / "tests" / "contract"
