# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts that users of a checkout start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.e2e.documents import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the scripts alone, and with programs that print the folder in which they run."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    (folder / ".gitignore").write_text(".build\n")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    for name in ("ansible-playbook", "pytest"):
        (programs / name).write_text("#!/bin/sh\npwd -P\n")
        (programs / name).chmod(0o755)
    return folder


def test_ansible_programs_run_in_the_current_folder(checkout: Path, tmp_path: Path) -> None:
    def folder_of(program: str) -> str:
        command = [str(checkout / "scripts" / "in-tree"), program]
        environment = {**os.environ, "VENV": str(tmp_path / "venv")}
        return subprocess.run(command, env=environment, cwd=tmp_path, check=True, stdout=-1, text=True).stdout.strip()

    assert folder_of("ansible-playbook") == str(tmp_path.resolve())
    assert folder_of("pytest") == str((checkout / ".build/ansible_collections/vijson/tasks").resolve())


def test_simulator_options_without_a_separator_are_refused() -> None:
    script = str(ROOT / "tests/support/with_simulator.py")
    done = subprocess.run(
        [sys.executable, script, "--history", "10", "true"], stderr=-1, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "--history: put -- after the options of the simulator, before the command\n"


def test_help_shows_the_targets_below_their_headings() -> None:
    shown = subprocess.run(["make", "-C", str(ROOT), "help"], check=True, stdout=-1, text=True).stdout
    headings = re.findall("^##@ (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [line for line in shown.splitlines() if line in headings] == headings
    assert "\nUse\n  demo   " in shown


def test_the_simulator_suggests_a_command_that_works() -> None:
    script = [sys.executable, str(ROOT / "tests/support/with_simulator.py")]
    environment = {"ANSIBLE_COLLECTIONS_PATH": "", "ANSIBLE_HOME": "", **os.environ}
    with subprocess.Popen(script, env=environment, stdout=-1, text=True) as process:
        assert process.stdout is not None
        shown = ""
        while "Ctrl-C" not in shown:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        process.terminate()
    assert "\nansible localhost -m vijson.tasks.vi_task_info -a fields=brief\n" in shown
