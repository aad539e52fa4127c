# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of the collection."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.plugin_utils._switches import PROGRESS, is_switched_on


@pytest.mark.parametrize(
    ("variable", "environment", "on"),
    [
        (None, None, True),
        (None, "", True),
        (None, " ", True),
        (None, "no", False),
        (None, "True", True),
        ("", "no", False),
        (False, "yes", False),
        ("yes", "no", True),
        (0, None, False),
    ],
)
def test_the_variable_comes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: Any, environment: str | None, on: bool
) -> None:
    monkeypatch.delenv("VIJSON_TASKS_PROGRESS", raising=False)
    if environment is not None:
        monkeypatch.setenv("VIJSON_TASKS_PROGRESS", environment)
    assert is_switched_on(PROGRESS, variable) is on


@pytest.mark.parametrize("value", ["maybe", 2, [], {}])
def test_another_value_is_refused(value: Any) -> None:
    message = r"^vijson_tasks_progress \(or VIJSON_TASKS_PROGRESS\): .* is not a boolean. Use true or false$"
    with pytest.raises(InputError, match=message):
        is_switched_on(PROGRESS, value)
