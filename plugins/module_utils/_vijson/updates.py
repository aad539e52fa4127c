# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hearing of changes by long polls (PropertyCollector.WaitForUpdatesEx)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from .client import Client
from .wire import Reference, data_object, expect_object, expect_objects, expect_reference, expect_text

POLL = 30
"""Seconds of one long poll: proxies cut requests that stay silent for longer."""

PACE = 0.25
"""Seconds between two polls: a server answers at the first change, so without it each change is a request."""


class Change(NamedTuple):
    """What is new of an object: wire values by path. ``gone``: it left, or is not on the server."""

    ref: Reference
    values: dict[str, Any]
    gone: bool


class Updates:
    """What changed of all that the filters of one property collector watch.

    :ivar version: how far the changes were read, empty before the first answer
    :ivar truncated: whether there are more changes already
    """

    def __init__(self, client: Client, collector: Reference):
        self._client = client
        self._collector = collector
        self.version = ""
        self.truncated = False

    def watch(self, spec: dict[str, Any]) -> None:
        """Add a filter for a PropertyFilterSpec; it ends with the collector."""
        params = {"spec": spec, "partialUpdates": False}
        self._client.call(self._collector, "CreateFilter", params, repeatable=not self._client.shared, bound=True)

    def next(self, seconds: int, within: float = math.inf) -> list[Change] | None:
        """The changes since the last answer; ``None`` if there was none for so many seconds.

        :param within: seconds after which a server that does not keep to it is given up
        """
        params = {"version": self.version, "options": data_object("WaitOptions", maxWaitSeconds=seconds)}
        # A truncated answer has moved the version on, so a lost one can't be asked for again.
        answer = self._client.call(
            self._collector,
            "WaitForUpdatesEx",
            params,
            repeatable=not self.truncated,
            bound=True,
            hold=float(seconds),
            within=within,
        )
        if answer is None:
            self.truncated = False
            return None
        update = expect_object(answer, "WaitForUpdatesEx")
        self.version, self.truncated = (
            expect_text(update.get("version"), "WaitForUpdatesEx"),
            update.get("truncated") is True,
        )
        return changes_in_update(update)

    def cancel(self) -> None:
        """End the wait of another thread in :meth:`next`, which answers the fault RequestCanceled there; ViError."""
        with self._client.twin() as twin:
            twin.call(self._collector, "CancelWaitForUpdates", bound=True)


def changes_in_update(update: dict[str, Any]) -> list[Change]:
    """The changes that an UpdateSet tells, in its order."""
    changes = []
    for part in expect_objects(update.get("filterSet"), "UpdateSet"):
        for change in expect_objects(part.get("objectSet"), "UpdateSet"):
            values = {
                str(item.get("name")): item.get("val")
                for item in expect_objects(change.get("changeSet"), "ObjectUpdate")
                if item.get("op", "assign") in ("assign", "add")
            }
            changes.append(
                Change(expect_reference(change.get("obj"), "ObjectUpdate"), values, change.get("kind") == "leave")
            )
        lost = expect_objects(part.get("missingSet"), "UpdateSet")
        changes += [Change(expect_reference(item.get("obj"), "MissingObject"), {}, True) for item in lost]
    return changes


def change_list_view(
    client: Client, view: Reference, add: Iterable[Reference], remove: Iterable[Reference] = ()
) -> list[str]:
    """Change what a ListView lists; the ids of added objects that do not exist."""
    params = {"add": [ref.wire() for ref in add], "remove": [ref.wire() for ref in remove]}
    params = {name: refs for name, refs in params.items() if refs}
    answer = client.call(view, "ModifyListView", params, bound=True)
    return [expect_reference(lost, "ModifyListView").moid for lost in expect_objects(answer, "ModifyListView")]
