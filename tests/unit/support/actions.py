# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action plugin for one task, with fakes for the parts of Ansible that it uses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ignore
from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import argument_spec
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, Result
from ansible_collections.vijson.tasks.plugins.plugin_utils._action import action_module
from ansible_collections.vijson.tasks.plugins.plugin_utils._switches import IN_PROCESS

SPEC = argument_spec(
    tasks={"type": "list", "elements": "raw", "aliases": ["task"]},
    wait={"type": "bool", "default": False},
    dest={"type": "path"},
    fields={"type": "list", "elements": "str"},
)
ARGUMENTS = {"hostname": "vc.example.com", "username": "joe", "password": "s3cret'\\word"}
AS_MODULE = {"ran": "as a module"}


class Action:
    """An action for one task, with fakes for the parts of Ansible that it uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.arguments: dict[str, Any] = dict(ARGUMENTS)
        self.task = SimpleNamespace(
            action="vijson.tasks.vi_task_info",
            async_val=0,
            check_mode=False,
            delegate_to=None,
            diff=False,
            environment=[],
            no_log=False,
        )
        shell = SimpleNamespace(tmpdir=str(folder), env_prefix=lambda **_variables: "")
        self.connection = SimpleNamespace(transport="local", become=None, _shell=shell)
        self.play_context = SimpleNamespace(no_log=False)
        self.hidden = False
        self.in_check_mode: Callable[[Result], None] = ignore
        self.execute: Callable[..., Result] = lambda **_how: dict(AS_MODULE)

    def run(self, run: Callable[[Job], Result] = lambda _job: {"ran": "here"}, **variables: Any) -> Result:
        """Run the task and return its result."""
        self.task.args = self.arguments
        loader = SimpleNamespace(get_basedir=lambda: str(self.folder))
        templar = SimpleNamespace(template=lambda value: value)
        plugin: Any = action_module(run, SPEC, hidden=self.hidden, in_check_mode=self.in_check_mode)
        made = plugin(self.task, self.connection, self.play_context, loader, templar, None)
        made._execute_module = self.execute
        return made.run(task_vars=variables)

    def run_module(self, execute: Callable[..., Result], **variables: Any) -> Result:
        """Run the task as a module, for which ``execute`` stands, and return its result."""
        self.execute = execute
        return self.run(**{IN_PROCESS: False, **variables})

    def ran(self, **variables: Any) -> Any:
        """Run the task and return where it ran."""
        return self.run(**variables)["ran"]
