# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback documents the options that it takes, and where each comes from."""

from __future__ import annotations

import yaml

from ansible_collections.vijson.tasks.plugins.callback.vcenter import DOCUMENTATION
from ansible_collections.vijson.tasks.plugins.module_utils._plays.recorder import CALLBACK_SPEC

OWN_VARIABLES = {
    "entity": "VIJSON_TASKS_ENTITY",
    "task_type": "VIJSON_TASKS_TASK_TYPE",
    "time_budget": "VIJSON_TASKS_TIME_BUDGET",
}


def test_options_are_those_of_the_connection_and_its_own() -> None:
    documented = yaml.safe_load(DOCUMENTATION)["options"]
    assert set(documented) == set(CALLBACK_SPEC)
    for name, option in documented.items():
        kept = {key: option[key] for key in ("type", "default", "choices") if key in option}
        assert kept == {
            key: CALLBACK_SPEC[name][key] for key in ("type", "default", "choices") if key in CALLBACK_SPEC[name]
        }
        assert option["ini"] == [{"section": "callback_vcenter", "key": name}]
        variable = CALLBACK_SPEC[name].get("env") or OWN_VARIABLES.get(name)
        assert option.get("env") == ([{"name": variable}] if variable else None)
