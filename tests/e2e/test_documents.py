# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides and pages are right about files, commands, options and messages."""

from __future__ import annotations

import configparser
import os
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.vijson.tasks.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC
from ansible_collections.vijson.tasks.tests.e2e.documents import (
    ALL_BLOCKS,
    GUIDES,
    PAGES,
    ROOT,
    Block,
    constant,
    messages,
)
from simulator.__main__ import parse_arguments

EVENT_SOURCE = ROOT / "extensions/eda/plugins/event_source/vi_tasks.py"
LANGUAGES = {"console", "ini", "yaml"}
RUN_ELSEWHERE = {"ansible", "ansible-builder", "ansible-playbook", "curl"}
OF_THE_SYSTEM = {"ansible-galaxy", "cd", "export", "git", "read"}

documents = pytest.mark.parametrize("path", [*GUIDES, *PAGES], ids=lambda path: str(path.relative_to(ROOT)))


def of_language(language: str) -> pytest.MarkDecorator:
    """Parametrize a test with each code block in a language."""
    found = [block for block in ALL_BLOCKS if block.language == language]
    return pytest.mark.parametrize("block", found, ids=lambda block: block.place)


def test_every_code_block_has_a_tested_language() -> None:
    assert {block.language for block in ALL_BLOCKS} == LANGUAGES
    written = sum(path.read_text("utf-8").count("code-block::") for path in GUIDES)
    written += sum(len(re.findall(r"^```\w", path.read_text("utf-8"), re.MULTILINE)) for path in PAGES)
    assert len(ALL_BLOCKS) == written


@documents
def test_files_named_in_a_page_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not (path.parent / link).exists()]
    if not yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text("utf-8"))["releases"]:
        missing = [link for link in missing if link != "CHANGELOG.rst"]  # the first release creates this file
    named = re.findall(r"``?([\w.-]+/[\w./-]+)``?", text)
    folders = {entry.name for entry in ROOT.iterdir() if entry.is_dir()} - {".build"}
    missing += [name for name in named if name.split("/")[0] in folders and not (ROOT / name).exists()]
    assert missing == []


@documents
def test_variables_named_in_a_page_are_read_by_code(path: Path) -> None:
    named = set(re.findall(r"\b(?:VMWARE|VIJSON)_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    sources = [*ROOT.glob("plugins/**/*.py"), *ROOT.glob("extensions/**/*.py"), ROOT / "tests/simulator/__main__.py"]
    read = {name.upper() for source in sources for name in re.findall(r"\w+", source.read_text("utf-8"))}
    assert named <= read


@of_language("console")
def test_commands_in_a_page_exist(block: Block) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for program, *arguments in block.commands():
        if program == "make":
            names = {argument for argument in arguments if "=" not in argument}
            assert names <= targets | {"lint-ruff"}
        elif program.startswith("scripts/"):
            assert os.access(ROOT / program, os.X_OK), program
        elif program == "ansible-rulebook":
            name = arguments[arguments.index("--rulebook") + 1].removeprefix("vijson.tasks.")
            assert (ROOT / f"extensions/eda/rulebooks/{name}.yml").is_file()
        else:
            assert program in RUN_ELSEWHERE | OF_THE_SYSTEM, f"no test knows {program}"
        if program == "scripts/with-simulator" and "--" in arguments:
            parse_arguments(arguments[: arguments.index("--")])


@of_language("ini")
def test_settings_in_ini_blocks_are_options_of_the_callback(block: Block) -> None:
    parser = configparser.ConfigParser()
    parser.read_string(block.text)
    assert parser["defaults"]["callbacks_enabled"] == "vijson.tasks.vcenter"
    own = constant(ROOT / "plugins/callback/vcenter.py", "DOCUMENTATION")["options"]
    shared = yaml.safe_load(ModuleDocFragment.CALLBACK)["options"]
    known = {entry["key"] for option in (*own.values(), *shared.values()) for entry in option.get("ini", ())}
    assert set(parser["callback_vcenter"]) <= known


def test_the_events_guide_lists_the_options_of_the_event_source() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_events.rst").read_text(encoding="utf-8")
    options = constant(EVENT_SOURCE, "DOCUMENTATION")["options"]
    assert re.findall(r"^   \* - ``(\w+)``$", guide, re.MULTILINE) == [
        name for name in options if name not in CONNECTION_SPEC
    ]


def test_the_readme_lists_all_plugins_and_playbooks() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    included = readme.partition("## What is included")[2].partition("\n## ")[0]
    table = set(re.findall(r"^\| (?:role |callback |event source |filter )?`(\w+)` \|", included, re.MULTILINE))
    playbooks = {path.name for path in ROOT.glob("playbooks/*.yml")}
    copied = set(re.findall(r"^\| \[(\w+\.yml)\]", readme, re.MULTILINE))
    modules = {path.stem for path in ROOT.glob("plugins/modules/vi_*.py")}
    assert table == modules | {"task_report", "vcenter", "vi_tasks", "task_table"}
    assert copied == playbooks
    guides = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text("utf-8"))["sections"][0]["toctree"]
    assert set(guides) == {path.stem for path in GUIDES}


def test_quoted_messages_exist_in_the_code() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_troubleshooting.rst").read_text(encoding="utf-8")
    explained = re.findall(r"^   \* - ``(.+)``$", guide, re.MULTILINE)
    assert len(explained) == guide.count("   * - ") - 1
    real = {text for text in messages(ROOT / "plugins") if len(re.findall(r"[A-Za-z]", text)) > 10 and "\n" not in text}
    assert [message for message in explained if not any(said_as(message, text) for text in real)] == []


def said_as(message: str, text: str) -> bool:
    """Whether a text in the code is that message. Either may have an ellipsis in place of words."""
    shortened, filled = (".*".join(map(re.escape, each.split("…"))) for each in (message.strip("… "), text))
    return bool(re.search(shortened, text) or re.fullmatch(filled, message))
