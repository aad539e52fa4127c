# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding tasks whose objects have expired: by id in releases that support it, else by a bounded search."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._history import expired_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._history.expired_tasks import find_expired_tasks
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault

BY_ID = "TaskManager.ReadNextTasksByViewSpec"
COLLECT = "TaskManager.CreateCollectorForTasks"
RELEASES = ("8.0.1.0", "9.0.0.0")


def find(server: HistoryServer, *moids: str, release: str) -> list[str]:
    """The ids that were found."""
    with server.client("S0", api_release=release) as client:
        found = find_expired_tasks(client, moids)
    assert {info["key"] for info in found.values()} == set(found)
    assert server.owned == {}
    return sorted(found, key=lambda moid: int(moid[len("task-") :]))


@pytest.mark.parametrize("includes_start", [False, True])
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 2500])
def test_every_task_in_the_history_is_found(release: str, size: int, includes_start: bool) -> None:
    server = HistoryServer(size)
    server.includes_start = includes_start
    wanted = {f"task-{number}" for number in (0, 1, size // 2, size - 2, size - 1) if 0 <= number < size}
    missing = [f"task-{size}", f"task-{size + 5000}"]
    assert set(find(server, *wanted, *missing, release=release)) == wanted


def test_release_9_reads_one_task_with_one_request() -> None:
    server = HistoryServer(5000)
    assert find(server, "task-4321", release="9.0.0.0") == ["task-4321"]
    (sent,) = server.sent
    assert (sent.operation, sent.params["viewSpec"]["startId"], sent.params["viewSpec"]["count"]) == (
        BY_ID,
        "task-4322",
        1,
    )


def test_an_expired_task_comes_with_its_result() -> None:
    server = HistoryServer(5)
    find(server, "task-3", release="9.0.0.0")
    assert "infoFilterSpec" not in server.sent[0].params


def test_tasks_close_to_each_other_take_one_request() -> None:
    server = HistoryServer(5000)
    assert len(find(server, *[f"task-{number}" for number in range(3000, 4000)], release="9.1.0.0")) == 1000
    assert [sent.params["viewSpec"]["count"] for sent in server.named(BY_ID)] == [1000]


def test_tasks_a_page_apart_take_two_requests() -> None:
    server = HistoryServer(5000)
    assert find(server, "task-3000", "task-4000", release="9.1.0.0") == ["task-3000", "task-4000"]
    assert [sent.params["viewSpec"]["count"] for sent in server.named(BY_ID)] == [1, 1]


def test_tasks_far_from_each_other_take_one_request_each() -> None:
    server = HistoryServer(5000)
    assert find(server, "task-7", "task-2000", "task-4999", release="9.0.0.0") == ["task-7", "task-2000", "task-4999"]
    assert [sent.params["viewSpec"]["count"] for sent in server.named(BY_ID)] == [1, 1, 1]


@pytest.mark.parametrize("wanted", [["task-7"], ["task-7", "task-8"], ["task-0", "task-3000"], ["task-4999"]])
def test_tasks_are_found_if_the_server_includes_the_start(wanted: list[str]) -> None:
    server = HistoryServer(5000)
    server.includes_start = True
    assert find(server, *wanted, release="9.0.0.0") == wanted


def test_few_requests_are_sent_if_the_server_ignores_the_start() -> None:
    server = HistoryServer(5000)
    server.answers[BY_ID] = lambda _moid, _params: server.tasks[-1:]
    assert find(server, "task-7", "task-3000", "task-4999", release="9.0.0.0") == ["task-4999"]
    assert len(server.sent) <= 4


def test_tasks_are_found_on_a_server_with_smaller_pages() -> None:
    server = HistoryServer(500)
    whole = server.answers[BY_ID]

    def smaller(moid: str, params: dict) -> object:  # type: ignore[type-arg]
        if params["viewSpec"]["count"] > 60:
            raise Fault("InvalidArgument", invalidProperty="viewSpec.count")
        return whole(moid, params)

    server.answers[BY_ID] = smaller
    assert find(server, "task-3", "task-400", release="9.0.0.0") == ["task-3", "task-400"]


def test_the_search_ends_at_the_first_page_of_older_tasks() -> None:
    server = HistoryServer(5000)
    assert find(server, "task-4500", "task-4200", release="8.0.3.1") == ["task-4200", "task-4500"]
    assert server.operations["TaskHistoryCollector.ReadPreviousTasks"] == 1
    assert find(server, "task-9999", release="8.0.1.0") == []
    assert server.operations["TaskHistoryCollector.ReadPreviousTasks"] == 1
    assert server.operations[BY_ID] == 0


def test_the_search_ends_at_the_page_that_begins_with_the_oldest_wanted_task() -> None:
    server = HistoryServer(2010)
    # The latest page has the tasks from 2000 on, and the next one those from 1000 on.
    assert find(server, "task-999", "task-9999", release="8.0.1.0") == ["task-999"]
    assert server.operations["TaskHistoryCollector.ReadPreviousTasks"] == 2


@pytest.mark.parametrize(("most", "oldest", "pages"), [(2010, 2990, 2), (2011, 1990, 3)])
def test_the_search_is_bounded(monkeypatch: pytest.MonkeyPatch, most: int, oldest: int, pages: int) -> None:
    monkeypatch.setattr(expired_tasks, "MAX_SEARCHED", most)
    server = HistoryServer(5000)
    # The latest page has 10 tasks, and each of the others 1000.
    assert find(server, f"task-{oldest}", release="8.0.1.0") == [f"task-{oldest}"]
    assert find(server, f"task-{oldest - 1}", release="8.0.1.0") == []
    assert server.operations["TaskHistoryCollector.ReadPreviousTasks"] == 2 * pages


def test_the_newest_10000_tasks_are_searched() -> None:
    # The first page of 1000 begins with the 10 tasks of the latest page again.
    server = HistoryServer(11_500, reset="behind")
    assert find(server, "task-1", release="8.0.1.0") == []
    assert server.operations["TaskHistoryCollector.ReadPreviousTasks"] == 10


@pytest.mark.parametrize("fault", ["NotSupported", "NoPermission"])
@pytest.mark.parametrize("release", RELEASES)
def test_no_task_is_found_without_a_history(release: str, fault: str) -> None:
    server = HistoryServer(5)
    server.trouble[COLLECT] = server.trouble[BY_ID] = [Fault(fault)]
    assert find(server, "task-1", release=release) == []


def test_other_faults_are_raised() -> None:
    server = HistoryServer(5)
    server.trouble[COLLECT] = [Fault("InvalidState")]
    with pytest.raises(ViError, match="history collectors"):
        find(server, "task-1", release="8.0.1.0")
    server.trouble[BY_ID] = [Fault("SystemError")]
    with pytest.raises(FaultError, match="SystemError"):
        find(server, "task-1", release="9.0.0.0")


@pytest.mark.parametrize("release", RELEASES)
def test_boxed_fields_are_unboxed(release: str) -> None:
    server = HistoryServer(2)
    server.tasks[1]["state"] = {"_typeName": "TaskInfoState", "_value": "error"}
    with server.client("S0", api_release=release) as client:
        assert find_expired_tasks(client, ["task-1"])["task-1"]["state"] == "error"
