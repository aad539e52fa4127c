# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure all, show the table, and write it to a file.

python -m bench FILE.md
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from ansible_collections.vijson.tasks.tests.bench import history, many, plays
from ansible_collections.vijson.tasks.tests.bench.table import Row, markdown
from ansible_collections.vijson.tasks.tests.bench.vcenter import vcenter

SMALL_HISTORY = 200


def main() -> None:
    """Run every measurement in one go, so that what is compared had the same machine."""
    rows: list[Row] = []
    with vcenter(SMALL_HISTORY) as server:
        rows += plays.measure(server)
        rows += many.measure(server)
    rows += history.measure()
    table = markdown(rows)
    print(table)
    Path(sys.argv[1]).write_text(_page(table))


def _page(table: str) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')}"
    return (
        "# Measurements\n\n"
        f"`make bench` wrote this file on {machine}. Seconds are medians; what is compared ran in turns in one go,\n"
        "against the simulator on the same machine. `ping` is `ansible.builtin.ping`. Requests are the simulator's\n"
        "count; those of the history are beside login and logout.\n\n"
        f"{table}"
    )


if __name__ == "__main__":
    main()
