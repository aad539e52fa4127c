#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_custom_value
short_description: Set custom fields of a task
version_added: 1.0.0
description:
  - Sets the values of custom fields of a task, even if the task has ended. Fields that you do not name keep their
    values.
  - An administrator defines which custom fields the vCenter has.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.diff
  - vijson.tasks.attributes.idempotent
options:
  task:
    description:
      - Task whose fields to set, in a form that O(vijson.tasks.vi_task_info#module:tasks) accepts.
    type: raw
    required: true
  values:
    description:
      - Values to set, as text, by the name or the key of the field. An empty value clears the field.
    type: dict
    required: true
notes:
  - Custom values expire with the object of the task, some minutes after the end of the task.
  - A vCenter may not support custom fields on tasks. The module then fails with a message that says so.
  - Requires the privilege that the definition of the field names, by default C(Global.SetCustomField), on the object of
    the task.
seealso:
  - module: vijson.tasks.vi_task_info
"""

EXAMPLES = r"""
- name: Find the newest task of a virtual machine
  vijson.tasks.vi_task_collector:
    entity: /DC0/vm/web01
    order: newest_first
    limit: 1
  register: found

- name: Record the change ticket of the task
  vijson.tasks.vi_task_custom_value:
    task: "{{ found.tasks[0] }}"
    values:
      Ticket: CHG-17
"""

RETURN = r"""
custom_values:
  description: All current custom values of the task, by the name of the field.
  returned: success, and on failure if a value was set before it
  type: dict
  sample: {Ticket: CHG-17}
"""

from typing import Any

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import ViError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._tasks.custom_fields import (
    choose_fields,
    differing_values,
    no_custom_values_yet,
    read_custom_values,
    require_field_privileges,
    set_custom_values,
)
from ..module_utils._vijson.wire import unreserved_name

ARGUMENT_SPEC = argument_spec(
    task={"type": "raw", "required": True},
    values={"type": "dict", "required": True},
)


def run(job: Job) -> Result:
    """Set custom values of a task (setCustomValue): ``{custom_values, changed, diff}``."""
    moid = job.task()
    before = no_custom_values_yet(job.client) if job.is_planned(moid) else read_custom_values(job.client, moid)
    texts = differing_values(before, choose_fields(job.params["values"], before.fields))
    after = {**before.values, **texts}
    if texts and job.check_mode:
        require_field_privileges(job.client, before, texts)
    elif texts:
        _set(job, moid, texts, before.values)
        after = read_custom_values(job.client, moid).values
    return {"custom_values": after, "changed": bool(texts), "diff": {"before": before.values, "after": after}}


def _set(job: Job, moid: str, texts: dict[str, str], before: dict[str, Any]) -> None:
    """Set the values; ViError with the values that were set before it."""
    done: list[str] = []
    try:
        set_custom_values(job.client, moid, texts, done.append)
    except ViError as error:
        if done:
            values = {**before, **{unreserved_name(name): texts[name] for name in done}}
            error.result = {"custom_values": values, "changed": True, **error.result}
        raise


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
