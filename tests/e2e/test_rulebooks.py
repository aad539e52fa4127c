# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source and the example rulebooks in ansible-rulebook."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.e2e.reports import fault
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter
from ansible_collections.vijson.tasks.tests.support.watchers import READY, Watcher, restartable

PROGRAM = Path(sys.executable).with_name("ansible-rulebook")

Start = Callable[..., Watcher]


@pytest.fixture
def rulebook(tmp_path: Path, stack: ExitStack) -> Start:
    """Starts a rulebook, given as text or by name, and waits until it watches the vCenter."""
    if not PROGRAM.exists():
        pytest.skip("left out: ansible-rulebook is not installed (requirements/eda.in)")
    if not shutil.which("java"):
        pytest.skip("left out: ansible-rulebook needs Java, which is not installed")
    inventory = tmp_path / "inventory.yml"
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": local}}}))

    def start(rules: str | list[dict[str, Any]], variables: dict[str, str], *arguments: str) -> Watcher:
        if not isinstance(rules, str):
            path = tmp_path / "rulebook.yml"
            path.write_text(json.dumps(rules))
            rules = str(path)
        command = [str(PROGRAM), "--rulebook", rules, "--inventory", str(inventory), "--verbose", *arguments]
        # ansible-rulebook finds the collection only by its own path
        env = {name: value for name, value in os.environ.items() if not name.startswith(("VMWARE_", "PYTHONPATH"))}
        watcher = Watcher(command, {**env, **variables}, tmp_path)
        stack.callback(watcher.kill)
        watcher.wait_for(READY)
        return watcher

    return start


class Tracker:
    """A server that accepts incidents over HTTP.

    :ivar incidents: their bodies
    :ivar tokens: their Authorization headers
    """

    def __init__(self) -> None:
        self.incidents: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        tracker = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                tracker.tokens.append(self.headers["Authorization"])
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()
                tracker.incidents.append(json.loads(body))

            def log_message(self, *arguments: Any) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/incidents"


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    """The server for incidents."""
    tracker = Tracker()
    thread = Thread(target=tracker.server.serve_forever)
    thread.start()
    yield tracker
    tracker.server.shutdown()
    thread.join()
    tracker.server.server_close()


PRINT_ALL = [
    {
        "name": "Print",
        "hosts": "all",
        "sources": [{"vijson.tasks.vi_tasks": {}}],
        "rules": [
            {
                "name": "any change",
                "condition": "event.change is defined",
                "action": {"debug": {"msg": "CHANGE {{ event.task.moid }} {{ event.change }} {{ event.vcenter }}"}},
            }
        ],
    }
]


def changes(watcher: Watcher) -> Counter[tuple[str, str]]:
    """The number of events per (moid, change)."""
    words = (line.split() for line in list(watcher.lines) if line.startswith("CHANGE "))
    return Counter((moid, change) for _source, moid, change, _more in words)


def created_and_done(moids: list[str]) -> Counter[tuple[str, str]]:
    return Counter((moid, change) for moid in moids for change in ("created", "done"))


def test_each_event_is_reported_once_across_restarts(rulebook: Start, tmp_path: Path) -> None:
    options, trust = restartable(tmp_path)
    with simulator(options) as variables:
        vcenter = VCenter({**variables, **trust})
        watcher = rulebook(PRINT_ALL, vcenter.variables)
        failing = vcenter.task(state="running")
        expected = created_and_done(vcenter.tasks(150, state="success"))
        expected += Counter([(failing, "created"), (failing, "state")])
        watcher.wait_until(lambda: changes(watcher) >= expected)
        vcenter.control("POST", "restart")
        vcenter.change(failing, state="error")
        expected[failing, "failed"] += 1
        expected += created_and_done(vcenter.tasks(3, state="success"))
        watcher.wait_until(lambda: changes(watcher) >= expected)
    with simulator(options) as variables:
        vcenter = VCenter({**variables, **trust})
        expected += created_and_done(vcenter.tasks(2, state="success"))
        watcher.wait_until(lambda: changes(watcher) >= expected)
        time.sleep(0.5)
        assert changes(watcher) == expected
        assert watcher.end(signal.SIGTERM) == 0
        assert vcenter.left() == {}
        assert vcenter.state()["violations"] == []


