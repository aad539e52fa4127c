# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The locked requirements: exact versions with hashes, of everything that the sources name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = sorted([*FOLDER.glob("*.txt"), *FOLDER.glob("*/*.txt")])


def requirements(path: Path) -> list[Requirement]:
    """The requirements of a source or a lock, without options and hashes."""
    lines = path.read_text("utf-8").replace("\\\n", " ").splitlines()
    return [Requirement(line.partition("--hash")[0].strip()) for line in lines if line and line[0] not in "#-"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_each_package_has_one_version_and_hashes(path: Path) -> None:
    lines = path.read_text("utf-8").replace("\\\n", " ").splitlines()
    assert lines
    for line in lines:
        assert re.match(r"\S+==\S+ ( *; .+?)? *--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("folder", ["", "2.16"])
def test_the_locks_satisfy_the_requirements_of_the_sources(folder: str) -> None:
    locked = [each for path in (FOLDER / folder).glob("*.txt") for each in requirements(path)]
    for wanted in (each for path in FOLDER.glob("*.in") for each in requirements(path)):
        found = [each for each in locked if canonicalize_name(each.name) == canonicalize_name(wanted.name)]
        assert found, wanted
        versions = [next(iter(each.specifier)).version for each in found]
        assert all(wanted.specifier.contains(version, prereleases=True) for version in versions), (wanted, versions)
