# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receiving changes by long polls (PropertyCollector.WaitForUpdatesEx)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from .client import Client
from .wire import Reference, data_object, expect_object, expect_objects, expect_reference, expect_text

POLL = 30
"""Seconds of one long poll. Proxies cut connections that are silent for longer."""

PACE = 0.25
"""Seconds between two polls. The vCenter responds at the first change: without a pause, each change is a request."""


class Change(NamedTuple):
    """A change of one object.

    :ivar values: the changed VI JSON values by property path
    :ivar gone: whether the object left the filter or does not exist
    """

    ref: Reference
    values: dict[str, Any]
    gone: bool


class Updates:
    """The changes of all objects that the filters of one property collector watch.

    :ivar version: version of the last UpdateSet that was read, empty before the first
    :ivar truncated: whether more changes are available already
    """

    def __init__(self, client: Client, collector: Reference):
        self._client = client
        self._collector = collector
        self.version = ""
        self.truncated = False

    def watch(self, spec: dict[str, Any]) -> None:
        """Add a filter for a PropertyFilterSpec (PropertyCollector.CreateFilter). It ends with the collector."""
        params = {"spec": spec, "partialUpdates": False}
        self._client.call(self._collector, "CreateFilter", params, repeatable=self._client.ends_orphans, bound=True)

    def next(self, seconds: int, within: float = math.inf) -> list[Change] | None:
        """The changes since the last response, ``None`` if there were none for ``seconds``.

        :param seconds: how long the vCenter waits for a change
        :param within: seconds until the request times out, even if the vCenter still waits
        :raises ViError: as :meth:`Client.call`
        """
        params = {"version": self.version, "options": data_object("WaitOptions", maxWaitSeconds=seconds)}
        # A truncated response has advanced the version on the vCenter, so a lost response cannot be requested again.
        value = self._client.call(
            self._collector,
            "WaitForUpdatesEx",
            params,
            repeatable=not self.truncated,
            bound=True,
            hold=float(seconds),
            within=within,
        )
        if value is None:
            self.truncated = False
            return None
        update = expect_object(value, "WaitForUpdatesEx")
        self.version, self.truncated = (
            expect_text(update.get("version"), "WaitForUpdatesEx"),
            update.get("truncated") is True,
        )
        return changes_in_update(update)

    def cancel(self) -> None:
        """End :meth:`next` in another thread, where the vCenter reports the fault RequestCanceled.

        :raises ViError: the request failed (PropertyCollector.CancelWaitForUpdates)
        """
        with self._client.twin() as twin:
            twin.call(self._collector, "CancelWaitForUpdates", bound=True)


def changes_in_update(update: dict[str, Any]) -> list[Change]:
    """The changes in an UpdateSet, in its order.

    :raises BadResponse: it has another shape
    """
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
    """Change which objects a ListView contains (ListView.ModifyListView).

    :returns: the moIds of added objects that do not exist
    """
    params = {"add": [ref.wire() for ref in add], "remove": [ref.wire() for ref in remove]}
    params = {name: refs for name, refs in params.items() if refs}
    value = client.call(view, "ModifyListView", params, bound=True)
    return [expect_reference(lost, "ModifyListView").moid for lost in expect_objects(value, "ModifyListView")]
