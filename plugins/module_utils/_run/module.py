# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module as a process of its own: the only AnsibleModule and the only ``fail_json``."""

from __future__ import annotations

import select
import sys
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule

from .._errors import Interrupted, ViError
from .._garbage import resume_collections
from .._options.argspec import escaped_secrets, wrap_single_values
from .job import Job, Result, run_job


class _Module(AnsibleModule):
    def _load_params(self) -> None:
        super()._load_params()
        wrap_single_values(self.params, self.argument_spec)

    def add_path_info(self, kwargs: Result) -> Result:
        """Return the result unchanged: AnsibleModule would add details of files that it names."""
        return kwargs

    def _return_formatted(self, kwargs: Result) -> None:
        self.no_log_values.update(escaped_secrets(self.no_log_values))
        super()._return_formatted(kwargs)


def run_module(run: Callable[[Job], Result], spec: dict[str, Any]) -> None:
    """Validate the arguments, run the job, print its result and end the process."""
    resume_collections()
    module = _Module(argument_spec=spec, supports_check_mode=True)
    result = {"changed": False, **_result(module, run)}
    if result.get("failed"):
        module.fail_json(**{key: value for key, value in result.items() if key != "failed"})
    module.exit_json(**result)


def _result(module: _Module, run: Callable[[Job], Result]) -> Result:
    try:
        job = Job(
            module.params,
            check_mode=module.check_mode,
            diff_mode=module._diff,
            warn=module.warn,
            progress=_stop_if_unread,
        )
    except ViError as error:
        return {"failed": True, **error.failure()}
    result = run_job(run, job)
    # A session of a run is lent as a part of session_id.
    module.no_log_values.update(job.client.secrets)
    return result


def _stop_if_unread(_line: str) -> None:
    """A module cannot show progress. Each line is an occasion to stop a long wait if Ansible has ended."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)
    if reader.poll(0):
        raise Interrupted("Ansible no longer reads this module's output")
