# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of findings on the terminal, and the report that a person can attach to an issue."""

from __future__ import annotations

from collections import Counter

from ansible_collections.vijson.tasks.tests.probe.findings import AS_ASSUMED, DIFFERS, NOT_OBSERVED, Finding

_TITLES = ("assumption", "expected", "observed", "verdict")


def findings_text(findings: list[Finding]) -> str:
    """The findings for a terminal, those that differ last."""
    ordered = sorted(findings, key=lambda finding: (NOT_OBSERVED, AS_ASSUMED, DIFFERS).index(finding.verdict))
    lines = [
        f"{finding.verdict:13} {finding.key}\n{'':14}expected: {finding.expected}\n{'':14}observed: {finding.observed}"
        for finding in ordered
    ]
    return "\n".join([*lines, "", summary(findings)])


def summary(findings: list[Finding]) -> str:
    """One line with the number of findings of each verdict."""
    counts = Counter(finding.verdict for finding in findings)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in (AS_ASSUMED, DIFFERS, NOT_OBSERVED))


def report_page(findings: list[Finding], *, version: str, release: str, write: bool) -> str:
    """The report in Markdown. It has no names, ids or addresses."""
    head = [
        "# Findings of make probe",
        "",
        f"- Version of the API: {version or 'unknown'}",
        f"- Release in requests: {release}",
        f"- Checks with own tasks: {'yes' if write else 'no'}",
        "",
        f"{summary(findings)}.",
        "",
        f"| {' | '.join(_TITLES)} |",
        f"|{' --- |' * len(_TITLES)}",
    ]
    rows = [f"| {' | '.join(cell.replace('|', '/') for cell in finding)} |" for finding in findings]
    return "\n".join([*head, *rows, ""])
