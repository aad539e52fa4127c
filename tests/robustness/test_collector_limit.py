# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of a run whose shared session has no history collector left: each opens its own session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import Share, connect_client
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC
from ansible_collections.vijson.tasks.tests.support.module_runs import Outcome, connection, run, shared_session
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

JOB = "com.vijson.simulator.job"
MOST = 32


@pytest.fixture(scope="module")
def server() -> Iterator[VCenter]:
    """A simulator whose tasks are those of the test."""
    with simulator(["--history", "0", "--check"]) as variables:
        yield VCenter(variables)


@pytest.fixture
def full(server: VCenter) -> Iterator[Share]:
    """The session of a run that has no collector left."""
    with shared_session() as share:
        defaults = {name: option.get("default") for name, option in CONNECTION_SPEC.items()}
        client = connect_client({**defaults, **connection(server, None)}, share=share)
        for _collector in range(MOST):
            client.call("taskManager", "CreateCollectorForTasks", {"filter": {"_typeName": "TaskFilterSpec"}})
        server.reset()
        yield share
        assert server.left() == {"sessions": 1, "collectors": MOST}
        assert server.state()["violations"] == []
    assert server.left() == {}
    server.clean()


def expired(server: VCenter) -> str:
    """A task that only the history has."""
    moid = server.task(state="success")
    server.expire_object(moid)
    return moid


def check(server: VCenter, outcome: Outcome) -> dict[str, Any]:
    """The result of a module that has logged in once, and logged out."""
    assert not outcome.failed, outcome.result
    requests = server.state()["requests"]
    assert (requests["SessionManager.Login"], requests["SessionManager.Logout"]) == (1, 1)
    return outcome.result


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
def test_the_history_is_read_in_a_session_of_its_own(server: VCenter, full: Share, order: str) -> None:
    moid = expired(server)
    found = check(server, run(server, "vi_task_collector", {"order": order, "limit": 5}, share=full))
    assert [each["moid"] for each in found["tasks"]] == [moid]


def test_tasks_of_others_are_looked_for_in_a_session_of_its_own(server: VCenter, full: Share) -> None:
    expired(server)
    outcome = run(server, "vi_task_collector", {"users": ["joe@example.com"]}, share=full)
    assert check(server, outcome)["count"] == 0
    assert "tasks that users other than" in outcome.warnings[0]


@pytest.mark.parametrize("module", ["vi_task_info", "vi_task_cancel", "vi_task_wait"])
def test_an_expired_task_is_looked_up_in_a_session_of_its_own(server: VCenter, full: Share, module: str) -> None:
    moid = expired(server)
    found = check(server, run(server, module, {"tasks": [moid]}, share=full))
    assert [(each["moid"], each["state"]) for each in found["tasks"]] == [(moid, "success")]


def test_vi_task_state_finds_an_expired_task_in_a_session_of_its_own(server: VCenter, full: Share) -> None:
    arguments = {"task": expired(server), "state": "success", "force": True}
    assert check(server, run(server, "vi_task_state", arguments, share=full))["changed"] is False


def test_an_activation_id_is_looked_up_in_a_session_of_its_own(server: VCenter, full: Share) -> None:
    arguments = {"entity": "vm-21", "task_type": JOB, "activation_id": "unique"}
    made = check(server, run(server, "vi_task_create", arguments, share=full))
    assert made["changed"] is True


def test_a_wait_finds_an_expired_task_in_a_session_of_its_own(server: VCenter, full: Share) -> None:
    """The filter of the wait belongs to the session of the run. The wait continues with a new filter."""
    first, second = server.tasks(2)

    def expire() -> None:
        polls = "PropertyCollector.WaitForUpdatesEx"
        until(lambda: server.state()["requests"].get(polls, 0) >= 2, "the wait polls")
        server.expire_object(first)
        until(lambda: "SessionManager.Login" in server.state()["requests"], "it has logged in")
        for moid in (first, second):
            server.change(moid, state="success")

    ending = threading.Thread(target=expire)
    ending.start()
    try:
        outcome = run(server, "vi_task_wait", {"tasks": [first, second], "wait_timeout": 20}, share=full)
    finally:
        ending.join()
    assert check(server, outcome)["succeeded"] == [first, second]
