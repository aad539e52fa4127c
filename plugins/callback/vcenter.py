# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vcenter
type: notification
short_description: Show plays as tasks of a vCenter
version_added: 1.0.0
description:
  - Shows each play in the recent tasks of the vSphere Client. The details of the task are the name of the play and the
    C(--limit) of the run. Its progress grows as the tasks of the play finish.
  - At the end of the play, the task ends in success, or in error with the message of the failure.
  - A failure that is rescued or ignored does not end the task in error. An unreachable host does, unless
    C(ignore_unreachable) is set.
  - If the run is interrupted, the task ends in error.
  - With C(--check), and for plays with C(check_mode), creates no task.
  - A vCenter that does not respond neither fails nor delays a play. The callback warns once, and the run continues
    without it. Only at the end of the playbook does it wait for the vCenter, for at most O(time_budget).
  - Does not show results of tasks with C(no_log).
  - Shares the session of the run's modules if the connection options are the same. E(VIJSON_TASKS_SHARE_SESSION) turns
    this off.
requirements:
  - requests
  - C(vijson.tasks.vcenter) in C(callbacks_enabled)
  - a task type that is registered with the vCenter, see O(task_type)
  - the privileges C(Task.Create) and C(Task.Update) on the root folder
extends_documentation_fragment:
  - vijson.tasks.connection.callback
