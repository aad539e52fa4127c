# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting tasks in groups."""

from __future__ import annotations

import random
from statistics import median
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._history import task_counts
from ansible_collections.vijson.tasks.plugins.module_utils._history.task_counts import TaskCounts
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import planned_task

WEB01 = {"type": "VirtualMachine", "moid": "vm-1", "name": "web01"}


def counts_of(keys: list[str], *tasks: dict[str, Any]) -> TaskCounts:
    counts = TaskCounts(keys)
    for each in tasks:
        counts.add([planned_task(**{"state": "success", **each})])
    return counts


def counted(keys: list[str], *tasks: dict[str, Any]) -> list[dict[str, Any]]:
    return counts_of(keys, *tasks).result()


def test_tasks_are_counted_in_groups_with_the_largest_first() -> None:
    assert counted(
        ["who", "state"],
        {"who": "ada", "duration": 1.0},
        {"who": "eve", "state": "error", "duration": 4.0},
        {"who": "eve", "state": "error", "duration": 10.0},
        {"who": "eve", "state": "queued"},
        {"who": None},
    ) == [
        {"who": "eve", "state": "error", "count": 2, "errors": 2, "median_duration": 7.0, "longest_duration": 10.0},
        {"who": "ada", "state": "success", "count": 1, "errors": 0, "median_duration": 1.0, "longest_duration": 1.0},
        {"who": "eve", "state": "queued", "count": 1, "errors": 0, "median_duration": None, "longest_duration": None},
        {"who": None, "state": "success", "count": 1, "errors": 0, "median_duration": None, "longest_duration": None},
    ]


def test_objects_with_the_same_name_are_counted_apart() -> None:
    tasks: list[Any] = [WEB01, {**WEB01, "moid": "vm-2"}, {**WEB01, "name": "renamed"}, None]
    tasks += [{"type": None, "moid": None, "name": name} for name in ("old", "older", "old")]
    groups = counted(["entity"], *({"entity": entity} for entity in tasks))
    assert [(group["entity"] and tuple(group["entity"].values()), group["count"]) for group in groups] == [
        (("VirtualMachine", "vm-1", "web01"), 2),
        ((None, None, "old"), 2),
        (("VirtualMachine", "vm-2", "web01"), 1),
        (None, 1),
        ((None, None, "older"), 1),
    ]


def test_errors_with_the_same_message_are_one_group() -> None:
    full = {"type": "NoDiskSpace", "message": "Full"}
    errors: list[Any] = [{**full, "datastore": "a"}, {**full, "spare": {}}, None, {**full, "type": "X"}]
    groups = counted(["error"], *({"error": error, "state": "error" if error else "success"} for error in errors))
    assert [(group["error"], group["count"], group["errors"]) for group in groups] == [
        (full, 2, 2),
        (None, 1, 0),
        ({**full, "type": "X"}, 1, 1),
    ]


def test_groups_of_task_types_have_labels() -> None:
    tasks = [{"description_id": "a", "label": "A"}, {"description_id": "b", "label": "B"}]
    assert [group["label"] for group in counted(["description_id"], *tasks)] == ["A", "B"]
    assert "label" not in counted(["state"], *tasks)[0]


def test_each_group_has_a_line() -> None:
    full = {"description_id": "a", "label": "Clone", "state": "error", "error": {"type": "X", "message": "It is\nfull"}}
    tasks: list[Any] = [*[{"who": "D\\carol", **full}] * 11, {"entity": WEB01, "description_id": "b"}, {}]
    assert counts_of(["description_id", "error"], *tasks).lines() == [
        "11 tasks  11 failed  Clone         It is full",
        " 1 task    0 failed  b             no error",
        " 1 task    0 failed  unknown type  no error",
    ]
    assert counts_of(["who", "entity", "state"], *tasks[10:]).lines() == [
        "1 task   1 failed  D\\carol       no object  error",
        "1 task   0 failed  unknown user  web01      success",
        "1 task   0 failed  unknown user  no object  success",
    ]
    assert TaskCounts(["who"]).lines() == []


