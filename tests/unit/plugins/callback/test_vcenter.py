# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback documents the options that it takes, its own and those of the fragment, and reads each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.vijson.tasks.plugins.callback.vcenter import DOCUMENTATION
from ansible_collections.vijson.tasks.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.vijson.tasks.plugins.module_utils._plays.recorder import CALLBACK_SPEC

OWN_VARIABLES = {
    "entity": "VIJSON_TASKS_ENTITY",
    "task_type": "VIJSON_TASKS_TASK_TYPE",
    "time_budget": "VIJSON_TASKS_TIME_BUDGET",
}
VARIABLES = {name: CALLBACK_SPEC[name].get("env") or OWN_VARIABLES.get(name) for name in CALLBACK_SPEC}
GIVEN = {
    **{name: f"the {name}" for name, option in CALLBACK_SPEC.items() if option["type"] == "str"},
    "port": 444,
    "validate_certs": False,
    "ca_path": "/etc/pki/ca.pem",
    "proxy_port": 3128,
    "proxy_protocol": "https",
    "request_timeout": 2.5,
    "time_budget": 1.5,
}
READ = """
import json, sys
from ansible.plugins.loader import callback_loader, init_plugin_loader
init_plugin_loader()
callback = callback_loader.get("vijson.tasks.vcenter")
callback.set_options()
print(json.dumps({name: callback.get_option(name) for name in sys.argv[1:]}))
"""


def read(configuration: Path, options: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """What the callback reads of all options, with some in ``ansible.cfg`` and some in the environment."""
    settings = "".join(f"{name} = {value}\n" for name, value in options.items())
    configuration.write_text(f"[callback_vcenter]\n{settings}")
    around = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    command = [sys.executable, "-c", READ, *CALLBACK_SPEC]
    env = {**around, **variables, "ANSIBLE_CONFIG": str(configuration)}
    found: dict[str, Any] = json.loads(subprocess.check_output(command, env=env, timeout=60))
    return found


def test_options_are_those_of_the_connection_and_its_own() -> None:
    document = yaml.safe_load(DOCUMENTATION)
    assert document["extends_documentation_fragment"] == ["vijson.tasks.connection.callback"]
    own, shared = document["options"], yaml.safe_load(ModuleDocFragment.CALLBACK)["options"]
    documented = {name: {**shared.get(name, {}), **own.get(name, {})} for name in {**shared, **own}}
    assert set(documented) == set(CALLBACK_SPEC)
    for name, option in documented.items():
        kept = {key: option[key] for key in ("type", "default", "choices") if key in option}
        assert kept == {
            key: CALLBACK_SPEC[name][key] for key in ("type", "default", "choices") if key in CALLBACK_SPEC[name]
        }
        assert not option.get("required")
        assert option["ini"] == [{"section": "callback_vcenter", "key": name}]
        assert option.get("env") == ([{"name": VARIABLES[name]}] if VARIABLES[name] else None)


def test_reads_every_option_from_each_place(tmp_path: Path) -> None:
    configuration = tmp_path / "ansible.cfg"
    assert set(GIVEN) == set(CALLBACK_SPEC)
    assert read(configuration, {}, {}) == {name: option.get("default") for name, option in CALLBACK_SPEC.items()}
    assert read(configuration, GIVEN, {}) == GIVEN
    named = {variable: str(GIVEN[name]) for name, variable in VARIABLES.items() if variable}
    others = {name: value for name, value in GIVEN.items() if not VARIABLES[name]}
    assert read(configuration, others, named) == GIVEN
