# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of modules, the event source and the callback, with results that can be compared between servers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._events.event_source import TaskEvents
from ansible_collections.vijson.tasks.plugins.module_utils._plays.recorder import play_recorder
from ansible_collections.vijson.tasks.tests.support.module_runs import Outcome, connection, run
from ansible_collections.vijson.tasks.tests.support.scenarios import JOB, SCENARIOS, Scenario
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

_POLLS = 20

_VOLATILE = ("elapsed", "duration", "event_chain_id", "session_id", "dest")

_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"-\d{6}-of-the-fault-matrix"), ""),
    (re.compile(r"127\.0\.0\.1(:\d+)?"), "SERVER"),
    (re.compile(r" +\d+s(?= )"), " AGE"),
    (re.compile(r" {2,}"), " "),  # columns are wider from task-100 on
)


class SteadyVCenter(VCenter):
    """A simulator whose tasks all have the same type, which it otherwise chooses itself."""

    def tasks(self, count: int, **spec: Any) -> list[str]:
        return super().tasks(count, **{"type": "VirtualMachine.clone", **spec})


class Flow(NamedTuple):
    """One use of the collection: ``perform`` runs it and returns its outcome and the problems on the server."""

    name: str
    perform: Callable[[VCenter], tuple[Outcome, list[str]]]


def _flow(scenario: Scenario) -> Flow:
    def perform(server: VCenter) -> tuple[Outcome, list[str]]:
        params = scenario.prepare(server)
        outcome = run(server, scenario.module, params)
        return outcome, scenario.judge(server, params, outcome)

    return Flow(scenario.name, perform)


def _watch(server: VCenter) -> tuple[Outcome, list[str]]:
    """The event source: a task from before it starts, then the end of a running one."""
    server.task(state="success")
    running = server.task(state="running")
    options = {name: value for name, value in connection(server, None).items() if value is not None}
    try:
        with closing(TaskEvents({**options, "since": "10 minutes ago"})) as events:
            found = _events(events, 2)
            server.change(running, state="success")
            found += _events(events, 1)
    except ViError as error:
        return Outcome({"failed": True, **error.failure()}, []), []
    return Outcome({"events": [(event["change"], event["task"]["state"]) for event in found]}, []), []


def _events(events: TaskEvents, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _poll in range(_POLLS):
        found += events.next()
        if len(found) >= count:
            return found
    raise AssertionError(f"{len(found)} events instead of {count}")


def _play(server: VCenter) -> tuple[Outcome, list[str]]:
    """The callback: a play that makes progress and fails."""
    warnings: list[str] = []
    options = {**connection(server, None), "task_type": JOB, "entity": "/DC0/vm/web01"}
    recorder = play_recorder(options, warnings.append)
    recorder.begin("A play")
    recorder.progress(50)
    recorder.end("web01: disk full")
    recorder.close()
    made = run(server, "vi_task_info", {"states": ["error"]}).result["tasks"]
    shown = [{key: task[key] for key in ("state", "progress", "description", "error")} for task in made]
    return Outcome({"tasks": shown}, warnings), []


FLOWS = (*map(_flow, SCENARIOS), Flow("event source", _watch), Flow("callback", _play))


def comparable(outcome: Outcome) -> Any:
    """An outcome without what differs from run to run: times, durations and the numbers of objects."""
    text = json.dumps([_stable(outcome.result), sorted(outcome.warnings)], sort_keys=True, default=str)
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    numbers: dict[str, str] = {}
    text = re.sub(r"\btask-\d+", lambda found: numbers.setdefault(found[0], f"task-#{len(numbers)}"), text)
    return json.loads(text)


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stable(item) for key, item in value.items() if key not in _VOLATILE}
    return [_stable(item) for item in value] if isinstance(value, list) else value


def differences(plain: Any, found: Any, path: str = "") -> list[str]:
    """Where two comparable outcomes differ."""
    if isinstance(plain, dict) and isinstance(found, dict):
        keys = sorted({*plain, *found})
        return [line for key in keys for line in differences(plain.get(key), found.get(key), f"{path}.{key}")]
    if isinstance(plain, list) and isinstance(found, list) and len(plain) == len(found):
        pairs = enumerate(zip(plain, found))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{path}[{index}]")]
    return [] if plain == found else [f"{path}: {plain!r} -> {found!r}"]
