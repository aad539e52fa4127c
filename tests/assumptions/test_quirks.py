# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, the event source and the callback under each quirk: the same result, or a clear message.

Each quirk runs on one release, all flows included. ``QUIRKS=whole`` runs each quirk on every release.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import creating
from ansible_collections.vijson.tasks.plugins.module_utils._vijson import transport
from ansible_collections.vijson.tasks.plugins.module_utils._waiting import wait
from ansible_collections.vijson.tasks.tests.assumptions.register import REGISTER
from ansible_collections.vijson.tasks.tests.assumptions.runs import (
    FLOWS,
    Flow,
    SteadyVCenter,
    comparable,
    differences,
)
from ansible_collections.vijson.tasks.tests.support import module_runs
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter
from simulator.quirks import parse_quirk

RELEASES = ("8.0.1.0", "8.0.3.0", "9.1.0.0")

WHOLE = os.environ.get("QUIRKS") == "whole"

SAMPLE = 7  # flows of a quirk, besides those that concern it

QUIRKS = [quirk for entry in REGISTER for quirk in entry.quirks]

CLEAR = {
    ("no_task_fields", "custom value"): "NotSupported",
    ("taken_out=Task.CancelTask", "cancel"): r"CancelTask .*MethodNotFound",
    ("taken_out=Task.CancelTask", "cancel and wait"): r"CancelTask .*MethodNotFound",
    ("taken_out=Task.UpdateProgress", "drive"): r"UpdateProgress .*MethodNotFound",
    ("taken_out=Task.UpdateProgress", "succeed"): r"UpdateProgress .*MethodNotFound",
    ("taken_out=Task.UpdateProgress", "callback"): r"UpdateProgress .*MethodNotFound.* continues without a task",
}
"""(quirk, flow) -> what the message or a warning says where the result cannot be the same."""

VISIBLE = {
    "messages_from_catalog": r"-> 'vijson\.tasks\.description'$",
    "fault_messages_from_catalog": r"-> 'vijson\.tasks\.fault'$",
    "rotate_session=2": r"-> \['SERVER replaced the id of the session\.[^']*'\]$",
    "unset_after_running": r"\.progress: \d+ -> None$",
}
"""Differences that a user sees: keys of texts that the catalog lacks, the unset progress of ended tasks, a warning."""

CONCERNED = {
    "fault_messages_from_catalog": ("fail", "callback"),
    "history_lag=1": ("create", "create once", "event source"),
    "max_page=7": ("create once", "history, oldest first", "history, newest first", "history, latest page"),
    "messages_from_catalog": ("drive", "callback"),
    "page_refills": ("history, latest page",),
    "reset_after_newest": ("history, newest first", "history, latest page"),
    "start_id_inclusive": ("history, newest first", "history, latest page", "create once"),
    "unset_after_running": ("succeed", "callback"),
}
"""Flows that a sample always has."""

ON_RELEASE = {"oldest_first_views": "9.1.0.0", "reset_after_newest": "8.0.3.0", "start_id_inclusive": "9.1.0.0"}
"""The release for quirks that make no difference on the others."""

NOT_TOGETHER = {
    *(quirk for quirk in VISIBLE if quirk != "rotate_session=2"),
    *(quirk for quirk, _flow in CLEAR),
    "empty_body",
    "hello_status=403",
    "rest_ids=shared",
    "created_on_cancel=at_once",
    "created_on_cancel=later",
    "created_on_cancel=success",
}
"""Quirks that need a message, or exclude others."""


def flows_of(quirk: str) -> list[Flow]:
    """All flows, or a sample that has those that concern the quirk."""
    concerned = {*CONCERNED.get(quirk, ()), *(flow for other, flow in CLEAR if other == quirk)}
    others = [flow for flow in FLOWS if flow.name not in concerned]
    chosen = others if WHOLE else random.Random(quirk).sample(others, SAMPLE)
    return [flow for flow in FLOWS if flow.name in concerned or flow in chosen]


