# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the fast tests run a line of the sources. One run of them all, with coverage, shows it."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path, PurePath
from xml.etree import ElementTree

from coverage import CoverageData

from ansible_collections.vijson.tasks.tests.mutants.mutations import Mutant
from ansible_collections.vijson.tasks.tests.mutants.runs import Workplace

FAST_TESTS = {"plugins": "tests/unit", "tests/simulator": "tests/simulator_tests"}
"""The folders of sources, each with that of its tests."""

_TIMES = "test-times.xml"
_OPTIONS = ["-q", "-n2", "--dist=worksteal", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"]


class CoveringTests:
    """The test functions that run a line, and the seconds that they take.

    :param tree: a copy of the collection, where coverage has run
    """

    def __init__(self, tree: Path):
        self._tree = tree
        self._seconds: defaultdict[str, float] = defaultdict(float)
        for case in ElementTree.parse(tree / _TIMES).iter("testcase"):
            self._seconds[_function(f"{case.attrib['file']}::{case.attrib['name']}")] += float(case.attrib["time"])
        self._coverage = CoverageData(str(tree / ".coverage"))
        self._coverage.read()

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that run the lines of a mutant, those that probably fail first.

        Coverage does not show which tests depend on what is only run when its module is imported (a constant, a default
        value), or in a process that a test starts. For these, all tests of the module and then all fast ones count.
        """
        by_line = self._coverage.contexts_by_lineno(str(self._tree / mutant.path))
        lines = {line: {_function(context) for context in contexts if context} for line, contexts in by_line.items()}
        tests = set().union(*(lines.get(line, ()) for line in mutant.lines))
        name = PurePath(mutant.path).stem.strip("_")

        def priority(test: str) -> tuple[bool, float, str]:
            return name not in test.partition("::")[0], self._seconds[test], test

        # The first test that imports a module runs its constants. Programs mostly run in processes of their own.
        if len(tests) > 1 and not mutant.path.endswith("__main__.py"):
            return sorted(tests, key=priority)
        return [*sorted(set().union(*lines.values()), key=priority), FAST_TESTS[sources_of(mutant)]]


def sources_of(mutant: Mutant) -> str:
    """The folder of the sources that a mutant belongs to."""
    return next(folder for folder in FAST_TESTS if mutant.path.startswith(f"{folder}/"))


def _function(test: str) -> str:
    """The test function, without the parameters and the phase of one test."""
    return test.partition("|")[0].partition("[")[0]


def measure_coverage(place: Workplace) -> CoveringTests:
    """Run all fast tests; SystemExit with the output of pytest if one fails."""
    coverage = ["--cov-context=test", "--cov-report=", *(f"--cov={sources}" for sources in FAST_TESTS)]
    command = [sys.executable, "-m", "pytest", *_OPTIONS, f"--junitxml={_TIMES}", *coverage, *FAST_TESTS.values()]
    run = subprocess.run(command, cwd=place.tree, env=place.environment, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise SystemExit(run.stdout)
    return CoveringTests(place.tree)
