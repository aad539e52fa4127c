# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Add up what scripts/check noted in a folder, and fail if anything did.

Usage: summary.py FOLDER. A check counts as one test, or as those of the JUnit file beside its note.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path


def reported(report: Path) -> Counter[str]:
    """The tests in a JUnit file by how they ended: passed, failed, skipped."""
    counts: Counter[str] = Counter()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        passed = int(suite.get("tests", 0)) - failed - skipped
        counts.update(passed=passed, failed=failed, skipped=skipped)
    return counts


def count(note: Path) -> Counter[str]:
    """The tests of one check; one that failed has at least one failed test."""
    ended = note.read_text().strip()
    report = note.with_name(f"{note.name}.xml")
    counts = reported(report) if report.exists() else Counter([ended])
    if ended == "failed" and not counts["failed"]:
        counts["failed"] += 1
    return counts


def line(counts: Counter[str]) -> str:
    """The counts as test runners print them."""
    text = f"{counts['passed']} passed, {counts['failed']} failed"
    return f"{text}, {counts['skipped']} skipped" if counts["skipped"] else text


def main() -> None:
    """Print a line for each check, and the sum."""
    total: Counter[str] = Counter()
    for note in sorted(Path(sys.argv[1]).iterdir()):
        if note.suffix != ".xml":
            counts = count(note)
            print(f"{note.name:20} {line(counts)}")
            total += counts
    print(line(total))
    sys.exit(1 if total["failed"] or not total["passed"] else 0)


if __name__ == "__main__":
    main()
