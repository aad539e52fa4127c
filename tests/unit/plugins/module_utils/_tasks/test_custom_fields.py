# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom values of tasks, by the names of their fields."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, InputError
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.custom_fields import (
    CustomValues,
    available_fields,
    choose_fields,
    differing_values,
    values_by_name,
)

OWNER = {"_typeName": "CustomFieldDef", "key": 7, "name": "owner", "type": "string", "managedObjectType": "Task"}
TICKET = {"_typeName": "CustomFieldDef", "key": 8, "name": "ticket", "type": "string"}


def test_fields_in_answer_form() -> None:
    assert available_fields([OWNER, TICKET]) == [
        {"key": 7, "name": "owner", "type": "string", "managed_object_type": "Task"},
        {"key": 8, "name": "ticket", "type": "string", "managed_object_type": None},
    ]
    assert available_fields(None) == []


def test_values_by_the_name_of_their_field() -> None:
    fields = available_fields([OWNER, TICKET])
    value = {"_typeName": "ArrayOfCustomFieldValue", "_value": [{"key": 8, "value": "T-1"}, {"key": 9, "value": "x"}]}
    assert values_by_name(value, fields) == {"ticket": "T-1", "9": "x"}
    assert values_by_name(None, fields) == {}


@pytest.mark.parametrize("field", [{}, {"key": []}, {"key": {}, "name": 5}])
@pytest.mark.parametrize("entry", [{}, {"key": []}, {"key": {}, "value": {"_value": 1}}])
def test_odd_fields_and_values_break_nothing(field: Any, entry: Any) -> None:
    assert len(values_by_name([entry], available_fields([field]))) == 1


@pytest.mark.parametrize("wrong", [5, "x", [5]])
def test_what_are_no_fields(wrong: Any) -> None:
    with pytest.raises(BadResponse):
        available_fields(wrong)
    with pytest.raises(BadResponse):
        values_by_name(wrong, [])


@pytest.mark.parametrize("wanted", [{"owner": "joe"}, {"7": "joe"}])
def test_a_field_by_name_or_key(wanted: dict[str, Any]) -> None:
    assert choose_fields(wanted, [OWNER, TICKET]) == {"owner": "joe"}


def test_a_field_whose_name_is_the_key_of_another_goes_by_its_name() -> None:
    assert choose_fields({"8": "x"}, [{**OWNER, "name": "8"}, TICKET]) == {"8": "x"}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"color": "red"}, r"color.*owner.*ticket"),
        ({"owner": "a", "7": "b"}, r"owner.*twice"),
        ({"owner": ["a"]}, r"owner.*string"),
        ({"owner": None}, r"owner.*string"),
    ],
)
def test_refused(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        choose_fields(wanted, [OWNER, TICKET])


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"owner": "joe"}, {}),
        ({"owner": "ann"}, {"owner": "ann"}),
        ({"ticket": ""}, {}),
        ({"owner": ""}, {"owner": ""}),
        ({"ticket": "T-1", "owner": "joe"}, {"ticket": "T-1"}),
    ],
)
def test_only_what_differs_is_set(chosen: dict[str, str], left: dict[str, str]) -> None:
    assert differing_values(CustomValues({"owner": "joe"}, [OWNER, TICKET]), chosen) == left
