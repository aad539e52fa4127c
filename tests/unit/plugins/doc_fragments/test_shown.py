# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that modules with tasks in their result share."""

from __future__ import annotations

from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_fields import BRIEF, parse_fields
from ansible_collections.vijson.tasks.tests.unit.support.documentation import read_fragment

OPTIONS = read_fragment("shown")["options"]


def test_the_fragment_has_one_option() -> None:
    assert set(OPTIONS) == {"fields"}


def test_the_fragment_documents_every_key_of_a_brief_task() -> None:
    (documented,) = (text for text in OPTIONS["fields"]["description"] if f"V({BRIEF}) stands for" in text)
    assert [key for key in parse_fields([BRIEF]).keys or () if f"C({key})" not in documented] == []
