# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs vijson.tasks.vi_task_run."""

from __future__ import annotations

from ..modules.vi_task_run import ARGUMENT_SPEC, main, run
from ..plugin_utils._action import action_module
from ..plugin_utils._planned_types import accept_planned_type

# A command may outlive every session: only a session of its own is opened again when the vCenter is back.
ActionModule = action_module(
    run, ARGUMENT_SPEC, own_process=True, shares_session=False, in_check_mode=accept_planned_type
)

# ansible-lint checks a module's arguments through its main.
__all__ = ["ActionModule", "main"]
