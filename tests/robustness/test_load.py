# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many hosts, many tasks, and a server at its session limit.

The default uses small numbers. ``LOAD=whole`` runs everything, and ``LOAD_PAGE=FILE`` writes the figures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.robustness.load import (
    Figures,
    ManyVCenters,
    measured,
    play_on,
    sharing,
    show_all,
    write_page,
)
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.simulators import simulator, simulators
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

WHOLE = os.environ.get("LOAD") == "whole"
HOSTS = 50 if WHOLE else 6
TASKS = 2000 if WHOLE else 300
END = 40 if WHOLE else 5  # seconds until all hosts are at work
SESSIONS = 5
AT_ONCE = 20 if WHOLE else 8
VCENTERS = 100 if WHOLE else 4
RUNNING = 20  # tasks on each vCenter


class Page:
    """The results of all measurements."""

    def __init__(self) -> None:
        self.figures: list[Figures] = []
        self.refusal = ""
        self.many_vcenters: list[ManyVCenters] = []


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page, written at the end."""
    collected = Page()
    yield collected
    if os.environ.get("LOAD_PAGE"):
        write_page(Path(os.environ["LOAD_PAGE"]), collected.figures, collected.refusal, collected.many_vcenters)


@pytest.mark.parametrize(
    ("in_process", "shares"), [(True, True), (True, False), (False, True), (False, False)] if WHOLE else [(True, True)]
)
def test_many_hosts_run_five_modules_each(
    ansible: Ansible, vcenter: VCenter, page: Page, in_process: bool, shares: bool
) -> None:
    way = "in the Ansible process" if in_process else "in a process for each"
    whose = "" if shares else ", and a session for each"
    with measured(vcenter, f"{HOSTS} hosts with {HOSTS} forks, 5 modules each, {way}{whose}") as figures:
        run = play_on(ansible, HOSTS, in_process=in_process, shares=shares)
    made = {outcome.result["task"]["moid"] for outcome in run.all("create")}
    assert [outcome for outcome in run if outcome.status != "ok"] == []
    assert len(made) == HOSTS
    found = [outcome.result["tasks"] for outcome in run.all("collector")]
    assert all(tasks == [{"moid": tasks[0]["moid"], "result": "done"}] for tasks in found)
    assert {tasks[0]["moid"] for tasks in found} == made
    assert figures.logins == (1 if shares else HOSTS * 5)
    figures.take(run)
    page.figures.append(figures)


def test_a_wait_for_many_tasks_takes_few_requests(ansible: Ansible, vcenter: VCenter, page: Page) -> None:
    """The tasks end in ten groups within ten seconds."""
    moids = [moid for part in range(10) for moid in vcenter.tasks(TASKS // 10, duration=part + 1)]
    with measured(vcenter, f"a wait for {TASKS:,} tasks that end within 10 s") as figures:
        run = ansible.tasks([task("wait", "vi_task_wait", {"tasks": moids})])
    assert run["wait"].result["succeeded"] == moids
    assert figures.requests < 70
    figures.take(run)
    page.figures.append(figures)


def test_many_hosts_wait_for_their_own_tasks(ansible: Ansible, vcenter: VCenter, page: Page) -> None:
    share = TASKS // HOSTS
    hosts = {f"host{number}": {"moids": vcenter.tasks(share, duration=END)} for number in range(HOSTS)}
    with measured(vcenter, f"{HOSTS} hosts that wait for {share} tasks each, which end after {END} s") as figures:
        run = ansible.tasks(
            [task("wait", "vi_task_wait", {"tasks": "{{ moids }}"})],
            play={"hosts": "all"},
            hosts=hosts,
            arguments=[f"--forks={HOSTS}"],
            timeout=600,
        )
    assert {outcome.host: outcome.result.get("succeeded") for outcome in run} == {
        name: variables["moids"] for name, variables in hosts.items()
    }
    figures.take(run)
    page.figures.append(figures)


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Ansible]:
    """Ansible, and a server with a low session limit."""
    with simulator(["--history", "0", "--max-sessions", str(SESSIONS)]) as variables:
        yield Ansible(VCenter(variables), tmp_path)


def refusal(vcenter: VCenter) -> str:
    """The message at the session limit."""
    return (
        f"{vcenter.host}:{vcenter.port} returned HTTP 503 (Service Unavailable). It may be starting, or at its"
        " session limit: sessions that were left open expire when idle."
    )


def test_a_login_at_the_session_limit_fails_until_a_session_ends(full: Ansible, page: Page) -> None:
    """The message gives the reason, other sessions continue, and logins work again once a session ends."""
    vcenter = full.vcenter
    sessions = [vcenter.log_in() for _number in range(SESSIONS)]
    refused = full.module("vi_task_info")
    assert refused.status == "failed"
    assert refused.msg == refusal(vcenter)
    page.refusal = refused.msg.replace(f"{vcenter.host}:{vcenter.port}", "vcenter.example.com:443")
    assert full.module("vi_task_info", {"session_id": sessions[0]}).status == "ok"
    vcenter.log_out(sessions.pop())
    assert full.module("vi_task_info").status == "ok"
    for session in sessions:
        vcenter.log_out(session)
    assert vcenter.left() == {}


@pytest.mark.parametrize("retries", [0, 20])
def test_retries_help_hosts_beyond_the_session_limit(full: Ansible, page: Page, retries: int) -> None:
    """Where modules do not share a session, some logins fail. With Ansible's own retries, all hosts succeed."""
    vcenter = full.vcenter
    moid = vcenter.task()
    again = {"register": "waited", "until": "waited is success", "retries": retries, "delay": 2} if retries else {}
    told = f", with {retries} retries" if retries else ""
    what = f"{AT_ONCE} hosts that wait at once, each in a session of its own, where {SESSIONS} are the limit{told}"
    with measured(vcenter, what) as figures, ThreadPoolExecutor(1) as pool:
        started = pool.submit(
            full.tasks,
            [task("wait", "vi_task_wait", {"tasks": moid}, **again)],
            play={"hosts": "all"},
            hosts={f"host{number}": {} for number in range(AT_ONCE)},
            arguments=[f"--forks={AT_ONCE}"],
            env=sharing(False),
        )
        logins = SESSIONS + 2 * (AT_ONCE - SESSIONS)
        until(lambda: vcenter.state()["requests"].get("SessionManager.Login", 0) >= logins, "all tried to log in")
        vcenter.change(moid, state="success")
        run = started.result()
    figures.take(run)
    page.figures.append(figures)
    assert figures.failed == (0 if retries else AT_ONCE - SESSIONS)
    assert {outcome.msg for outcome in run if outcome.status == "failed"} <= {refusal(vcenter)}
    assert vcenter.left() == {}


@pytest.mark.parametrize("forks", [5, 25, 100] if WHOLE else [4])
def test_running_tasks_of_many_vcenters_are_read_with_one_login_each(tmp_path: Path, page: Page, forks: int) -> None:
    """All running tasks of all vCenters in one table, and one login at each."""
    with simulators(VCENTERS, ["--history", "0"]) as given:
        vcenters = [VCenter(variables) for variables in given]
        for vcenter in vcenters:
            vcenter.tasks(RUNNING, type="VirtualMachine.clone")
        figures, table = show_all(vcenters, tmp_path, forks)
        made = [(vcenter.host, moid) for vcenter in vcenters for moid in vcenter.made]
        assert sorted(tuple(line.split()[:2]) for line in table) == sorted(made)
        assert {vcenter.state()["requests"]["SessionManager.Login"] for vcenter in vcenters} == {1}
        assert [vcenter.left() for vcenter in vcenters] == [{}] * VCENTERS
    page.many_vcenters.append(figures)
