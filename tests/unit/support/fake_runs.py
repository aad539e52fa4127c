# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module against a fake vCenter."""

from __future__ import annotations

import importlib
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.release import FIRST_RELEASE
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter

LOGIN = {"hostname": "vc.example.com", "username": "u", "password": "p"}


def run(
    server: FakeVcenter, module: str, *, check_mode: bool = False, api_release: str = FIRST_RELEASE, **params: Any
) -> dict[str, Any]:
    """The result of a module. Its warnings are in ``server.warnings``."""
    found = importlib.import_module(f"ansible_collections.vijson.tasks.plugins.modules.{module}")
    validated = ArgumentSpecValidator(found.ARGUMENT_SPEC).validate({**LOGIN, **params})
    assert not validated.error_messages, validated.error_messages
    job = Job(validated.validated_parameters, check_mode=check_mode, diff_mode=True, warn=server.warnings.append)
    job.client = server.client(api_release=api_release)
    return run_job(found.run, job)
