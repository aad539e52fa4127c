# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as a process of its own: the only AnsibleModule and the only ``fail_json``."""

from __future__ import annotations

from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.vijson.tasks.plugins.module_utils._argspec import wrap_single
from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._job import Job, Result, perform


class _Module(AnsibleModule):
    def _load_params(self) -> None:
        super()._load_params()
        wrap_single(self.params, self.argument_spec)


def run_module(run: Callable[[Job], Result], spec: dict[str, Any]) -> None:
    """Validate the arguments, run the job, and end the process with its result or its failure."""
    module = _Module(argument_spec=spec, supports_check_mode=True)
    try:
        job = Job(module.params, check_mode=module.check_mode, warn=module.warn)
        result = perform(run, job)
    except ViError as error:
        module.fail_json(**error.failure())
    except Interrupted as error:
        module.fail_json(msg=f"{error}: what was opened on the server is closed")
    module.exit_json(**result)
