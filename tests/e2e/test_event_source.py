# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source: it reports each change once, whatever the connection does, and leaves nothing open."""

from __future__ import annotations

import shutil
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter
from ansible_collections.vijson.tasks.tests.support.watchers import READY, SOURCE, restartable, watching

PAGE = 100


def created_and_done(moids: list[str]) -> list[tuple[str, str]]:
    return [(moid, change) for moid in moids for change in ("created", "done")]


def test_each_change_is_reported_once(vcenter: VCenter, tmp_path: Path) -> None:
    before = vcenter.task(queued_ago=900, started_ago=700)
    with watching(vcenter.variables, tmp_path, {"overdue_after": "10m"}) as watcher:
        watcher.expect([(before, "overdue")])
        slow = vcenter.task(state="queued")
        watcher.expect([(before, "overdue"), (slow, "created")])
        vcenter.change(slow, state="running")
        watcher.expect([(before, "overdue"), (slow, "created"), (slow, "state")])
        vcenter.change(slow, progress=40)
        vcenter.change(slow, state="success")
        quick = vcenter.task(state="error", error={"_typeName": "Timedout"}, entity="vm-22")
        vcenter.change(before, state="success")
        watcher.expect(
            [
                (before, "overdue"),
                (slow, "created"),
                (slow, "state"),
                (slow, "done"),
                (quick, "created"),
                (quick, "failed"),
                (before, "done"),
            ]
        )
        events = watcher.events
    assert [change for moid, change in watcher.changes() if moid == slow] == ["created", "state", "done"]
    assert {event["vcenter"] for event in events} == {vcenter.host}
    failed = next(event for event in events if event["change"] == "failed")
    assert set(failed) == {"change", "task", "vcenter"}
    assert failed["task"]["error"]["type"] == "Timedout"
    assert failed["task"]["entity"] == {"type": "VirtualMachine", "moid": "vm-22", "name": "web02"}
    assert vcenter.state()["requests"]["SessionManager.Login"] == 1


def test_a_quiet_source_sends_one_long_poll(vcenter: VCenter, tmp_path: Path) -> None:
    with watching(vcenter.variables, tmp_path) as watcher:
        watcher.wait_until(lambda: vcenter.state()["requests"].get("PropertyCollector.WaitForUpdatesEx", 0) == 2)
        vcenter.reset()
        time.sleep(2)
        assert vcenter.state()["total"] == 0
        moid = vcenter.task(state="success")
        watcher.expect(created_and_done([moid]))
        assert set(vcenter.state()["requests"]) == {"PropertyCollector.WaitForUpdatesEx"}


def test_filters_select_the_reported_tasks(vcenter: VCenter, tmp_path: Path) -> None:
    options = {
        "states": "error",
        "description_ids": ["VirtualMachine.clone"],
        "entity": "/DC0/vm/apps",
        "users": "administrator@vsphere.local",
    }
    with watching(vcenter.variables, tmp_path, options) as watcher:
        wanted = {"state": "error", "type": "VirtualMachine.clone", "entity": "vm-24"}
        for other in (
            {"state": "success"},
            {"type": "VirtualMachine.powerOn"},
            {"entity": "vm-21"},
            {"user": "VSPHERE.LOCAL\\reader"},
        ):
            vcenter.task(**{**wanted, **other})
        moid = vcenter.task(**wanted)
        later = vcenter.task(**{**wanted, "state": "running"})
        vcenter.change(later, state="error")
        watcher.expect([(moid, "failed"), (later, "failed")])


@pytest.mark.parametrize("entity", [["/DC0/vm/apps", "web02"], "/DC0/vm/apps,web02"])
def test_tasks_of_several_objects_are_reported(vcenter: VCenter, tmp_path: Path, entity: object) -> None:
    with watching(vcenter.variables, tmp_path, {"entity": entity, "recursion": "all"}) as watcher:
        vcenter.task(state="success", entity="vm-21")
        app = vcenter.task(state="success", entity="vm-24")
        web = vcenter.task(entity="vm-22")
        expected = [*created_and_done([app]), (web, "created"), (web, "state")]
        watcher.expect(expected)
        vcenter.change(web, state="error")
        watcher.expect([*expected, (web, "failed")])


def test_since_reports_earlier_changes(vcenter: VCenter, tmp_path: Path) -> None:
    vcenter.task(state="success", queued_ago=900, completed_ago=800)
    across = vcenter.task(state="error", queued_ago=900, completed_ago=300)
    started = vcenter.task(state="running", queued_ago=900, started_ago=300)
    older = vcenter.task(state="running", queued_ago=900, started_ago=900)
    inside = vcenter.task(state="success", queued_ago=500, completed_ago=400)
    with watching(vcenter.variables, tmp_path, {"since": "10m"}) as watcher:
        told = [(across, "failed"), (started, "state"), *created_and_done([inside])]
        watcher.expect(told)
        vcenter.change(older, state="success")
        watcher.expect([*told, (older, "done")])


def test_more_new_tasks_than_a_page_holds_are_all_reported(vcenter: VCenter, tmp_path: Path) -> None:
    with watching(vcenter.variables, tmp_path) as watcher:
        old = vcenter.task(state="running")
        expected = [(old, "created"), (old, "state")]
        watcher.expect(expected)
        expected += created_and_done(vcenter.tasks(3 * PAGE, state="success"))
        watcher.expect(expected)
        vcenter.change(old, state="error")
        watcher.expect([*expected, (old, "failed")])


