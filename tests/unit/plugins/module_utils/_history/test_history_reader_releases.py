# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the history from the newest task back without a collector, and without results, as newer releases can."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._history.history_reader import (
    read_history,
    read_latest_tasks,
)
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault

COLLECT = "TaskManager.CreateCollectorForTasks"
SPEC: dict[str, Any] = {"_typeName": "TaskFilterSpec"}
RELEASES = pytest.mark.parametrize("release", ["8.0.1.0", "8.0.3.0", "9.0.0.0"])
INFO_FILTER = {
    "_typeName": "TaskInfoFilterSpec",
    "filterTaskResults": {"_typeName": "TaskInfoFilterSpecFilterTaskResults", "removeAll": True},
}


def read_on(server: HistoryServer, release: str, **options: Any) -> list[dict[str, Any]]:
    with server.client("S0", api_release=release) as client:
        found = [info for page in read_history(client, SPEC, **options) for info in page]
    assert server.owned == {}
    return found


@pytest.mark.parametrize("page_size", [1, 2, 10])
@pytest.mark.parametrize("includes_start", [False, True])
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 35])
def test_release_9_reads_newest_first_without_a_collector(size: int, includes_start: bool, page_size: int) -> None:
    server = HistoryServer(size)
    server.includes_start = includes_start
    found = read_on(server, "9.0.0.0", newest_first=True, page_size=page_size)
    assert [info["key"] for info in found] == [f"task-{number}" for number in range(size)][::-1]
    assert set(server.operations) == {"TaskManager.ReadNextTasksByViewSpec"}


def test_release_9_reads_the_latest_tasks_with_one_request() -> None:
    server = HistoryServer(35)
    with server.client("S0", api_release="9.1.1.0") as client:
        found = [info["key"] for info in read_latest_tasks(client, SPEC, 3)]
    assert found == ["task-34", "task-33", "task-32"]
    assert len(server.sent) == 1


@pytest.mark.parametrize("page_size", [1, 2, 3, 10])
def test_a_server_that_ignores_the_start_is_an_error(page_size: int) -> None:
    server = HistoryServer(5)
    server.answers["TaskManager.ReadNextTasksByViewSpec"] = lambda _moid, params: server.tasks[
        : -params["viewSpec"]["count"] - 1 : -1
    ]
    with pytest.raises(BadResponse, match="keeps returning the same tasks"):
        read_on(server, "9.0.0.0", newest_first=True, page_size=page_size)


def test_a_refused_view_gives_an_error_that_names_the_option() -> None:
    server = HistoryServer(5)
    lost = Fault("ManagedObjectNotFound", obj={"type": "VirtualMachine", "value": "vm-9"})
    server.trouble["TaskManager.ReadNextTasksByViewSpec"] = [lost]
    with pytest.raises(ViError, match="entity: VirtualMachine:vm-9 does not exist"):
        read_on(server, "9.0.0.0", newest_first=True)


@RELEASES
@pytest.mark.parametrize("newest_first", [True, False])
def test_with_results_false_leaves_results_out(release: str, newest_first: bool) -> None:
    server = HistoryServer()
    server.tasks = [server.task(number, result={"_typeName": "string", "_value": "x"}) for number in range(3)]
    assert all("result" in info for info in read_on(server, release, newest_first=newest_first))
    with server.client("S0", api_release=release) as client:
        assert all("result" in info for info in read_latest_tasks(client, SPEC, 3))
    found = read_on(server, release, newest_first=newest_first, with_results=False)
    assert len(found) == 3
    assert not any("result" in info for info in found)


@RELEASES
@pytest.mark.parametrize("newest_first", [True, False])
def test_newer_releases_leave_results_out_on_the_server(release: str, newest_first: bool) -> None:
    server = HistoryServer(3)
    read_on(server, release, newest_first=newest_first, with_results=False)
    if release == "9.0.0.0" and newest_first:
        assert all(sent.params["infoFilterSpec"] == INFO_FILTER for sent in server.sent)
    elif release == "8.0.1.0":
        assert server.sent[0].operation == COLLECT
    else:
        assert server.sent[0].operation == "TaskManager.CreateCollectorWithInfoFilterForTasks"
        assert server.sent[0].params == {"filter": SPEC, "infoFilter": INFO_FILTER}
