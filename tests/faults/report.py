# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of outcomes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ansible_collections.vijson.tasks.tests.faults.matrix import FAULTS, Verdict

_ABOUT = """# What comes of faults

`make test-faults` wrote this file. Each module ran against the simulator with one damaged request: every operation that
it calls, its first, middle and last request, each fault, in a session of its own and in a shared one. After each run
the server was looked at.

- **succeeded**: the module made up for it, and its effect is there exactly once.
- **failed**: one line says what happened; the effect is there at most once.
- **lost**: objects that are open because their id was lost with the answer that opened them, at most one each: a
  session after a lost answer to a login, a collector or a view after one to its making in a shared session.
- **wrong**: doubled or missing effects, tracebacks, messages that are not true, anything else left open.

"""


def write_table(path: Path, verdicts: list[Verdict]) -> None:
    """Counts by fault and by scenario."""
    faults = _table("fault", verdicts, [(fault, [v for v in verdicts if v.case.fault == fault]) for fault in FAULTS])
    names = dict.fromkeys(verdict.case.scenario.name for verdict in verdicts)
    scenarios = _table(
        "module at work", verdicts, [(name, [v for v in verdicts if v.case.scenario.name == name]) for name in names]
    )
    path.write_text(f"{_ABOUT}{faults}\n{scenarios}")


def _table(title: str, verdicts: list[Verdict], groups: list[tuple[str, list[Verdict]]]) -> str:
    lines = [f"| {title} | cases | succeeded | failed | lost | wrong |", "| --- | --: | --: | --: | --: | --: |"]
    for name, group in [*groups, ("all", verdicts)]:
        failed = Counter(verdict.failed for verdict in group)
        lost = sum(verdict.lost for verdict in group)
        wrong = sum(bool(verdict.problems) for verdict in group)
        lines.append(f"| {name} | {len(group):,} | {failed[False]:,} | {failed[True]:,} | {lost} | {wrong} |")
    return "\n".join(lines) + "\n"
