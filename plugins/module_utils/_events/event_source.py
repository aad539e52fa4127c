# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the event source, and its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import InputError
from .._history.task_filter import parse_filter
from .._options.connection import connect_client
from .._options.connection_spec import CONNECTION_SPEC, OptionSpec
from .._options.parsing import DURATION_FORMS, parse_duration, parse_time, require_names
from .._options.validation import validate_options
from .ledger import ChangeSelection
from .template_text import defuse_templates
from .watch import TaskWatch, logger

EVENT_SOURCE_SPEC: OptionSpec = {
    "entity": {"type": "list", "elements": "raw"},
    "recursion": {"type": "str", "choices": ["self", "children", "all"], "default": "all"},
    "states": {"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    "description_ids": {"type": "list", "elements": "str"},
    "users": {"type": "list", "elements": "str"},
    "since": {"type": "str"},
    "overdue_after": {"type": "str"},
    **CONNECTION_SPEC,
}


class TaskEvents:
    """The changes of a vCenter's tasks as events ``{change, task, vcenter}``.

    :raises InputError: an option is missing or has an unusable value
    """

    def __init__(self, options: Mapping[str, Any]):
        params = validate_options(options, EVENT_SOURCE_SPEC)
        for name in ("entity", "states", "description_ids", "users"):
            if params[name] == []:
                raise InputError(f"{name}: the list is empty, so no task matches. Leave the option out for all tasks")
        require_names(params["description_ids"], "description_ids")
        self._hostname = params["hostname"]
        self._watch = TaskWatch(
            connect_client(params, logger.warning),
            parse_filter({name: params[name] for name in ("entity", "recursion", "users")}),
            ChangeSelection(params["states"], params["description_ids"]),
            since=None if params["since"] is None else parse_time(params["since"], "since"),
            overdue_after=_overdue_after(params["overdue_after"]),
        )

    def next(self) -> list[dict[str, Any]]:
        """The next events, after at most 30 seconds; empty if there are none. Their texts cannot act as templates.

        :raises ViError: a permanent failure
        """
        return [defuse_templates({**event._asdict(), "vcenter": self._hostname}) for event in self._watch.next()]

    def close(self) -> None:
        """Close the session and its objects. Also works while another thread waits in :meth:`next`."""
        self._watch.close()


def _overdue_after(given: str | None) -> float | None:
    """The option in seconds; ``None`` if it is not set."""
    if given is None:
        return None
    seconds = parse_duration(given, "overdue_after")
    if not seconds:
        raise InputError(
            f"overdue_after: {given} is not a valid duration, because every active task would be overdue. Use more than"
            f" 0, in {DURATION_FORMS}"
        )
    return seconds
