# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges what several collectors read, because a TaskFilterSpec has one object only. No I/O of its own."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from .._task_info.task_info import TaskInfo, task_age, task_moid
from .history_reader import Pages
from .seen_tasks import SeenTasks


def merge_pages(sources: list[Pages], page_size: int, *, newest_first: bool) -> Pages:
    """Pages with the tasks of all sources, in the order of their queue times, each task once.

    Reads the sources page by page, and closes them at the end.

    :param sources: each in that order
    """
    seen, page = SeenTasks(), []
    try:
        for info in heapq.merge(*map(_infos, sources), key=task_age, reverse=newest_first):
            if not seen.add(task_moid(info)):
                continue
            page.append(info)
            if len(page) == page_size:
                yield page
                page = []
        if page:
            yield page
    finally:
        for source in sources:
            source.close()


def _infos(pages: Pages) -> Iterator[TaskInfo]:
    for page in pages:
        yield from page
