# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source: changes of the tasks of a vCenter. See DOCUMENTATION."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar

DOCUMENTATION = r"""
---
short_description: Receive an event when a task of a vCenter is created, changes its state, ends or runs too long.
description:
  - An ansible-rulebook event source plugin that watches the tasks of a vCenter with one long poll.
  - Each event has the keys C(change), C(task) and C(vcenter). C(vcenter) is the value of O(hostname). C(task) is the
    task, in the form that the module vijson.tasks.vi_task_info returns.
  - C(change) is V(created) once for each new task, V(state) when a queued task starts to run, V(done) when a task ends
    in success, V(failed) when it ends in error, and V(overdue) when it runs longer than O(overdue_after). A new task
    that is already running when the source first sees it has V(created) and V(state).
  - Each change is sent once. The source recovers changes that it could not read at the time, because there were too
    many for one response, because the connection was lost, or because the vCenter restarted.
  - Text of the vCenter in an event cannot act as a template. Ansible renders templates in the events that a playbook
    receives, so the source puts a space between the characters of C({{), C({%) and C({#), and between C(#) and
    C(jinja2:). Text that is a quoted literal of Python gets typographic quotes. Keys that begin with C(__ansible) lose
    their underscores.
  - If the vCenter cannot be reached at the start, the source fails. Later, the source retries without a limit.
  - Requires the Python library requests, and vCenter 8.0.1 or later.
options:
  entity:
    description:
      - Watch only tasks of these objects and, depending on O(recursion), of the objects below them.
      - Each object is a name such as V(apps), V(VirtualMachine:vm-7), V(vm-7), an inventory path such as
        V(/DC0/vm/apps), a mapping of C(type) and C(moid), or of C(name) and C(type). The source ends with an error if
        there is no such object.
      - The source uses one history collector for each object. A vCenter allows 32 for each session by default, and the
        source needs one of them for itself.
    type: list
    elements: raw
  recursion:
    description:
      - Objects whose tasks O(entity) selects.
      - V(self) selects the tasks of the object itself.
      - V(children) selects the tasks of the objects below it, without those of the object itself.
      - V(all) selects both.
    type: str
    choices: [self, children, all]
    default: all
  states:
    description:
      - Send only changes into these states.
      - The change V(created) is selected by V(queued), or by V(running) if the task is already running when the source
        first sees it. If a new task has already ended, such as one that O(since) finds, V(created) is selected by
        V(queued), and C(task) has the state in which it ended.
      - The change V(overdue) is sent whatever the state.
    type: list
    elements: str
    choices: [queued, running, success, error]
  description_ids:
    description:
      - Watch only tasks of these types, such as V(VirtualMachine.clone). The C(description_id) of a task is its type.
    type: list
    elements: str
  users:
    description:
      - Watch only tasks that these users started. C(user@domain) and C(DOMAIN\user) match the same user. A name without
        a domain matches that name in any domain.
    type: list
    elements: str
  since:
    description:
      - Begin with the changes since this time, task by task, instead of now.
      - Accepts an RFC 3339 time with a zone, such as V(2026-11-22T04:00:00Z), a date such as V(2026-11-22) for its
        beginning in UTC, or how long ago by the clock of the vCenter, such as V(90s), V(15m), V(12h), V(7d) or V(1w).
    type: str
  overdue_after:
    description:
      - Send the change V(overdue) once for each task that has been running for longer than this, or queued for longer
        than this. Tasks that were queued or running before the source started are included.
      - Accepts seconds or a duration such as V(90s), V(30m), V(2h) or V(1d). V(0) is refused.
      - A source that starts again sends the change again.
    type: str
    version_added: 1.1.0
  hostname:
    description:
      - Host name or IP address of the vCenter, without C(https://) and without a path.
      - Defaults to the environment variable E(VMWARE_HOST).
    type: str
    required: true
  username:
    description:
      - Name of the user, such as V(administrator@vsphere.local).
      - Defaults to the environment variable E(VMWARE_USER).
      - Required together with O(password), unless O(session_id) is set.
    type: str
    aliases: [user, admin]
  password:
    description:
      - Password of the user.
      - Defaults to the environment variable E(VMWARE_PASSWORD).
    type: str
    aliases: [pass, pwd]
  session_id:
    description:
      - Id of an open session to use instead of logging in, such as the module vijson.tasks.vi_session returns.
      - Defaults to the environment variable E(VMWARE_SESSION_ID).
      - Takes precedence over O(username) and O(password), even if those are set explicitly.
      - The session is not logged out at the end.
      - When the session ends, the source fails, because it cannot log in again.
    type: str
  port:
    description:
      - HTTPS port of the vCenter.
      - Defaults to the environment variable E(VMWARE_PORT).
    type: int
    default: 443
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the vCenter. V(false) accepts any certificate.
      - Defaults to the environment variable E(VMWARE_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - PEM file, or folder of PEM files, with the CA certificates to trust.
      - Defaults to the environment variable E(VMWARE_CA_PATH).
      - If unset, E(REQUESTS_CA_BUNDLE) is used. If that is unset too, the CA certificates that ship with the Python
        library requests are used.
    type: path
  proxy_host:
    description:
      - Host name or IP address of a proxy.
      - Defaults to the environment variable E(VMWARE_PROXY_HOST).
      - If unset, E(HTTPS_PROXY) and E(NO_PROXY) are used.
    type: str
  proxy_port:
    description:
      - Port of the proxy. Required with O(proxy_host).
      - Defaults to the environment variable E(VMWARE_PROXY_PORT).
    type: int
  proxy_protocol:
    description:
      - Protocol for connecting to the proxy.
    type: str
    choices: [http, https]
    default: http
  api_release:
    description:
      - Release of the vSphere API to use, such as V(8.0.1.0). A vCenter supports its own release and all earlier ones.
      - V(auto) asks the vCenter for the newest release that it shares with this collection.
    type: str
    default: 8.0.1.0
  request_timeout:
    description:
      - Timeout of one request, from the connection to the last byte of the response. A long poll adds the time that it
        waits for changes.
      - Seconds, such as V(30), or a number with a unit, such as V(30s) or V(2m).
    type: str
    default: 60s
  max_response_size:
    description:
      - Maximum size of one response, in MiB, after it is unpacked. A larger one is an error, so that a server cannot
        use up the memory of the controller.
    type: int
    default: 64
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Watch all tasks, with the connection from VMWARE_HOST, VMWARE_USER and VMWARE_PASSWORD
  vijson.tasks.vi_tasks:

- name: Watch for failed clones, beginning with those of the last hour
  vijson.tasks.vi_tasks:
    hostname: vcenter.example.com
    username: "{{ VMWARE_USER }}"
    password: "{{ VMWARE_PASSWORD }}"
    entity: /DC0/vm
    description_ids: [VirtualMachine.clone]
    states: [error]
    since: 1h

- name: Watch for tasks that run for two hours
  vijson.tasks.vi_tasks:
    overdue_after: 2h
"""

