# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pauses of the garbage collector. They change a whole process, so each test asks a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
MODULES = sorted((PLUGINS / "modules").glob("*.py"))

PREPARE = f"""
import gc, runpy
garbage = runpy.run_path({str(PLUGINS / "module_utils" / "_garbage.py")!r})
pause, resume = garbage["pause_collections"], garbage["resume_collections"]

class Circle:
    def __init__(self):
        self.itself = self

    def __del__(self):
        print("collected")
"""


def printed(code: str) -> list[str]:
    """The lines that the code prints, and those of the end of its process."""
    command = [sys.executable, "-c", PREPARE + code]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()


def test_a_module_collects_nothing_while_it_starts() -> None:
    lines = printed("pause('__main__')\nprint(gc.isenabled())\nresume()\nprint(gc.isenabled())")
    assert lines == ["False", "True"]


def test_an_imported_module_pauses_nothing() -> None:
    assert printed("pause('ansible_collections.a.b.plugins.modules.c')\nprint(gc.isenabled())") == ["True"]


def test_after_the_pause_garbage_is_collected() -> None:
    assert printed("pause('__main__')\nresume()\nCircle()\ngc.collect()\nprint('work')") == ["collected", "work"]


def test_what_existed_at_the_end_of_the_pause_is_never_collected() -> None:
    assert printed("pause('__main__')\nCircle()\nresume()\ngc.collect()\nprint('work')") == ["work"]


def test_nothing_is_collected_at_the_end() -> None:
    assert printed("pause('__main__')\nresume()\nCircle()\nprint('work')") == ["work"]


def test_without_a_pause_nothing_changes() -> None:
    lines = printed("pause('other')\nCircle()\nresume()\nprint(gc.get_freeze_count())")
    assert lines == ["0", "collected"]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_module_pauses_before_its_other_imports(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").splitlines()
    imports = [line for line in lines if line.startswith(("from ..", "pause_collections("))]
    assert imports[:2] == [
        "from ..module_utils._garbage import pause_collections",
        "pause_collections(__name__)",
    ]
