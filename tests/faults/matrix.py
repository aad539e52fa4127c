# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases: every fault on the first, middle and last request of every operation, in an own and in a shared session.

They are generated: each scenario runs once without faults, and the server's log has its operations.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ignore
from ansible_collections.vijson.tasks.tests.support.module_runs import LATE, Outcome, run, shared_session
from ansible_collections.vijson.tasks.tests.support.scenarios import Scenario
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter
from simulator.http.injection import KINDS

FAULTS = sorted(KINDS)

REFUSAL = 0.05  # seconds
LARGEST = 1  # MiB: more than any response of the scenarios

# Objects that a lost response leaves open: the response had their only id.
_LOST = {
    "SessionManager.Login": "sessions",
    "TaskManager.CreateCollectorForTasks": "collectors",
    "PropertyCollector.CreatePropertyCollector": "property_collectors",
    "ViewManager.CreateListView": "views",
}
_POLL = "PropertyCollector.WaitForUpdatesEx"
_FEWEST_POLLS = 2  # of a wait that has to wait; how many more there are depends on the time
_SESSION_OPERATIONS = ("SessionManager.Login", "SessionManager.Logout")


OWN, GIVEN, RUN = "own", "given", "the run's"
"""Whose session a module uses: its own, one that the user gives it, or the one that all modules of a run share."""


class Case(NamedTuple):
    """One damaged request."""

    scenario: Scenario
    session: str
    operation: str
    nth: int
    fault: str

    def __str__(self) -> str:
        return f"{self.scenario.name} / {self.session} session / {self.operation} #{self.nth} / {self.fault}"


class Verdict(NamedTuple):
    """The outcome of a case. ``lost``: how many objects stay open because a lost response had their id."""

    case: Case
    failed: bool
    lost: int
    problems: list[str]


def cases(server: VCenter, scenario: Scenario) -> Iterator[Case]:
    """All cases of a scenario."""
    for operation, count in _operations(server, scenario).items():
        for nth in sorted({1, (count + 1) // 2, count}):
            for fault in FAULTS:
                yield Case(scenario, OWN, operation, nth, fault)
                if scenario.shareable:
                    yield Case(scenario, RUN, operation, nth, fault)
                if scenario.shareable and operation not in _SESSION_OPERATIONS:
                    yield Case(scenario, GIVEN, operation, nth, fault)


def _operations(server: VCenter, scenario: Scenario) -> Counter[str]:
    params = scenario.prepare(server)
    server.control("DELETE", "log")
    server.control("POST", "log", {"on": True})
    outcome = run(server, scenario.module, params)
    log: list[dict[str, Any]] = server.control("GET", "log")
    server.control("POST", "log", {"on": False})
    problems = scenario.judge(server, params, outcome)
    assert not outcome.failed, outcome.result
    assert not problems, problems
    server.clean()
    operations = Counter(str(entry["operation"]) for entry in log)
    if _POLL in operations:
        operations[_POLL] = _FEWEST_POLLS
    return operations


def try_case(server: VCenter, case: Case) -> Verdict:
    """Run a scenario with one damaged request, and check the server afterwards."""
    params = case.scenario.prepare(server)
    session = server.log_in() if case.session == GIVEN else None
    seconds = {"refused": REFUSAL, "delay": LATE}.get(case.fault, 0.0)
    server.fault(case.operation, case.fault, nth=case.nth, seconds=seconds, mebibytes=LARGEST)
    with shared_session() if case.session == RUN else nullcontext(ignore) as share:
        limited = {**params, "max_response_size": LARGEST}
        outcome = run(server, case.scenario.module, limited, session_id=session, share=share)
    if case.fault == "refused":
        time.sleep(2 * REFUSAL)  # until the server listens again
    (rule,) = server.control("GET", "faults")
    server.control("DELETE", "faults")
    left = _left_open(server, case, outcome)
    problems = [*_message(server, outcome, session), *_unexplained(left, case)]
    if not rule["fired"]:
        problems.append("the module did not send this request")
    server.control("POST", "restart")
    problems += case.scenario.judge(server, params, outcome)
    server.clean()
    return Verdict(case, outcome.failed, sum(left.values()), problems)


def _message(server: VCenter, outcome: Outcome, session: str | None) -> list[str]:
    text = repr(outcome)
    problems = []
    if outcome.failed and not outcome.result.get("msg"):
        problems.append("failed without a message")
    if "\n" in str(outcome.result.get("msg", "")):
        problems.append("the message has more than one line")
    if server.variables["VMWARE_PASSWORD"] in text or (session and session in text):
        problems.append("a secret is in the result")
    return problems


def _left_open(server: VCenter, case: Case, outcome: Outcome) -> dict[str, int]:
    """The objects that should not be open, by type."""
    left = dict(server.left())
    expected = 0 if outcome.failed else case.scenario.keeps
    if case.session == GIVEN and case.fault != "session_expired":
        expected += 1
    left["sessions"] = left.get("sessions", 0) - expected
    return {kind: count for kind, count in left.items() if count > 0}


def _unexplained(left: dict[str, int], case: Case) -> list[str]:
    """The objects that are open although their id was not lost."""
    lost = _LOST.get(case.operation)
    if lost is None or not (case.session == GIVEN or lost == "sessions"):
        lost = ""
    problems = {kind: count - (kind == lost) for kind, count in left.items()}
    return [f"{count} {kind} left open" for kind, count in problems.items() if count]
