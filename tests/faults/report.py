# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page with the outcomes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ansible_collections.vijson.tasks.tests.faults.matrix import FAULTS, Verdict

_ABOUT = """# Fault-injection results

`make test-faults` wrote this page. In each case, one module runs against the simulator, and the simulator damages one
request or its response. The cases cover every operation that a module calls (its first, middle and last request) and
every fault, in a session of the module's own, in one that the user gives it, and in the one that all modules of a run
share. After each case, the test checks the server.

- **succeeded**: the module recovered, and made its change exactly once.
- **failed**: the module failed with a message of one line, and made its change at most once.
- **lost**: objects that stayed open because the response with their id was lost, at most one in each case. This is a
  session after a lost response to a login, or a collector or view that was created in a session that the user gave.
- **wrong**: duplicate or missing changes, tracebacks, incorrect messages, or other objects left open.

"""


def write_table(path: Path, verdicts: list[Verdict]) -> None:
    """Write the counts by fault and by scenario."""
    faults = _table("fault", verdicts, [(fault, [v for v in verdicts if v.case.fault == fault]) for fault in FAULTS])
    names = dict.fromkeys(verdict.case.scenario.name for verdict in verdicts)
    scenarios = _table(
        "scenario", verdicts, [(name, [v for v in verdicts if v.case.scenario.name == name]) for name in names]
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
