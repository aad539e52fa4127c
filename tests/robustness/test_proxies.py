# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real proxies between modules and server: nginx as a reverse proxy, and tinyproxy with CONNECT."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.robustness.proxies import Proxy, nginx, tinyproxy
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Task, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

POLL = "PropertyCollector.WaitForUpdatesEx"
JOB = "com.vijson.simulator.job"
WAYS = pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "as-module"])


def everything(moid: str, folder: Path) -> list[Task]:
    """A task for each module that sends requests of its own."""
    return [
        task("log in", "vi_session", register="login"),
        task("info", "vi_task_info", {"tasks": moid, "custom_values": True, "localize": True}),
        task("path", "vi_task_info", {"entity": "/DC0/vm/a%2fb"}),
        task("create", "vi_task_create", {"task_type": JOB, "activation_id": "made-behind-a-proxy"}, register="made"),
        task("drive", "vi_task_state", {"task": "{{ made.task.moid }}", "state": "running", "progress": 5}),
        task("history", "vi_task_collector", {"order": "newest_first", "page_size": 2}),
        task("shared", "vi_task_collector", {"dest": str(folder / "x"), "session_id": "{{ login.session_id }}"}),
        task("cancel", "vi_task_cancel", {"tasks": moid, "wait": True}),
        task("end", "vi_task_state", {"task": "{{ made.task.moid }}", "state": "success"}),
        task("wait", "vi_task_wait", {"tasks": "{{ made.task }}"}),
        task("log out", "vi_session", {"session_id": "{{ login.session_id }}", "state": "absent"}),
    ]


def through(proxy: Proxy) -> dict[str, str | None]:
    """The environment variables for the simulator behind nginx."""
    return {"VMWARE_PORT": str(proxy.port)}


def statuses(proxy: Proxy) -> set[str]:
    return {line.split()[0] for line in proxy.requests}


@WAYS
def test_all_modules_work_behind_nginx(ansible: Ansible, vcenter: VCenter, tmp_path: Path, in_process: bool) -> None:
    with nginx(tmp_path, vcenter) as proxy:
        run = ansible.tasks(everything(vcenter.task(), tmp_path), env=through(proxy), in_process=in_process)
    for outcome in run:
        assert outcome.status == "ok", outcome
    assert statuses(proxy) <= {"200", "204"}
    # the run logs out after its last task
    assert len(proxy.requests) == sum(sum(outcome.requests.values()) for outcome in run) + 1


def test_long_polls_survive_nginx_and_its_restart(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    """nginx cuts silent connections after 35 s. The first poll ends in time; the second resumes after the restart."""
    moid = vcenter.task()
    with nginx(tmp_path, vcenter, read_timeout=35) as proxy:
        started = ansible.start_tasks([task("wait", "vi_task_wait", {"tasks": moid})], env=through(proxy))
        until(lambda: vcenter.state()["requests"].get(POLL, 0) >= 3, "a poll after one that stayed quiet", 100)
        assert statuses(proxy) <= {"200", "204"}
        polls = vcenter.state()["requests"][POLL]
        proxy.stop()
        time.sleep(1)
        proxy.start()
        until(lambda: vcenter.state()["requests"][POLL] > polls, "a poll after the restart")
        vcenter.change(moid, state="success")
        outcome = started.finish()["wait"]
    assert outcome.result["succeeded"] == [moid]
    assert outcome.requests["SessionManager.Login"] == 1
    assert "timed out" not in proxy.log.read_text()


def test_a_wait_survives_long_polls_that_nginx_cuts(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    moid = vcenter.task()
    with nginx(tmp_path, vcenter, read_timeout=2) as proxy:
        started = ansible.start_tasks([task("wait", "vi_task_wait", {"tasks": moid})], env=through(proxy))
        until(lambda: [line[:3] for line in proxy.requests].count("504") > 4, "polls that are cut")
        vcenter.change(moid, state="success")
        outcome = started.finish()["wait"]
    assert outcome.result["succeeded"] == [moid]
    assert outcome.left == {}


def test_nginx_without_a_server_gives_a_bad_gateway_error(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    with nginx(tmp_path, vcenter) as proxy:
        vcenter.fault("SessionManager.Login", "cut_before", times=2)
        outcome = ansible.module("vi_task_info", env=through(proxy))
    assert outcome.msg == f"{vcenter.host}:{proxy.port} returned HTTP 502 (Bad Gateway)."
    assert "stays open until it expires" in outcome.result["warnings"][0]


def test_all_modules_work_through_a_forward_proxy(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    """``proxy_host`` is used although NO_PROXY names the server."""
    with tinyproxy(tmp_path) as proxy:
        run = ansible.tasks(
            everything(vcenter.task(), tmp_path),
            env={"VMWARE_PROXY_HOST": "127.0.0.1", "VMWARE_PROXY_PORT": str(proxy.port), "NO_PROXY": vcenter.host},
        )
        connects = [line for line in proxy.requests if f"CONNECT {vcenter.host}:{vcenter.port} " in line]
    for outcome in run:
        assert outcome.status == "ok", outcome
    assert len(connects) >= len(run.outcomes)


@WAYS
def test_a_forward_proxy_with_a_password_is_supported(
    ansible: Ansible, vcenter: VCenter, tmp_path: Path, in_process: bool
) -> None:
    look = task("look", "vi_task_info", {"tasks": vcenter.task()})
    with tinyproxy(tmp_path, login=("me", "proxy-Secret1")) as proxy:

        def run(password: str, **variables: str) -> str:
            env = {"HTTPS_PROXY": f"http://me:{password}@127.0.0.1:{proxy.port}", "NO_PROXY": None, **variables}
            done = ansible.tasks([look], env=env, in_process=in_process, arguments=["-vvvvv"])
            assert password not in done.output + str(done.outcomes)
            return done["look"].msg or done["look"].status

        assert run("proxy-Secret1") == "ok"
        asked = len(proxy.requests)
        refused = run("proxy-Wrong1")
        assert refused == (
            f"The proxy 127.0.0.1:{proxy.port} did not connect to {vcenter.host}:{vcenter.port}:"
            " Tunnel connection failed: 401 Unauthorized"
        )
        assert len(proxy.requests) > asked
        asked = len(proxy.requests)
        assert run("proxy-Wrong1", NO_PROXY=vcenter.host) == "ok"
        assert len(proxy.requests) == asked
