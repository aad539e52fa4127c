# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a newer task may have dropped off the latest page unseen."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._events.latest_page import LatestPage
from ansible_collections.vijson.tasks.tests.unit.support.fakes import info


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (["1 2"], [False]),  # what was there before is read from the history
        (["1 2", "2 3"], [False, False]),
        (["1 2", "3 4"], [False, True]),
        (["1", "2"], [False, True]),
        (["", "1"], [False, False]),  # the page is not full, so it has all new tasks
        (["", "1 2"], [False, True]),
        (["1 2", "3 4", "4 5"], [False, True, False]),
    ],
)
def test_a_page_reports_whether_newer_tasks_may_be_missing(pages: list[str], expected: list[bool]) -> None:
    page = LatestPage({}, size=2)
    assert [page.turn([info(f"task-{number}") for number in numbers.split()]) for numbers in pages] == expected
    assert page.moids == {f"task-{number}" for number in pages[-1].split()}
