#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_type
short_description: Register task types with a vCenter
version_added: 1.0.0
description:
  - Registers the task types that M(vijson.tasks.vi_task_create) needs, as part of an extension of the vCenter.
  - Adds task types to an existing extension or removes them from it. The other task types and settings of the extension
    are kept.
  - Never changes an extension that belongs to another O(company).
  - To update an extension, the module uses the newest release of the API that the vCenter and this collection support,
    regardless of O(api_release). An update in an older release would erase fields that a newer release added. The
    module refuses to update an extension with servers if the vCenter supports a release that this collection does not
    know.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.diff
  - vijson.tasks.attributes.idempotent
options:
  extension:
    description:
      - Key of the extension, such as V(com.example.backup). To be unique, it should begin with your domain, reversed.
      - The API allows the printable characters of ASCII except for a comma, a semicolon, a double quote, a slash, a
        backslash and C(# + > < =).
    type: str
    required: true
  task_types:
    description:
      - Task types to register, or with O(state=absent) to remove.
      - Instead of a mapping, an item may be the O(task_types[].id) alone.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - Id of the task type, such as V(com.example.backup.run), for
            O(vijson.tasks.vi_task_create#module:task_type).
        type: str
        required: true
      label:
        description:
          - Readable name of the task type, in English. If omitted, the current name is kept.
        type: str
      summary:
        description:
          - Short description of the task type, in English. If omitted, the current description is kept.
        type: str
  company:
    description:
      - Company that owns the extension. The module changes an extension that names a company only if this is the same.
      - Required to remove a whole extension. Use V('') for an extension that names no company.
    type: str
  description:
    description:
      - Description of the extension. If omitted, the current one is kept; a new extension gets its key as description.
    type: str
  version:
    description:
      - Version of the extension. If omitted, the current one is kept; a new extension gets V(1.0.0).
    type: str
  state:
    description:
      - V(present) creates the extension, or adds to it.
      - V(absent) removes O(task_types) from the extension. Without O(task_types), it removes the whole extension.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Requires the privilege C(Extension.Register), C(Extension.Update) or C(Extension.Unregister) on the root folder.
seealso:
  - module: vijson.tasks.vi_task_create
"""

EXAMPLES = r"""
- name: Register two task types
  vijson.tasks.vi_task_type:
    extension: com.example.jobs
    company: Example
    description: Jobs of Example
    task_types:
      - id: com.example.jobs.backup
        label: Back up
      - id: com.example.jobs.restore
        label: Restore
        summary: Restore from a backup

- name: Remove one of them
  vijson.tasks.vi_task_type:
    extension: com.example.jobs
    company: Example
    task_types: [com.example.jobs.restore]
    state: absent

- name: Remove the extension
  vijson.tasks.vi_task_type:
    extension: com.example.jobs
    company: Example
    state: absent
"""

RETURN = r"""
extension:
  description: Current state of the extension, or null if it does not exist.
  returned: success
  type: dict
  contains:
    key:
      description: Key of the extension.
      type: str
      sample: com.example.jobs
    company:
      description: Company that owns the extension.
      type: str
      sample: Example
    description:
      description: Description of the extension.
      type: str
      sample: Jobs of Example
    version:
      description: Version of the extension.
      type: str
      sample: 1.0.0
    task_types:
      description: Task types of the extension. C(label) and C(summary) are null without an English text.
      type: list
      elements: dict
      sample: [{id: com.example.jobs.backup, label: Back up, summary: null}]
"""

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._options.argspec import argument_spec
from ..module_utils._own_tasks.extension import (
    Extension,
    WantedExtension,
    extend_extension,
    extension_result,
    parse_extension,
    reduce_extension,
)
from ..module_utils._own_tasks.registering import (
    extension_heartbeat,
    find_extension,
    find_whole_extension,
    put_extension,
    refuse_foreign_extension,
)
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._vijson.client import Client

ARGUMENT_SPEC = argument_spec(
    extension={"type": "str", "required": True},
    task_types={
        "type": "list",
        "elements": "dict",
        "options": {
            "id": {"type": "str", "required": True},
            "label": {"type": "str"},
            "summary": {"type": "str"},
        },
    },
    company={"type": "str"},
    description={"type": "str"},
    version={"type": "str"},
    state={"type": "str", "choices": ["present", "absent"], "default": "present"},
)


def run(job: Job) -> Result:
    """Register or remove task types (ExtensionManager): ``{extension, changed, diff}``."""
    wanted = parse_extension(job.params)
    before = find_extension(job.client, wanted.key)
    after = _planned(job, before, wanted)
    old, new = extension_result(before), extension_result(after)
    if old != new and before is not None and after is not None:
        before = find_whole_extension(job.client, wanted.key)
        after = _planned(job, before, wanted)
    if old != new:
        put_extension(job.client, before, after, check_mode=job.check_mode)
        if not job.check_mode:
            new = extension_result(find_extension(job.client, wanted.key))
    return {"extension": new, "changed": old != new, "diff": {"before": old or {}, "after": new or {}}}


def _planned(job: Job, before: Extension | None, wanted: WantedExtension) -> Extension | None:
    return _without(before, wanted) if job.params["state"] == "absent" else _with(job.client, before, wanted)


def _with(client: Client, before: Extension | None, wanted: WantedExtension) -> Extension:
    if before is not None:
        refuse_foreign_extension(before, wanted, whole=False)
    return extend_extension(before, wanted, extension_heartbeat(client, before))


def _without(before: Extension | None, wanted: WantedExtension) -> Extension | None:
    if before is None:
        return None
    refuse_foreign_extension(before, wanted, whole=wanted.task_types is None)
    return None if wanted.task_types is None else reduce_extension(before, wanted.task_types)


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
