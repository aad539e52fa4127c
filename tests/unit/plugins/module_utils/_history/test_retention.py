# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a vCenter keeps tasks, and a search that begins before that."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._history.retention import begin_doubt, read_retention_days
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, Moment
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Params

QUERY = "OptionManager.QueryOptions"
DAY = 86400 * SECOND
NOW = 1763784000 * SECOND  # 2025-11-22T04:00:00Z


def vcenter(**options: Any) -> FakeVcenter:
    """A vCenter with these options of tasks, which it returns by name, or all for ``task.``"""
    server = FakeVcenter()

    def query(_moid: str, params: Params) -> Any:
        found = {name: value for name, value in options.items() if params["name"] in ("task.", f"task.{name}")}
        if not found:
            raise Fault("InvalidName")
        boxed = {name: {"_typeName": "any", "_value": value} for name, value in found.items()}
        return [{"_typeName": "OptionValue", "key": f"task.{name}", "value": value} for name, value in boxed.items()]

    server.answers[QUERY] = query
    server.answers["ServiceInstance.CurrentTime"] = lambda _moid, _params: "2025-11-22T04:00:00Z"
    return server


@pytest.mark.parametrize(
    ("options", "days"),
    [
        ({"maxAge": 30}, 30),
        ({"maxAge": 7, "maxAgeEnabled": True}, 7),
        ({"maxAge": 7, "maxAgeEnabled": False}, None),
        ({"maxAge": 1}, 1),
        ({"maxAge": 0}, None),
        ({"maxAge": "long"}, None),
        ({"other": 1}, None),
        ({}, None),
    ],
)
def test_the_retention_is_read_in_days(options: dict[str, Any], days: int | None) -> None:
    assert read_retention_days(vcenter(**options).client("S0")) == days


def test_the_retention_is_read_by_its_whole_name_as_fallback() -> None:
    server = vcenter(maxAge=14)
    whole = server.answers[QUERY]

    def query(moid: str, params: Params) -> Any:
        return whole(moid, params) if params["name"] != "task." else []

    server.answers[QUERY] = query
    assert read_retention_days(server.client("S0")) == 14


@pytest.mark.parametrize("trouble", [Fault("NoPermission"), Fault("SystemError"), LostResponse("lost")])
def test_an_unreadable_option_gives_no_retention(trouble: Exception) -> None:
    server = vcenter(maxAge=30)
    server.trouble[QUERY] = [trouble]
    assert read_retention_days(server.client("S0")) is None


@pytest.mark.parametrize(
    ("begin", "is_before"),
    [
        (Moment(ago=31 * DAY), True),
        (Moment(ago=30 * DAY + 1), True),
        (Moment(ago=30 * DAY), False),
        (Moment(ago=DAY + 1), False),
        (Moment(at=NOW - 30 * DAY - 1), True),
        (Moment(at=NOW - 30 * DAY), False),
    ],
)
def test_a_begin_before_the_retention_is_doubtful(begin: Moment, is_before: bool) -> None:
    server = vcenter(maxAge=30)
    doubt = begin_doubt(server.client("S0"), begin)
    assert doubt == ("vc.example.com keeps tasks for 30 days only (task.maxAge)" if is_before else None)
    assert server.operations[QUERY] == 1


@pytest.mark.parametrize("begin", [Moment(ago=DAY), Moment(at=NOW - DAY), Moment(at=NOW)])
def test_a_begin_within_the_last_day_needs_no_request(begin: Moment) -> None:
    server = vcenter(maxAge=30)
    assert begin_doubt(server.client("S0"), begin) is None
    assert server.operations[QUERY] == 0


def test_a_begin_in_the_future_is_doubtful() -> None:
    server = vcenter(maxAge=30)
    doubt = begin_doubt(server.client("S0"), Moment(at=NOW + SECOND))
    assert doubt == "the time is in the future by the clock of vc.example.com, so it matches no task"
    assert server.operations[QUERY] == 0
