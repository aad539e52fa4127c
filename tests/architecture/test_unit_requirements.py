# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/unit/requirements.txt names each package that the unit tests import.

ansible-test installs nothing else where it runs them on the oldest Python, so a missing line would show only there.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"
COLLECTION = "ansible_collections.vijson.tasks."
PROVIDED = {"ansible", "ansible_collections", "pytest", "urllib3", "yaml"}
"""What comes with ansible-test, and with requests."""

CONTROLLER_ONLY = {"action", "callback", "doc_fragments", "filter", "plugin_utils"}
"""Folders of tests/unit/plugins that ansible-test does not run on that Python."""


def imported(path: Path) -> Iterator[str]:
    """The absolute names that a file imports when it is loaded."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages_of(tests: list[Path]) -> set[str]:
    """The packages that the tests import, and the files of this repository that they import."""
    packages, seen = set(), set(tests)
    while tests:
        for name in imported(tests.pop()):
            packages.add(name.partition(".")[0])
            file = ROOT / (name.removeprefix(COLLECTION).replace(".", "/") + ".py")
            if name.startswith(COLLECTION + "tests.") and file.is_file() and file not in seen:
                seen.add(file)
                tests.append(file)
    return packages - set(sys.stdlib_module_names) - PROVIDED


def test_requirements_list_each_imported_package() -> None:
    tests = [path for path in UNIT.rglob("*.py") if not CONTROLLER_ONLY & {*path.relative_to(UNIT).parts}]
    packages = packages_of(tests)
    assert "requests" in packages
    assert packages - set((UNIT / "requirements.txt").read_text("utf-8").split()) == set()
