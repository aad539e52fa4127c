# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that all modules with tasks in their result share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment ``vijson.tasks.shown``."""

    DOCUMENTATION = r"""
options:
  fields:
    description:
      - Return only these keys of each task. RV(vijson.tasks.vi_task_info#module:tasks) describes all keys.
      - If V(label) is one of the keys, the module also reads the names of the task types.
      - V(brief) stands for C(moid), C(state), C(progress), C(label), C(entity), C(who), C(elapsed) and C(error), where
        C(entity) and C(error) are short strings instead of mappings.
      - With V(brief), the C(ansible) command shows RV(vijson.tasks.vi_task_info#module:lines) instead of the tasks.
    type: list
    elements: str
    version_added: 1.1.0
"""
