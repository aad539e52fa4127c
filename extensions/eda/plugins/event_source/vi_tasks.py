# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source: what happens to the tasks of a vCenter. See DOCUMENTATION."""

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
short_description: Receive an event when a task of a vCenter is created, changes its state or ends.
description:
  - An ansible-rulebook event source plugin that watches the tasks of a vCenter over one long poll.
  - Each event has C(change), C(task) and C(vcenter). C(vcenter) is the option O(hostname), and C(task) the task in the
    form that the module vijson.tasks.vi_task_info returns.
  - C(change) is V(created) once for each new task, V(state) when a task that was queued runs, V(done) when it ends in
    success, and V(failed) when it ends in error. A task that runs already when it is first seen has V(created) only.
  - Each change is told once. What happens while more comes than one answer holds, while the connection is lost or while
    the vCenter restarts is made up for.
  - Text of the vCenter in an event cannot act as a template, because Ansible renders templates in the events that a
    playbook gets. A space separates the characters of C({{), C({%) and C({#), and C(#) from C(jinja2:). Text that
    is a quoted literal of Python has typographic quotes. Keys that begin with C(__ansible) lose their underscores.
  - While the vCenter is out of reach it is tried again, however long. At the start, that is an error.
  - Needs the Python library requests, and vCenter 8.0.1 or later.
options:
  entity:
    description:
      - Only tasks of this object and, with O(recursion), of what it contains.
      - V(VirtualMachine:vm-7), V(vm-7), an inventory path such as V(/DC0/vm/apps), or a mapping of C(type) and C(moid).
    type: raw
  recursion:
    description:
      - V(self) for the tasks of O(entity) itself, V(children) for those of what it directly contains too,
        V(all) for those of all below it.
    type: str
    choices: [self, children, all]
    default: all
  states:
    description:
      - Only changes into these states.
      - That a task was created counts as V(queued), or as V(running) where it ran when it was first seen.
    type: list
    elements: str
    choices: [queued, running, success, error]
  description_ids:
    description:
      - Only tasks of these kinds, such as V(VirtualMachine.clone), as C(description_id) of a task names it.
    type: list
    elements: str
  users:
    description:
      - Only tasks that these users started, as C(DOMAIN\user) or C(user@domain).
    type: list
    elements: str
  since:
    description:
      - Begin with what happened since then, task by task, instead of now.
      - A time as in RFC 3339 with its zone, such as V(2026-11-22T04:00:00Z), or how long ago by the vCenter's clock,
        such as V(90s), V(15m), V(12h), V(7d).
    type: str
  hostname:
    description:
      - Name or address of the vCenter, without C(https://) and path.
      - If not given, the environment variable E(VMWARE_HOST) counts.
    type: str
    required: true
  username:
    description:
      - Name of the user, such as V(administrator@vsphere.local).
      - If not given, the environment variable E(VMWARE_USER) counts.
      - Required together with O(password), unless O(session_id) is given.
    type: str
    aliases: [user, admin]
  password:
    description:
      - Password of the user.
      - If not given, the environment variable E(VMWARE_PASSWORD) counts.
    type: str
    aliases: [pass, pwd]
  session_id:
    description:
      - Id of a live session, which is used and never logged out. It wins over O(username) and O(password).
      - When that session ends, the source fails, for there is nothing to log in with.
      - If not given, the environment variable E(VMWARE_SESSION_ID) counts.
    type: str
  port:
    description:
      - Port of the vCenter.
      - If not given, the environment variable E(VMWARE_PORT) counts.
    type: int
    default: 443
  validate_certs:
    description:
      - Whether the certificate of the vCenter has to be trusted. With V(false) any is.
      - If not given, the environment variable E(VMWARE_VALIDATE_CERTS) counts.
    type: bool
    default: true
  ca_path:
    description:
      - PEM file, or directory of such, with the authorities to trust.
      - Without it, E(REQUESTS_CA_BUNDLE) counts, and without that the list that the requests library brings.
      - If not given, the environment variable E(VMWARE_CA_PATH) counts.
    type: path
  proxy_host:
    description:
      - Name or address of a proxy. Without it, E(HTTPS_PROXY) and E(NO_PROXY) count.
      - If not given, the environment variable E(VMWARE_PROXY_HOST) counts.
    type: str
  proxy_port:
    description:
      - Port of the proxy; required with O(proxy_host).
      - If not given, the environment variable E(VMWARE_PROXY_PORT) counts.
    type: int
  proxy_protocol:
    description:
      - How the proxy itself is spoken to.
    type: str
    choices: [http, https]
    default: http
  api_release:
    description:
      - Release of the API to speak, such as V(8.0.1.0). A server takes its own and every earlier one.
      - V(auto) asks the server for the newest that both know.
    type: str
    default: 8.0.1.0
  request_timeout:
    description:
      - Seconds that one request may take, on top of what a long poll waits by itself.
    type: float
    default: 60.0
"""

EXAMPLES = r"""
- name: All tasks, with the connection from VMWARE_HOST, VMWARE_USER and VMWARE_PASSWORD
  vijson.tasks.vi_tasks:

- name: Clones that fail, and those of the last hour
  vijson.tasks.vi_tasks:
    hostname: vcenter.example.com
    username: "{{ VMWARE_USER }}"
    password: "{{ VMWARE_PASSWORD }}"
    entity: /DC0/vm
    description_ids: [VirtualMachine.clone]
    states: [error]
    since: 1h
"""

_CLOSE_TIMEOUT = 15  # seconds

_T = TypeVar("_T")


class Queue(Protocol):
    """What takes the events."""

    async def put(self, event: dict[str, Any], /) -> None:
        """Take one, as soon as there is room."""


async def main(queue: Queue, args: dict[str, Any]) -> None:
    """Put events into the queue until cancelled; an error if an option is of no use or the vCenter refuses."""
    events = _module("_events.event_source").TaskEvents(args)
    _take_signals_back()
    try:
        while True:
            for event in await _in_thread(events.next):
                await queue.put(event)
    finally:
        # A vCenter that does not answer must not keep the program from ending.
        await asyncio.wait([_in_thread(events.close)], timeout=_CLOSE_TIMEOUT)


def _take_signals_back() -> None:
    """The Java VM of ansible-rulebook takes SIGINT and SIGTERM over, and would end the process with sessions open."""
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)
        if callable(handler) and threading.current_thread() is threading.main_thread():
            signal.signal(number, handler)


def _in_thread(function: Callable[[], _T]) -> asyncio.Future[_T]:
    """What a blocking function returns. Unlike those of an executor, its thread does not outlive the program."""
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
        # The loop may be closed by now, with nobody left to tell.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name=f"vi_tasks {function.__name__}", daemon=True).start()
    return future


def _module(name: str) -> ModuleType:
    """A module of this collection, which is found from this file: nothing else may know where it is."""
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
