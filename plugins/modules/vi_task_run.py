#!/usr/bin/python
# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vi_task_run
short_description: Run a command and show it as a task of a vCenter
version_added: 1.1.0
description:
  - Runs a command on the host of the play, and shows it as a task in the vSphere Client while it runs.
  - The task is running at once. It ends in success, or in error with the last lines that the command wrote to stderr.
  - If somebody cancels the task, the module stops the command. The task then ends in error, and C(cancelled) is true.
  - The vCenter may be unreachable while the command runs. After the end of the command, the module tries for one more
    minute to report it. If that fails, the result of the command is unchanged, RV(reported) is false, and the module
    warns.
  - If the module ends before the command, for example because of Ctrl-C or of a timeout of the Ansible task or of
    C(async), it stops all processes in the process group of the command and ends the task. The command gets SIGTERM,
    and 10 s later SIGKILL. If Ansible does not wait that long, a background process completes this and logs out.
  - Uses no shell. Environment variables and C(~) in O(cmd) are expanded, nothing else.
author:
  - vijson.tasks contributors (@vijson)
extends_documentation_fragment:
  - vijson.tasks.connection
  - vijson.tasks.attributes
  - vijson.tasks.attributes.no_diff
attributes:
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: partial
    details: With O(activation_id), if the command succeeded. Without it, each run runs the command.
options:
  argv:
    description:
      - The program and its arguments. The module passes them on unchanged.
      - Either O(argv) or O(cmd) is required.
    type: list
    elements: str
  cmd:
    description:
      - The program and its arguments in one string, which is split like that of C(ansible.builtin.command).
    type: str
  chdir:
    description:
      - Folder to run the command in.
    type: path
  env:
    description:
      - Environment variables to add for the command.
    type: dict
  entity:
    description:
      - Object that the task is about. Defaults to the root folder.
      - Accepts V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/web01), a name such as V(web01), or
        a mapping of C(type) and C(moid), or of C(name) and C(type). A list of one object is accepted as well.
    type: raw
  task_type:
    description:
      - Id of the task type, as registered by an extension. See M(vijson.tasks.vi_task_type).
      - In check mode, the module accepts a type that an earlier M(vijson.tasks.vi_task_type) of the same run would
        register.
    type: str
    required: true
  label:
    description:
      - Name of the job, with which the description of the task begins. Defaults to the name of the program.
    type: str
  activation_id:
    description:
      - Token that identifies the job, such as V(backup-of-web01-2026-11-22).
      - If a task with this token ended in success, nothing is run. If it ended in error, the command is run again as a
        new task. If it is still queued or running, the module fails.
      - Choose a long token, because servers assign short ones to their own tasks.
    type: str
  progress_regex:
    description:
      - Regular expression whose first group matches a percentage, such as V((\\d+\)%).
      - The module searches each line that the command writes to stdout or stderr. A line ends with a newline or a
        carriage return.
    type: str
  description_regex:
    description:
      - Regular expression whose first group matches what the command is doing. The description of the task then is
        O(label) followed by this text.
    type: str
  cancelable:
    description:
      - Whether users may cancel the task, which stops the command. The command gets SIGTERM, and 10 s later SIGKILL.
    type: bool
    default: true
  timeout:
    description:
      - How long the command may run, such as V(90), V(90s), V(15m) or V(12h). Afterwards the module stops it as if
        somebody had cancelled the task. By default there is no limit.
    type: str
  ok_codes:
    description:
      - Exit codes with which the command succeeds. At least one is required.
    type: list
    elements: int
    default: [0]
notes:
  - Requires the privileges C(Task.Create) and C(Task.Update) on the root folder.
  - The module logs in for itself and does not use the session of the run, because the command may outlive that session.
  - Users of the vCenter see O(label), what the regular expressions match, and the last lines of stderr of a command
    that fails. Do not let it write secrets there.
  - The command ends when its own process ends. Processes that it leaves behind in its process group are stopped. A
    program that should keep running must leave the group, for example with C(setsid).
seealso:
  - module: vijson.tasks.vi_task_create
  - module: vijson.tasks.vi_task_state
  - module: vijson.tasks.vi_task_type
"""

EXAMPLES = r"""
- name: Show a backup in the vSphere Client while it runs
  vijson.tasks.vi_task_run:
    cmd: tar --create --gzip --file backup.tar.gz --directory /etc hosts
    task_type: com.vijson.simulator.backup
    entity: /DC0/vm/web01
    label: Nightly backup
    timeout: 2h

- name: Show how far it is
  vijson.tasks.vi_task_run:
    argv: [sh, -c, 'for n in 25 50 75; do echo "disk 1: $n%"; sleep 0.1; done']
    task_type: com.vijson.simulator.backup
    entity: /DC0/vm/web01
    progress_regex: '(\d+)%'
    description_regex: '^(disk \d+)'