def test_the_columns_are_the_keys_and_the_counts() -> None:
    columns = ("description_id", "who", "label", "count", "errors", "median_duration", "longest_duration")
    assert TaskCounts(["description_id", "who"]).columns == columns


@pytest.mark.parametrize("size", [1, 2, 999, task_counts.MOST_DURATIONS])
def test_the_median_of_few_is_exact(size: int) -> None:
    durations = [round(random.uniform(0, 5000), 6) for _turn in range(size)]
    (group,) = counted(["state"], *({"duration": duration} for duration in durations))
    assert group["median_duration"] == pytest.approx(median(durations), abs=1e-6)


@pytest.mark.parametrize(("size", "middle"), [(20_000, 10_999.75), (20_001, 11_000)])
def test_the_median_of_up_to_20000_durations_is_exact(size: int, middle: float) -> None:
    counts = TaskCounts(["state"])
    counts.add(planned_task(state="success", duration=1000.25 + number) for number in range(size))
    assert counts.result()[0]["median_duration"] == middle


def test_a_median_between_two_durations_has_microseconds() -> None:
    (group,) = counted(["state"], {"duration": 0.000001}, {"duration": 0.000002})
    assert group["median_duration"] in (0.000001, 0.000002)


def test_the_median_of_many_is_close_in_bounded_memory() -> None:
    durations = [round(random.lognormvariate(3, 2), 6) for _turn in range(30_000)]
    counts = TaskCounts(["state"])
    counts.add(planned_task(state="success", duration=duration) for duration in durations)
    (group,) = counts.result()
    assert group["median_duration"] == pytest.approx(median(durations), rel=0.005)
    assert group["longest_duration"] == max(durations)
    assert counts._kept() < 900 * 9


@pytest.mark.parametrize(
    ("durations", "middle"), [([1.2341, 1.2342, 1.2349], 1.23), ([1.21, 1.34, 1.58], 1.3), ([1.2341, 1.2345], 1.2343)]
)
def test_durations_have_three_or_two_digits_if_there_are_many(
    monkeypatch: pytest.MonkeyPatch, durations: list[float], middle: float
) -> None:
    monkeypatch.setattr(task_counts, "MOST_DURATIONS", 2)
    (group,) = counted(["state"], *({"duration": duration} for duration in durations))
    assert (group["median_duration"], group["longest_duration"]) == (middle, durations[-1])


def test_many_groups_share_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_counts, "MOST_DURATIONS", 2000)
    durations = [round(random.uniform(1, 99), 6) for _turn in range(1500)]
    counts = TaskCounts(["who"])
    for duration in durations:
        counts.add(planned_task(who=who, duration=duration) for who in ("ada", "bob", "eve"))
        assert counts._kept() <= 2003
    assert counts._kept() <= 3 * 181, "two digits, and one more for 100"
    assert [group["count"] for group in counts.result()] == [1500] * 3
    assert [group["median_duration"] for group in counts.result()] == [pytest.approx(median(durations), rel=0.05)] * 3


def test_a_key_that_is_given_twice_is_used_once() -> None:
    assert list(counted(["who", "who"], {})[0]) == ["who", "count", "errors", "median_duration", "longest_duration"]


def test_an_empty_list_of_keys_is_refused() -> None:
    with pytest.raises(InputError, match="count_by: the list is empty"):
        TaskCounts([])


@pytest.mark.parametrize("odd", [["a"], {"a": 1}])
def test_values_of_a_wrong_type_are_counted(odd: Any) -> None:
    entity = {"type": None, "moid": None, "name": odd}
    task = {"description_id": odd, "entity": entity}
    for key in ("description_id", "entity"):
        (group,) = counted([key], task, task)
        assert (group[key], group["count"]) == (task[key], 2)
