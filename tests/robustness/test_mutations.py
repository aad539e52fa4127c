# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real responses with one change in transit: every module still ends with a result or a failure in one line."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.tests.robustness.mutations import changed
from ansible_collections.vijson.tasks.tests.robustness.replay import Kept, Player, recording
from ansible_collections.vijson.tasks.tests.support.module_runs import Outcome, run
from ansible_collections.vijson.tasks.tests.support.scenarios import JOB, SCENARIOS
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

FAILED = {"_typeName": "GenericVmConfigFault", "reason": "none", "faultCause": {"_typeName": "Timedout"}}
CLONE = "VirtualMachine.clone"


class Asked(NamedTuple):
    """The parameters of a module, and the responses that it got."""

    module: str
    params: dict[str, Any]
    check_mode: bool
    kept: list[Kept]
    server: VCenter

    def run(self) -> Outcome:
        return run(self.server, self.module, self.params, check_mode=self.check_mode)


class Recorded(dict[str, Asked]):
    """All recordings by name."""

    def __repr__(self) -> str:
        return "the recording"


def more(server: VCenter) -> dict[str, tuple[str, dict[str, Any]]]:
    """Scenarios beyond those for fault injection."""
    failed = server.task(state="error", error=FAILED, completed_ago=60)
    entity = {"entity": "/DC0/vm/web01", "begin_time": "2d", "localize": True}
    server.tasks(2, on_cancel="at_once")
    server.tasks(2, type=CLONE, duration=3)
    on_machines = {"entity": ["/DC0/vm", "esx01.example.com"], "include": ["self", "vms"]}
    selected = {**on_machines, "users": ["administrator"], "description_ids": ["VirtualMachine.powerOn"]}
    old = {"extension": "com.vijson.simulator", "company": "vijson"}
    return {
        "negotiate": ("vi_task_info", {"api_release": "auto"}),
        "wait for one that failed": ("vi_task_wait", {"tasks": [failed], "wait_timeout": 60}),
        "unknown type": ("vi_task_create", {"task_type": "nothing"}),
        "own extension": ("vi_task_type", {**old, "task_types": [{"id": JOB, "label": "Job"}]}),
        "history of an entity": ("vi_task_collector", entity),
        "selected tasks": ("vi_task_info", selected),
        "cancel selected tasks": ("vi_task_cancel", {**selected, "older_than": 0, "wait": True, "wait_timeout": 60}),
        "wait for selected tasks": ("vi_task_wait", {**selected, "description_ids": CLONE, "wait_timeout": 60}),
    }


CHECKED = ("create", "create once", "drive", "fail", "cancel", "custom value", "register a type", "unregister")
NAMES = [scenario.name for scenario in SCENARIOS]
MORE = [
    *("negotiate", "wait for one that failed", "unknown type", "own extension", "history of an entity"),
    *("selected tasks", "cancel selected tasks", "wait for selected tasks"),
]
ALL = [*NAMES, *MORE, *(f"check mode: {name}" for name in CHECKED)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files go to the test's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("written")))
        yield


@pytest.fixture(scope="module")
def recorded(folder: None) -> Recorded:
    """A recording of each scenario."""
    found = Recorded()
    with simulator(["--history", "120"]) as variables:
        server = VCenter(variables)

        def record(name: str, module: str, params: dict[str, Any], *, check_mode: bool = False) -> None:
            with recording() as kept:
                run(server, module, params, check_mode=check_mode)
            found[name] = Asked(module, params, check_mode, kept, server)

        for name, (module, params) in more(server).items():
            record(name, module, params)
        for scenario in SCENARIOS:
            if scenario.name in CHECKED:
                record(f"check mode: {scenario.name}", scenario.module, scenario.prepare(server), check_mode=True)
            record(scenario.name, scenario.module, scenario.prepare(server))
    return found


def is_printable(text: str) -> bool:
    """Whether the text is one line without control characters."""
    return bool(text) and not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("name", ALL)
def test_an_unchanged_recording_replays_completely(recorded: Recorded, name: str) -> None:
    """The recording is complete, so every failure of the next test comes from its change."""
    asked = recorded[name]
    player = Player(asked.kept, -1, lambda response: response)
    with player.playing():
        outcome = asked.run()
    assert player.sent == len(asked.kept)
    assert not outcome.failed or name in ("wait for one that failed", "unknown type")


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=2 * settings().max_examples)
@given(nth=st.integers(0, 1000), data=st.data())
def test_fuzz_one_changed_response_gives_a_result_or_a_failure_in_one_line(
    recorded: Recorded, name: str, nth: int, data: st.DataObject
) -> None:
    asked = recorded[name]
    player = Player(asked.kept, nth % len(asked.kept), partial(changed, data.draw))
    with player.playing():
        outcome = asked.run()
    text = json.dumps(outcome._asdict(), allow_nan=False)
    assert len(text) < 10_000_000
    assert not outcome.failed or is_printable(outcome.result["msg"])
    assert all(map(is_printable, outcome.warnings))
