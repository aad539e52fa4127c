# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same tasks in Ansible's own process and as modules, side by side on two simulators that know the same."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, TypeVar

from ansible_collections.vijson.tasks.tests.e2e.runs import Ansible, Run, Task
from ansible_collections.vijson.tasks.tests.e2e.vcenter import VCenter

T = TypeVar("T")

_TIME = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"')
_DURATION = re.compile(r'("duration": )[0-9.]+')
_RUN_FOLDER = re.compile(r"/in_process_\w+/[^/\"]+")


class BothWays:
    """Runs tasks on one simulator in Ansible's own process, on its twin as modules, and compares all there is."""

    def __init__(self, twins: tuple[VCenter, VCenter], folder: Path):
        self.vcenters = twins
        self._ways = []
        for vcenter, name in zip(twins, ("in_process_on", "in_process_off")):
            (folder / name).mkdir()
            self._ways.append(Ansible(vcenter, folder / name))

    def each(self, action: Callable[[VCenter], T]) -> T:
        """What an action answers on both simulators: the same."""
        first, second = map(action, self.vcenters)
        assert first == second
        return first

    def tasks(self, tasks: Sequence[Task], **options: Any) -> Run:
        """The run of one play in Ansible's own process, when it was compared with the other."""
        return self.compared(lambda ansible, **way: ansible.tasks(tasks, **way, **options))

    def playbook(self, plays: Sequence[Any], **options: Any) -> Run:
        """The same for whole plays."""
        return self.compared(lambda ansible, **way: ansible.playbook(plays, **way, **options))

    def compared(self, run: Callable[..., Run]) -> Run:
        """The same for what ``run(ansible, in_process=…)`` runs."""
        with ThreadPoolExecutor(2) as pool:
            futures = [
                pool.submit(run, ansible, in_process=in_process)
                for ansible, in_process in zip(self._ways, (True, False))
            ]
            here, modules = (future.result() for future in futures)
        assert here.processes == 0, here.output
        assert modules.processes > 0
        mine = [self._comparable(outcome, self.vcenters[0]) for outcome in here]
        others = [self._comparable(outcome, self.vcenters[1]) for outcome in modules]
        for index, (first, second) in enumerate(zip(mine, others)):
            assert first == second, f"task {index} {here.outcomes[index].task!r} differs"
        assert len(mine) == len(others)
        assert here.code == modules.code
        return here

    def _comparable(self, outcome: Any, vcenter: VCenter) -> dict[str, Any]:
        """What a task did and answered, without what differs between any two runs."""
        whole = {key: value for key, value in vars(outcome).items() if key != "processes"}
        text = json.dumps(whole, sort_keys=True)
        text = text.replace(str(Path(vcenter.variables["VMWARE_CA_PATH"]).parent), "TLS")
        text = re.sub(rf"\b{vcenter.port}\b", "1", text)
        text = _RUN_FOLDER.sub("/FOLDER", _DURATION.sub(r"\g<1>1", _TIME.sub('"TIME"', text)))
        compared: dict[str, Any] = json.loads(text)
        return compared
