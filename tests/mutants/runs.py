# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the tests of a mutant, those that probably fail in a run of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_collections.vijson.tasks.tests.mutants.mutations import Mutant
from ansible_collections.vijson.tasks.tests.mutants.pytest_server import OUTPUT

# An endless loop is a failure. The slowest test takes eight seconds, on a machine that does nothing else.
TIMEOUT = 90  # seconds for one test
FIRST = 20
"""How many tests run first. Most mutants fail one of them, and to collect all takes longer than to run these."""

OPTIONS = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
TIMEOUT_OPTIONS = ["-o", f"faulthandler_timeout={TIMEOUT}", "-o", "faulthandler_exit_on_timeout=true"]


class Workplace:
    """A copy of the collection of its own, in which one mutant at a time lives.

    :ivar tree: the folder of the copy
    :ivar environment: the variables with which its tests run
    """

    def __init__(self, root: Path, folder: Path):
        self.tree = folder / "ansible_collections" / "vijson" / "tasks"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "ANSIBLE_COLLECTIONS_PATH": str(folder),
            "PYTEST_ADDOPTS": "",
        }
        shutil.copytree(root, self.tree, ignore=shutil.ignore_patterns(".git", "output"))
        self._pytest = self._start_pytest()

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._pytest.__exit__(None, None, None)

    def killer(self, mutant: Mutant, tests: list[str]) -> str | None:
        """The first of the tests that fails with the mutant, ``None`` if it survives."""
        target = self.tree / mutant.path
        source = target.read_bytes()
        _replace(target, mutant.applied(source))
        try:
            return self._first_failure(tests[:FIRST]) or self._first_failure(tests[FIRST:])
        finally:
            _replace(target, source)

    def _first_failure(self, tests: list[str]) -> str | None:
        if not tests:
            return None
        assert self._pytest.stdin is not None
        assert self._pytest.stdout is not None
        self._pytest.stdin.write(json.dumps([*OPTIONS, *TIMEOUT_OPTIONS, *tests]) + "\n")
        self._pytest.stdin.flush()
        if int(self._pytest.stdout.readline()) == 0:
            return None
        failed = re.search("^(?:FAILED|ERROR) ([^ \n]*)", (self.tree / OUTPUT).read_text("utf-8"), re.MULTILINE)
        return failed[1] if failed else "no test, the run broke off"

    def _start_pytest(self) -> subprocess.Popen[str]:
        command = [sys.executable, "tests/mutants/pytest_server.py"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.tree, env=self.environment, stdin=pipe, stdout=pipe, text=True)


def _replace(target: Path, source: bytes) -> None:
    """Write a file. Python would use its old bytecode if the size and the second are the same."""
    target.write_bytes(source)
    for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
        compiled.unlink()
