# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the results of all workers to the file ``FAULTS_TABLE``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.faults.report import Row, write_table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Collect what the tests recorded, in this process or in those of pytest-xdist."""
    page = os.environ.get("FAULTS_TABLE")
    if page:
        reports = [report for reports in terminalreporter.stats.values() for report in reports]
        recorded = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
        write_table(Path(page), [Row(*row) for properties in recorded for row in properties["faults"]])
