# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes that modules share."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.tests.unit.support.documentation import read_fragment

PARTS = {
    "documentation": {"action_group": "full", "check_mode": "full", "platform": "full"},
    "diff": {"diff_mode": "full"},
    "no_diff": {"diff_mode": "none"},
    "info": {"diff_mode": "N/A", "idempotent": "N/A"},
    "idempotent": {"idempotent": "full"},
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_states_its_support(part: str) -> None:
    fragment = read_fragment("attributes", part)
    assert {name: attribute["support"] for name, attribute in fragment["attributes"].items()} == PARTS[part]
    assert fragment["options"] == {}


@pytest.mark.parametrize("attribute", ["diff_mode", "idempotent"])
def test_an_attribute_has_the_same_description_in_every_part(attribute: str) -> None:
    parts = [read_fragment("attributes", part)["attributes"] for part in PARTS]
    descriptions = {part[attribute]["description"] for part in parts if attribute in part}
    assert len(descriptions) == 1


def test_the_attributes_name_action_group_and_platform() -> None:
    attributes = read_fragment("attributes")["attributes"]
    assert attributes["action_group"]["membership"] == ["vijson.tasks.vi"]
    assert attributes["platform"]["platforms"] == "posix"
