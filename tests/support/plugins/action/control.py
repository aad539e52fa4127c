# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a playbook use the simulator's control interface: ``control: {method, path, body}`` returns ``answer``."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter


class ActionModule(ActionBase):
    """Sends the request from Ansible's own process."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self._task.args
        vcenter = VCenter(json.loads(os.environ["TESTS_VCENTER"]))
        answer = vcenter.control(arguments.get("method", "POST"), arguments["path"], arguments.get("body"))
        return {**result, "changed": False, "answer": answer}
