# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the options of the connection, and which are refused before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import (
    CONNECTION_ARGUMENTS,
    argument_spec,
    wrap_single_values,
)
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import (
    connect_client,
    parse_credentials,
    parse_endpoint,
)
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import SDK, Call, Wire, answers, connection

BUNDLE = "/etc/ssl/mine.pem"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Endpoint("vc.example.com")),
        ({"hostname": " vc "}, Endpoint("vc")),
        ({"hostname": "192.0.2.7", "port": 8443}, Endpoint("192.0.2.7", 8443)),
        ({"hostname": "2001:db8::1"}, Endpoint("2001:db8::1")),
        ({"hostname": "[2001:db8::1]"}, Endpoint("2001:db8::1")),
        ({"hostname": "fe80::1%eth0"}, Endpoint("fe80::1%eth0")),
        ({"validate_certs": False}, Endpoint("vc.example.com", verify=False)),
        ({"validate_certs": False, "ca_path": BUNDLE}, Endpoint("vc.example.com", verify=False)),
        ({"ca_path": BUNDLE}, Endpoint("vc.example.com", verify=BUNDLE)),
        ({"ca_path": ""}, Endpoint("vc.example.com")),
        ({"proxy_host": "p", "proxy_port": 3128}, Endpoint("vc.example.com", proxy="http://p:3128")),
        ({"proxy_host": "2001:db8::1", "proxy_port": 1}, Endpoint("vc.example.com", proxy="http://[2001:db8::1]:1")),
        (
            {"proxy_host": "p", "proxy_port": 3128, "proxy_protocol": "https"},
            Endpoint("vc.example.com", proxy="https://p:3128"),
        ),
        ({"request_timeout": 5.5}, Endpoint("vc.example.com", request_timeout=5.5)),
    ],
)
def test_endpoints(given: dict[str, Any], expected: Endpoint) -> None:
    assert parse_endpoint(connection(**given)) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hostname": "https://vc.example.com"}, "hostname.*https://.*Use a name"),
        ({"hostname": "vc.example.com/sdk"}, "hostname.*Use a name"),
        ({"hostname": "vc.example.com:443"}, "hostname.*port"),
        ({"hostname": "user@vc.example.com"}, "hostname"),
        ({"hostname": "v c"}, "hostname"),
        ({"hostname": ""}, "hostname"),
        ({"hostname": ":"}, "hostname"),
        ({"hostname": "[2001:db8::1"}, "hostname"),
        ({"hostname": "[vc]"}, "hostname"),
        ({"hostname": "2001:db8:::1"}, "hostname"),
        ({"port": 0}, "port: 0.*65535"),
        ({"port": 65536}, "port: 65536"),
        ({"proxy_host": "p"}, "proxy_port"),
        ({"proxy_host": "p", "proxy_port": 70000}, "proxy_port: 70000"),
        ({"proxy_host": "http://p", "proxy_port": 3128}, "proxy_host: 'http://p' is not a valid host"),
        ({"proxy_host": "joe:secret@p", "proxy_port": 3128}, "proxy_host: the value is not a valid host"),
        ({"request_timeout": 0.0}, "request_timeout: 0.*Use seconds"),
        ({"request_timeout": -1.0}, "request_timeout"),
        ({"request_timeout": float("nan")}, "request_timeout"),
        ({"request_timeout": float("inf")}, "request_timeout"),
        ({"request_timeout": 1e12}, "request_timeout"),
        ({"api_release": "8.0"}, "api_release.*auto"),
        ({"api_release": "../../x"}, "api_release.*8.0.1.0"),
        ({"api_release": ""}, "api_release"),
        ({"username": None}, "username.*VMWARE_USER.*session_id"),
        ({"password": None}, "password.*VMWARE_PASSWORD.*session_id"),
        ({"username": "", "password": None}, "username and password"),
    ],
)
def test_refused_before_anything_is_sent(wire: Wire, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        connect_client(connection(**given))
    assert wire.sent == []


@pytest.mark.parametrize("session_id", ["S3CRET\n", " S3CRET", "S3CRETschl\u00fcssel", "S3CRET\U0001f511", "S3\tCRET"])
def test_a_session_id_that_can_be_none_is_refused_without_showing_it(session_id: str) -> None:
    with pytest.raises(InputError, match="session_id") as refused:
        parse_credentials(connection(session_id=session_id))
    assert "CRET" not in str(refused.value)


def test_a_session_wins_over_a_user() -> None:
    found = parse_credentials(connection(session_id="52ab-[1]=="))
    assert (found.username, found.password, found.session_id) == (None, None, "52ab-[1]==")


def test_without_a_session_the_user_counts() -> None:
    found = parse_credentials(connection(session_id=""))
    assert (found.username, found.password, found.session_id) == ("u", "pa55word", None)


def test_a_release_goes_into_the_path(wire: Wire) -> None:
    wire.expect(Call("GET", SDK.replace("8.0.1.0", "9.0.0.0") + "/Task/task-7/info", answers({})))
    connect_client(connection(api_release="9.0.0.0", session_id="S0")).get(Reference("Task", "task-7"), "info")


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("hostname", "VMWARE_HOST"),
        ("username", "VMWARE_USER"),
        ("password", "VMWARE_PASSWORD"),
        ("session_id", "VMWARE_SESSION_ID"),
        ("port", "VMWARE_PORT"),
        ("validate_certs", "VMWARE_VALIDATE_CERTS"),
        ("ca_path", "VMWARE_CA_PATH"),
        ("proxy_host", "VMWARE_PROXY_HOST"),
        ("proxy_port", "VMWARE_PROXY_PORT"),
    ],
)
def test_environment(option: str, variable: str) -> None:
    assert CONNECTION_ARGUMENTS[option]["fallback"][1] == [variable]


