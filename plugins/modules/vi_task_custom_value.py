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
  - Sets the values of custom fields of a task, also of one that has ended. Fields that are not named stay as they are.
  - The fields themselves are defined for the whole vCenter, by an administrator.
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
      - The task, in a form that O(vijson.tasks.vi_task_info#module:tasks) takes.
    type: raw
    required: true
  values:
    description:
      - The texts to set, by the name or the key of the field. An empty text clears a field.
    type: dict
    required: true
notes:
  - Needs the privilege that the definition of the field names, by default C(Global.SetCustomField), on the object of
    the task.
seealso:
  - module: vijson.tasks.vi_task_info
"""

EXAMPLES = r"""
- name: Find the last backup
  vijson.tasks.vi_task_collector:
    entity: /DC0/vm/web01
    order: newest_first
    limit: 1
  register: found

- name: Note the ticket that it belongs to
  vijson.tasks.vi_task_custom_value:
    task: "{{ found.tasks[0] }}"
    values:
      Ticket: CHG-17
"""

RETURN = r"""
custom_values:
  description: All custom values of the task as they are now, by the field's name.
  returned: success
  type: dict
  sample: {Ticket: CHG-17}
"""

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

ARGUMENT_SPEC = argument_spec(
    task={"type": "raw", "required": True},
    values={"type": "dict", "required": True},
)


def run(job: Job) -> Result:
    """``{custom_values, changed, diff}``"""
    moid = job.task()
    before = no_custom_values_yet(job.client) if job.is_planned(moid) else read_custom_values(job.client, moid)
    texts = differing_values(before, choose_fields(job.params["values"], before.fields))
    after = {**before.values, **texts}
    if texts and job.check_mode:
        require_field_privileges(job.client, before, texts)
    elif texts:
        set_custom_values(job.client, moid, texts)
        after = read_custom_values(job.client, moid).values
    return {"custom_values": after, "changed": bool(texts), "diff": {"before": before.values, "after": after}}


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
