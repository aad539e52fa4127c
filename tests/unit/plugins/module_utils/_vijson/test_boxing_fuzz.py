# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translating any value or name to the wire and back returns the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.boxing import box_value, camel_case
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import plain_value, snake_case
from ansible_collections.vijson.tasks.tests.unit.support.strategies import texts

identifiers = st.lists(st.text("abcxyz", min_size=2, max_size=5), min_size=1, max_size=4).map("_".join)
whole = st.integers(-(2**63), 2**63 - 1)
primitives = st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | texts
references = st.builds(lambda number: {"type": "VirtualMachine", "moid": f"vm-{number}"}, st.integers(0, 99))
boxable = st.recursive(primitives | references, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@given(value=boxable)
def test_random_values_are_boxed_and_unboxed(value: Any) -> None:
    assert plain_value(json.loads(json.dumps(box_value(value))), typed=True) == value


@given(name=identifiers)
def test_random_names_become_camel_case_and_snake_case(name: str) -> None:
    assert snake_case(camel_case(name)) == name
