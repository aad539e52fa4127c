# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the event source, and the events that it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._checking import check_options
from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._job import connect
from ansible_collections.vijson.tasks.plugins.module_utils._ledger import Selection
from ansible_collections.vijson.tasks.plugins.module_utils._names import parse_time
from ansible_collections.vijson.tasks.plugins.module_utils._options import CONNECTION, Spec
from ansible_collections.vijson.tasks.plugins.module_utils._task_filter import parse_filter
from ansible_collections.vijson.tasks.plugins.module_utils._template_text import defuse_templates
from ansible_collections.vijson.tasks.plugins.module_utils._watch import TaskWatch, logger

SPEC: Spec = {
    "entity": {"type": "raw"},
    "recursion": {"type": "str", "choices": ["self", "children", "all"], "default": "all"},
    "states": {"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    "description_ids": {"type": "list", "elements": "str"},
    "users": {"type": "list", "elements": "str"},
    "since": {"type": "str"},
    **CONNECTION,
}


class TaskEvents:
    """What a vCenter's tasks do, as events ``{change, task, vcenter}``; InputError for options of no use."""

    def __init__(self, options: Mapping[str, Any]):
        params = check_options(options, SPEC)
        for name in ("states", "description_ids", "users"):
            if params[name] == []:
                raise InputError(f"{name}: an empty list lets no task through. Without the option, all are")
        self._hostname = params["hostname"]
        self._watch = TaskWatch(
            connect(params, logger.warning),
            parse_filter({name: params[name] for name in ("entity", "recursion", "users")}),
            Selection(params["states"], params["description_ids"]),
            since=None if params["since"] is None else parse_time(params["since"], "since"),
        )

    def next(self) -> list[dict[str, Any]]:
        """What is new, after half a minute at most; empty if nothing is. ViError for what can't get better."""
        return [defuse_templates({**event._asdict(), "vcenter": self._hostname}) for event in self._watch.next()]

    def close(self) -> None:
        """Close what is open on the server, also while another thread waits in :meth:`next`."""
        self._watch.close()
