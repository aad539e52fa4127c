# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the history returns each task once and in order, even if responses are lost or new tasks arrive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    ConnectError,
    FaultError,
    LostResponse,
    SessionEnded,
    ViError,
)
from ansible_collections.vijson.tasks.plugins.module_utils._history.history_reader import (
    read_history,
    read_latest_tasks,
)
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Handler, Lost, Params

COLLECT = "TaskManager.CreateCollectorForTasks"
NEXT = "TaskHistoryCollector.ReadNextTasks"
BACK = "TaskHistoryCollector.ReadPreviousTasks"
SPEC: dict[str, Any] = {"_typeName": "TaskFilterSpec"}


def pages(
    server: HistoryServer, *, newest_first: bool = False, page_size: int = 10, session_id: str | None = None
) -> Iterator[list[int]]:
    """The numbers of the tasks, page by page."""
    with server.client(session_id) as client:
        for page in read_history(client, SPEC, newest_first=newest_first, page_size=page_size):
            yield [int(info["key"][len("task-") :]) for info in page]


def numbers(server: HistoryServer, **options: Any) -> list[int]:
    found = [number for page in pages(server, **options) for number in page]
    assert server.owned == {}
    return found


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 35])
def test_reading_oldest_first_returns_all_tasks(size: int) -> None:
    server = HistoryServer(size)
    assert numbers(server) == list(range(size))
    assert [sent.operation for sent in server.sent[1:-1]] == [
        "TaskManager.CreateCollectorForTasks",
        *[NEXT] * (-(-size // 10) + 1),
        "TaskHistoryCollector.DestroyCollector",
    ]
    assert server.sent[1].params == {"filter": SPEC}


def test_10_000_tasks_take_13_requests() -> None:
    server = HistoryServer(10_000)
    assert numbers(server, page_size=1000, session_id="S0") == list(range(10_000))
    assert len(server.sent) <= 13


@pytest.mark.parametrize("reset", ["before", "behind", "latestPage"])
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 35])
def test_reading_newest_first_returns_all_tasks(size: int, reset: str) -> None:
    server = HistoryServer(size, reset=reset)
    assert numbers(server, newest_first=True) == list(range(size))[::-1]


@pytest.mark.parametrize("reset", ["before", "behind", "latestPage"])
@pytest.mark.parametrize("arriving", [1, 3, 8, 30])
@pytest.mark.parametrize("size", [0, 5, 10, 35])
def test_reading_newest_first_is_complete_while_tasks_arrive(size: int, arriving: int, reset: str) -> None:
    server = HistoryServer(size, reset=reset)
    server.arriving = [server.task(size + number) for number in range(arriving)]
    found = numbers(server, newest_first=True)
    assert found == sorted(set(found), reverse=True)
    assert set(range(size)) <= set(found)


@pytest.mark.parametrize("arriving", [1, 3, 30])
def test_reading_oldest_first_is_complete_while_tasks_arrive(arriving: int) -> None:
    server = HistoryServer(35)
    server.arriving = [server.task(35 + number) for number in range(arriving)]
    found = numbers(server)
    assert found == list(range(len(found)))
    assert len(found) >= 35


@pytest.mark.parametrize("trouble", [Lost(ran=True), Lost(ran=False), Fault("NotAuthenticated")])
@pytest.mark.parametrize("position", range(5))
def test_reading_oldest_first_recovers_from_a_lost_page(position: int, trouble: Any) -> None:
    server = HistoryServer(35)
    server.trouble[NEXT] = [None] * position + [trouble]
    assert numbers(server) == list(range(35))
    assert server.operations["TaskManager.CreateCollectorForTasks"] == 2
    assert not any(sent.repeatable for sent in server.named(NEXT))


@pytest.mark.parametrize("trouble", [Lost(ran=True), Lost(ran=False), Fault("NotAuthenticated")])
@pytest.mark.parametrize("arriving", [0, 12])
@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("operation", [NEXT, BACK])
def test_reading_newest_first_recovers_from_a_lost_page(
    operation: str, position: int, arriving: int, trouble: Any
) -> None:
    server = HistoryServer(35)
    server.arriving = [server.task(35 + number) for number in range(arriving)]
    server.trouble[operation] = [None] * position + [trouble]
    found = numbers(server, newest_first=True)
    assert found == sorted(set(found), reverse=True)
    assert set(range(35)) <= set(found)


@pytest.mark.parametrize(
    "operation",
    [
        "TaskHistoryCollector.ResetCollector",
        "TaskHistoryCollector.latestPage",
    ],
)
def test_reading_newest_first_recovers_from_a_lost_reset(operation: str) -> None:
    server = HistoryServer(35)
    server.trouble[operation] = [Lost(ran=True)]
    assert numbers(server, newest_first=True) == list(range(35))[::-1]


