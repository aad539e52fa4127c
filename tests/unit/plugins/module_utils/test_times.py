# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times in RFC 3339, relative times, and spans."""

from __future__ import annotations

import re
import time

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._times import (
    SECOND,
    Moment,
    format_rfc3339,
    format_span,
    parse_moment,
    parse_rfc3339,
    parse_span,
    utc_now,
)

BASE = 1_700_000_000  # 2023-11-14T22:13:20Z
TEXT = "2023-11-14T22:13:20"


@pytest.mark.parametrize("digits", range(10))
def test_fractions_of_any_length_are_parsed_and_formatted(digits: int) -> None:
    fraction = "123456789"[:digits]
    text = f"{TEXT}.{fraction}Z" if digits else f"{TEXT}Z"
    assert parse_rfc3339(text) == BASE * SECOND + int(fraction.ljust(9, "0"))
    assert format_rfc3339(parse_rfc3339(text)) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (f"{TEXT}z", 0),
        ("2023-11-14t22:13:20Z", 0),
        ("2023-11-14 22:13:20Z", 0),
        (f"{TEXT}+00:00", 0),
        (f"{TEXT}-00:00", 0),
        ("2023-11-15T00:13:20+02:00", 0),
        ("2023-11-15T03:43:20+05:30", 0),
        ("2023-11-14T12:43:20-09:30", 0),
        ("2023-11-14T22:13:20.5+01:00", -3600 + 0.5),
        (TEXT, 0),
        ("2023-11-14T22:13:60Z", 40),
        ("2023-11-14T23:59:60Z", 6400),
        ("2023-12-31T23:59:60.25Z", 4067200.25),
        ("2024-02-29T00:00:00Z", 9164800),
    ],
)
def test_times_are_parsed_in_every_form(text: str, seconds: float) -> None:
    assert parse_rfc3339(text) == BASE * SECOND + int(seconds * SECOND)


def test_the_tenth_digit_is_ignored() -> None:
    assert parse_rfc3339(f"{TEXT}.9999999999Z") == BASE * SECOND + 999_999_999


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2023-11-14",
        "22:13:20Z",
        "2023-11-14T22:13Z",
        "2023-13-14T22:13:20Z",
        "2023-02-29T00:00:00Z",
        "2023-11-14T25:13:20Z",
        "2023-11-14T22:60:20Z",
        "2023-11-14T22:13:61Z",
        "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20+0200",
        "2023-11-14T22:13:20+2",
        "2023-11-14T22:13:20+24:00",
        "2023-11-14T22:13:20-00:60",
        "2023-11-14T22:13:20Z\n",
        " 2023-11-14T22:13:20Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-00:01",
        "٢٠٢٣-11-14T22:13:20Z",
        "1700000000",
    ],
)
def test_an_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse_rfc3339(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59Z"])
def test_the_first_and_the_last_time_are_formatted(text: str) -> None:
    assert format_rfc3339(parse_rfc3339(text)) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("12h", 43200),
        ("7d", 604800),
        ("0s", 0),
        (" 5m ", 300),
        ("36500d", 36500 * 86400),
        ("1w", 604800),
        ("2W", 1209600),
        ("12H", 43200),
    ],
)
def test_relative_times_are_parsed(text: str, seconds: int) -> None:
    moment = parse_moment(text)
    assert moment == Moment(ago=seconds * SECOND)
    assert moment.resolve(BASE * SECOND) == (BASE - seconds) * SECOND


def test_an_absolute_time_does_not_need_the_clock() -> None:
    assert parse_moment(f"{TEXT}Z").resolve(5) == BASE * SECOND


def test_the_clock_of_this_machine_counts_nanoseconds() -> None:
    assert abs(utc_now() - time.time_ns()) < 60 * SECOND


def test_a_date_begins_at_midnight() -> None:
    assert parse_moment(" 2026-11-22 ") == parse_moment("2026-11-22T00:00:00Z")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.9, "0s"),
        (59, "59s"),
        (60, "1m00s"),
        (130, "2m10s"),
        (3599, "59m59s"),
        (3600, "1h00m00s"),
        (90061, "25h01m01s"),
    ],
)
def test_durations_are_formatted(seconds: float, text: str) -> None:
    assert format_span(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("15m", 900),
        ("12H", 43200),
        ("7d", 604800),
        ("1W", 604800),
        ("1.5", 1.5),
        (" 2m ", 120),
    ],
)
def test_durations_are_parsed(text: str, seconds: float) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-1", "1y", "1m30s", "90 s", "1e3", "٣", "inf"])
def test_an_invalid_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_span(text)
