# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module's ``run()`` in this process, as the module does, so that thousands of runs take minutes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError, ignore
from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import wrap_single_values
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import Share
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.plugin_utils._logout import log_out
from ansible_collections.vijson.tasks.plugins.plugin_utils._session_store import SessionStore
from ansible_collections.vijson.tasks.plugins.plugin_utils._shared_session import SharedSession
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

REQUEST_TIMEOUT = 1.0  # seconds
LATE = 1.5  # seconds: more than the timeout of any request except long polls


class Outcome(NamedTuple):
    """The result of a run, and its warnings."""

    result: dict[str, Any]
    warnings: list[str]

    @property
    def failed(self) -> bool:
        """Whether the run failed."""
        return bool(self.result.get("failed"))


def run(
    server: VCenter,
    module: str,
    params: dict[str, Any],
    *,
    session_id: str | None = None,
    check_mode: bool = False,
    share: Share = ignore,
) -> Outcome:
    """Run a module against the server. Exceptions that modules do not handle are raised."""
    found = importlib.import_module(f"ansible_collections.vijson.tasks.plugins.modules.{module}")
    given = {**connection(server, session_id), **params}
    wrap_single_values(given, found.ARGUMENT_SPEC)
    validated = ArgumentSpecValidator(found.ARGUMENT_SPEC).validate(given)
    assert not validated.error_messages, validated.error_messages
    warnings: list[str] = []
    try:
        job = Job(validated.validated_parameters, check_mode=check_mode, warn=warnings.append, share=share)
    except ViError as error:
        return Outcome({"failed": True, **error.failure()}, warnings)
    return Outcome(run_job(found.run, job), warnings)


@contextmanager
def shared_session() -> Iterator[Share]:
    """The session of a run, for its modules. At the end the run logs out."""
    with TemporaryDirectory() as folder:
        store = SessionStore(Path(folder, "run"))
        store.begin()
        try:
            yield lambda where, who: SharedSession(store, where.settled(), who)
        finally:
            for content in store.end(REQUEST_TIMEOUT):
                if content.get("session"):
                    log_out(content["session"][0], content["where"], REQUEST_TIMEOUT)


def connection(server: VCenter, session_id: str | None) -> dict[str, Any]:
    """The connection options, with a short timeout."""
    variables = server.variables
    login = {"username": variables["VMWARE_USER"], "password": variables["VMWARE_PASSWORD"]}
    return {
        "hostname": server.host,
        "port": server.port,
        "ca_path": variables["VMWARE_CA_PATH"],
        "request_timeout": REQUEST_TIMEOUT,
        **({"session_id": session_id} if session_id else login),
    }
