# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select tasks."""

from __future__ import annotations

from ansible_collections.vijson.tasks.plugins.module_utils._options.selection_spec import SELECTION_OPTIONS
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.selection import ACTIVE
from ansible_collections.vijson.tasks.tests.unit.support.documentation import read_fragment, stated_options

OPTIONS = read_fragment("selection")["options"]


def test_the_fragment_documents_the_selection_options() -> None:
    assert stated_options(OPTIONS) == stated_options(SELECTION_OPTIONS)


def test_the_fragment_documents_the_default_states() -> None:
    (documented,) = (text for text in OPTIONS["states"]["description"] if text.startswith("Defaults to"))
    assert [state for state in OPTIONS["states"]["choices"] if f"V({state})" in documented] == ACTIVE