- name: Run it once a day, and again if it failed
  vijson.tasks.vi_task_run:
    cmd: uname -a
    task_type: com.vijson.simulator.job
    activation_id: inventory-of-web01-2026-11-22
"""

RETURN = r"""
task:
  description:
    - The task, in the form that RV(vijson.tasks.vi_task_info#module:tasks) describes.
    - If check mode would run the command, its C(moid) and C(key) are V(check-mode).
  returned: success, and on failure if it was created
  type: dict
  sample: {moid: task-42, key: task-42, state: success}
rc:
  description:
    - Exit code of the command, negative for a signal.
    - V(0) if nothing was run, because of check mode or because the task with this O(activation_id) ended in success.
    - V(126) or V(127) if the command could not be started.
  returned: success, and on failure if the command has ended
  type: int
  sample: 0
stdout:
  description:
    - What the command wrote to stdout. Bytes that are not valid UTF-8 are replaced.
    - Only the last MiB is kept. The first line then says how much is left out.
  returned: success, and on failure if the command was run
  type: str
  sample: 42 GB copied
stderr:
  description: What the command wrote to stderr, kept like RV(stdout).
  returned: success, and on failure if the command was run
  type: str
  sample: ''
truncated:
  description: Whether the beginning of RV(stdout) or RV(stderr) is left out.
  returned: success, and on failure if the command was run
  type: bool
  sample: false
reported:
  description:
    - Whether the task shows how the command ended. If not, the vCenter was unreachable for too long, or another client
      ended the task while the command ran. A warning says which.
  returned: success, and on failure if the command was run
  type: bool
  sample: true
"""

import os

from ..module_utils._garbage import pause_collections

pause_collections(__name__)

from ..module_utils._errors import InputError, TaskError, ViError
from ..module_utils._options.argspec import argument_spec
from ..module_utils._own_tasks.creating import (
    CreatedTask,
    NewTask,
    activation_id_doubts,
    create_or_find_task,
    new_task_entity,
    parse_activation_id,
)
from ..module_utils._own_tasks.run_options import parse_run_options
from ..module_utils._own_tasks.task_runner import TaskRunner
from ..module_utils._run.job import Job, Result
from ..module_utils._run.module import run_module
from ..module_utils._vijson.privileges import require_root_privilege

ARGUMENT_SPEC = argument_spec(
    argv={"type": "list", "elements": "str"},
    cmd={"type": "str"},
    chdir={"type": "path"},
    env={"type": "dict"},
    entity={"type": "raw"},
    task_type={"type": "str", "required": True},
    label={"type": "str"},
    activation_id={"type": "str"},
    progress_regex={"type": "str"},
    description_regex={"type": "str"},
    cancelable={"type": "bool", "default": True},
    timeout={"type": "str"},
    ok_codes={"type": "list", "elements": "int", "default": [0]},
)

_NOTHING_RUN = {"rc": 0, "stdout": "", "stderr": "", "truncated": False, "reported": True}


def run(job: Job) -> Result:
    """``{task, rc, stdout, stderr, truncated, reported, changed}``"""
    entity = job.entity()
    params = job.params
    options = parse_run_options(params)
    activation_id = parse_activation_id(params["activation_id"])
    if options.command.chdir and not job.check_mode and not os.path.isdir(options.command.chdir):
        raise InputError(f"chdir: the folder {options.command.chdir} does not exist")
    new = NewTask(
        entity=new_task_entity(job.client, entity),
        task_type=params["task_type"],
        cancelable=params["cancelable"],
        activation_id=activation_id,
    )
    created = _created(job, new)
    for doubt in activation_id_doubts(job.client, created, new):
        job.warn(doubt)
    if not created.changed:
        return _found(created)
    if job.check_mode:
        return {**_NOTHING_RUN, "task": created.task, "changed": True}
    runner = TaskRunner(job.client, created.info, options, alive=job.progress, warn=job.warn)
    # Ansible treats any rc other than 0 as a failure, unless the result says otherwise.
    return {**runner.run(), "failed": False}


def _created(job: Job, new: NewTask) -> CreatedTask:
    """The task of the command. In check mode, an error with a planned task has the result of a command."""
    try:
        created = create_or_find_task(job.client, new, check_mode=job.check_mode, retry_failed=True)
        if job.check_mode and created.changed:
            require_root_privilege(job.client, "Task.Update")
    except ViError as error:
        if job.check_mode and "task" in error.result:
            error.result = {**_NOTHING_RUN, **error.result}
        raise
    return created


def _found(created: CreatedTask) -> Result:
    """The result for a task that has the activation id already; TaskError if its command still runs."""
    moid, state = created.task["moid"], created.task["state"]
    if state != "success":
        raise TaskError(
            f"{moid} has this activation_id and is {state}, so the command was not run. Wait for it with vi_task_wait,"
            " or end it with vi_task_state if nothing updates it any more",
            result={"task": created.task},
        )
    return {**_NOTHING_RUN, "task": created.task, "changed": False}


def main() -> None:
    run_module(run, ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
