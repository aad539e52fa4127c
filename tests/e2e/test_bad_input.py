# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input fails with one line that says what is wrong, and changes nothing on the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.e2e.wrong_servers import wrong_servers
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task

READING = {
    "SessionManager.Login",
    "SessionManager.Logout",
    "PropertyCollector.RetrievePropertiesEx",
    "SearchIndex.FindByInventoryPath",
    "ServiceInstance.content",
}
TASK_FORMS = (
    " Use task-42, Task:task-42, vim.Task:task-42, task-42:<uuid> from the vSphere REST API's vmw-task=true,"
    " or a task, or a result with tasks, as a module returned it"
)
ENTITY_FORMS = (
    " Use a name such as web01, VirtualMachine:vm-7, vm-7, an inventory path such as /DC0/vm/web01,"
    " {type: VirtualMachine, moid: vm-7}, or {name: web01, type: VirtualMachine}"
)
EACH_LOGS_IN = {"VIJSON_TASKS_SHARE_SESSION": "false"}
"""Otherwise the run fails to log in before it starts a module."""

JOB = {"task_type": "com.vijson.simulator.job"}
SINCE = "VI JSON requires vCenter 8.0.1 or later."

NOTHING_SENT: dict[str, tuple[str, dict[str, Any], str]] = {
    "task": ("vi_task_info", {"tasks": ["tsk-1"]}, f"tasks: 'tsk-1' is not a valid task.{TASK_FORMS}"),
    "number": ("vi_task_wait", {"tasks": [42]}, f"tasks: 42 is not a valid task.{TASK_FORMS}"),
    "rest task": (
        "vi_task_cancel",
        {"tasks": ["57b5a5f1:com.vmware.cis.tasks"]},
        "tasks: '57b5a5f1:com.vmware.cis.tasks' is a task of the vSphere REST API, not a vim.Task." + TASK_FORMS,
    ),
    "task of another kind": (
        "vi_task_state",
        {"task": {"type": "VirtualMachine", "moid": "vm-21"}},
        f"task: {{'type': 'VirtualMachine', 'moid': 'vm-21'}} is not a valid task.{TASK_FORMS}",
    ),
    "check mode's task": (
        "vi_task_info",
        {"tasks": "check-mode"},
        (
            "tasks: 'check-mode' stands for a task that was not created, because its module ran in check mode."
            f"{TASK_FORMS}"
        ),
    ),
    "entity": (
        "vi_task_info",
        {"entity": "web:01"},
        f"entity: 'web:01' is not an object id, name or path.{ENTITY_FORMS}",
    ),
    "entity's prefix": (
        "vi_task_create",
        {**JOB, "entity": "Thing:7"},
        f"entity: 'Thing:7' is not an object id, name or path.{ENTITY_FORMS}",
    ),
    "empty path": ("vi_task_info", {"entity": "/"}, f"entity: '/' is not an object id, name or path.{ENTITY_FORMS}"),
    "progress 101": (
        "vi_task_state",
        {"task": "task-1", "progress": 101},
        "progress: 101 is not a valid percentage. Use 0 to 100",
    ),
    "progress -1": (
        "vi_task_state",
        {"task": "task-1", "progress": -1},
        "progress: -1 is not a valid percentage. Use 0 to 100",
    ),
    "result of an error": (
        "vi_task_state",
        {"task": "task-1", "state": "error", "result": "x"},
        "result: only a task that ends in success has one. Use it with state: success",
    ),
    "fault of a success": (
        "vi_task_state",
        {"task": "task-1", "state": "success", "fault": {"message": "x"}},
        "fault: only a task that ends in error has one. Use it with state: error",
    ),
    "fault that is none": (
        "vi_task_state",
        {"task": "task-1", "state": "error", "fault": {"type": "SystemError"}},
        "fault: a task cannot end with SystemError, which is not a VimFault. Use ExtendedFault (the default)",
    ),
    "state": (
        "vi_task_state",
        {"task": "task-1", "state": "paused"},
        "value of state must be one of: queued, running, success, error, got: paused",
    ),
    "states": (
        "vi_task_info",
        {"states": ["done"]},
        "value of states must be one or more of: queued, running, success, error. Got no match for: done",
    ),
    "unknown option": (
        "vi_task_info",
        {"taskss": []},
        "Unsupported parameters for (vijson.tasks.vi_task_info) module:",
    ),
    "time to wait": (
        "vi_task_wait",
        {"tasks": "task-1", "wait_timeout": -1},
        "wait_timeout: '-1' is not a valid duration. Use seconds such as 90, or with a unit",
    ),
    "time to wait for the end": (
        "vi_task_cancel",
        {"tasks": "task-1", "wait_timeout": -1},
        "wait_timeout: '-1' is not a valid duration. Use seconds such as 90, or with a unit",
    ),
    "empty activation id": (
        "vi_task_create",
        {**JOB, "activation_id": ""},
        "activation_id: the string is empty. Use a token of your own, or leave the option out",
    ),
    "host": (
        "vi_task_info",
        {"hostname": "https://vcenter.example.com/"},
        "hostname: 'https://vcenter.example.com/' is not a valid host. Use a name or an address such as ",
    ),
    "port": ("vi_task_info", {"port": 70000}, "port: 70000 is not a valid port. Use 1 to 65535"),
    "release": (
        "vi_task_info",
        {"api_release": "8"},
        "api_release: '8' is not a valid release. Use auto, or one of 9.1.1.0, ",
    ),
    "request_timeout": (
        "vi_task_info",
        {"request_timeout": 0},
        "request_timeout: 0 is not a valid timeout. Use a duration above 0, up to 1d, such as 30s or 2m",
    ),
    "proxy's port": (
        "vi_task_info",
        {"proxy_host": "proxy.example.com"},
        "proxy_port: missing. Set it (or VMWARE_PROXY_PORT in the environment) with proxy_host",
    ),
    "no authorities": (
        "vi_task_info",
        {"ca_path": "/nowhere/ca.pem"},
        "ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): '/nowhere/ca.pem' does not exist. Use a PEM file or ",
    ),
}


