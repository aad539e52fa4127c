# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/assumptions.md."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.assumptions.register import KINDS, REGISTER, Assumption

_ABOUT = """# Assumptions

`make assumptions` wrote this page from [tests/assumptions/register.py](../tests/assumptions/register.py).

The contract of the API has types and fields, but not their meaning. Where it leaves something open, the collection
relies on the assumptions below. Each one has a quirk, which makes the simulator behave differently, or tests of its
own. With each quirk, every module returns the same result as without it, or a clear message. `make probe` checks your
own vCenter.

The evidence is one of:

"""


def assumptions_page() -> str:
    """The page in Markdown."""
    kinds = "".join(f"- **{kind}**: {meaning}\n" for kind, meaning in KINDS.items())
    return _ABOUT + kinds + "".join(_section(entry) for entry in REGISTER)


def _section(entry: Assumption) -> str:
    evidence = "; ".join(f"{kind}: {source}" for kind, source in entry.evidence)
    lines = {
        "Evidence": evidence,
        "If it is false": entry.if_false,
        "Releases": entry.releases,
        "Quirks": ", ".join(f"`{quirk}`" for quirk in entry.quirks) or "none",
        "Tests": ", ".join(f"`{test}`" for test in entry.tests),
    }
    rows = "".join(f"- **{title}**: {text}\n" for title, text in lines.items())
    return f"\n## {entry.key}\n\n{entry.relies_on}.\n\n{rows}"
