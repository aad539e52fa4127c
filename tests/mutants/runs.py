# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the tests of a mutant: first those of its file, then those of its folder, then all fast tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

from ansible_collections.vijson.tasks.tests.mutants.mutations import Mutant

TIMEOUT = 300  # seconds for one stage; an endless loop is a failure


class Workplace:
    """A copy of the collection of its own, in which one mutant at a time lives."""

    def __init__(self, root: Path, folder: Path):
        self._tree = folder / "ansible_collections" / "vijson" / "tasks"
        shutil.copytree(root, self._tree, ignore=shutil.ignore_patterns(".git", "output"))

    def killer(self, mutant: Mutant, stages: int) -> str | None:
        """The stage whose tests fail with the mutant, ``None`` if it survives."""
        target = self._tree / mutant.path
        source = target.read_bytes()
        _replace(target, mutant.applied(source))
        try:
            for name, tests in list(self._stages(mutant.path))[:stages]:
                if not self._pass(tests):
                    return name
        finally:
            _replace(target, source)
        return None

    def _stages(self, path: str) -> Iterator[tuple[str, list[str]]]:
        """The tests to run for a file, those that probably fail first."""
        changed = PurePath(path)
        name = changed.stem.lstrip("_")
        if changed.parts[0] == "plugins":
            mirror = Path("tests/unit") / changed.parent
            yield "its tests", self._found([mirror], f"test_{name}.py", f"test_{name}_*.py")
            yield "its folder", self._found([mirror], "test_*.py")
            yield "all fast tests", ["tests/unit"]
        else:
            words = {name, f"{name}s", *name.split("_")}
            tests = Path("tests/simulator_tests")
            yield "its tests", self._found([tests], *(f"test_*{word}*.py" for word in words if len(word) > 3))
            yield "all fast tests", [str(tests)]

    def _found(self, folders: list[Path], *patterns: str) -> list[str]:
        found = {path for folder in folders for pattern in patterns for path in (self._tree / folder).glob(pattern)}
        return sorted(str(path.relative_to(self._tree)) for path in found)

    def _pass(self, tests: list[str]) -> bool:
        if not tests:
            return True
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "ANSIBLE_COLLECTIONS_PATH": str(self._tree.parents[2]),
            "HYPOTHESIS_MAX_EXAMPLES": "20",
            "PYTEST_ADDOPTS": "",
        }
        try:
            ended = subprocess.run(
                command, check=False, cwd=self._tree, env=environment, capture_output=True, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            return False
        return ended.returncode == 0


def _replace(target: Path, source: bytes) -> None:
    """Write a file. Python would use its old bytecode if the size and the second are the same."""
    target.write_bytes(source)
    for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
        compiled.unlink()
