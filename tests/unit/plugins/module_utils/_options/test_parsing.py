# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms in which users name times, and objects that are not entities."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._options.entity_parsing import parse_object
from ansible_collections.vijson.tasks.plugins.module_utils._options.parsing import parse_time, shortened
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference


@pytest.mark.parametrize(
    "value",
    ["alarm-7", " alarm-7 ", "'Alarm:alarm-7'", "vim.alarm.Alarm:alarm-7", {"type": "Alarm", "moid": "alarm-7"}],
)
def test_an_alarm_is_parsed_in_every_form(value: Any) -> None:
    assert parse_object(value, "alarm", "Alarm", "alarm-") == Reference("Alarm", "alarm-7")


@pytest.mark.parametrize(
    "value",
    ["", "7", "alarm-", "alarm-x", "vm-7", "Task:alarm-7", {"type": "Alarm"}, {"moid": "alarm-7"}, {}, [], None],
)
def test_an_invalid_alarm_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="is not a valid Alarm"):
        parse_object(value, "alarm", "Alarm", "alarm-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m",
        "15",
        "15 m",
        "-15m",
        "+15m",
        "1.5h",
        "15y",
        "1h30m",
        "٣m",
        "2023-11-14T22:13:20",
        "2023-11",
        "2023-13-14",
        "yesterday",
        "15m\n6",
    ],
)
def test_an_invalid_time_is_refused_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_time(text, "begin_time")
    assert str(refused.value).startswith("begin_time: ")
    for form in ("RFC 3339", "90s", "15m", "12h", "7d"):
        assert form in str(refused.value)


def test_a_message_shows_at_most_100_characters_of_a_value() -> None:
    assert shortened("x" * 100) == "x" * 100
    assert shortened("x" * 101) == "x" * 100 + "…"
