# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/unit/plugins mirrors plugins.

``plugins/module_utils/_vijson/client.py`` has ``test_client.py`` in the same folder below tests/unit, and perhaps files
for single aspects such as ``test_client_session.py``. A private ``_times.py`` has ``test_times.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
TESTS = ROOT / "tests" / "unit" / "plugins"

TOGETHER = {"action": {"actions"}}
"""Folders whose sources are a few lines each, and are tested by these files together."""


def folders(root: Path) -> set[str]:
    """The folders with Python files below a folder."""
    return {str(path.parent.relative_to(root)) for path in root.rglob("*.py")} - {"."}


def sources(folder: str) -> set[str]:
    """The names of the sources in a folder that have a test file each."""
    return TOGETHER.get(folder, {path.stem.lstrip("_") for path in (PLUGINS / folder).glob("*.py")})


def files_about(folder: str) -> set[str]:
    """What the test files in a folder are about, such as ``client`` and ``client_session``."""
    return {path.stem[len("test_") :] for path in (TESTS / folder).glob("test_*.py")}


@pytest.mark.parametrize("folder", sorted(folders(PLUGINS)))
def test_every_source_has_a_test_file(folder: str) -> None:
    assert sources(folder) - files_about(folder) == set()


@pytest.mark.parametrize("folder", sorted(folders(TESTS)))
def test_every_test_file_has_a_source(folder: str) -> None:
    named = sources(folder)
    assert {
        name for name in files_about(folder) if not any(f"{name}_".startswith(f"{source}_") for source in named)
    } == set()


def test_the_mirror_contains_no_helper_files() -> None:
    assert {path.name for path in TESTS.rglob("*.py") if not path.name.startswith("test_")} == {"conftest.py"}