@pytest.mark.parametrize("newest_first", [True, False])
def test_reading_continues_in_a_new_session(newest_first: bool) -> None:
    server = HistoryServer(35)
    found: list[int] = []
    for page in pages(server, newest_first=newest_first):
        found += page
        if server.operations["SessionManager.Login"] == 1 and len(found) >= 15:
            server.end_sessions()
    assert found == sorted(range(35), reverse=newest_first)
    assert server.operations["SessionManager.Login"] == 2
    # The collector that ended with its session got no request, not even to destroy it.
    assert server.operations["TaskHistoryCollector.DestroyCollector"] == 1
    assert (server.owned, server.sessions) == ({}, set())


@pytest.mark.parametrize("operation", ["TaskHistoryCollector.ResetCollector", "TaskHistoryCollector.latestPage"])
def test_a_session_that_ends_on_the_way_to_the_newest(operation: str) -> None:
    server = HistoryServer(35)
    server.trouble[operation] = [Fault("NotAuthenticated")]
    assert numbers(server, newest_first=True) == list(range(35))[::-1]
    # The second request is to another collector, because the first one has ended with its session.
    assert server.operations[operation] == 2


@pytest.mark.parametrize(
    ("error", "pages_before", "goes_on"),
    [
        (ConnectError("refused"), 1, True),
        (ConnectError("refused"), 0, False),
        (ConnectError("certificate", transient=False), 1, False),
        (LostResponse("broken"), 0, True),
    ],
)
def test_a_server_that_becomes_unreachable(error: ViError, pages_before: int, goes_on: bool) -> None:
    """One that was never reached is an error at once."""
    server = HistoryServer(35)
    server.trouble[NEXT] = [*[None] * pages_before, Lost(ran=False, error=error)]
    with nullcontext() if goes_on else pytest.raises(type(error)):
        assert numbers(server) == list(range(35))
    assert server.operations[COLLECT] == 1 + goes_on


def test_reading_fails_when_a_given_session_ends() -> None:
    server = HistoryServer(35)
    found = pages(server, session_id="S0")
    next(found)
    server.end_sessions()
    with pytest.raises(SessionEnded, match="session_id"):
        next(found)


@pytest.mark.parametrize("trouble", [Lost(ran=True), Fault("NotAuthenticated")])
def test_repeatedly_lost_pages_end_the_reading(trouble: Any) -> None:
    server = HistoryServer(35)
    server.trouble[NEXT] = [None] + [trouble] * 100
    with pytest.raises((LostResponse, FaultError)):
        numbers(server)
    assert server.owned == {}
    assert len(server.sent) < 40


@pytest.mark.parametrize("pages_before", [0, 1])
@pytest.mark.parametrize("losses", [3, 4])
def test_a_page_may_get_lost_three_times(losses: int, pages_before: int) -> None:
    server = HistoryServer(35)
    server.trouble[NEXT] = [*[None] * pages_before, *[Lost(ran=True)] * losses]
    with nullcontext() if losses == 3 else pytest.raises(LostResponse):
        assert numbers(server) == list(range(35))
    assert server.operations[NEXT] == pages_before + losses + (5 if losses == 3 else 0)


def test_occasionally_lost_pages_are_read_again() -> None:
    server = HistoryServer(95)
    server.trouble[NEXT] = [trouble for page in range(9) for trouble in (*[None] * (page + 1), Lost(ran=True))]
    assert numbers(server) == list(range(95))


@pytest.mark.parametrize(
    ("newest_first", "filters_by", "requests"),
    [(False, ("time",), 8), (False, (), 10), (True, ("time",), 8), (True, (), 10)],
)
def test_a_retry_continues_shortly_before_the_lost_page(
    newest_first: bool, filters_by: tuple[str, ...], requests: int
) -> None:
    """Of the pages before the lost one, 600 tasks are read again, or all if the server does not filter."""
    server = HistoryServer(5000)
    server.filters_by = filters_by
    operation = BACK if newest_first else NEXT
    server.trouble[operation] = [None, None, None, Lost(ran=True)]
    assert numbers(server, newest_first=newest_first, page_size=1000) == sorted(range(5000), reverse=newest_first)
    assert server.operations[operation] == requests


