# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each action plugin runs its own module.

Only vi_session, which returns a secret, hides its result. Only vi_task_run, which runs a command, needs a process. Both
have a session of their own.
"""

from __future__ import annotations

from importlib import import_module

import pytest

from ansible_collections.vijson.tasks.tests.unit.support.files import COLLECTION

PLUGINS = "ansible_collections.vijson.tasks.plugins"
NAMES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("[!_]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_each_action_plugin_runs_its_own_module(name: str) -> None:
    module, action = (import_module(f"{PLUGINS}.{folder}.{name}") for folder in ("modules", "action"))
    plugin = action.ActionModule
    assert plugin.RUN is module.run
    assert plugin.SPEC is module.ARGUMENT_SPEC
    assert plugin.HIDDEN is (name == "vi_session")
    assert plugin.OWN_PROCESS is (name == "vi_task_run")
    assert plugin.SHARES_SESSION is (name not in ("vi_session", "vi_task_run"))
    assert action.main is module.main
