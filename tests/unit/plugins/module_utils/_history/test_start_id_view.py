# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of the history from a task on, and servers that refuse large ones."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._history.start_id_view import (
    read_older_tasks,
    request_page,
)
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, info

READ = "TaskManager.ReadNextTasksByViewSpec"


class ViewServer(FakeVcenter):
    """A vCenter with task-1 to task-9 that gives no page of more than ``most`` tasks."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.answers[READ] = self._read

    def _read(self, _moid: str, params: dict[str, Any]) -> Any:
        view = params["viewSpec"]
        if view["count"] > self.most:
            raise Fault("InvalidArgument", invalidProperty="viewSpec.count")
        start = int(view["startId"].partition("-")[2] or 10)
        return [info(f"task-{number}") for number in range(start - 1, 0, -1)][: view["count"]]


def read(server: ViewServer, start_id: str, count: int) -> list[str]:
    with server.client("S0") as client:
        return [str(each["key"]) for each in read_older_tasks(client, {}, start_id, count)]


def test_a_view_reads_tasks_older_than_the_start() -> None:
    server = ViewServer(1000)
    assert read(server, "task-4", 2) == ["task-3", "task-2"]
    assert read(server, "", 1) == ["task-9"]
    assert [sent.params["viewSpec"]["_typeName"] for sent in server.named(READ)] == ["TaskManagerViewByStartId"] * 2


def test_a_refused_page_size_is_halved() -> None:
    server = ViewServer(2)
    assert read(server, "", 9) == ["task-9", "task-8"]
    assert [sent.params["viewSpec"]["count"] for sent in server.named(READ)] == [9, 4, 2]


def test_a_server_that_refuses_every_page_size_is_an_error() -> None:
    server = ViewServer(0)
    with pytest.raises(FaultError, match="InvalidArgument"):
        read(server, "", 4)
    assert [sent.params["viewSpec"]["count"] for sent in server.named(READ)] == [4, 2, 1]


@pytest.mark.parametrize(
    "fault", [{"_typeName": "NoPermission"}, {"_typeName": "InvalidArgument", "invalidProperty": "filter"}]
)
def test_another_fault_is_not_retried(fault: dict[str, Any]) -> None:
    asked: list[int] = []

    def request(size: int) -> Any:
        asked.append(size)
        raise FaultError("op", "no", fault={"type": fault["_typeName"], "message": "no"}, raw=fault)

    with pytest.raises(FaultError):
        request_page(request, 8)
    assert asked == [8]