@pytest.fixture
def refusing_port() -> Iterator[int]:
    """A port that refuses connections and that no other program can take."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def assert_refused(outcome: Outcome, expected: str) -> None:
    """The message is one line with the expected start, and nothing is left open or changed."""
    assert outcome.status == "failed"
    assert "\n" not in outcome.msg
    assert outcome.msg.startswith(expected), f"{outcome.msg!r}\nis not\n{expected!r}"
    assert not outcome.result["changed"]
    assert "Traceback" not in str(outcome.result)
    assert outcome.left == {}
    assert set(outcome.requests) <= READING


def test_bad_input_is_refused_before_a_request_is_sent(both_ways: BothWays) -> None:
    run = both_ways.tasks(
        [task(name, module, arguments) for name, (module, arguments, _message) in NOTHING_SENT.items()]
    )
    for name, (_module, _arguments, message) in NOTHING_SENT.items():
        assert_refused(run[name], message)
        assert run[name].requests == {}


def test_missing_credentials_are_named_in_the_message(both_ways: BothWays) -> None:
    run = both_ways.tasks(
        [
            task("neither", "vi_task_info"),
            task("no password", "vi_task_info", {"username": "administrator@vsphere.local"}),
            task("no user", "vi_task_info", {"password": "vijson-Demo1!"}),
        ],
        env={"VMWARE_USER": None, "VMWARE_PASSWORD": None},
    )
    give = (
        ": missing. Set username and password (or VMWARE_USER and VMWARE_PASSWORD in the environment),"
        " or session_id (or VMWARE_SESSION_ID)"
    )
    assert_refused(run["neither"], f"username and password{give}")
    assert_refused(run["no password"], f"password{give}")
    assert_refused(run["no user"], f"username{give}")
    assert all(outcome.requests == {} for outcome in run)


def test_input_that_the_server_refuses_fails_with_a_clear_message(both_ways: BothWays) -> None:
    moid = both_ways.each(lambda vcenter: vcenter.task())
    run = both_ways.tasks(
        [
            task("path", "vi_task_create", {**JOB, "entity": "/DC0/vm/web99"}),
            task("password", "vi_task_cancel", {"tasks": moid, "password": "wrong-Secret1"}),
            task("session", "vi_task_cancel", {"tasks": moid, "session_id": "52c0ffee-0000"}),
            task("release", "vi_task_info", {"api_release": "99.0.0.0"}),
        ]
    )
    host = both_ways.vcenters[0].host
    assert_refused(
        run["path"],
        "entity: there is no object at the inventory path /DC0/vm/web99, or the user has no permission to see it."
        " Use a path that begins with a datacenter or a folder, such as /DC0/vm/web01. Write a / in a name as %2f",
    )
    assert_refused(
        run["password"],
        f"{host} did not accept the user name and password of administrator@vsphere.local (InvalidLogin)",
    )
    assert run["password"].result["fault"]["type"] == "InvalidLogin"
    assert run["password"].requests == {"SessionManager.Login": 1}
    assert_refused(
        run["session"],
        f"session_id: {host} does not know this session. It was logged out, has expired, or belongs"
        " to another server. Log in again with vi_session",
    )
    # The session of the run was opened with a release that the vCenter knows.
    assert_refused(
        run["release"], "RetrievePropertiesEx of PropertyCollector:propertyCollector: Unsupported version URI"
    )
    for secret in ("wrong-Secret1", "52c0ffee-0000", "vijson-Demo1!"):
        assert secret not in str(run.outcomes) + run.output
    assert both_ways.each(lambda vcenter: vcenter.info(moid)["cancelled"]) is False


def test_a_server_that_is_not_a_vcenter_gives_a_clear_message(both_ways: BothWays, tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    with wrong_servers(authority) as ports:
        run = both_ways.tasks(
            [task(name, "vi_task_info", {"port": port, "ca_path": str(authority)}) for name, port in ports.items()],
            env=EACH_LOGS_IN,
        )
    host = both_ways.vcenters[0].host
    expected = {
        "html": f"{host} returned HTTP 200 with text/html, not VI JSON: '<!DOCTYPE html> <html>",
        "not json": "The response is not JSON",
        "another json": f"{host} returned no session id for the login. {SINCE}",
        "no session": f"{host} returned no session id for the login. {SINCE}",
        "not found": f"{host} returned HTTP 404: it does not support VI JSON release 8.0.1.0."
        f" Use api_release: auto to negotiate the release. {SINCE}",
        "soap": f"{host} returned HTTP 500 without a fault: it may not support release 8.0.1.0",
        "redirect": f"{host} returned HTTP 302, a redirect, which is not followed. Is it a vCenter? {SINCE}",
        "unauthorized": f"{host} returned HTTP 401 with text/html, not VI JSON: ",
        "starting": f"{host}:{ports['starting']} returned HTTP 503 (Service Unavailable).",
    }
    for name, message in expected.items():
        assert_refused(run[name], message)


def test_a_failed_connection_gives_a_clear_message(both_ways: BothWays, refusing_port: int, tmp_path: Path) -> None:
    other_authority = tmp_path / "other.pem"
    other_authority.write_bytes(trustme.CA().cert_pem.bytes())
    run = both_ways.tasks(
        [
            task("unknown host", "vi_task_info", {"hostname": "vcenter.invalid"}),
            task("refused", "vi_task_info", {"port": refusing_port}),
            task("untrusted", "vi_task_info", {"ca_path": str(other_authority)}),
            task("untrusted by default", "vi_task_info", {"ca_path": ""}),
        ],
        env=EACH_LOGS_IN,
    )
    vcenter = both_ways.vcenters[0]
    assert_refused(run["unknown host"], "Cannot resolve the host name vcenter.invalid: ")
    assert_refused(run["refused"], f"No connection to {vcenter.host}:{refusing_port}: ")
    for name in ("untrusted", "untrusted by default"):
        assert_refused(run[name], f"The certificate of {vcenter.host}:{vcenter.port} is not trusted: ")
        assert "ca_path" in run[name].msg
        assert "validate_certs: false" in run[name].msg
    assert all(outcome.requests == {} for outcome in run)


def test_a_missing_requests_library_gives_a_clear_message(ansible: Ansible, tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text("raise ModuleNotFoundError(\"No module named 'requests'\")\n")
    outcome = ansible.module("vi_task_info", env={"PYTHONPATH": str(tmp_path)})
    missing = "The Python library requests is missing (No module named 'requests')."
    assert_refused(outcome, f"{missing} Install it: pip install requests")
    assert outcome.processes == 1
