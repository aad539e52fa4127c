# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs the modules that it reads from standard input, while tests send it signals.

A line of input is ``{module, params, session_id}``. A line of output is the message of a failure, or empty.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ignore
from ansible_collections.vijson.tasks.tests.support.module_runs import run, shared_session
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

RUN = "of the run"
"""In place of a session's id: each module is a run of its own, which shares its session and ends it."""


class Worker:
    """The process from the outside. Use it as a context manager."""

    def __init__(self, vcenter: VCenter):
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            env={**os.environ, **vcenter.variables, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() == "ready"

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.communicate(timeout=60)

    def order(self, module: str, params: dict[str, Any], session_id: str | None) -> None:
        """Start a module."""
        assert self._process.stdin is not None
        print(json.dumps([module, params, session_id]), file=self._process.stdin, flush=True)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def read(self) -> str:
        """Wait for the module; returns its line of output."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")


def main() -> None:
    """Run modules; ignore signals between them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    vcenter = VCenter(dict(os.environ))
    print("ready", flush=True)
    for line in sys.stdin:
        module, params, session_id = json.loads(line)
        with shared_session() if session_id == RUN else nullcontext(ignore) as share:
            given = None if session_id == RUN else session_id
            outcome = run(vcenter, module, {"request_timeout": 60, **params}, session_id=given, share=share)
        print(outcome.result["msg"] if outcome.failed else "", flush=True)


if __name__ == "__main__":
    main()
