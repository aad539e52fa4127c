# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formatting any time and parsing it again returns the same time."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._times import (
    SECOND,
    format_rfc3339,
    parse_moment,
    parse_rfc3339,
)

FIRST, LAST = parse_rfc3339("0001-01-01T00:00:00Z"), parse_rfc3339("9999-12-31T23:59:59.999999999Z")


@given(nanoseconds=st.integers(FIRST, LAST))
@example(FIRST)
@example(LAST)
@example(0)
@example(-1)
def test_formatted_times_are_parsed_to_the_same_time(nanoseconds: int) -> None:
    assert parse_rfc3339(format_rfc3339(nanoseconds)) == nanoseconds
    assert parse_moment(format_rfc3339(nanoseconds)).at == nanoseconds


@given(
    nanoseconds=st.integers(FIRST + 10**14, LAST - 10**14),
    minutes=st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_times_with_an_offset_are_parsed_to_the_same_time(nanoseconds: int, minutes: int) -> None:
    local = format_rfc3339(nanoseconds + minutes * 60 * SECOND)[:-1]
    hours, rest = divmod(abs(minutes), 60)
    assert parse_rfc3339(f"{local}{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}") == nanoseconds
