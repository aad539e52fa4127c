# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a vCenter keeps tasks in its history (the option ``task.maxAge`` of the OptionManager, in days)."""

from __future__ import annotations

from typing import Any

from .._errors import FaultError, ViError
from .._times import SECOND, Moment
from .._vijson.client import Client
from .._vijson.wire import expect_objects, unboxed_value

_DAY = 86400 * SECOND


def read_retention_days(client: Client) -> int | None:
    """The days for which tasks are kept; ``None`` if they are kept forever, or the user may not read the option."""
    try:
        options = _query_options(client, "task.") or _query_options(client, "task.maxAge")
    except ViError:
        return None
    days = options.get("task.maxAge")
    is_limited = options.get("task.maxAgeEnabled", True) and isinstance(days, int) and days > 0
    return days if is_limited else None


def _query_options(client: Client, name: str) -> dict[str, Any]:
    try:
        found = client.call("setting", "QueryOptions", {"name": name})
    except FaultError as error:
        if error.type not in ("InvalidName", "InvalidArgument"):
            raise
        return {}
    return {str(option.get("key")): unboxed_value(option.get("value")) for option in expect_objects(found, "options")}


def begin_doubt(client: Client, begin: Moment) -> str | None:
    """Why a history that starts at ``begin`` has less tasks than expected; ``None`` if nothing is known.

    No server keeps tasks for less than a day, so a later ``begin`` does not read how long it keeps them.
    """
    hostname = client.endpoint.hostname
    age = -begin.resolve(0) if begin.at is None else client.current_time() - begin.at
    if age < 0:
        return f"the time is in the future by the clock of {hostname}, so it matches no task"
    days = read_retention_days(client) if age > _DAY else None
    if days is None or age <= days * _DAY:
        return None
    return f"{hostname} keeps tasks for {days} days only (task.maxAge)"
