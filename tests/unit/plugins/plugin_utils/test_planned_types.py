# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task types that check mode would have registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible import constants

from ansible_collections.vijson.tasks.plugins.plugin_utils._planned_types import (
    accept_planned_type,
    remember_planned_types,
)


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path


FAILED = {"failed": True, "changed": False, "msg": "no", "exception": ""}


def refused(type_id: str, moid: str = "check-mode") -> dict[str, Any]:
    return {**FAILED, "task": {"moid": moid, "description_id": type_id}}


def accepted(result: dict[str, Any]) -> bool:
    accept_planned_type(result)
    assert ("msg" in result) == ("exception" in result) == bool(result["failed"])
    assert result["changed"] is not result["failed"]
    return not result["failed"]


def test_only_planned_types_are_accepted() -> None:
    assert not accepted(refused("a"))
    remember_planned_types({"extension": {"task_types": [{"id": "a"}, {"id": "b"}]}})
    remember_planned_types({"extension": {"task_types": [{"id": "c"}]}})
    assert all(accepted(refused(type_id)) for type_id in "abc")
    assert not accepted(refused("d"))


def test_other_failures_are_kept() -> None:
    remember_planned_types({"extension": {"task_types": [{"id": "a"}]}})
    assert not accepted(refused("a", "task-1"))
    assert not accepted({**FAILED})
    assert not accepted({**FAILED, "task": None})


def test_a_result_without_an_extension_plans_nothing(temporary: Path) -> None:
    remember_planned_types({"failed": True, "msg": "no"})
    remember_planned_types({"extension": None})
    assert list(temporary.iterdir()) == []


def test_a_missing_folder_is_not_an_error(temporary: Path) -> None:
    temporary.rmdir()
    remember_planned_types({"extension": {"task_types": [{"id": "a"}]}})
    assert not accepted(refused("a"))


def test_types_that_are_no_unicode_are_planned_too(temporary: Path) -> None:
    remember_planned_types({"extension": {"task_types": [{"id": "a\ud800"}, {"id": "b"}]}})
    (file,) = temporary.iterdir()
    file.write_bytes(file.read_bytes() + b"\xc3")
    assert accepted(refused("b"))
