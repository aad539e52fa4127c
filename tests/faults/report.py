# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page with the outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ansible_collections.vijson.tasks.tests.faults.matrix import FAULTS, Verdict
from ansible_collections.vijson.tasks.tests.support.scenarios import SCENARIOS

_ABOUT = """# Fault-injection results

`make test-faults` wrote this page. In each case, one module runs against the simulator, and the simulator damages one
request or its response. The cases cover every operation that a module calls (its first, middle and last request) and
every fault, in a session of the module's own, in one that the user gives it, and in the one that all modules of a run
share. After each case, the test checks the server.

In `dripping`, a byte of the response arrives every quarter of a second. In `endless_continue`, the server sends `100
Continue` for ever, and in `endless_chunks` a body without an end. In `oversized`, the body is larger than
`max_response_size`.

- **succeeded**: the module recovered, and made its change exactly once.
- **failed**: the module failed with a message of one line, and made its change at most once.
- **lost**: objects that stayed open because the response with their id was lost, at most one in each case. This is a
  session after a lost response to a login, or a collector or view that was created in a session that the user gave.
- **wrong**: duplicate or missing changes, tracebacks, incorrect messages, or other objects left open.

"""


class Row(NamedTuple):
    """The counts of one fault in one scenario."""

    scenario: str
    fault: str
    cases: int
    failed: int
    lost: int
    wrong: int


def count_verdicts(verdicts: Sequence[Verdict]) -> list[Row]:
    """A row for each scenario and fault."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.case.scenario.name, verdict.case.fault), []).append(verdict)
    return [
        Row(
            *name,
            len(group),
            sum(verdict.failed for verdict in group),
            sum(verdict.lost for verdict in group),
            sum(bool(verdict.problems) for verdict in group),
        )
        for name, group in groups.items()
    ]


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write the counts by fault and by scenario."""
    faults = _table("fault", rows, ((fault, [row for row in rows if row.fault == fault]) for fault in FAULTS))
    names = [scenario.name for scenario in SCENARIOS]
    scenarios = _table("scenario", rows, ((name, [row for row in rows if row.scenario == name]) for name in names))
    path.write_text(f"{_ABOUT}{faults}\n{scenarios}")


def _table(title: str, rows: Sequence[Row], groups: Iterable[tuple[str, Sequence[Row]]]) -> str:
    lines = [f"| {title} | cases | succeeded | failed | lost | wrong |", "| --- | --: | --: | --: | --: | --: |"]
    for name, group in [*groups, ("all", rows)]:
        cases, failed, lost, wrong = (sum(int(row[column]) for row in group) for column in range(2, len(Row._fields)))
        lines.append(f"| {name} | {cases:,} | {cases - failed:,} | {failed:,} | {lost} | {wrong} |")
    return "\n".join(lines) + "\n"
