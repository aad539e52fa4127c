# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits, order and fields when reading the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._history.collecting import (
    ReadingOptions,
    collect_tasks,
    has_tasks_without,
    parse_reading_options,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_fields import TaskFields
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer

SPEC = {"_typeName": "TaskFilterSpec"}
DEFAULTS: dict[str, Any] = {
    "order": "oldest_first",
    "limit": None,
    "page_size": 1000,
    "latest_page": False,
    "with_results": True,
    "fields": None,
    "localize": False,
}


def read(
    server: HistoryServer, *, specs: Sequence[Any] = (SPEC,), **options: Any
) -> tuple[list[dict[str, Any]], int, bool]:
    """Read tasks, their number, and whether there are more."""
    tasks: list[dict[str, Any]] = []
    with server.client() as client:
        count, truncated = collect_tasks(
            client, list(specs), parse_reading_options({**DEFAULTS, **options}), tasks.extend
        )
    assert server.owned == {}
    return tasks, count, truncated


@pytest.mark.parametrize("limit", [None, 1])
def test_no_tasks(limit: int | None) -> None:
    assert read(HistoryServer(), limit=limit) == ([], 0, False)


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
@pytest.mark.parametrize("page_size", [1, 3, 7, 1000])
@pytest.mark.parametrize("limit", [None, 1, 6, 7, 8, 19, 20, 21])
def test_the_limit_cuts_the_tasks_in_their_order(order: str, page_size: int, limit: int | None) -> None:
    expected = [f"task-{number}" for number in range(20)]
    if order == "newest_first":
        expected.reverse()
    tasks, count, truncated = read(HistoryServer(20), order=order, page_size=page_size, limit=limit)
    assert [task["key"] for task in tasks] == expected[:limit]
    assert count == len(tasks)
    assert truncated is (limit is not None and limit < 20)


def of_tasks(*numbers: int) -> dict[str, Any]:
    """A TaskFilterSpec for these tasks."""
    return {**SPEC, "activationId": [f"a-{number}" for number in numbers]}


@pytest.mark.parametrize(
    ("options", "expected", "truncated"),
    [
        ({}, [0, 2, 3, 4, 6, 8], False),
        ({"page_size": 2}, [0, 2, 3, 4, 6, 8], False),
        ({"order": "newest_first"}, [8, 6, 4, 3, 2, 0], False),
        ({"limit": 2}, [0, 2], True),
        ({"limit": 6}, [0, 2, 3, 4, 6, 8], False),
        ({"latest_page": True, "page_size": 3}, [4, 6, 8], False),
        ({"latest_page": True, "limit": 2, "order": "newest_first"}, [8, 6], True),
    ],
)
def test_tasks_of_several_filters_are_merged(options: dict[str, Any], expected: list[int], truncated: bool) -> None:
    """A task that matches several filters is returned once, and all tasks are in order."""
    server = HistoryServer(10)
    for number, task in enumerate(server.tasks):
        task["activationId"] = f"a-{number}"
    specs = [of_tasks(2, 4, 8), of_tasks(99), of_tasks(0, 3, 4, 6)]
    tasks, count, is_truncated = read(server, specs=specs, **options)
    assert [task["key"] for task in tasks] == [f"task-{number}" for number in expected]
    assert (count, is_truncated) == (len(expected), truncated)


@pytest.mark.parametrize("numbers", [(3,), (3, 5), (3, 5, 8)])
def test_the_tasks_of_every_filter_are_read(numbers: tuple[int, ...]) -> None:
    server = HistoryServer(10)
    for number, task in enumerate(server.tasks):
        task["activationId"] = f"a-{number}"
    tasks, _count, _truncated = read(server, specs=[of_tasks(number) for number in numbers])
    assert [task["key"] for task in tasks] == [f"task-{number}" for number in numbers]


@pytest.mark.parametrize(
    ("options", "expected", "truncated"),
    [
        ({}, [0, 4, 8, 12, 16], False),
        ({"page_size": 2}, [0, 4, 8, 12, 16], False),
        ({"limit": 5}, [0, 4, 8, 12, 16], False),
        ({"limit": 4}, [0, 4, 8, 12], True),
        ({"limit": 2, "order": "newest_first", "page_size": 1}, [16, 12], True),
        ({"latest_page": True, "page_size": 2}, [12, 16], False),
        ({"latest_page": True, "page_size": 9, "order": "newest_first"}, [16, 12, 8, 4, 0], False),
        ({"latest_page": True, "limit": 2}, [12, 16], True),
    ],
)
@pytest.mark.parametrize("entities", [1, 2])
def test_task_types_are_filtered_and_counted_by_the_client(
    entities: int, options: dict[str, Any], expected: list[int], truncated: bool
) -> None:
    """The server does not filter by type, but limits and counts apply to tasks of these types."""
    server = HistoryServer(20)
    for number, task in enumerate(server.tasks):
        task.update(activationId=f"a-{number}", descriptionId="a.b" if number % 4 == 0 else "a.c")
    specs = [of_tasks(*range(start, 20, entities)) for start in range(entities)]
    tasks, count, more = read(server, specs=[{**spec, "descriptionId": ["a.b", "x"]} for spec in specs], **options)
    assert [task["key"] for task in tasks] == [f"task-{number}" for number in expected]
    assert (count, more) == (len(expected), truncated)


