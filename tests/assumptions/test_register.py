# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register: complete, and the same as docs/assumptions.md."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.assumptions.page import assumptions_page
from ansible_collections.vijson.tasks.tests.assumptions.register import KINDS, REGISTER, SUITE, Assumption
from simulator.quirks import Quirks, parse_quirk

ROOT = Path(__file__).resolve().parents[2]


def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def problems_of(entry: Assumption) -> list[str]:
    """What an entry lacks, or names although it does not exist."""
    problems = [] if entry.evidence else ["no evidence"]
    problems += [f"kind of evidence: {kind}" for kind, source in entry.evidence if kind not in KINDS or not source]
    problems += [] if entry.tests else ["no test"]
    problems += ["the suite of quirks, but no quirk"] if SUITE in entry.tests and not entry.quirks else []
    problems += ["no meaning"] if not (entry.relies_on and entry.if_false) else []
    for quirk in entry.quirks:
        try:
            parse_quirk(quirk)
        except ValueError as error:
            problems.append(str(error))
    for test in entry.tests:
        file, _separator, function = test.partition("::")
        if not (ROOT / file).is_file() or function not in functions(ROOT / file):
            problems.append(f"{test} does not exist")
    return problems


@pytest.mark.parametrize("entry", REGISTER, ids=lambda entry: entry.key)
def test_entry_is_complete(entry: Assumption) -> None:
    assert problems_of(entry) == []


def test_incomplete_entries_are_found() -> None:
    wrong = Assumption("key", "It works", (), "", ("nonsense",), ("tests/assumptions/test_register.py::test_nothing",))
    assert problems_of(wrong) == [
        "no evidence",
        "no meaning",
        "not a quirk: nonsense",
        "tests/assumptions/test_register.py::test_nothing does not exist",
    ]


def test_every_quirk_is_registered_once() -> None:
    named = {quirk.partition("=")[0] for entry in REGISTER for quirk in entry.quirks}
    assert named == set(vars(Quirks()))
    repeated = Counter(entry.key for entry in REGISTER) + Counter(quirk for entry in REGISTER for quirk in entry.quirks)
    assert [name for name, count in repeated.items() if count > 1 and name not in vars(Quirks())] == []


def test_the_assumptions_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    assert page == assumptions_page(), "run make assumptions"
