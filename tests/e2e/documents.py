# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation, and its code blocks."""

from __future__ import annotations

import ast
import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted(ROOT.glob("docs/docsite/rst/*.rst"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")])

_RST_BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n\n((?:(?:   .*)?\n)+)", re.MULTILINE)
_MD_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block.

    :ivar place: file and line
    """

    place: str
    language: str
    text: str

    @property
    def data(self) -> Any:
        """The data in a YAML block."""
        return yaml.safe_load(self.text)

    def commands(self) -> list[list[str]]:
        """The words of each command in a console block, without comments and prompts."""
        lines = [line.removeprefix("$ ") for line in self.text.replace("\\\n", " ").splitlines()]
        split = [shlex.split(line, comments=True) for line in lines]
        return [part for words in split for part in _joined(words) if part]


def _joined(words: list[str]) -> list[list[str]]:
    """The commands between ``&&``."""
    commands: list[list[str]] = [[]]
    for word in words:
        if word == "&&":
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def blocks(path: Path) -> list[Block]:
    """The code blocks of a guide or a page."""
    text = path.read_text(encoding="utf-8")
    pattern = _RST_BLOCK if path.suffix == ".rst" else _MD_BLOCK
    return [
        Block(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}", found[1], _dedented(found[2]))
        for found in pattern.finditer(text)
    ]


def _dedented(text: str) -> str:
    return textwrap.dedent(text).strip("\n") + "\n"


ALL_BLOCKS = [block for path in (*GUIDES, *PAGES) for block in blocks(path)]


def constant(plugin: Path, name: str) -> Any:
    """The YAML text of ``DOCUMENTATION``, ``EXAMPLES`` or ``RETURN`` in a plugin's file."""
    for node in ast.parse(plugin.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return yaml.safe_load(ast.literal_eval(node.value))
    raise KeyError(f"{plugin}: {name}")


def messages(folder: Path) -> set[str]:
    """The texts in the Python files of a folder, with an ellipsis in place of each value."""
    nodes = (node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return {_text(node) for node in nodes if isinstance(node, (ast.Constant, ast.JoinedStr))}


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "…"