@pytest.mark.parametrize(
    ("fields", "size", "found"),
    [(("activationId",), 1, True), (("activationId",), 0, False), ((), 1, False), (("state",), 1, False)],
)
def test_tasks_are_looked_for_without_some_fields(fields: tuple[str, ...], size: int, found: bool) -> None:
    server = HistoryServer(size)
    with server.client() as client:
        assert has_tasks_without(client, [of_tasks(99), of_tasks(98)], *fields) is found
    assert server.owned == {}


def test_a_page_is_no_larger_than_the_limit_needs() -> None:
    server = HistoryServer(20)
    read(server, limit=5)
    (sent,) = server.named("TaskHistoryCollector.ReadNextTasks")
    assert sent.params == {"maxCount": 6}


@pytest.mark.parametrize(
    ("options", "expected", "truncated"),
    [
        ({"page_size": 4}, [16, 17, 18, 19], False),
        ({"page_size": 4, "order": "newest_first"}, [19, 18, 17, 16], False),
        ({"page_size": 4, "limit": 2}, [18, 19], True),
        ({"limit": 3, "order": "newest_first"}, [19, 18, 17], True),
        ({"limit": 30}, list(range(20)), False),
    ],
)
def test_the_latest_page_is_sorted_and_limited(options: dict[str, Any], expected: list[int], truncated: bool) -> None:
    server = HistoryServer(20)
    tasks, count, more = read(server, latest_page=True, **options)
    assert [task["key"] for task in tasks] == [f"task-{number}" for number in expected]
    assert (count, more) == (len(expected), truncated)
    assert server.operations["TaskManager.CreateCollectorForTasks"] == 1


def test_tasks_have_all_keys_until_they_are_shown() -> None:
    assert tuple(read(HistoryServer(1))[0][0]) == TASK_KEYS
    assert tuple(read(HistoryServer(1), fields=["state", "key"])[0][0]) == TASK_KEYS
    assert parse_reading_options({**DEFAULTS, "fields": ["state", "key"]}).fields == TaskFields(("state", "key"))


@pytest.mark.parametrize("asked", [{"localize": True}, {"fields": ["label"]}, {"fields": ["brief"]}])
def test_labels_are_read_once(asked: dict[str, Any]) -> None:
    server = HistoryServer(5)
    element = {"_typeName": "ElementDescription", "key": "None", "label": "Of no kind", "summary": "s"}
    server.answers["TaskManager.description"] = lambda _moid, _params: {"methodInfo": [element]}
    tasks, _count, _truncated = read(server, page_size=2, **asked)
    assert {task["label"] for task in tasks} == {"Of no kind"}
    assert server.operations["TaskManager.description"] == 1


def test_the_collector_is_destroyed_when_the_caller_fails() -> None:
    server = HistoryServer(5)

    def fail(_page: Any) -> None:
        raise OSError("no space")

    with server.client("S0") as client, pytest.raises(OSError, match="no space") as raised:
        collect_tasks(client, [SPEC], parse_reading_options(DEFAULTS), fail)
    # the traceback keeps the frames, and with them the generators, alive
    assert raised.tb is not None
    assert server.owned == {}


def test_reading_options_are_parsed() -> None:
    assert parse_reading_options(DEFAULTS) == ReadingOptions(False, None, 1000, False, TaskFields(), False, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"page_size": 0}, "page_size: 0 is not a valid page size. Use 1 to 1000"),
        ({"page_size": 1001}, "page_size: 1001 is not a valid page size"),
        ({"limit": 0}, "limit: 0 is not a valid number of tasks"),
        ({"limit": -1}, "limit: -1 is not a valid number of tasks"),
        (
            {"fields": ["state", "colour", "size"]},
            "a task has no field 'colour' or 'size'. Use brief, or one or more of: key, moid, ",
        ),
        ({"fields": []}, "fields: the list is empty. Use brief, or one or more of: key"),
    ],
)
def test_invalid_reading_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_reading_options({**DEFAULTS, **options})