def test_changes_are_reported_once_after_ended_sessions_and_lost_responses(vcenter: VCenter, tmp_path: Path) -> None:
    with watching(vcenter.variables, tmp_path) as watcher:
        first = vcenter.task(state="queued")
        watcher.expect([(first, "created")])
        expected = [(first, "created")]
        for number, (operation, fault) in enumerate(
            (
                ("PropertyCollector.WaitForUpdatesEx", "session_expired"),
                ("PropertyCollector.WaitForUpdatesEx", "cut_after"),
                ("PropertyCollector.WaitForUpdatesEx", "truncated"),
                ("TaskHistoryCollector.ReadNextTasks", "cut_after"),
                ("TaskManager.CreateCollectorForTasks", "http_503"),
            )
        ):
            vcenter.fault(operation, fault, times=2)
            if number > 2:
                vcenter.control("POST", "restart")
            quick = vcenter.task(state="success")
            expected += created_and_done([quick])
            watcher.expect(expected)
            vcenter.control("DELETE", "faults")
        vcenter.control("POST", "restart")
        vcenter.change(first, state="running")
        vcenter.change(first, state="success")
        expected.append((first, "done"))
        watcher.expect(expected)


def test_changes_are_reported_after_a_restart_of_the_server(tmp_path: Path, stack: ExitStack) -> None:
    options, trust = restartable(tmp_path)
    with simulator(options) as variables:
        running = VCenter({**variables, **trust})
        watcher = stack.enter_context(watching(running.variables, tmp_path))
        first = created_and_done([running.task(state="success")])
        watcher.expect(first)
    watcher.wait_for("Watching failed")
    with simulator(options) as variables:
        anew = VCenter({**variables, **trust})
        again = created_and_done(anew.tasks(2, state="success"))
        watcher.expect([*first, *again])
        stack.close()
        assert anew.left() == {}


def test_a_given_session_is_used_and_left_open(vcenter: VCenter, tmp_path: Path) -> None:
    session = vcenter.log_in()
    try:
        with watching({**vcenter.variables, "VMWARE_SESSION_ID": session}, tmp_path) as watcher:
            watcher.expect(created_and_done([vcenter.task(state="success")]))
        assert vcenter.left() == {"sessions": 1}
        assert vcenter.state()["opened"]["sessions"] == 1
    finally:
        vcenter.log_out(session)


def test_the_source_ends_when_a_given_session_ends(vcenter: VCenter, tmp_path: Path) -> None:
    session = vcenter.log_in()
    with watching({**vcenter.variables, "VMWARE_SESSION_ID": session}, tmp_path, ends=True) as watcher:
        watcher.wait_for(READY)
        vcenter.control("POST", "sessions/expire")
        assert watcher.finish() == 1
    assert "does not know this session" in watcher.lines[-1]
    assert "Log in again with vi_session" in watcher.lines[-1]


def test_the_source_stops_soon_while_the_server_is_unreachable(tmp_path: Path, stack: ExitStack) -> None:
    with simulator(["--history", "0"]) as variables:
        watcher = stack.enter_context(watching(variables, tmp_path))
    watcher.wait_for("Watching failed")
    begun = time.monotonic()
    stack.close()
    assert time.monotonic() - begun < 15


def test_the_source_stops_soon_while_responses_are_late(vcenter: VCenter, tmp_path: Path) -> None:
    with watching(vcenter.variables, tmp_path, ends=True) as watcher:
        watcher.wait_for(READY)
        vcenter.fault("*", "dripping", times=100)
        started = time.monotonic()
        assert watcher.end(signal.SIGINT) == 0, watcher.output
        assert time.monotonic() - started < 6
        assert watcher.lines[-1].endswith(
            "The vCenter did not respond in time, so a session may stay open on it until it expires"
        )
    vcenter.control("POST", "restart")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"hostnme": "x"}, "hostnme: unknown option. Use one of: entity, recursion, states"),
        ({"states": ["failed"]}, "states: 'failed' is not a valid value. Use one of: queued, running, success, error"),
        ({"overdue_after": 0}, "overdue_after: 0 is not a valid duration"),
        ({"since": "soon"}, "since: 'soon' is not a valid time. Use RFC 3339"),
        ({"since": "2999-01-01T00:00:00Z"}, "since: the time is in the future"),
        ({"since": "999999d"}, "since: the time is outside the years 1 to 9999"),
        ({"entity": "/DC9/vm"}, "entity: there is no object at the inventory path /DC9/vm"),
        ({"password": "wrong"}, "did not accept the user name and password of administrator@vsphere.local"),
        ({"port": 1}, "No connection to"),
        ({"ca_path": "/nowhere"}, "ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): '/nowhere' does not exist"),
    ],
)
def test_a_wrong_option_gives_one_clear_line(
    vcenter: VCenter, tmp_path: Path, options: dict[str, object], line: str
) -> None:
    with watching(vcenter.variables, tmp_path, options, ends=True) as watcher:
        assert watcher.finish() == 1
    assert line in watcher.lines[-1]
    assert "wrong" not in watcher.lines[-1]


def test_the_source_finds_its_modules_from_its_own_path(vcenter: VCenter, tmp_path: Path) -> None:
    """In a folder of any name, with another ansible_collections installed, and without ansible-core."""
    checkout = tmp_path / "any folder"
    root = SOURCE.parents[4]
    for part in ("extensions", "plugins/module_utils"):
        shutil.copytree(root / part, checkout / part)
    others = tmp_path / "others"
    for package, text in {"ansible": "raise ImportError('not installed')", "ansible_collections": ""}.items():
        (others / package).mkdir(parents=True)
        (others / package / "__init__.py").write_text(text)
    source = checkout / SOURCE.relative_to(root)
    with watching({**vcenter.variables, "PYTHONPATH": str(others)}, tmp_path, source=source) as watcher:
        watcher.expect(created_and_done([vcenter.task(state="success")]))
