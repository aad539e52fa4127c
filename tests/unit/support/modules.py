# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module's ``run()`` on a fake vCenter."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_result
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter

CONNECTION = {"hostname": "vc.example.com", "username": "u", "password": "pa55word"}


def run_module_on(
    server: FakeVcenter, module: ModuleType, arguments: dict[str, Any], *, check_mode: bool = False
) -> dict[str, Any]:
    """Run a module, and check that the result is as RETURN documents it and that nothing stays open on the server.

    A session given as ``session_id`` stays open.
    """
    validated = ArgumentSpecValidator(module.ARGUMENT_SPEC).validate({**CONNECTION, **arguments})
    assert validated.error_messages == []
    given = arguments.get("session_id")
    assert validated._no_log_values <= {CONNECTION["password"], given}
    job = Job(validated.validated_parameters, check_mode=check_mode, diff_mode=True, warn=server.warnings.append)
    job.client = server.client(given, job.params["api_release"])
    result = run_job(module.run, job)
    if not result.get("failed"):
        check_result(module, result)
    assert (server.sessions, server.owned) == ({given} - {None}, {})
    return result