@pytest.mark.parametrize("reset", ["before", "behind"])
@pytest.mark.parametrize("size", [150, 10_000])
def test_the_latest_tasks_take_the_same_requests_in_any_history(size: int, reset: str) -> None:
    for release, refills, requests in (("9.0.0.0", False, 1), ("8.0.1.0", True, 5), ("8.0.1.0", False, 5)):
        server = HistoryServer(size, reset=reset)
        server.refills = refills
        with server.client("S0", api_release=release) as client:
            assert len(read_latest_tasks(client, SPEC, 101)) == 101
        assert len(server.sent) == requests


def test_a_server_that_repeats_a_page_is_an_error() -> None:
    server = HistoryServer(35)
    server.answers[NEXT] = lambda _moid, _params: server.tasks[:10]
    with pytest.raises(BadResponse, match="keeps returning the same tasks to ReadNextTasks"):
        numbers(server)
    assert server.owned == {}
    assert len(server.sent) < 40


def test_a_fault_about_the_request_is_not_retried() -> None:
    server = HistoryServer(35)
    server.trouble[NEXT] = [Fault("InvalidArgument", invalidProperty="filter")]
    with pytest.raises(FaultError, match="InvalidArgument"):
        numbers(server)
    assert server.operations[NEXT] == 1
    assert server.owned == {}


@pytest.mark.parametrize(
    ("part", "field", "wanted", "other"),
    [
        ("state", "state", ["error", "queued"], "success"),
        ("activationId", "activationId", ["a"], "b"),
        ("activationId", "activationId", ["a"], None),
        ("eventChainId", "eventChainId", [7], 8),
        ("parentTaskKey", "parentTaskKey", ["task-1"], None),
        ("descriptionId", "descriptionId", ["a.b", "a.c"], "a.d"),
    ],
)
@pytest.mark.parametrize("newest_first", [True, False])
def test_tasks_are_filtered_if_the_server_does_not_filter(
    part: str, field: str, wanted: list[Any], other: Any, newest_first: bool
) -> None:
    server = HistoryServer(25)
    server.filters_by = ()
    for number, task in enumerate(server.tasks):
        task[field] = wanted[0] if number in (3, 7, 24) else other
    with server.client() as client:
        spec = {**SPEC, part: wanted}
        read = [info for page in read_history(client, spec, newest_first=newest_first, page_size=5) for info in page]
        latest = read_latest_tasks(client, spec, 10)
    assert sorted(info["key"] for info in read) == ["task-24", "task-3", "task-7"]
    assert [info["key"] for info in latest] == ["task-24", "task-7", "task-3"]


@pytest.mark.parametrize("release", ["8.0.1.0", "9.0.0.0"])
@pytest.mark.parametrize("newest_first", [True, False])
def test_task_types_are_filtered_by_the_client_with_large_pages(newest_first: bool, release: str) -> None:
    server = HistoryServer(2500)
    for task in server.tasks[10:20]:
        task["descriptionId"] = "a.b"
    with server.client("S0", api_release=release) as client:
        spec = {**SPEC, "descriptionId": ["a.b"]}
        pages = read_history(client, spec, newest_first=newest_first, page_size=5)
        found = [info["key"] for page in pages for info in page]
        assert found == [f"task-{number}" for number in sorted(range(10, 20), reverse=newest_first)]
        assert [info["key"] for info in read_latest_tasks(client, spec, 2)] == ["task-19", "task-18"]
    filters = [sent.params[name] for sent in server.sent for name in ("filter", "filterSpec") if name in sent.params]
    assert filters
    assert all(each == SPEC for each in filters)
    assert len(server.sent) < 20


def test_a_repeated_task_is_returned_once() -> None:
    server = HistoryServer(12)
    server.tasks.insert(10, server.tasks[3])
    assert numbers(server) == list(range(12))


def test_stopping_early_destroys_the_collector() -> None:
    server = HistoryServer(35)
    with server.client("S0") as client:
        reading = read_history(client, SPEC, page_size=10)
        next(reading)
        reading.close()
        assert server.owned == {}
    assert server.operations[NEXT] == 1


def test_a_damaged_page_is_an_error() -> None:
    server = HistoryServer(35)
    server.answers[NEXT] = lambda _moid, _params: ["?"]
    with pytest.raises(BadResponse):
        numbers(server)
    assert server.owned == {}


