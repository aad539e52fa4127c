# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select tasks instead of naming them."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment ``vijson.tasks.selection``."""

    DOCUMENTATION = r"""
options:
  entity:
    description:
      - Select the tasks of these objects. O(include) adds objects below them.
      - Accepts a name such as V(web01), V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01), a
        mapping of C(type) and C(moid), or a mapping of C(name) and C(type).
      - If several objects have the name, the module fails and lists their paths.
    type: list
    elements: raw
  include:
    description:
      - Objects whose tasks O(entity) selects.
      - V(self) is the object itself.
      - V(vms) are the virtual machines on a host, or in a cluster, resource pool, vApp, folder or datacenter.
      - V(descendants) are all objects below a host, cluster, resource pool, vApp, folder or datacenter.
    type: list
    elements: str
    choices: [self, vms, descendants]
    default: [self]
    version_added: 1.1.0
  states:
    description:
      - Select tasks in these states. V(success) and V(error) select tasks that ended within the last ten minutes.
      - Defaults to V(queued) and V(running) if another option selects tasks.
    type: list
    elements: str
    choices: [queued, running, success, error]
  users:
    description:
      - Select tasks that these users started.
      - V(name@domain) and V(DOMAIN\\name) match the same user. A name without a domain matches that name in any domain.
        Case is ignored.
    type: list
    elements: str
  description_ids:
    description:
      - Select tasks of these types, such as V(VirtualMachine.clone). The C(description_id) of a task is its
        type.
    type: list
    elements: str
    version_added: 1.1.0
  older_than:
    description:
      - Select tasks that started at least this long ago by the clock of the vCenter, such as V(90s), V(15m), V(12h),
        V(7d) or V(1w). A number without a unit is in seconds.
      - A task that has not started is selected if it was queued at least this long ago.
    type: str
    version_added: 1.1.0
"""