def test_a_wrong_option_ends_the_rulebook_with_one_clear_line(rulebook: Start, vcenter: VCenter) -> None:
    rules = [{**PRINT_ALL[0], "sources": [{"vijson.tasks.vi_tasks": {"states": ["failed"]}}]}]
    with pytest.raises(AssertionError, match="It ended with code 1") as ended:
        rulebook(rules, vcenter.variables)
    said = [line for line in str(ended.value).splitlines() if "Source error" in line]
    assert len(said) == 1
    assert "states: 'failed' is not a valid value. Use one of: queued, running, success, error" in said[0]
    assert "Traceback" not in str(ended.value)


def test_a_failed_clone_opens_an_incident(rulebook: Start, vcenter: VCenter, tracker: Tracker) -> None:
    variables = {**vcenter.variables, "INCIDENT_URL": tracker.url, "INCIDENT_TOKEN": "its token"}
    watcher = rulebook("vijson.tasks.failed_clone", variables)
    clone = {"type": "VirtualMachine.clone", "state": "running"}
    error = fault("Full", "Timedout")
    vcenter.task(**{**clone, "type": "VirtualMachine.powerOn", "state": "error"}, error=error)
    cancelled = vcenter.task(**clone)
    vcenter.change(cancelled, cancelled=True, state="error", error=error)
    moids = [vcenter.task(**clone), vcenter.task(**clone)]
    vcenter.change(moids[0], state="success")
    vcenter.change(moids[1], state="error", error=error)
    watcher.wait_until(lambda: len(tracker.incidents) >= 1)
    assert watcher.end(signal.SIGINT) == 0
    assert [incident["task"]["moid"] for incident in tracker.incidents] == [moids[1]]
    assert tracker.incidents[0]["summary"] == "CloneVM_Task of web01 failed: Full"
    assert tracker.incidents[0]["vcenter"] == vcenter.host
    assert tracker.tokens == ["Bearer its token"]


def test_a_stuck_task_opens_an_incident(rulebook: Start, vcenter: VCenter, tracker: Tracker) -> None:
    clone = {"type": "VirtualMachine.clone", "state": "running", "queued_ago": 9000}
    vcenter.task(**clone, started_ago=1700)
    vcenter.task(**{**clone, "state": "success"}, started_ago=8000, completed_ago=10)
    runs = vcenter.task(**clone, started_ago=1801)
    queued = vcenter.task(type="VirtualMachine.powerOn", state="queued", queued_ago=1797)
    watcher = rulebook("vijson.tasks.stuck_task", {**vcenter.variables, "INCIDENT_URL": tracker.url})
    watcher.wait_until(lambda: len(tracker.incidents) >= 2)
    watcher.wait_until(lambda: vcenter.state()["sessions"] == 1)
    assert watcher.end() == 0
    summaries = {incident["task"]["moid"]: incident["summary"] for incident in tracker.incidents}
    assert len(tracker.incidents) == len(summaries)
    assert summaries.keys() == {runs, queued}
    assert summaries[runs].startswith("CloneVM_Task of web01 has been running since 20")
    assert summaries[queued].startswith("PowerOnVM_Task of web01 has been queued since 20")


class Traps:
    """Texts that run a command if a template engine renders them.

    :ivar plain: a template
    :ivar header: a template with delimiters of its own
    :ivar literal: what a native Jinja environment, as rulebooks have, unquotes to a template
    """

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir()
        self.plain = f"web{{{{ {self._command('plain')} }}}}"
        delimiters = "variable_start_string:'[%', variable_end_string:'%]'"
        self.header = f"#jinja2:{delimiters}\n[% {self._command('header')} %]"
        self.literal = f'"{{" "{{ {self._command("literal")} }}}}"'

    def _command(self, name: str) -> str:
        return f"lookup('pipe', 'touch {self._folder / name}')"

    @property
    def sprung(self) -> set[str]:
        """Those that ran their command."""
        return {path.name for path in self._folder.iterdir()}


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


@pytest.fixture
def hostile(stack: ExitStack, traps: Traps) -> VCenter:
    """A vCenter with a virtual machine vm-21 whose name is a template."""
    vcenter = VCenter(stack.enter_context(simulator(["--history", "0", "--check"])))
    vcenter.rename("vm-21", traps.plain)
    return vcenter


