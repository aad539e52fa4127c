#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_session
short_description: Open or end a session of your own on a vCenter
version_added: 1.0.0
description:
  - Opens a session and returns its id, which the other modules accept as O(session_id).
  - Rarely needed from 1.1.0 on, because the modules of a run share one session. Use this module for a session
    that outlives the run, or that you pass to another program.
  - A session stays open until you end it or until it expires. To end it even if the play fails, put O(state=absent)
    into an C(always) section.
  - The result is hidden from all output, but C(register) receives it. With C(async), and with ansible-core before 2.19
    in loops, whose results reach callback plugins, set C(no_log=true) to hide it.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.no_diff
attributes:
  check_mode:
    description: Can run in check mode and report what would change without changing it.
    support: partial
    details: >-
      Opens and ends sessions in check mode too, because the modules that follow need one. Changes nothing else on the
      vCenter.
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: partial
    details: With O(state=absent). With O(state=present), each run opens a new session.
options:
  state:
    description:
      - V(present) opens a session with O(username) and O(password), even if O(session_id) is set.
      - V(absent) ends the session O(session_id).
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: vijson.tasks.vi_task_info
"""

EXAMPLES = r"""
- name: Log in
  vijson.tasks.vi_session:
  register: login

- name: Work in one session
  block:
    - name: Read the running tasks
      vijson.tasks.vi_task_info:
        session_id: "{{ login.session_id }}"
        states: [running]

    - name: Read the tasks of the last 24 hours that failed
      vijson.tasks.vi_task_collector:
        session_id: "{{ login.session_id }}"
        states: [error]
        begin_time: 24h
  always:
    - name: Log out
      vijson.tasks.vi_session:
        session_id: "{{ login.session_id }}"
        state: absent
"""

RETURN = r"""
session_id:
  description: Id of the new session. Treat it as a secret.
  returned: success, with O(state=present)
  type: str
"""

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import InputError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._options.connection import connect_client
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module

ARGUMENT_SPEC = argument_spec(state={"type": "str", "choices": ["present", "absent"], "default": "present"})


def run(job: Job) -> Result:
    """Open a session (Login), or end it (Logout): ``{session_id, changed}``."""
    if job.params["state"] == "absent":
        if not job.params["session_id"]:
            raise InputError("session_id: the option is missing. Use the id of the session to end")
        return {"changed": job.client.log_out()}
    with connect_client({**job.params, "session_id": None}, job.warn) as client:
        return {"session_id": client.keep(), "changed": True}


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
