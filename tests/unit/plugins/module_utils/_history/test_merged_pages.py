# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging the pages of several collectors."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._history.history_reader import Pages
from ansible_collections.vijson.tasks.plugins.module_utils._history.merged_pages import merge_pages
from ansible_collections.vijson.tasks.tests.unit.support.fakes import info


class Sources:
    """Pages of tasks, given by their numbers, that note what was read and closed."""

    def __init__(self, *sources: list[list[int]]) -> None:
        self.read: list[int] = []
        self.closed = 0
        self.pages = [self._pages(source) for source in sources]

    def _pages(self, source: list[list[int]]) -> Pages:
        try:
            for numbers in source:
                self.read += numbers
                yield [info(f"task-{number}", queueTime=f"2026-11-22T04:00:{number:02}Z") for number in numbers]
        finally:
            self.closed += 1


def numbers(pages: Pages) -> list[list[int]]:
    return [[int(task["key"].removeprefix("task-")) for task in page] for page in pages]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_merged_pages_are_in_order_without_duplicates(newest_first: bool, page_size: int) -> None:
    parts = [[[1, 5], [6, 9]], [], [[2, 5, 7]], [[9]]]
    if newest_first:
        parts = [[page[::-1] for page in part[::-1]] for part in parts]
    merged = numbers(merge_pages(Sources(*parts).pages, page_size, newest_first=newest_first))
    expected = [1, 2, 5, 6, 7, 9]
    assert [number for page in merged for number in page] == (expected[::-1] if newest_first else expected)
    assert {len(page) for page in merged[:-1]} <= {page_size}


def test_only_needed_pages_are_read_and_all_sources_are_closed() -> None:
    sources = Sources([[1, 2], [3, 4]], [[5], [6]])
    pages = merge_pages(sources.pages, 2, newest_first=False)
    assert len(next(pages)) == 2
    pages.close()
    assert sources.read == [1, 2, 5]
    assert sources.closed == 2
