# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the measurements."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement. ``ratio``: its seconds divided by those of the measurement named in ``against``."""

    what: str
    seconds: float
    ratio: float | None = None
    against: str = ""
    requests: int | None = None
    goal: str = ""
    note: str = ""


_HEAD = ("measurement", "seconds", "ratio", "requests", "goal", "note")


def markdown(rows: list[Row]) -> str:
    """The rows as a table with aligned columns."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} x {row.against}"
    requests = "" if row.requests is None else f"{row.requests:,}"
    return (row.what, f"{row.seconds:.3f}", ratio, requests, row.goal, row.note)
