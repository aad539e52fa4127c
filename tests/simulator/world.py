# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the server: its objects, its clock, and the log of changes."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, NamedTuple

from .managed_object import ManagedObject
from .quirks import Quirks
from .task_store import TaskStore
from .wire import SECOND, Fault, Ref, not_found

if TYPE_CHECKING:
    from .custom_fields_manager import CustomFieldsManager
    from .engine import Engine
    from .extension_manager import ExtensionManager
    from .sessions import Session, Sessions
    from .task_manager import TaskManager

CHANGES_KEPT = 200_000


class Change(NamedTuple):
    """`name` is the changed property, "" if the object was added or removed."""

    revision: int
    ref: Ref
    name: str


class World:
    """All objects that do not belong to a single session, and the changes of every object.

    `opened` counts all sessions, collectors, filters, … ever opened, by type.
    """

    sessions: Sessions
    engine: Engine
    custom_fields: CustomFieldsManager
    extensions: ExtensionManager
    task_manager: TaskManager

    def __init__(self, root: Ref, task_lifetime: float, history_days: int) -> None:
        self.root = root
        self.quirks = Quirks()
        self.tasks = TaskStore(self.now_ns, task_lifetime, history_days)
        self.opened: Counter[str] = Counter()
        self.objects: dict[str, ManagedObject] = {}
        self.revision = 0
        self._changes: deque[Change] = deque(maxlen=CHANGES_KEPT)
        self._waiters: set[asyncio.Future[None]] = set()

    def now_ns(self) -> int:
        """The server's clock, in nanoseconds since 1970."""
        return time.time_ns() + int(self.quirks.clock_offset * SECOND)

    def entity_name(self, ref: Ref) -> str:
        """The escaped name of an entity; its id if it has none."""
        return getattr(self.objects.get(ref.value), "label", ref.value)

    def find(self, ref: Ref, session: Session | None) -> ManagedObject:
        """Raises Fault ManagedObjectNotFound, also for a wrong type and for an object of another session."""
        self.tasks.expire()
        found = self.objects.get(ref.value)
        if found is None and session is not None:
            found = session.owned.get(ref.value)
        if found is None or found.ref.type != ref.type:
            raise not_found(ref)
        return found

    def existing(self, ref: Ref, session: Session | None) -> ManagedObject | None:
        """The object behind a reference; None if this session has none."""
        try:
            return self.find(ref, session)
        except Fault:
            return None

    def add(self, added: ManagedObject) -> None:
        self.objects[added.ref.value] = added
        self.touch(added, "")

    def remove(self, removed: ManagedObject) -> None:
        del self.objects[removed.ref.value]
        self.touch(removed, "")

    def touch(self, changed: ManagedObject, *names: str) -> None:
        """Record that properties changed and wake all waiters."""
        self.revision += 1
        for name in names:
            self._changes.append(Change(self.revision, changed.ref, name))
        self.wake()

    def wake(self) -> None:
        """Let all waiters check for changes."""
        while self._waiters:
            waiter = self._waiters.pop()
            if not waiter.done():
                waiter.set_result(None)

    def changes_since(self, revision: int) -> list[Change] | None:
        """The changes after a revision, oldest first; None if the log does not reach back that far."""
        if self._changes and self._changes[0].revision > revision + 1 and len(self._changes) == CHANGES_KEPT:
            return None
        newest_first = itertools.takewhile(lambda change: change.revision > revision, reversed(self._changes))
        return list(newest_first)[::-1]

    async def wait_for_change(self, since: int, timeout: float) -> bool:
        """Wait up to `timeout` seconds for a change after the revision. Returns whether one happened."""
        if self.revision > since:
            return True
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            # wait_for of Python 3.11 and older loses a cancel that arrives in the same loop iteration as the change
            changed, _pending = await asyncio.wait({waiter}, timeout=timeout)
        finally:
            self._waiters.discard(waiter)
        return bool(changed)
