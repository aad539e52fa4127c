# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds tasks by id in the history. The object of a task expires minutes after the task has ended; its row stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

from .._errors import ViError
from .._task_info.task_info import TaskInfo, expect_task_info, task_moid, task_number
from .._vijson.client import Client
from .._vijson.wire import data_object
from .history_reader import MAX_PAGE, read_history
from .start_id_view import START_ID_RELEASE, read_older_tasks

MAX_SEARCHED = 10_000
"""How many of the newest tasks a search reads on a release that cannot read a task by its id."""

_UNREADABLE = ("NoPermission", "NotSupported")
"""Faults which mean that the user or the server, such as an ESXi host, has no history."""


def find_expired_tasks(client: Client, moids: Iterable[str]) -> dict[str, TaskInfo]:
    """TaskInfos by moId of the tasks that are in the history.

    From release 9.0.0.0 on, it takes one request for tasks whose ids are close to each other. An earlier release is
    searched from the newest task back, until all tasks are older than the wanted ones, or ``MAX_SEARCHED`` were read.

    :raises ViError: a request failed
    """
    wanted = set(moids)
    by_id = client.supports(START_ID_RELEASE)
    found: dict[str, TaskInfo] = {}
    try:
        for page in _read_by_id(client, wanted) if by_id else _search(client, wanted, found):
            found.update({moid: info for info in page if (moid := task_moid(info)) in wanted})
    except ViError as error:
        if (error.fault or {}).get("type") not in _UNREADABLE:
            raise
    return {moid: expect_task_info(info) for moid, info in found.items()}


def _read_by_id(client: Client, moids: set[str]) -> Iterator[list[TaskInfo]]:
    """Pages that contain the wanted tasks.

    Each request starts at the id after the newest task that is still wanted, because the server leaves out the start.
    If a page has only the start, the server includes it, so the next request starts at the wanted task itself.
    """
    left = sorted(map(task_number, moids), reverse=True)
    ahead = 1
    while left:
        newest = left[0]
        near = [number for number in left if number > newest - MAX_PAGE]
        page = read_older_tasks(
            client, data_object("TaskFilterSpec"), f"task-{newest + ahead}", count=newest - near[-1] + 1
        )
        if not page:
            return
        yield page
        oldest = min(task_number(task_moid(info)) for info in page)
        if oldest > newest and ahead:
            ahead = 0
        else:
            left = [number for number in left if number < min(newest, oldest)]


def _search(client: Client, moids: set[str], found: dict[str, TaskInfo]) -> Iterator[list[TaskInfo]]:
    """Pages of the newest tasks, as long as they may have one of the wanted tasks that is not in ``found`` yet."""
    oldest = min(map(task_number, moids))
    searched = 0
    with closing(read_history(client, data_object("TaskFilterSpec"), newest_first=True)) as pages:
        for page in pages:
            yield page
            searched += len(page)
            newest = max(task_number(task_moid(info)) for info in page)
            if len(found) == len(moids) or newest <= oldest or searched >= MAX_SEARCHED:
                return
