# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Add up the results that scripts/check wrote to a folder, and fail if a check failed.

Usage: summary.py FOLDER. A check is one test, or the tests in the JUnit file next to its result.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path


def reported(report: Path) -> Counter[str]:
    """The number of passed, failed and skipped tests in a JUnit file."""
    counts: Counter[str] = Counter()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        passed = int(suite.get("tests", 0)) - failed - skipped
        counts.update(passed=passed, failed=failed, skipped=skipped)
    return counts


def count(note: Path) -> Counter[str]:
    """The number of tests of one check. A failed check has at least one failed test."""
    ended = note.read_text().strip()
    report = note.with_name(f"{note.name}.xml")
    counts = reported(report) if report.exists() else Counter([ended])
    if ended == "failed" and not counts["failed"]:
        counts["failed"] += 1
    return counts


def line(counts: Counter[str]) -> str:
    """The counts in the form that test runners print."""
    text = f"{counts['passed']} passed, {counts['failed']} failed"
    return f"{text}, {counts['skipped']} skipped" if counts["skipped"] else text


def main() -> None:
    """Print a line for each check, and the total."""
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