def fail_clone(vcenter: VCenter, traps: Traps) -> str:
    """The id of a clone that fails and has all the traps."""
    moid = vcenter.task(type="VirtualMachine.clone", state="running", description=traps.literal)
    vcenter.change(moid, state="error", error=fault(traps.header, "Timedout"))
    return moid


def test_hostile_text_in_an_incident_is_not_rendered(
    rulebook: Start, hostile: VCenter, tracker: Tracker, traps: Traps
) -> None:
    watcher = rulebook("vijson.tasks.failed_clone", {**hostile.variables, "INCIDENT_URL": tracker.url})
    moid = fail_clone(hostile, traps)
    watcher.wait_until(lambda: len(tracker.incidents) >= 1)
    assert watcher.end(signal.SIGINT) == 0
    assert traps.sprung == set()
    (incident,) = tracker.incidents
    assert incident["summary"] == f"CloneVM_Task of {traps.plain} failed: {traps.header}"
    assert incident["task"]["moid"] == moid
    assert incident["task"]["entity"]["name"] == traps.plain
    assert incident["task"]["description"] == traps.literal
    assert "lookup('pipe'" not in watcher.output


def test_hostile_text_in_an_event_passed_to_a_playbook_is_not_rendered(
    rulebook: Start, hostile: VCenter, tracker: Tracker, traps: Traps, tmp_path: Path
) -> None:
    """An event that a rulebook passes unchanged to a playbook, which shows its text, is safe as well."""
    task = "ansible_eda.event.task"
    body = {"name": f"{{{{ {task}.entity.name }}}}", "error": f"{{{{ {task}.error.message }}}}", "doing": "{{ doing }}"}
    post = {"url": tracker.url, "method": "POST", "body_format": "json", "body": body, "status_code": 201}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.uri": post}]}
    playbook = tmp_path / "playbooks" / "show.yml"
    playbook.parent.mkdir()
    playbook.write_text(json.dumps([play]))
    run = {"name": str(playbook), "extra_vars": {"doing": "{{ event.task.description }}"}}
    rule = {"name": "failed", "condition": "event.change == 'failed'", "action": {"run_playbook": run}}
    watcher = rulebook([{**PRINT_ALL[0], "rules": [rule]}], hostile.variables)
    fail_clone(hostile, traps)
    watcher.wait_until(lambda: len(tracker.incidents) >= 1)
    assert watcher.end(signal.SIGINT) == 0
    assert traps.sprung == set()
    (shown,) = tracker.incidents
    assert shown["name"] == traps.plain.replace("{{", "{ {")
    assert shown["error"] == traps.header.replace("#", "# ")
    assert shown["doing"] == traps.literal.replace('"', "\u201d").replace("'", "\u2019")


def open_incident(ansible: Ansible, tracker: Tracker, **variables: Any) -> Run:
    """The playbook by itself."""
    command = ["ansible-playbook", "vijson.tasks.open_incident", "-e", json.dumps(variables)]
    return ansible.run(command, env={"INCIDENT_URL": tracker.url})


def test_an_incident_reports_that_its_task_has_expired(ansible: Ansible, vcenter: VCenter, tracker: Tracker) -> None:
    moid = vcenter.task(state="error", error=fault("Full"))
    vcenter.expire(moid)
    assert open_incident(ansible, tracker, incident_task=moid, incident_after=1).code == 0
    assert tracker.incidents == []
    assert open_incident(ansible, tracker, incident_task=moid).code == 0
    (incident,) = tracker.incidents
    assert incident["summary"].startswith(f"{moid} does not exist, or no longer exists, on the vCenter")
    assert incident["task"] == {"key": moid, "moid": moid}
    assert incident["vcenter"] == vcenter.host


@pytest.mark.parametrize("variables", [{}, {"incident_task": "web01"}, {"incident_task": "task-1 {{ 7919 * 7907 }}"}])
def test_an_incident_needs_the_id_of_a_task(ansible: Ansible, tracker: Tracker, variables: dict[str, str]) -> None:
    run = open_incident(ansible, tracker, **variables)
    assert run["Require the id of a task"].msg == "Set incident_task to the id of a task, such as task-42"
    assert (run.code, tracker.incidents) == (2, [])