options:
  entity:
    description:
      - Object that the tasks are about. Defaults to the root folder.
      - Accepts a name such as V(web01), V(VirtualMachine:vm-7), V(vm-7), or an inventory path such as V(/DC0/vm/apps).
    type: str
    env:
      - name: VIJSON_TASKS_ENTITY
    ini:
      - section: callback_vcenter
        key: entity
  task_type:
    description:
      - Id of the task type, as registered by an extension. Register it with M(vijson.tasks.vi_task_type).
    type: str
    default: com.vijson.tasks.play
    env:
      - name: VIJSON_TASKS_TASK_TYPE
    ini:
      - section: callback_vcenter
        key: task_type
  time_budget:
    description:
      - Maximum time for one call to the vCenter, in seconds, including all retries.
    type: float
    default: 5.0
    env:
      - name: VIJSON_TASKS_TIME_BUDGET
    ini:
      - section: callback_vcenter
        key: time_budget
  hostname:
    description:
      - Host name or IP address of the vCenter, without C(https://) and without a path.
      - If unset, the callback warns once and creates no tasks.
    required: false
  request_timeout:
    description:
      - Timeout of one attempt, at most O(time_budget). Seconds, such as V(3), or a number with a unit, such as V(3s).
seealso:
  - module: vijson.tasks.vi_task_type
"""

EXAMPLES = r"""
# In ansible.cfg:
#
#   [defaults]
#   callbacks_enabled = vijson.tasks.vcenter
#
#   [callback_vcenter]
#   hostname = vcenter.example.com
#   username = ansible@vsphere.local
#
# Put the password into the environment variable VMWARE_PASSWORD. Run this play once, to register the task type:
- name: Prepare the vCenter for showing plays
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Register the task type that the callback creates
      vijson.tasks.vi_task_type:
        extension: com.vijson.tasks
        company: vijson
        description: Ansible
        task_types:
          - id: com.vijson.tasks.play
            label: Ansible play
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ansible import context
from ansible.playbook.block import Block
from ansible.plugins.callback import CallbackBase

from ..module_utils._options.connection_spec import CONNECTION_SPEC
from ..module_utils._own_tasks.output import last_lines
from ..module_utils._plays.tally import PlayTally
from ..module_utils._run.side_process import Message, Say, SideProcess
from ..plugin_utils._run_sessions import is_sharing

_OWN_OPTIONS = ("entity", "task_type", "time_budget")
_LONGEST = 2000
_LEAST_WAIT = 1.0
_NO_REASON = "non-zero return code"


class CallbackModule(CallbackBase):
    """Counts results and sends them to a side process, which connects to the vCenter."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "vijson.tasks.vcenter"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._side: SideProcess | None = None
        self._play: Any = None
        self._tally: PlayTally | None = None
        self._items: dict[str, str] = {}
        self._warned = False

    # -- plays -----------------------------------------------------------------------------------------------------

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """A play starts, or with ``serial`` its next batch of hosts."""
        if self._play is not None and self._play._uuid == play._uuid:
            return
        self._end_play()
        self._play = play
        if context.CLIARGS.get("check") or play.check_mode:
            return
        if self._side is None:
            params = {name: self.get_option(name) for name in (*CONNECTION_SPEC, *_OWN_OPTIONS)}
            self._side = SideProcess(lambda messages, say: _record(params, messages, say))
        self._tally = PlayTally(_expected(play))
        self._side.send(begin=_description(play))

    def v2_playbook_on_stats(self, _stats: Any) -> None:
        """The playbook has ended."""
        self._end_play()
        if self._side is not None:
            budget = max(_LEAST_WAIT, self.get_option("time_budget"))
            self._warn(self._side.finish(budget))
            if not self._side.ended and not self._warned:
                self._warn([f"No response within {budget:g} s: the vCenter may not show the end of the last play."])

    def _end_play(self) -> None:
        if self._side is not None and self._tally is not None:
            self._side.send(end=self._tally.error)
        self._tally = None

    # -- results ---------------------------------------------------------------------------------------------------

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task succeeded on a host."""
        self._finished(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task was skipped on a host."""
        self._finished(result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """An item of a loop failed on a host. The result of the loop has no message of its own."""
        self._items.setdefault(_host(result), _message(result))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed on a host."""
        if not ignore_errors and not _is_rescued(_of(result, "task")):
            self._failed(result)
        self._finished(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host is unreachable."""
        if not _of(result, "task").ignore_unreachable:
            self._failed(result)
        self._finished(result)

    def _failed(self, result: Any) -> None:
        if self._tally is not None:
            host = _host(result)
            text = f"{_of(result, 'task').get_name()} on {host}: {self._items.get(host) or _message(result)}"
            self._tally.failed(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")

    def _finished(self, result: Any) -> None:
        self._items.pop(_host(result), None)
        if self._side is not None and self._tally is not None:
            if self._tally.finished():
                self._side.send(progress=self._tally.percent)
            self._warn(self._side.said())

    def _warn(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._warned = True
            self._display.warning(f"{self.CALLBACK_NAME}: {line}")


def _record(params: dict[str, Any], messages: Iterator[Message], say: Say) -> None:
    """The work of the side process. It does its imports itself, to keep them out of Ansible's own process."""
    from ..module_utils._errors import ViError, ignore
    from ..module_utils._plays.recorder import play_recorder, unrecorded_warning
    from ..plugin_utils._shared_session import share_session

    try:
        plays = play_recorder(params, say, share_session if is_sharing() else ignore)
    except ViError as error:
        say(unrecorded_warning(error))
        return
    for message in messages:
        plays.take(message)
    plays.close()


# -- reading Ansible's objects -------------------------------------------------------------------------------------


def _of(result: Any, name: str) -> Any:
    """``task``, ``host`` or ``result`` of a result. Before ansible-core 2.19 the names start with an underscore."""
    return getattr(result, name) if hasattr(result, name) else getattr(result, f"_{name}")


def _description(play: Any) -> str:
    name = play.get_name().strip() or "Ansible play"
    limit = context.CLIARGS.get("subset")
    return f"{name} (limit: {limit})" if limit else name


def _host(result: Any) -> str:
    return str(_of(result, "host").get_name())


def _message(result: Any) -> str:
    """The message of a failed task."""
    found = _of(result, "result")
    if found.get("censored"):
        return "the message is hidden by no_log"
    message = str(found.get("msg") or _NO_REASON)
    # If a command failed, only its output contains the reason.
    reason = last_lines(str(found.get("stderr") or found.get("stdout") or "")) if _NO_REASON in message else ""
    return reason or str(found.get("msg") or "failed without a message")


def _expected(play: Any) -> int:
    """The expected number of results of a play: one for each task on each host."""
    variables = play.get_variable_manager().get_vars(play=play)
    roles = [role for each in play.roles for role in (*each.get_all_dependencies(), each)]
    blocks = [block for role in roles for block in role.get_task_blocks()]
    listed = [*play.pre_tasks, *play.tasks, *play.post_tasks, *blocks]
    tasks = [task for task in _flat(listed) if task.evaluate_tags(play.only_tags, play.skip_tags, variables)]
    facts = 0 if play.gather_facts is False else 1
    return (facts + len(tasks)) * len(variables["ansible_play_hosts_all"])


def _flat(tasks: Iterable[Any]) -> Iterator[Any]:
    for task in tasks:
        if isinstance(task, Block):
            yield from _flat([*task.block, *task.always])
        elif task.action not in ("meta", "ansible.builtin.meta", "ansible.legacy.meta"):
            yield task


def _is_rescued(task: Any) -> bool:
    """Whether a failure of this task leads to a rescue section."""
    inner, outer = task, task._parent
    while outer is not None:
        if getattr(outer, "rescue", None) and any(inner._uuid == each._uuid for each in outer.block):
            return True
        inner, outer = outer, outer._parent
    return False
