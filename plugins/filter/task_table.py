# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
name: task_table
short_description: Show the tasks of several vCenters in one table
version_added: 1.1.0
description:
  - Returns one aligned line of text for each task, such as RV(vijson.tasks.vi_task_info#module:lines), with the vCenter
    in front.
  - A vCenter without a result with tasks, for example because it is unreachable, has a line with the message instead.
    These lines come last.
author:
  - vijson.tasks contributors (@vijson)
positional: _input, register, hosts
options:
  _input:
    description:
      - A mapping of the names of vCenters to results with tasks, or C(hostvars) together with O(register).
    type: dict
    required: true
  register:
    description:
      - Name of the variable in which each host registered its result. Hosts without this variable are left out.
    type: str
  hosts:
    description:
      - Names of the hosts to show, in this order, such as C(ansible_play_hosts_all). Defaults to all.
      - Set it if the input is C(hostvars). With ansible-core 2.16, C(hostvars) can also contain C(localhost), with the
        variables of another host.
    type: list
    elements: str
seealso:
  - plugin: vijson.tasks.vi_task_info
    plugin_type: module
"""

EXAMPLES = r"""
- name: Read what runs on each vCenter
  vijson.tasks.vi_task_info:
    hostname: "{{ item }}"
    states: [running]
    fields: brief
  loop: [vcenter.example.com]
  register: running
  failed_when: false

- name: Show everything in one table
  ansible.builtin.debug:
    msg: "{{ dict(['vcenter.example.com'] | zip(running.results)) | vijson.tasks.task_table }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
  sample:
    - 'vc01.example.com  task-42  running  43%  Clone virtual machine  web01  2m10s  VSPHERE.LOCAL\Administrator'
    - 'vc02.example.com  No connection to vc02.example.com:443'
"""

from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import one_line
from ..module_utils._task_info.task_lines import TaskLines
from ..module_utils._task_info.task_result import TASK_KEYS, Task

_TEXTS = {"entity": "name", "error": "message"}


def task_table(results: Any, register: str | None = None, hosts: list[str] | None = None) -> list[str]:
    """One line for each task of each vCenter, then one for each vCenter without a result."""
    if not isinstance(results, Mapping):
        raise AnsibleFilterError("task_table: the input is not a mapping of vCenters to results with tasks")
    if register is not None:
        results = {host: results[host][register] for host in hosts or results if register in results[host]}
        if not results:
            raise AnsibleFilterError(f"task_table: no host has the variable {register}")
    elif "tasks" in results:
        raise AnsibleFilterError("task_table: the input is one result. Use a mapping such as {vcenter: result}")
    lines, problems = TaskLines(), []
    width = max((len(str(vcenter)) for vcenter in results), default=0)
    for vcenter, result in results.items():
        name = str(vcenter).ljust(width)
        if not isinstance(result, Mapping):
            raise AnsibleFilterError(f"task_table: {vcenter} has no result of a module")
        if "tasks" in result:
            lines.add(map(_whole, result["tasks"]), name)
        else:
            problems.append(f"{name}  {one_line(str(result.get('msg') or 'no tasks'))}")
    return [*lines.aligned(), *problems]


def _whole(task: Mapping[str, Any]) -> Task:
    """A task with all its keys, from one with some of them, or with the texts of ``brief``."""
    whole = {**dict.fromkeys(TASK_KEYS), **task}
    for key, part in _TEXTS.items():
        if isinstance(whole[key], str):
            whole[key] = {part: whole[key]}
    return {**whole, "moid": whole["moid"] or "", "state": whole["state"] or ""}


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"task_table": task_table}
