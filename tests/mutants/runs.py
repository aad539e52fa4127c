# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the tests of a mutant: first those of its file, then those of its folder, then all fast tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

from ansible_collections.vijson.tasks.tests.mutants.mutations import Mutant
from ansible_collections.vijson.tasks.tests.mutants.pytest_server import OUTPUT

# An endless loop is a failure. The slowest test takes eight seconds, on a machine that does nothing else.
TIMEOUT = 180  # seconds for one test
OPTIONS = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
TIMEOUT_OPTIONS = ["-o", f"faulthandler_timeout={TIMEOUT}", "-o", "faulthandler_exit_on_timeout=true"]


class Workplace:
    """A copy of the collection of its own, in which one mutant at a time lives."""

    def __init__(self, root: Path, folder: Path):
        self._tree = folder / "ansible_collections" / "vijson" / "tasks"
        shutil.copytree(root, self._tree, ignore=shutil.ignore_patterns(".git", "output"))
        self._pytest = self._start_pytest()

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._pytest.__exit__(None, None, None)

    def killer(self, mutant: Mutant, stages: int) -> str | None:
        """The first test that fails with the mutant, ``None`` if it survives.

        :param stages: how many of the stages to run
        """
        target = self._tree / mutant.path
        source = target.read_bytes()
        _replace(target, mutant.applied(source))
        passed: set[str] = set()
        try:
            for tests in list(self._stages(mutant.path))[:stages]:
                failed = self._first_failure([test for test in tests if test not in passed])
                if failed:
                    return failed
                passed.update(tests)
        finally:
            _replace(target, source)
        return None

    def _stages(self, path: str) -> Iterator[list[str]]:
        """The files of tests to run for a source, those that probably fail first."""
        changed = PurePath(path)
        name = changed.stem.lstrip("_")
        if changed.parts[0] == "plugins":
            mirror = Path("tests/unit") / changed.parent
            yield self._found(mirror, f"test_{name}.py", f"test_{name}_*.py")
            yield self._found(mirror, "test_*.py")
            yield self._found(Path("tests/unit"), "**/test_*.py")
        else:
            words = {name, f"{name}s", *name.split("_")}
            tests = Path("tests/simulator_tests")
            yield self._found(tests, *(f"test_*{word}*.py" for word in words if len(word) > 3))
            yield self._found(tests, "test_*.py")

    def _found(self, folder: Path, *patterns: str) -> list[str]:
        found = {path for pattern in patterns for path in (self._tree / folder).glob(pattern)}
        return sorted(str(path.relative_to(self._tree)) for path in found)

    def _first_failure(self, tests: list[str]) -> str | None:
        if not tests:
            return None
        assert self._pytest.stdin is not None
        assert self._pytest.stdout is not None
        self._pytest.stdin.write(json.dumps([*OPTIONS, *TIMEOUT_OPTIONS, *tests]) + "\n")
        self._pytest.stdin.flush()
        if int(self._pytest.stdout.readline()) == 0:
            return None
        failed = re.search("^(?:FAILED|ERROR) ([^ \n]*)", (self._tree / OUTPUT).read_text("utf-8"), re.MULTILINE)
        return failed[1] if failed else "no test, the run broke off"

    def _start_pytest(self) -> subprocess.Popen[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "ANSIBLE_COLLECTIONS_PATH": str(self._tree.parents[2]),
            "PYTEST_ADDOPTS": "",
        }
        command = [sys.executable, "tests/mutants/pytest_server.py"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self._tree, env=environment, stdin=pipe, stdout=pipe, text=True)


def _replace(target: Path, source: bytes) -> None:
    """Write a file. Python would use its old bytecode if the size and the second are the same."""
    target.write_bytes(source)
    for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
        compiled.unlink()
