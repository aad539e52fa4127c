# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder generates. The test builds no container, which needs an engine and base images."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.vijson.tasks.tests.e2e.documents import ROOT

BUILDER = Path(sys.executable).with_name("ansible-builder")
DEFINITION = ROOT / "execution-environment.yml"

pytestmark = pytest.mark.skipif(
    not BUILDER.exists(), reason="left out: ansible-builder is not installed (requirements/tools.in)"
)


def requirement(name: str) -> str:
    """The only requirement in a file."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    (line,) = (line for line in lines if not line.startswith("#"))
    return line


def builder(*arguments: str) -> str:
    """Run ansible-builder; returns its output."""
    return subprocess.run([str(BUILDER), *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


def test_the_build_context_pins_image_and_collection_and_installs_git(tmp_path: Path) -> None:
    builder("create", "--file", str(DEFINITION), "--context", str(tmp_path), "--output-filename", "Containerfile")
    steps = (tmp_path / "Containerfile").read_text("utf-8").splitlines()
    definition = yaml.safe_load(DEFINITION.read_text("utf-8"))
    assert f'ARG EE_BASE_IMAGE="{definition["images"]["base_image"]["name"]}"' in steps
    assert any(step.startswith("ARG ANSIBLE_INSTALL_REFS=") and requirement("ansible") in step for step in steps)
    # git has to be installed before it can fetch the collection
    fetched = next(index for index, step in enumerate(steps) if "ansible-galaxy collection install" in step)
    assert any("install" in step and "git-core" in step for step in steps[:fetched])
    (collection,) = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text("utf-8"))["collections"]
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["repository"]
    assert collection["name"] == f"{repository}.git"
    # A branch, or a tag of an image, would be another one tomorrow.
    assert collection["version"] == yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["version"]
    assert re.search(r"@sha256:[0-9a-f]{64}$", definition["images"]["base_image"]["name"])


def test_the_collection_requires_only_its_runtime_library() -> None:
    found = yaml.safe_load(builder("introspect", str(ROOT.parents[2])))
    assert [line.partition("  #")[0] for line in found["python"]] == [requirement("runtime")]
    assert not found["system"]