_CLOSE_TIMEOUT = 2.5  # seconds: ansible-rulebook ends within three seconds after Ctrl-C

logger = logging.getLogger("vijson.tasks")

_T = TypeVar("_T")


class Queue(Protocol):
    """The queue that receives the events."""

    async def put(self, event: dict[str, Any], /) -> None:
        """Add an event as soon as there is room."""


async def main(queue: Queue, args: dict[str, Any]) -> None:
    """Put events into the queue until cancelled.

    :raises InputError: an option is not valid
    :raises ViError: the first connection failed, or the vCenter reported a fault that is not temporary
    """
    events = _module("_events.event_source").TaskEvents(args)
    _restore_signal_handlers()
    try:
        while True:
            for event in await _in_thread(events.next):
                await queue.put(event)
    finally:
        # An unresponsive vCenter must not prevent the program from ending.
        _closed, open_still = await asyncio.wait([_in_thread(events.close)], timeout=_CLOSE_TIMEOUT)
        if open_still:
            logger.warning("The vCenter did not respond in time, so a session may stay open on it until it expires")


def _restore_signal_handlers() -> None:
    """The Java VM in ansible-rulebook replaces the handlers of SIGINT and SIGTERM. It would leave sessions open."""
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)
        if callable(handler) and threading.current_thread() is threading.main_thread():
            signal.signal(number, handler)


def _in_thread(function: Callable[[], _T]) -> asyncio.Future[_T]:
    """The future result of a blocking function. Unlike an executor's, its thread does not keep the program running."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def settle(settle_with: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            settle_with(value)

    def run() -> None:
        try:
            outcome: tuple[Callable[[Any], None], Any] = (future.set_result, function())
        except Exception as error:
            outcome = (future.set_exception, error)
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name=f"vi_tasks {function.__name__}", daemon=True).start()
    return future


def _module(name: str) -> ModuleType:
    """Import a module of this collection by the path of this file: the collection may not be on Python's path."""
    package = "ansible_collections.vijson.tasks"
    folder = Path(__file__).resolve().parents[4]
    for parent in ("ansible_collections", "ansible_collections.vijson"):
        try:
            importlib.import_module(parent)
        except ImportError:
            _make_package(parent, [])
    if package not in sys.modules:
        _make_package(package, [str(folder)])
    return importlib.import_module(f"{package}.plugins.module_utils.{name}")


def _make_package(name: str, folders: list[str]) -> None:
    module = ModuleType(name)
    module.__path__ = folders
    sys.modules[name] = module


if __name__ == "__main__":

    class _Printer:
        async def put(self, event: dict[str, Any], /) -> None:
            sys.stdout.write(f"{json.dumps(event)}\n")
            sys.stdout.flush()

    logging.basicConfig(level=logging.INFO)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(_Printer(), json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
