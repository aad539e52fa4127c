# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs pytest for each line of the standard input, a JSON list of arguments. Its output is in a file.

Prints the exit code of each run. Each is a fork of this process, which has imported the libraries of the tests, because
that takes longer than most tests. It imports nothing of the collection, which differs from run to run.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

LIBRARIES = ("ansible.module_utils.basic", "ansible.plugins.loader", "hypothesis", "jsonschema", "requests", "yaml")
OUTPUT = "pytest.out"
CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")  # Linux only
PR_SET_CHILD_SUBREAPER = 36
TIMEOUT = 1800  # seconds for all tests together; one test has far less


def exit_code(arguments: list[str]) -> int:
    """Run pytest in a process group of its own, and end what the tests leave behind."""
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
    found = None
    while found is None and time.monotonic() < deadline:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == child:
            found = os.waitstatus_to_exitcode(status)
        elif not ended:
            time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if CHILDREN.exists():
        end_descendants()
    return 1 if found is None else found


def adopt_descendants() -> None:
    """On Linux, become the parent of each process below this one whose own parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_descendants() -> None:
    """End what the tests have left behind in other process groups."""
    while children := CHILDREN.read_text("ascii").split():
        for child in map(int, children):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file
    adopt_descendants()
    for library in LIBRARIES:
        import_module(library)
    for line in sys.stdin:
        print(exit_code(json.loads(line)), flush=True)