@pytest.mark.parametrize("refills", [True, False])
@pytest.mark.parametrize("reset", ["before", "behind"])
@pytest.mark.parametrize("size", [3, 10, 30])
def test_the_latest_tasks_are_sorted_from_the_newest(size: int, reset: str, refills: bool) -> None:
    server = HistoryServer(35, reset=reset)
    server.refills = refills
    with server.client("S0") as client:
        found = [info["key"] for info in read_latest_tasks(client, SPEC, size)]
    assert found == [f"task-{number}" for number in range(34, 34 - size, -1)]
    assert server.owned == {}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("InvalidState"), r"32.*vi_session|vi_session.*32"),
        (Fault("NotSupported"), "ESXi.*vCenter"),
        (Fault("InvalidArgument", invalidProperty="filter.tag"), r"filter\.tag.*api_release"),
        (Fault("InvalidArgument"), r"does not support this filter\. Leave the option out"),
        (
            Fault("ManagedObjectNotFound", obj={"type": "VirtualMachine", "value": "vm-9"}),
            "entity: VirtualMachine:vm-9 ",
        ),
        (Fault("ManagedObjectNotFound", obj={"type": "Alarm", "value": "alarm-9"}), "alarm: Alarm:alarm-9 "),
        (Fault("NoPermission", privilegeId="System.View"), r"System\.View"),
    ],
)
def test_a_refused_collector_gives_an_error_with_advice(fault: Fault, words: str) -> None:
    server = HistoryServer(35)
    server.trouble["TaskManager.CreateCollectorForTasks"] = [fault]
    with pytest.raises(ViError, match=words) as refused:
        numbers(server)
    assert refused.value.fault is not None
    assert server.operations["TaskManager.CreateCollectorForTasks"] == 1


def test_a_collector_above_the_limit_is_an_error() -> None:
    server = HistoryServer(5)
    server.max_collector = 0
    with pytest.raises(ViError, match="max_collector"):
        numbers(server)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("max_page", [1, 7, 62])
def test_all_tasks_are_read_from_a_server_with_smaller_pages(max_page: int, newest_first: bool) -> None:
    server = HistoryServer(150)
    for operation in (NEXT, BACK):
        server.answers[operation] = limited(server.answers[operation], max_page)
    expected = list(range(150))
    assert numbers(server, newest_first=newest_first, page_size=1000) == (expected[::-1] if newest_first else expected)
    assert len([sent for sent in server.named(NEXT) if sent.params["maxCount"] > max_page]) <= 10


def limited(handler: Handler, max_page: int) -> Handler:
    def refuse(moid: str, params: Params) -> Any:
        if params["maxCount"] > max_page:
            raise Fault("InvalidArgument", invalidProperty="maxCount")
        return handler(moid, params)

    return refuse


USER, SYSTEM, ALARM = (
    {"_typeName": "TaskReasonUser", "userName": "D\\Joe"},
    {"_typeName": "TaskReasonSystem"},
    {"_typeName": "TaskReasonAlarm"},
)


@pytest.mark.parametrize(
    ("system_user", "users", "found"),
    [
        (False, None, ["task-0"]),
        (True, None, ["task-1", "task-2"]),
        (False, ["d\\joe"], ["task-0"]),
        (True, ["d\\joe", "x"], ["task-0", "task-1", "task-2"]),
        (True, ["x"], ["task-1", "task-2"]),
        (False, ["x"], []),
        (False, ["joe"], ["task-0"]),
        (False, ["joe@d"], ["task-0"]),
        (False, ["joe@e"], []),
    ],
)
def test_tasks_of_other_users_are_left_out(system_user: bool, users: list[str] | None, found: list[str]) -> None:
    server = HistoryServer(3)
    for task, reason in zip(server.tasks, (USER, SYSTEM, ALARM)):
        task["reason"] = reason
    by_user = {"_typeName": "TaskFilterSpecByUsername", "systemUser": system_user}
    spec = {**SPEC, "userName": {**by_user, "userList": users} if users else by_user}
    with server.client() as client:
        assert [info["key"] for page in read_history(client, spec) for info in page] == found
    (sent,) = server.named("TaskManager.CreateCollectorForTasks")
    # The server does not find a name without a domain, so the client filters.
    assert ("userName" in sent.params["filter"]) is not bool({"x", "joe"} & set(users or ()))


@pytest.mark.parametrize("reason", [USER, SYSTEM, None, "damaged"])
def test_without_a_filter_by_user_every_reason_is_accepted(reason: Any) -> None:
    server = HistoryServer(1)
    server.tasks[0]["reason"] = reason
    assert numbers(server) == [0]


def test_a_boxed_reason_is_compared_with_the_users() -> None:
    server = HistoryServer(2)
    server.tasks[0]["reason"] = {"_typeName": "TaskReasonUser", "_value": USER}
    server.tasks[1]["reason"] = {"_typeName": "TaskReasonSystem", "_value": SYSTEM}
    by_user = {"_typeName": "TaskFilterSpecByUsername", "systemUser": False, "userList": ["D\\Joe"]}
    with server.client() as client:
        found = [info["key"] for page in read_history(client, {**SPEC, "userName": by_user}) for info in page]
    assert found == ["task-0"]
