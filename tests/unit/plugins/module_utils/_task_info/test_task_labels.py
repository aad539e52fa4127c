# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels of tasks in the language of the session."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_labels import read_task_labels
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter


def labels_of(description: Any) -> dict[str, str]:
    server = FakeVcenter()
    server.answers["TaskManager.description"] = lambda _moid, _params: description
    with server.client() as client:
        labels = read_task_labels(client)
    assert server.operations["TaskManager.description"] == 1
    return labels


def entry(key: str, label: Any) -> dict[str, Any]:
    return {"_typeName": "ElementDescription", "key": key, "label": label, "summary": "Something."}


@pytest.mark.parametrize(
    ("description", "labels"),
    [
        ({"methodInfo": [entry("a.b", "Do it"), entry("a.c", "Stop it")]}, {"a.b": "Do it", "a.c": "Stop it"}),
        ({"methodInfo": [entry("a.b", None), entry("a.c", "")]}, {}),
        ({"methodInfo": {"_typeName": "ArrayOfElementDescription", "_value": [entry("a.b", "x")]}}, {"a.b": "x"}),
        ({"methodInfo": [entry("a.b", {"_typeName": "string", "_value": "x"})]}, {"a.b": "x"}),
        ({"methodInfo": None, "state": [entry("queued", "Queued")]}, {}),
        ({}, {}),
    ],
)
def test_labels_are_read_by_description_id(description: Any, labels: dict[str, str]) -> None:
    assert labels_of(description) == labels


@pytest.mark.parametrize("description", [None, [], "text", {"methodInfo": 5}, {"methodInfo": ["a.b"]}])
def test_a_damaged_response_is_an_error(description: Any) -> None:
    with pytest.raises(BadResponse, match="description"):
        labels_of(description)
