# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``api_release``: which release modules use with servers of several releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter


@pytest.mark.parametrize(("server", "spoken"), [("8.0.1.0", "8.0.1.0"), ("8.0.3.0", "8.0.3.0"), ("9.1.0.0", "9.1.0.0")])
def test_auto_uses_the_newest_release_that_both_support(server: str, spoken: str, tmp_path: Path) -> None:
    with simulator(["--history", "0", "--check", "--log", "--release", server]) as variables:
        vcenter = VCenter(variables)
        run = Ansible(vcenter, tmp_path).tasks(
            [
                task("by default", "vi_task_manager_info"),
                task("auto", "vi_task_manager_info", {"api_release": "auto"}),
            ]
        )
        log = vcenter.control("GET", "log")
    assert [outcome.status for outcome in run] == ["ok", "ok"]
    assert run["auto"].requests == {"api.system.hello": 1, **run["by default"].work}
    releases = [entry["path"].split("/")[3] for entry in log if entry["path"].startswith("/sdk/")]
    # The second module works in the session of the first, whose release the logout at the end speaks.
    assert releases == ["8.0.1.0"] * 3 + [spoken] * 2 + ["8.0.1.0"]


def test_a_run_negotiates_the_release_once(ansible: Ansible, vcenter: VCenter) -> None:
    moid = vcenter.task()
    for in_process in (True, False):
        vcenter.reset()
        tasks = [task(f"read {number}", "vi_task_info", {"task": moid, "api_release": "auto"}) for number in range(3)]
        assert ansible.tasks(tasks, in_process=in_process).code == 0
        requests = vcenter.state()["requests"]
        assert (requests["api.system.hello"], requests["SessionManager.Login"]) == (1, 1)
