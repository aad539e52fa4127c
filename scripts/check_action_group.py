# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fail when the action group of meta/runtime.yml, or the action plugins, are not those of all modules."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

GROUP = "vi"


def names(folder: str) -> set[str]:
    """The plugins in a folder."""
    return {path.stem for path in Path(folder).glob("[!_]*.py")}


def main() -> None:
    """Compare, and name what is missing on either side."""
    groups = yaml.safe_load(Path("meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    modules = names("plugins/modules")
    places = {f"action group {GROUP}": set(groups[GROUP]), "plugins/action": names("plugins/action")}
    problems = [
        f"{place}: {name}: {'missing' if name in modules else 'no such module'}"
        for place, members in places.items()
        for name in sorted(members ^ modules)
    ]
    sys.exit("\n".join(problems) or None)


if __name__ == "__main__":
    main()
