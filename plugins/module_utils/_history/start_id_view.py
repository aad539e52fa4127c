# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the tasks of the history that are older than a given task: ReadNextTasksByViewSpec, without a collector."""

from __future__ import annotations

from typing import Any, Callable

from .._errors import FaultError
from .._task_info.task_info import TaskInfo
from .._vijson.client import Client
from .._vijson.wire import data_object, expect_objects

START_ID_RELEASE = "9.0.0.0"
"""The release that introduced ReadNextTasksByViewSpec."""


def read_older_tasks(
    client: Client, spec: dict[str, Any], start_id: str, count: int, *, with_results: bool = True
) -> list[TaskInfo]:
    """TaskInfos of tasks that are older than a task, at most ``count``, in any order.

    :param spec: a TaskFilterSpec
    :param start_id: the moId of the task, which need not exist; empty to begin with the newest task
    :param with_results: whether the server sends the results of the tasks
    """
    params = {"filterSpec": spec} if with_results else {"filterSpec": spec, "infoFilterSpec": without_results()}

    def request(size: int) -> Any:
        view = data_object("TaskManagerViewByStartId", count=size, startId=start_id)
        return client.call("taskManager", "ReadNextTasksByViewSpec", {"viewSpec": view, **params})

    value, _size = request_page(request, count)
    return expect_objects(value, "ReadNextTasksByViewSpec")


def without_results() -> dict[str, Any]:
    """A TaskInfoFilterSpec that leaves out the results of all tasks."""
    every_result = data_object("TaskInfoFilterSpecFilterTaskResults", removeAll=True)
    return data_object("TaskInfoFilterSpec", filterTaskResults=every_result)


def request_page(request: Callable[[int], Any], size: int) -> tuple[Any, int]:
    """The response to a request for a page, and its page size. A server may refuse a size: then half of it is tried.

    :raises FaultError: another fault, or the server refuses even a page of one task
    """
    while True:
        try:
            return request(size), size
        except FaultError as error:
            refused = str(error.raw.get("invalidProperty")).lower()
            if error.type != "InvalidArgument" or not refused.endswith("count") or size == 1:
                raise
            size //= 2
