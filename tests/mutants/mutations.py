# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants of a source: copies that differ at one point."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}


class Mutant(NamedTuple):
    """One changed expression or statement of a file.

    :ivar path: the file, relative to the collection
    :ivar code: the line in which it begins
    :ivar start: the first and, in `end`, the last position in the source, in bytes
    """

    path: str
    line: int
    code: str
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.code}: {self.before!r} -> {self.after!r}"

    @property
    def lines(self) -> range:
        """The numbers of the lines that change."""
        return range(self.line, self.line + self.before.count("\n") + 1)

    def applied(self, source: bytes) -> bytes:
        """The source of the file with the change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutants(root: Path, path: str) -> Iterator[Mutant]:
    """All mutants of a file."""
    source = (root / path).read_bytes()
    offsets = [0]
    lines = source.splitlines(keepends=True)
    for text in lines:
        offsets.append(offsets[-1] + len(text))
    for node, after in _changes(ast.parse(source)):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = offsets[node.lineno - 1] + node.col_offset
        end = offsets[node.end_lineno - 1] + node.end_col_offset
        code = lines[node.lineno - 1].decode().strip()
        yield Mutant(path, node.lineno, code, start, end, source[start:end].decode(), after)


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The expressions and statements below a node, each with what replaces it."""
    if isinstance(node, (ast.expr, ast.stmt)):
        for after in _replacements(node):
            yield node, after
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_text(child):
                    yield from _changes(child)


def _is_text(node: ast.AST) -> bool:
    """Whether it is only documentation, types or imports."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Raise):
        return True  # messages have tests of their own
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    )


def _replacements(node: ast.expr | ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.stmt):
        yield from _other_statements(node)
    elif isinstance(node, ast.Compare):
        yield _compared(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.BinOp) and type(node.op) in _CALCULATED and not _has_text(node):
        yield f"({ast.unparse(ast.BinOp(node.left, _CALCULATED[type(node.op)](), node.right))})"
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.IfExp):
        yield f"({ast.unparse(node.orelse)})"
        yield f"({ast.unparse(node.body)})"


def _other_statements(node: ast.stmt) -> Iterator[str]:
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await))
    if is_call or isinstance(node, (ast.AugAssign, ast.Continue, ast.Break)):
        yield "pass"
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "return None"


def _compared(node: ast.Compare) -> str:
    first, *others = node.ops
    return f"({ast.unparse(ast.Compare(node.left, [_COMPARED[type(first)](), *others], node.comparators))})"


def _has_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, (str, bytes)))
        for each in ast.walk(node)
    )


def _constants(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, (int, float)):
        yield str(value + 1)
