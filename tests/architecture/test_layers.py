# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports inside plugins/ are relative and point one way: a layer imports from itself and from lower layers only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
COLLECTION = "ansible_collections.vijson.tasks"

FILES = ["_times", "_secrets", "_errors", "_interrupts", "_garbage"]
"""Files of module_utils itself, each of which may import the earlier ones."""

LAYERS = [
    "_vijson",
    "_options",
    "_run",
    "_task_info",
    "_history",
    "_tasks",
    "_own_tasks",
    "_waiting",
    "_events",
    "_plays",
]
"""Folders of module_utils, the lowest first."""

FOLDERS = ["module_utils", "doc_fragments", "filter", "modules", "plugin_utils", "action", "callback"]
"""Folders of plugins; each may import the earlier ones."""

KNOW_ANSIBLE = {"module_utils/_options/argspec.py", "module_utils/_run/module.py"}
"""All other files of module_utils have to work where Ansible is not installed, as in the event source."""

APART = {"_events": {"_plays", "_own_tasks", "_waiting"}, "_plays": {"_events", "_waiting"}}
"""Layers that are unrelated, although their order would allow an import."""


class Import(NamedTuple):
    """One import: the file that has it, and what it imports, as a path below plugins or as an absolute name."""

    file: str
    line: int
    level: int
    target: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def imports() -> Iterator[Import]:
    for path in sorted(PLUGINS.rglob("*.py")):
        file = path.relative_to(PLUGINS).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(file, node.lineno, 0, alias.name)
            elif isinstance(node, ast.ImportFrom) and node.level:
                folder = path.parent
                for _turn in range(node.level - 1):
                    folder = folder.parent
                target = folder.joinpath(*(node.module or "").split(".")).relative_to(PLUGINS)
                yield Import(file, node.lineno, node.level, target.as_posix())
            elif isinstance(node, ast.ImportFrom):
                yield Import(file, node.lineno, 0, node.module or "")


ALL = list(imports())
INSIDE = [each for each in ALL if each.level]


def layer(path: str) -> tuple[int, int, int]:
    """The position of a path below plugins: its folder, its layer and, for files of module_utils itself, its file."""
    folder, *rest = Path(path).with_suffix("").parts
    if folder != "module_utils" or not rest:
        return FOLDERS.index(folder), 0, 0
    if rest[0] in FILES:
        return 0, -1, FILES.index(rest[0])
    return 0, LAYERS.index(rest[0]), 0


def test_every_folder_and_file_belongs_to_a_layer() -> None:
    found = {path.stem for path in (PLUGINS / "module_utils").iterdir() if path.name != "__pycache__"}
    assert found == {*FILES, *LAYERS}
    assert {path.name for path in PLUGINS.iterdir()} <= {*FOLDERS, "__pycache__"}


def test_imports_inside_the_collection_are_relative() -> None:
    assert [str(each) for each in ALL if not each.level and each.target.startswith(COLLECTION)] == []


def test_layers_import_only_from_lower_layers() -> None:
    assert INSIDE
    assert [str(each) for each in INSIDE if layer(each.target) > layer(each.file)] == []


def test_unrelated_layers_do_not_import_each_other() -> None:
    parts = [
        (each, Path(each.file).parts[1], Path(each.target).parts[1]) for each in INSIDE if "module_utils" in each.file
    ]
    assert [str(each) for each, source, target in parts if target in APART.get(source, ())] == []


def test_files_do_not_import_each_other_in_a_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for each in INSIDE:
        graph.setdefault(each.file, set()).add(f"{each.target}.py")
    done: set[str] = set()

    def visit(file: str, path: tuple[str, ...]) -> None:
        assert file not in path, " -> ".join([*path, file])
        if file not in done:
            for target in sorted(graph.get(file, ())):
                visit(target, (*path, file))
            done.add(file)

    for file in sorted(graph):
        visit(file, ())


@pytest.mark.parametrize("package", ["ansible", "yaml"])
def test_only_two_files_of_module_utils_import_ansible(package: str) -> None:
    users = {each.file for each in ALL if not each.level and each.target.split(".")[0] == package}
    assert {file for file in users if file.startswith("module_utils/")} <= KNOW_ANSIBLE
