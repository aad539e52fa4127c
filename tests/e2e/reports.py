# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the role task_report, and tasks with hostile texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, Task

ROLE = "vijson.tasks.task_report"
COLLECTED = "Collect the tasks"
WRITTEN = "Write the page"
FAILED = "Say that there is no report"

PIPELINED: dict[str, str | None] = {"ANSIBLE_PIPELINING": "1", "ANSIBLE_KEEP_REMOTE_FILES": "0"}
"""Variables for runs that need not tell which modules were started, and so are faster."""

HOSTILE = (
    "</script><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>\"'`${window.owned = 1} "
    "{{ 7919 * 7907 }} {% raw %} <!-- --> &lt;b&gt; ]]> \u2028\u2029 \\u003c \u202e end"
)


def fault(message: str, kind: str = "InvalidState", **fields: Any) -> dict[str, Any]:
    """A fault with a text, as a wire value."""
    text = {"_typeName": "LocalizableMessage", "key": f"vim.fault.{kind}.summary", "message": message}
    return {"_typeName": kind, **fields, "faultMessage": [text]}


def variables(**given: Any) -> dict[str, Any]:
    """The role's variables from names without the prefix."""
    return {f"task_report_{name}": str(value) if isinstance(value, Path) else value for name, value in given.items()}


def reports(ansible: Ansible, cases: list[dict[str, Any]], *, env: dict[str, str | None] | None = None) -> Run:
    """Write a report for each case in one run; any may fail. `check_mode` and `diff` are Ansible's keywords."""
    tasks: list[Task] = []
    for case in cases:
        keywords = {name: value for name, value in case.items() if name in ("check_mode", "diff")}
        given = {name: value for name, value in case.items() if name not in keywords}
        include = {"name": "Include", "ansible.builtin.include_role": {"name": ROLE}, "vars": variables(**given)}
        rescue = {"name": FAILED, "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
        tasks.append({**keywords, "block": [include], "rescue": [rescue]})
    run = ansible.tasks(tasks, env={**PIPELINED, **(env or {})})
    assert run.code == 0, run.output
    return run


def embedded(page: Path) -> list[dict[str, Any]]:
    """The tasks in a page, read as its script reads them."""
    found = re.search(r'<script [^>]*id="tasks-data"[^>]*>(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found is not None, page
    return [json.loads(line) for line in found[1].split("\n") if line.strip()]
