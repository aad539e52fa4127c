# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all measurements, print the table, and write it to a file.

python -m bench FILE.md
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from ansible_collections.vijson.tasks.tests.bench import history, logins, many, plays
from ansible_collections.vijson.tasks.tests.bench.table import Row, markdown
from ansible_collections.vijson.tasks.tests.bench.vcenter import vcenter

SMALL_HISTORY = 200


def main() -> None:
    """Run all measurements one after another, so that the machine is in the same condition for all of them."""
    rows: list[Row] = []
    with vcenter(SMALL_HISTORY) as server:
        rows += plays.measure(server)
        rows += logins.measure(server)
        rows += many.measure(server)
    rows += history.measure()
    table = markdown(rows)
    print(table)
    Path(sys.argv[1]).write_text(_page(table))


def _page(table: str) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')}"
    return (
        "# Benchmarks\n\n"
        f"`make bench` wrote this page on {machine}, with the simulator on the same machine.\n\n"
        "- **seconds**: medians. Measurements that are compared ran alternately.\n"
        "- **requests**: the number of requests that the simulator received. For the history, login and logout are\n"
        "  not included.\n"
        "- **goal**: what the collection aims for. Two goals are not reached. A module in a process of its own\n"
        "  compiles its files, because Ansible sends them as source. Before release 9.0.0.0, the newest tasks take\n"
        "  five requests: create a collector, read its latest page, reset it, read the tasks before that page,\n"
        "  destroy it.\n"
        "- `ping` is `ansible.builtin.ping`.\n\n"
        f"{table}"
    )


if __name__ == "__main__":
    main()
