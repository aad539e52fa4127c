# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the task history into a result or a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_collector
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

COLLECT = "TaskManager.CreateCollectorForTasks"


def run(server: HistoryServer, *, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    return run_module_on(server, vi_task_collector, arguments, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_collector)


@pytest.mark.parametrize(
    ("arguments", "keys", "truncated"),
    [
        ({}, [0, 1, 2, 3, 4], False),
        ({"order": "newest_first", "limit": 2}, [4, 3], True),
        ({"limit": 5, "page_size": 2}, [0, 1, 2, 3, 4], False),
        ({"latest_page": True, "page_size": 2}, [3, 4], False),
        ({"states": []}, [], False),
    ],
)
def test_tasks_are_returned_in_order_with_their_count(
    arguments: dict[str, Any], keys: list[int], truncated: bool
) -> None:
    result = run(HistoryServer(5), fields=["key"], **arguments)
    assert [line.split()[0] for line in result.pop("lines")] == [f"task-{key}" for key in keys]
    assert result == {
        "tasks": [{"key": f"task-{key}"} for key in keys],
        "count": len(keys),
        "truncated": truncated,
    }


def test_a_filter_that_matches_nothing_sends_nothing() -> None:
    server = HistoryServer(5)
    assert run(server, users=[])["count"] == 0
    assert run(server, description_ids=[])["count"] == 0
    assert server.sent == []


def test_the_filter_is_sent_to_the_server() -> None:
    server = HistoryServer(5)
    run(server, activation_ids=["a-1"], states=["error"], system_user=True, root_task_keys=["task-0"])
    (sent,) = server.named(COLLECT)
    assert sent.params["filter"]["rootTaskKey"] == ["task-0"]
    assert sent.params["filter"]["activationId"] == ["a-1"]
    assert sent.params["filter"]["state"] == ["error"]
    assert sent.params["filter"]["userName"]["systemUser"] is True


@pytest.mark.parametrize(
    ("entity", "moids"),
    [
        ("vm-7", ["vm-7"]),
        ("vm-7,host-8", ["vm-7", "host-8"]),
        (["vm-7", {"type": "HostSystem", "moid": "host-8"}], ["vm-7", "host-8"]),
    ],
)
def test_each_object_has_a_filter(entity: Any, moids: list[str]) -> None:
    server = HistoryServer(5)
    run(server, entity=entity)
    assert [sent.params["filter"]["entity"]["entity"]["value"] for sent in server.named(COLLECT)] == moids


@pytest.mark.parametrize(("arguments", "result"), [({}, "done"), ({"with_results": False}, None)])
def test_tasks_have_results_unless_they_are_not_wanted(arguments: dict[str, bool], result: str | None) -> None:
    server = HistoryServer(1)
    server.tasks[0]["result"] = {"_typeName": "string", "_value": "done"}
    assert [task["result"] for task in run(server, **arguments)["tasks"]] == [result]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_planned_task_has_no_children_in_check_mode(check_mode: bool) -> None:
    result = run(HistoryServer(5), parent_task_keys=["check-mode"], check_mode=check_mode)
    assert result.get("count") == (0 if check_mode else None)


@pytest.mark.parametrize("check_mode", [True, False])
def test_dest_writes_a_file_only_outside_check_mode(tmp_path: Path, check_mode: bool) -> None:
    dest = tmp_path / "tasks.jsonl"
    found = [
        run(HistoryServer(3), dest=str(dest), mode="0600", fields=["key"], check_mode=check_mode) for _time in range(2)
    ]
    assert [result["changed"] for result in found] == [True, check_mode]
    assert {key: found[0][key] for key in ("dest", "count", "truncated")} == {
        "dest": str(dest),
        "count": 3,
        "truncated": False,
    }
    assert dest.exists() is not check_mode
    if not check_mode:
        assert [json.loads(line) for line in dest.read_text().splitlines()] == [
            {"key": f"task-{number}"} for number in range(3)
        ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"page_size": 0}, "page_size: 0"),
        ({"fields": ["colour"]}, "fields: "),
        ({"begin_time": "yesterday"}, "begin_time: 'yesterday'"),
        ({"dest": "/no/such/folder/tasks.jsonl"}, "dest"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(arguments: dict[str, Any], message: str) -> None:
    server = HistoryServer(3)
    result = run(server, **arguments)
    assert result["failed"]
    assert result["msg"].startswith(message)
    assert server.sent == []


def test_count_by_returns_counts_without_tasks() -> None:
    counts = [{"state": "success", "count": 5, "errors": 0, "median_duration": None, "longest_duration": None}]
    result = run(HistoryServer(5), count_by=["state"], page_size=2)
    lines = ["5 tasks  0 failed  success"]
    assert result == {"tasks": [], "lines": lines, "count": 5, "truncated": False, "counts": counts}
    asked = run(HistoryServer(5), count_by=["state"], fields=["key"])
    assert (len(asked["tasks"]), len(asked["lines"]), asked["counts"]) == (5, 5, counts)
    assert run(HistoryServer(5), count_by=["state"], limit=2)["counts"][0]["count"] == 2
    assert run(HistoryServer(0), count_by=["state"])["counts"] == []


def test_count_by_with_fields_writes_the_tasks_to_the_file(tmp_path: Path) -> None:
    dest = tmp_path / "tasks.csv"
    result = run(HistoryServer(3), count_by=["who"], fields=["key", "state"], dest=str(dest), format="csv")
    assert "tasks" not in result
    assert result["counts"][0]["count"] == 3
    assert dest.read_text() == "key,state\n" + "".join(f'"task-{number}","success"\n' for number in range(3))


def test_count_by_without_fields_writes_the_counts_to_the_file(tmp_path: Path) -> None:
    dest = tmp_path / "counts.csv"
    result = run(HistoryServer(3), count_by=["state", "error"], dest=str(dest), format="csv")
    assert (result["count"], result["changed"], result["dest"]) == (3, True, str(dest))
    assert dest.read_text() == ('state,error,count,errors,median_duration,longest_duration\n"success","",3,0,"",""\n')
    assert run(HistoryServer(3), count_by=["state"], dest=str(dest), format="jsonl")["changed"]
    assert json.loads(dest.read_text()) == run(HistoryServer(3), count_by=["state"])["counts"][0]


def test_a_file_of_counts_has_the_ids_of_entities(tmp_path: Path) -> None:
    server, dest = HistoryServer(3), tmp_path / "counts.csv"
    for task, moid in zip(server.tasks, ("vm-1", "vm-2", "vm-1")):
        task.update(entity={"type": "VirtualMachine", "value": moid}, entityName="web01")
    run(server, count_by=["entity", "state"], dest=str(dest), format="csv")
    assert dest.read_text().splitlines() == [
        "entity,entity_type,entity_moid,state,count,errors,median_duration,longest_duration",
        '"web01","VirtualMachine","vm-1","success",2,0,"",""',
        '"web01","VirtualMachine","vm-2","success",1,0,"",""',
    ]
    run(server, count_by=["entity"], fields=["entity"], dest=str(dest), format="csv")
    assert dest.read_text().splitlines() == ["entity", *['"web01"'] * 3]


def test_invalid_combinations_of_options_are_refused() -> None:
    server = HistoryServer(1)
    assert "format: csv is a format of files. Set dest" in run(server, format="csv")["msg"]
    assert run(server, count_by=[])["msg"].startswith("count_by: the list is empty")
    assert server.sent == []


@pytest.mark.parametrize(("reason", "warns"), [({"userName": "D\\other"}, True), ({"userName": "D\\joe"}, False)])
def test_a_user_without_tasks_gives_a_warning_if_others_have_some(reason: dict[str, Any], warns: bool) -> None:
    server = HistoryServer(1)
    server.tasks[0]["reason"] = {"_typeName": "TaskReasonUser", **reason}
    assert run(server, users=["joe@d"])["count"] == (not warns)
    assert [warning[:47] for warning in server.warnings] == ["users: found only tasks that users other than j"] * warns


@pytest.mark.parametrize(
    ("arguments", "warning"),
    [
        ({"description_ids": ["a.b"]}, None),
        ({"description_ids": ["x", "A.B"]}, "description_ids: found only tasks of types other than x, A.B. Check the"),
        ({"description_ids": ["x"], "users": ["joe@d"]}, "description_ids: found only tasks of types other than x. "),
        ({"description_ids": ["a.b"], "users": ["eve"]}, "users: found only tasks that users other than eve started"),
        ({"description_ids": ["x"], "activation_ids": ["x"]}, None),
    ],
)
def test_a_task_type_without_tasks_gives_a_warning_if_others_have_some(
    arguments: dict[str, Any], warning: str | None
) -> None:
    server = HistoryServer(1)
    server.tasks[0].update(descriptionId="a.b", reason={"_typeName": "TaskReasonUser", "userName": "D\\joe"})
    found = run(server, **arguments)
    assert found["count"] == (arguments == {"description_ids": ["a.b"]})
    assert [each[: len(warning or "")] for each in server.warnings] == ([warning] if warning else [])


def test_task_types_limit_counts_and_the_file(tmp_path: Path) -> None:
    server = HistoryServer(6)
    for task in server.tasks[::2]:
        task["descriptionId"] = "a.b"
    wanted: dict[str, Any] = {"description_ids": ["a.b"], "page_size": 1}
    assert run(server, **wanted, count_by=["state"])["counts"][0]["count"] == 3
    assert run(server, **wanted, count_by=["state"], limit=2)["counts"][0]["count"] == 2
    dest = tmp_path / "tasks.csv"
    result = run(server, **wanted, dest=str(dest), format="csv", fields=["key"])
    assert (result["count"], result["truncated"]) == (3, False)
    assert dest.read_text() == 'key\n"task-0"\n"task-2"\n"task-4"\n'


def test_users_without_tasks_give_no_warning_in_an_empty_history() -> None:
    server = HistoryServer()
    assert run(server, users=["joe@d"])["count"] == 0
    assert server.warnings == []


@pytest.mark.parametrize(("begin_time", "warns"), [("31d", True), ("29d", False), ("12h", False)])
def test_a_begin_before_the_retention_gives_a_warning(begin_time: str, warns: bool) -> None:
    server = HistoryServer(1)
    server.answers["OptionManager.QueryOptions"] = lambda _moid, _params: [{"key": "task.maxAge", "value": 30}]
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "2026-11-22T04:00:00Z"
    run(server, begin_time=begin_time)
    assert server.warnings == ["begin_time: vc.example.com keeps tasks for 30 days only (task.maxAge)"] * warns
