# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs all checks against a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.tests.assumptions.register import REGISTER
from ansible_collections.vijson.tasks.tests.probe.checks import CLOSING, READING, WRITING
from ansible_collections.vijson.tasks.tests.probe.findings import (
    AS_ASSUMED,
    DIFFERS,
    NOT_OBSERVED,
    Finding,
    NotObserved,
    Observation,
    reason_of,
)
from ansible_collections.vijson.tasks.tests.probe.history_checks import read_task_properties
from ansible_collections.vijson.tasks.tests.probe.own_tasks import OwnTasks, own_tasks
from ansible_collections.vijson.tasks.tests.probe.server import Server

EXPECTED = {entry.key: entry.relies_on for entry in REGISTER}
_UNEXPECTED = (
    ViError,
    NotObserved,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    StopIteration,
    TypeError,
    ValueError,
)
"""What a check raises on a server that behaves in ways that nobody foresaw."""

NO_WRITE = "needs WRITE=1"
NO_CHECK = "no check from outside"


def probe_server(server: Server, *, write: bool, warn: Callable[[str], None]) -> list[Finding]:
    """A finding for each assumption of the register, in its order.

    :param write: whether to register an extension and to create tasks
    :param warn: receives what could not be cleaned up
    """
    found = {key: _finding(key, check, server) for key, check in READING.items()}
    _ignore_failure(read_task_properties, server)
    found.update((finding.key, finding) for finding in _write(server, write, warn))
    found.update((key, _finding(key, check, server)) for key, check in CLOSING.items())
    return [found.get(key) or _unknown(key, NO_CHECK) for key in EXPECTED]


def _write(server: Server, write: bool, warn: Callable[[str], None]) -> Iterator[Finding]:
    if not write:
        yield from (_unknown(key, NO_WRITE) for key in WRITING)
        return
    done: list[Finding] = []
    tasks: OwnTasks | None = None
    try:
        with own_tasks(server.client) as tasks:
            done += [_finding(key, check, server, tasks) for key, check in WRITING.items()]
    except ViError as error:
        done = [_unknown(key, f"no extension: {reason_of(error)}") for key in WRITING]
    if tasks is not None and tasks.left:
        warn(f"{tasks.left} objects could not be removed. Look for the extension {tasks.key} and its tasks.")
    yield from done


def _finding(key: str, check: Callable[..., Observation], *arguments: Any) -> Finding:
    try:
        observation = check(*arguments)
    except _UNEXPECTED as error:
        return _unknown(key, reason_of(error))
    return Finding(key, EXPECTED[key], observation.text, AS_ASSUMED if observation.holds else DIFFERS)


def _unknown(key: str, reason: str) -> Finding:
    return Finding(key, EXPECTED[key], reason, NOT_OBSERVED)


def _ignore_failure(action: Callable[[Server], None], server: Server) -> None:
    try:
        action(server)
    except _UNEXPECTED:
        return
