# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task types that an earlier task of the same run in check mode would have registered.

The processes of a run share its temporary folder, which is removed when the run ends.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ansible import constants

from ..module_utils._options.task_parsing import CHECK_MODE_TASK
from ..module_utils._run.job import Result

_FILE = "vijson-tasks-planned-types"


def remember_planned_types(result: Result) -> None:
    """Note the task types in a result of ``vi_task_type``."""
    extension = result.get("extension")
    if extension:
        with suppress(OSError), _path().open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{task_type['id']}\n" for task_type in extension["task_types"])


def accept_planned_type(result: Result) -> None:
    """Let a task that failed because its type is not registered succeed, if the type is a planned one."""
    task = result.get("task") or {}
    if result.get("failed") and task.get("moid") == CHECK_MODE_TASK and task["description_id"] in _planned_types():
        for key in ("msg", "exception"):
            result.pop(key, None)
        result.update(failed=False, changed=True)


def _planned_types() -> list[str]:
    with suppress(OSError):
        return _path().read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    return []


def _path() -> Path:
    return Path(constants.DEFAULT_LOCAL_TMP, _FILE)
