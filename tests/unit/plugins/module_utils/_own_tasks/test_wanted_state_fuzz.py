# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random options of vi_task_state are refused with an InputError or can be sent as JSON."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.wanted_state import parse_wanted_state
from ansible_collections.vijson.tasks.tests.unit.support.strategies import any_json, texts, tried


@given(
    state=st.sampled_from([None, "queued", "running", "success", "error"]),
    progress=st.none() | st.integers(),
    description=any_json,
    result=any_json,
    fault=st.none() | st.dictionaries(texts | st.sampled_from(["type", "message", "data"]), any_json, max_size=4),
)
def test_random_options_are_refused_or_can_be_sent_as_json(**options: Any) -> None:
    wanted = tried(lambda: parse_wanted_state(options))
    assert isinstance(wanted, InputError) or json.dumps(wanted, allow_nan=False)
