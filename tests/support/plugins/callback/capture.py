# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the outcome of each task to a file, with its effects on the simulator."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase

from ansible_collections.vijson.tasks.tests.support.vcenter import KINDS, VCenter

DOCUMENTATION = r"""
name: capture
type: notification
short_description: Write the outcome of each task to TESTS_FOLDER
description: Write the outcome of each task to TESTS_FOLDER.
"""


class CallbackModule(CallbackBase):
    """Writes one line of JSON for each task on each host."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "capture"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._folder = Path(os.environ["TESTS_FOLDER"])
        self._vcenter = VCenter(json.loads(os.environ["TESTS_VCENTER"]))
        self._requests = Counter(self._vcenter.state()["requests"])
        self._processes = 0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._requests = Counter(self._vcenter.state()["requests"])

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)

    def _write(self, status: str, result: Any) -> None:
        state = self._vcenter.state()
        requests = Counter(state["requests"])
        processes = sum(1 for _file in (self._folder / "remote").glob("*/AnsiballZ_vi_*"))
        line = {
            "task": result._task.get_name().rpartition(" : ")[2],
            "host": result._host.get_name(),
            "status": status,
            "result": result._result,
            "left": _left(state),
            "requests": dict(requests - self._requests),
            "processes": processes - self._processes,
        }
        self._requests, self._processes = requests, processes
        with open(self._folder / "captured", "a", encoding="utf-8") as file:
            print(json.dumps(line), file=file)


def _left(state: dict[str, Any]) -> dict[str, int]:
    """What is open, without the sessions that the modules of this run share."""
    files = Path(str(constants.DEFAULT_LOCAL_TMP), "vijson.tasks").glob("*")
    shared = sum("session" in json.loads(file.read_text() or "{}") for file in files)
    left = {**state, "sessions": max(0, state["sessions"] - shared)}
    return {kind: left[kind] for kind in KINDS if left[kind]}