@pytest.mark.parametrize(
    ("option", "default"),
    [
        ("port", 443),
        ("validate_certs", True),
        ("proxy_protocol", "http"),
        ("api_release", "8.0.1.0"),
        ("request_timeout", 60),
    ],
)
def test_defaults(option: str, default: Any) -> None:
    assert CONNECTION_ARGUMENTS[option]["default"] == default


def test_aliases_and_secrets() -> None:
    assert CONNECTION_ARGUMENTS["username"]["aliases"] == ["user", "admin"]
    assert CONNECTION_ARGUMENTS["password"]["aliases"] == ["pass", "pwd"]
    assert {name for name, option in CONNECTION_ARGUMENTS.items() if option.get("no_log")} == {"password", "session_id"}
    assert {name for name, option in CONNECTION_ARGUMENTS.items() if option.get("required")} == {"hostname"}


def test_a_modules_own_options_come_beside() -> None:
    assert argument_spec(task={"type": "str"}) == {**CONNECTION_ARGUMENTS, "task": {"type": "str"}}


@pytest.mark.parametrize("key", ["tasks", "task"])
def test_one_task_as_a_module_answered_it_is_a_list_of_one(key: str) -> None:
    params: dict[str, Any] = {key: {"moid": "task-7"}, "values": {"a": "b"}, "hostname": "h"}
    wrap_single_values(params, {"tasks": {"type": "list", "aliases": ["task"]}, "values": {"type": "dict"}})
    assert params == {key: [{"moid": "task-7"}], "values": {"a": "b"}, "hostname": "h"}


def test_a_job_knows_its_tasks_and_entity() -> None:
    job = Job(connection(tasks=["task-1", "Task:task-1"], task="vim.Task:task-2", entity="/DC0/vm/web01"))
    assert (job.tasks(), job.task(), job.entity()) == (["task-1"], "task-2", "DC0/vm/web01")
    assert Job(connection(tasks=[], entity=None)).tasks() == []
    assert Job(connection(entity=None)).entity() is None


@pytest.mark.parametrize("check_mode", [True, False])
def test_only_check_mode_knows_the_task_that_is_not_there_yet(check_mode: bool) -> None:
    job = Job(connection(task="check-mode"), check_mode=check_mode)
    assert job.is_planned("check-mode") is check_mode
    assert not job.is_planned("task-1")
    if check_mode:
        assert job.task() == "check-mode"
    else:
        with pytest.raises(InputError, match="task-42"):
            job.task()


def test_a_ca_path_that_is_not_there_is_no_matter_of_the_first_request(wire: Wire, tmp_path: Path) -> None:
    made = connect_client(connection(ca_path=str(tmp_path / "none.pem"), session_id="S0"))
    with pytest.raises(Exception, match=r"none\.pem"):
        made.get(Reference("Task", "task-7"), "info")
