# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs pytest for each line of the standard input, a JSON list of arguments. Its output is in a file.

Prints the exit code of each run. Each is a fork of this process, which has imported the libraries of the tests, because
that takes longer than most tests. It imports nothing of the collection, which differs from run to run.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module

import pytest

LIBRARIES = ("ansible.module_utils.basic", "ansible.plugins.loader", "hypothesis", "jsonschema", "requests", "yaml")
OUTPUT = "pytest.out"
TIMEOUT = 1800  # seconds for all tests together; one test has far less


def exit_code(arguments: list[str]) -> int:
    """Run pytest in a process group of its own, and end what it leaves behind."""
    child = os.fork()
    if child == 0:
        os.setsid()
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.dup2(1, 2)
            code = pytest.main(arguments)
            sys.stdout.flush()
        finally:
            os._exit(code)
    deadline = time.monotonic() + TIMEOUT
    ended, status = 0, 0
    while not ended and time.monotonic() < deadline:
        time.sleep(0.05)
        ended, status = os.waitpid(child, os.WNOHANG)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file
    for library in LIBRARIES:
        import_module(library)
    for line in sys.stdin:
        print(exit_code(json.loads(line)), flush=True)
