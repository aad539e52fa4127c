# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program: its options, files, certificates, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from ansible_collections.vijson.tasks.tests.support.over_http import ADMIN, SESSIONS, TASKS, Client, Running, running
from simulator.__main__ import parse_arguments
from simulator.authorization import User
from simulator.contract import CONTRACT

TESTS = CONTRACT.parent.parent


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the simulator choose its token."""
    monkeypatch.delenv("VIJSON_SIMULATOR_TOKEN", raising=False)


@contextmanager
def program(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running program and its URL."""
    url_file = folder / "url"
    command = [sys.executable, "-m", "simulator", "--url-file", str(url_file), *options]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 10
        while not url_file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert url_file.exists(), process.communicate(timeout=5)
        yield process, url_file.read_text().strip()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def content(url: str, verify: bool | str) -> requests.Response:
    http = requests.Session()
    http.trust_env = False
    return http.get(f"{url}/sdk/vim25/8.0.1.0/ServiceInstance/ServiceInstance/content", verify=verify, timeout=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_serves_tls_with_its_own_authority_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    pid_file = tmp_path / "pid"
    with program(tmp_path, "--tls", str(tmp_path / "tls"), "--pid-file", str(pid_file)) as (process, url):
        assert re.fullmatch(r"https://127\.0\.0\.1:\d+", url)
        assert int(pid_file.read_text()) == process.pid
        authority = str(tmp_path / "tls" / "ca.pem")
        assert content(url, authority).status_code == 200
        assert content(url.replace("127.0.0.1", "localhost"), authority).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            content(url, True)
        assert (tmp_path / "tls" / "server.pem").exists()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        shown, token = out.splitlines()
        assert (process.returncode, shown, err) == (0, url, "")
        assert re.fullmatch(r"VIJSON_SIMULATOR_TOKEN=[\w-]{32}", token)
        assert [path.name for path in tmp_path.iterdir()] == ["tls"]


def test_options_of_the_program_take_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIJSON_SIMULATOR_TOKEN", "of-my-choice")
    options = ["--plain", "--user", "bob:secret:Task.Create+Task.Update", "--history", "30", "--release", "8.0.2.0"]
    with program(tmp_path, *options, "--log", "--max-sessions", "1") as (_process, url):
        assert url.startswith("http://")
        assert content(url, True).json()["about"]["apiVersion"] == "8.0.2.0"
        server = Running(url, None, "of-my-choice")  # type: ignore[arg-type]
        client = Client(server, ("bob", "secret"))
        assert client.read(SESSIONS, "currentSession")["userName"] == "VSPHERE.LOCAL\\bob"
        assert len(client.call(client.collector(), "ReadNextTasks", maxCount=100)) == 30
        reader = {"userName": "reader@vsphere.local", "password": "vijson-Read1!"}
        assert client.send("POST", SESSIONS, "Login", reader).status_code == 500
        del client.http.headers["vmware-api-session-id"]
        assert client.send("POST", SESSIONS, "Login", reader).status_code == 503
        assert server.control("GET", "log")[0]["operation"] == "ServiceInstance.content"


def test_several_vcenters_are_separate_worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a world of its own. The certificate is valid for all."""
    monkeypatch.setenv("VIJSON_SIMULATOR_TOKEN", "of-my-choice")
    with program(tmp_path, "--vcenters", "3", "--tls", str(tmp_path / "tls")) as (_process, first):
        authority = str(tmp_path / "tls" / "ca.pem")
        urls = [first, *(first.replace("127.0.0.1", host) for host in ("127.0.0.2", "127.0.0.3"))]
        for number, url in enumerate(urls, 1):
            for _turn in range(number):
                assert content(url, authority).status_code == 200
        for number, url in enumerate(urls, 1):
            headers = {"Authorization": "Bearer of-my-choice"}
            state = requests.get(f"{url}/control/state", headers=headers, verify=authority, timeout=5).json()
            assert state["requests"] == {"ServiceInstance.content": number}


def test_one_vcenter_may_have_a_host_name() -> None:
    assert parse_arguments(["--host", "localhost"]).addresses == ["localhost"]


def test_ended_tasks_and_sessions_live_as_long_as_those_of_a_vcenter() -> None:
    arguments = parse_arguments([])
    assert (arguments.task_lifetime, arguments.history_days) == (600, 30)
    assert (arguments.session_idle, arguments.max_sessions) == (1800, 2000)


@pytest.mark.parametrize(
    "options",
    [
        ["--user", "nobody"],
        ["--release", "6.7"],
        ["--tls", "x", "--plain"],
        ["--port", "x"],
        ["--vcenters", "0"],
        ["--vcenters", "2", "--host", "localhost"],
    ],
)
def test_invalid_options_end_the_program(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *options],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert "error:" in done.stderr


def test_a_port_in_use_gives_one_line() -> None:
    with running() as server:
        port = server.url.rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-m", "simulator", "--plain", "--port", port],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "address already in use" in done.stderr


@pytest.mark.parametrize(
    ("text", "shown", "may"),
    [
        ("administrator@vsphere.local:x", "VSPHERE.LOCAL\\Administrator", {"Task.Create": True}),
        ("bob:x:readonly", "VSPHERE.LOCAL\\bob", {"Task.Create": False, "System.View": True}),
        ("EXAMPLE.COM\\carol:x:Task.Create", "EXAMPLE.COM\\carol", {"Task.Create": True, "Task.Update": False}),
    ],
)
def test_users_are_parsed_with_their_privileges(text: str, shown: str, may: dict[str, bool]) -> None:
    user = User.parse(text)
    assert user.shown == shown
    assert {privilege: user.may(privilege) for privilege in may} == may


def test_connections_can_be_refused_over_tls(tmp_path: Path) -> None:
    with running(tls_folder=tmp_path) as server:
        authority = str(tmp_path / "ca.pem")
        client = server.client(None)
        client.http.verify = authority
        client.login(*ADMIN)
        server.inject("TaskManager.maxCollector", "refused", seconds=0.5)
        with pytest.raises(requests.ConnectionError):
            client.read(TASKS, "maxCollector")
        with pytest.raises(requests.ConnectionError):
            client.read(TASKS, "maxCollector")
        time.sleep(0.7)
        assert client.read(TASKS, "maxCollector") == 32


def test_every_run_has_an_authority_of_its_own(tmp_path: Path) -> None:
    with running(tls_folder=tmp_path / "one") as one, running(tls_folder=tmp_path / "other"):
        with pytest.raises(requests.exceptions.SSLError):
            content(one.url, str(tmp_path / "other" / "ca.pem"))
        assert ssl.create_default_context(cafile=tmp_path / "one" / "ca.pem").cert_store_stats()["x509_ca"] == 1