def cases() -> list[Any]:
    """Each quirk with the releases that it is tried on."""
    return [
        pytest.param(quirk, release, id=f"{quirk}-{release}")
        for index, quirk in enumerate(QUIRKS)
        for release in (RELEASES if WHOLE else [ON_RELEASE.get(quirk, RELEASES[index % len(RELEASES)])])
    ]


class Servers:
    """A simulator for each release, started when it is first needed, and what each flow does without quirks."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._started: dict[str, VCenter] = {}
        self._plain: dict[tuple[str, str], Any] = {}

    def on(self, release: str) -> VCenter:
        if release not in self._started:
            options = ["--history", "0", "--check", "--release", release]
            self._started[release] = SteadyVCenter(self._stack.enter_context(simulator(options)))
        return self._started[release]

    def plain(self, release: str, flow: Flow) -> Any:
        """The comparable outcome of a flow without quirks."""
        if (release, flow.name) not in self._plain:
            self._plain[release, flow.name] = perform(self.on(release), flow, {})
        return self._plain[release, flow.name]


def perform(server: VCenter, flow: Flow, quirks: dict[str, Any]) -> Any:
    """The comparable outcome of a flow under quirks. AssertionError for a wrong effect or an open object."""
    server.quirks(**quirks)
    try:
        outcome, problems = flow.perform(server)
        assert not problems, (flow.name, problems)
        left = server.left()
        assert left in ({}, {"sessions": 1} if flow.name == "log in" else {}), (flow.name, left)
        assert server.state()["violations"] == []
    finally:
        server.clean()
    return comparable(outcome)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Retry at once, which other tests check, and allow for a slow machine. Files go to the test's own folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(module_runs, "REQUEST_TIMEOUT", 10.0)
    monkeypatch.setattr(transport, "REQUEST_PAUSES", (0.02, 0.1, 0.1))
    monkeypatch.setattr(wait, "WAIT_PAUSES", (0.02, 0.1))
    monkeypatch.setattr(creating, "_LAG_PAUSES", (0.1, 0.1, 0.1))


def problems_of(plain: Any, found: Any, expected: str | None) -> list[str]:
    """What is wrong with an outcome."""
    if expected is None:
        return differences(plain, found)
    result, warnings = found
    said = "\n".join([str(result.get("msg", "")), *warnings])
    return [] if re.search(expected, said) else [f"no message {expected!r}: {found}"]


def compare(servers: Servers, release: str, flow: Flow, quirk: str) -> list[str]:
    """What a quirk changes, besides a clear message."""
    found = perform(servers.on(release), flow, parse_quirk(quirk))
    wrong = problems_of(servers.plain(release, flow), found, CLEAR.get((quirk, flow.name)))
    return [f"{flow.name}: {line}" for line in wrong if not is_visible(line, quirk)]


def is_visible(line: str, quirk: str) -> bool:
    """Whether a user may see this difference under the quirk."""
    return quirk in VISIBLE and re.search(VISIBLE[quirk], line) is not None


@pytest.mark.parametrize(("quirk", "release"), cases())
def test_each_quirk_gives_the_same_result_or_a_clear_message(quirk: str, release: str, servers: Servers) -> None:
    problems = [line for flow in flows_of(quirk) for line in compare(servers, release, flow, quirk)]
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize("release", RELEASES if WHOLE else RELEASES[-1:])
def test_all_quirks_together_give_the_same_results(release: str, servers: Servers) -> None:
    quirks: dict[str, Any] = {}
    for quirk in QUIRKS:
        quirks.update({} if quirk in NOT_TOGETHER else parse_quirk(quirk))
    problems = [
        f"{flow.name}: {line}"
        for flow in FLOWS
        for line in differences(servers.plain(release, flow), perform(servers.on(release), flow, quirks))
        if not is_visible(line, "rotate_session=2")
    ]
    assert not problems, "\n" + "\n".join(problems)
