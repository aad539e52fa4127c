# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs vijson.tasks.vi_session."""

from __future__ import annotations

from ..modules.vi_session import ARGUMENT_SPEC, main, run
from ..plugin_utils._action import action_module

ActionModule = action_module(run, ARGUMENT_SPEC, hidden=True, shares_session=False)

# ansible-lint checks a module's arguments through its main.
__all__ = ["ActionModule", "main"]
