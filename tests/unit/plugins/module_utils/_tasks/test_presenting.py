# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every result with tasks has in addition."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError, TaskError
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Result
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.presenting import job_fields, shows_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault


class FakeJob(NamedTuple):
    """The parts of a job that these tests need."""

    params: dict[str, Any]
    client: Client


def task(moid: str) -> dict[str, Any]:
    return {**dict.fromkeys(TASK_KEYS), "moid": moid, "state": "success", "description_id": "a.b"}


def described(_moid: str, _params: Any) -> Any:
    return {"methodInfo": [{"_typeName": "ElementDescription", "key": "a.b", "label": "Do it", "summary": "s"}]}


def show(server: FakeVcenter, result: Result, fields: list[str] | None) -> Result:
    """A module's result; that of its error if it has the key ``error``."""

    @shows_tasks
    def run(_job: Any) -> Result:
        if result.pop("error", False):
            raise TaskError("It failed", result=result)
        return result

    with server.client() as client:
        try:
            return run(FakeJob({"fields": fields}, client))  # type: ignore[arg-type]
        except TaskError as error:
            return error.result


@pytest.mark.parametrize("failed", [False, True])
def test_a_result_with_tasks_has_lines(failed: bool) -> None:
    result = show(FakeVcenter(), {"tasks": [task("task-7")], "changed": True, "error": failed}, ["moid"])
    assert result == {"lines": ["task-7  success  a.b"], "tasks": [{"moid": "task-7"}], "changed": True}


def test_missing_tasks_have_lines() -> None:
    """With ``fields: brief``, the command ansible shows nothing else."""
    result = show(FakeVcenter(), {"tasks": [task("task-7")], "missing": ["task-9", "check-mode"]}, None)
    assert result["lines"] == ["task-7  success  a.b", "task-9  missing"]


def test_a_result_without_tasks_is_not_changed() -> None:
    assert show(FakeVcenter(), {"changed": False, "error": True}, None) == {"changed": False}


def test_labels_are_read_if_fields_include_them() -> None:
    server = FakeVcenter()
    server.answers["TaskManager.description"] = described
    assert show(server, {"tasks": [task("task-7")]}, None)["tasks"][0]["label"] is None
    assert "TaskManager.description" not in server.operations
    result = show(server, {"tasks": [task("task-7"), task("task-8")]}, ["label"])
    assert result == {"lines": ["task-7  success  Do it", "task-8  success  Do it"], "tasks": [{"label": "Do it"}] * 2}
    show(server, {"tasks": result["tasks"][:0]}, ["brief"])
    assert server.operations["TaskManager.description"] == 1


def test_tasks_are_shown_without_labels_that_cannot_be_read() -> None:
    server = FakeVcenter()
    server.trouble["TaskManager.description"] = [Fault("NoPermission")]
    assert show(server, {"tasks": [task("task-7")]}, ["label"])["tasks"] == [{"label": None}]


@pytest.mark.parametrize("field", ["colour", "custom_values"])
def test_invalid_fields_are_refused_before_a_request_is_sent(field: str) -> None:
    server = FakeVcenter()
    with pytest.raises(InputError, match=f"'{field}'"):
        show(server, {"tasks": []}, [field])
    assert server.sent == []


def test_a_module_with_custom_values_accepts_fields_for_them() -> None:
    with FakeVcenter().client() as client:
        job: Any = FakeJob({"fields": ["custom_values"], "custom_values": False}, client)
        assert job_fields(job).wants("custom_values")


@pytest.mark.parametrize(
    ("fields", "custom_values", "wanted"),
    [
        (["brief"], True, True),
        (["brief", "key"], True, True),
        (["brief"], False, False),
        (["moid"], True, False),
        (None, True, False),
    ],
)
def test_brief_includes_custom_values_on_request(fields: list[str] | None, custom_values: bool, wanted: bool) -> None:
    with FakeVcenter().client() as client:
        job: Any = FakeJob({"fields": fields, "custom_values": custom_values}, client)
        assert job_fields(job).wants("custom_values") is wanted
        assert not job_fields(job).wants("available_fields")
