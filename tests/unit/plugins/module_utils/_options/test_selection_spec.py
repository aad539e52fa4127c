# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether options select tasks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._options.selection_spec import (
    SELECTION_OPTIONS,
    has_selection,
)

DEFAULTS = {name: option.get("default") for name, option in SELECTION_OPTIONS.items()}


def test_without_options_nothing_is_selected() -> None:
    assert not has_selection(DEFAULTS)


@pytest.mark.parametrize(
    ("option", "value"), [("entity", []), ("include", ["vms"]), ("states", ["queued"]), ("older_than", "0")]
)
def test_each_option_selects(option: str, value: Any) -> None:
    assert has_selection({**DEFAULTS, option: value})
