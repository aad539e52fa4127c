# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same tasks in Ansible's own process and as modules, compared on two equal simulators."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from pathlib import Path
from typing import Any, Callable, TypeVar

from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, Run, Task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

T = TypeVar("T")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DURATION = re.compile(r'("(?:duration|elapsed)": )[0-9.]+')
_SPAN = re.compile(r"(?<=  )(?:\d+h)?(?:\d+m)?\d+s(?=  )")
_RUN_FOLDER = re.compile(r"/in_process_\w+/[^/\"]+")


class BothWays:
    """Runs tasks in Ansible's own process on one simulator and as modules on its twin, and compares the outcomes."""

    def __init__(self, twins: tuple[VCenter, VCenter], folder: Path):
        self.vcenters = twins
        self.folder = folder
        _align(twins)
        self._ways = []
        for vcenter, name in zip(twins, ("in_process_on", "in_process_off")):
            (folder / name).mkdir()
            self._ways.append(Ansible(vcenter, folder / name))

    def each(self, action: Callable[[VCenter], T]) -> T:
        """The result of an action on both simulators, which must be equal."""
        first, second = map(action, self.vcenters)
        assert first == second
        return first

    def tasks(self, tasks: Sequence[Task], **options: Any) -> Run:
        """Run one play both ways and compare; returns the run in Ansible's own process."""
        return self.compared(lambda ansible, **way: ansible.tasks(tasks, **way, **options))

    def playbook(self, plays: Sequence[Any] | str, **options: Any) -> Run:
        """Run whole plays both ways."""
        return self.compared(lambda ansible, **way: ansible.playbook(plays, **way, **options))

    def compared(self, run: Callable[..., Run]) -> Run:
        """Call ``run(ansible, in_process=…)`` both ways."""
        with ThreadPoolExecutor(2) as pool:
            futures = [
                pool.submit(run, ansible, in_process=in_process)
                for ansible, in_process in zip(self._ways, (True, False))
            ]
            here, modules = (future.result() for future in futures)
        assert here.processes == 0, here.output
        assert modules.processes > 0
        for first, second in zip(here, modules):
            _assert_same(_whole(first, self.vcenters[0]), _whole(second, self.vcenters[1]), first.task)
        assert len(here.outcomes) == len(modules.outcomes)
        if "ESTABLISH LOCAL CONNECTION" not in modules.stdout:
            _assert_same(_neutral(here.stdout, self.vcenters[0]), _neutral(modules.stdout, self.vcenters[1]), "output")
        assert here.code == modules.code
        return here


def _align(twins: tuple[VCenter, VCenter]) -> None:
    """Let both simulators assign the same ids from now on, whatever earlier tests did to one of them."""
    numbers = [int(vcenter.task().rpartition("-")[2]) for vcenter in twins]
    for vcenter, number in zip(twins, numbers):
        vcenter.tasks(max(numbers) - number)
        vcenter.clean()


def _assert_same(mine: str, other: str, what: str) -> None:
    assert mine == other, f"{what}:\n" + "\n".join(unified_diff(mine.splitlines(), other.splitlines(), n=1))


def _whole(outcome: Outcome, vcenter: VCenter) -> str:
    """The outcome of a task, without values that differ between any two runs."""
    whole = {key: value for key, value in vars(outcome).items() if key != "processes"}
    # how often a wait gets updates depends on timing
    # and a module whose shared session ends in the middle opens one of its own, which it closes
    unstable = {"PropertyCollector.WaitForUpdatesEx": 0, "SessionManager.Logout": 0}
    whole["requests"] = {**outcome.requests, **unstable}
    return _neutral(json.dumps(whole, sort_keys=True, indent=1), vcenter)


def _neutral(text: str, vcenter: VCenter) -> str:
    # the source of a failure, which ansible-core 2.19 and later describes differently for modules
    text = text.replace("Action failed: ", "Module failed: ")
    text = text.replace('  "failed_when_suppressed_exception": "(traceback unavailable)",\n', "")
    text = text.replace(str(Path(vcenter.variables["VMWARE_CA_PATH"]).parent), "TLS")
    text = re.sub(rf"\b{vcenter.port}\b", "1", text)
    # columns of lines are as wide as the longest span
    text = re.sub(" {2,}", "  ", _DURATION.sub(r"\g<1>1", _TIME.sub("TIME", text)))
    text = _SPAN.sub("SPAN", text)
    return _RUN_FOLDER.sub("/FOLDER", text)
