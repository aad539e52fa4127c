# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the task history for ``vi_task_collector``: how many tasks, in which order, which fields of each."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Callable, NamedTuple

from .._errors import InputError
from .._task_info.task_fields import TaskFields, parse_fields
from .._task_info.task_labels import read_task_labels
from .._task_info.task_result import Task, task_from_info
from .._vijson.client import Client
from .history_reader import MAX_PAGE, Pages, read_history, read_latest_tasks


class ReadingOptions(NamedTuple):
    """Validated options. ``limit`` is a number of tasks; ``None`` means all."""

    newest_first: bool
    limit: int | None
    page_size: int
    latest_page: bool
    fields: TaskFields
    localize: bool
    with_results: bool


def parse_reading_options(params: dict[str, Any]) -> ReadingOptions:
    """The options of ``vi_task_collector`` that control reading.

    :raises InputError: an option has an unusable value
    """
    limit, page_size, fields = params["limit"], params["page_size"], parse_fields(params["fields"])
    if not 1 <= page_size <= MAX_PAGE:
        raise InputError(f"page_size: {page_size} is not a valid page size. Use 1 to {MAX_PAGE}")
    if limit is not None and limit < 1:
        raise InputError(f"limit: {limit} is not a valid number of tasks. Use 1 or more, or leave it out to read all")
    counts_types = "description_id" in (params.get("count_by") or ())
    localize = params["localize"] or fields.wants("label") or counts_types
    return ReadingOptions(
        params["order"] == "newest_first",
        limit,
        page_size,
        params["latest_page"],
        fields,
        localize,
        params["with_results"],
    )


def collect_tasks(
    client: Client, specs: list[dict[str, Any]], reading: ReadingOptions, take: Callable[[list[Task]], Any]
) -> tuple[int, bool]:
    """Pass the tasks that match a TaskFilterSpec to ``take``, one page at a time and as modules return them.

    :param specs: filters as for :func:`read_history`, at least one; a task that matches several is passed once

    :returns: the number of tasks, and whether more than ``limit`` match
    :raises ViError: a request failed
    """
    labels = read_task_labels(client) if reading.localize else {}
    count, truncated = 0, False
    with closing(_pages(client, specs, reading)) as pages:
        for page in pages:
            room = len(page) if reading.limit is None else reading.limit - count
            truncated = len(page) > room
            kept = page[:room]
            if reading.latest_page and not reading.newest_first:
                kept.reverse()
            count += len(kept)
            take([task_from_info(info, labels, client.now) for info in kept])
            if truncated:
                break
    return count, truncated


def has_tasks_without(client: Client, specs: list[dict[str, Any]], *fields: str) -> bool:
    """Whether tasks match a TaskFilterSpec without some of its fields."""

    def is_found(spec: dict[str, Any]) -> bool:
        others = {name: part for name, part in spec.items() if name not in fields}
        with closing(read_history(client, others, page_size=1)) as pages:
            return next(pages, None) is not None

    return any(map(is_found, specs))


def _pages(client: Client, specs: list[dict[str, Any]], reading: ReadingOptions) -> Pages:
    if len(specs) == 1:
        yield from _pages_of_one(client, specs[0], reading)
        return
    from .merged_pages import merge_pages

    sources = [_pages_of_one(client, spec, reading) for spec in specs]
    newest_first = reading.newest_first or reading.latest_page
    with closing(merge_pages(sources, _page_size(reading), newest_first=newest_first)) as pages:
        for page in pages:
            yield page
            if reading.latest_page:
                return


def _pages_of_one(client: Client, spec: dict[str, Any], reading: ReadingOptions) -> Pages:
    size = _page_size(reading)
    if reading.latest_page:
        yield read_latest_tasks(client, spec, size, with_results=reading.with_results)
    else:
        yield from read_history(
            client, spec, newest_first=reading.newest_first, page_size=size, with_results=reading.with_results
        )


def _page_size(reading: ReadingOptions) -> int:
    # One task more than the limit shows whether more tasks match.
    return reading.page_size if reading.limit is None else min(reading.page_size, reading.limit + 1)
