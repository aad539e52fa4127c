# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module has an action plugin and is in the action group, so that ``module_defaults`` reach it."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def plugin_names(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob("[!_]*.py")}


def test_the_action_group_has_every_module() -> None:
    groups = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    assert set(groups["vi"]) == plugin_names("plugins/modules")


def test_every_module_has_an_action_plugin() -> None:
    assert plugin_names("plugins/action") == plugin_names("plugins/modules")
