# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PropertyCollector: read properties of many objects at once, and wait for changes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from .filter_spec import FilterSpec
from .managed_object import ManagedObject, method, prop
from .property_filter import PropertyFilter
from .retrieval import Retrieval, retrieve
from .updates import INITIAL, Updates
from .wire import Fault, Ref, data, invalid_argument, moref

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Json = dict[str, Any]


class Use:
    """The state of a collector in one session: filters and versions, the rest of a retrieval, waiting calls.

    Calls are served one at a time, in the order in which they arrive.
    """

    def __init__(self) -> None:
        self.updates = Updates()
        self.retrieval: Retrieval | None = None
        self._turn = asyncio.Lock()
        self._calls: set[asyncio.Future[Json | None]] = set()

    async def serve(self, work: Callable[[], Awaitable[Json | None]]) -> Json | None:
        """Raises Fault RequestCanceled if `cancel` is called in the meantime."""
        call = asyncio.ensure_future(self._in_turn(work))
        self._calls.add(call)
        try:
            await asyncio.wait({call})
            if call.cancelled():
                raise canceled()
            return call.result()
        finally:
            call.cancel()
            self._calls.discard(call)

    async def _in_turn(self, work: Callable[[], Awaitable[Json | None]]) -> Json | None:
        async with self._turn:
            return await work()

    def cancel(self) -> None:
        for call in self._calls:
            call.cancel()


def canceled() -> Fault:
    return Fault("RequestCanceled", "The task was canceled by a user")


def _bound(name: str, asked: int | None, policy: int) -> int | None:
    """The smaller of the client's limit and the server's (0: no limit)."""
    if asked is not None and asked <= 0:
        raise invalid_argument(name)
    return min((bound for bound in (asked, policy) if bound), default=None)


class PropertyCollector(ManagedObject):
    """The default collector serves all sessions; CreatePropertyCollector adds one for a single session."""

    TYPE = "PropertyCollector"

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self._uses: WeakKeyDictionary[Session, Use] = WeakKeyDictionary()

    def _use(self, session: Session) -> Use:
        if session not in self._uses:
            self._uses[session] = Use()
        return self._uses[session]

    @prop("ArrayOfManagedObjectReference")
    def filter(self, session: Session) -> list[Json]:
        return [moref(watching.ref) for watching in self._use(session).updates.filters.values()]

    @method
    async def CreatePropertyCollector(self, session: Session) -> Json:
        created = PropertyCollector(self.world, session.new_ref("PropertyCollector"))
        session.own(created)
        return moref(created.ref)

    @method
    async def DestroyPropertyCollector(self, session: Session) -> None:
        if self.ref.value not in session.owned:
            raise Fault("NotSupported", "The default property collector cannot be destroyed.")
        use = self._use(session)
        for watching in list(use.updates.filters.values()):
            watching.destroy()
        use.cancel()
        session.disown(self)

    def closed(self) -> None:
        for use in self._uses.values():
            use.cancel()

    @method
    async def CreateFilter(self, session: Session, spec: Json, partialUpdates: bool) -> Json:
        # before the filter reads anything, so that its objects are new to every version issued so far
        self.world.touch(self, "filter")
        filters = self._use(session).updates.filters

        def gone(watching: PropertyFilter) -> None:
            del filters[watching.ref.value]
            self.world.touch(self, "filter")

        created = PropertyFilter(self.world, session, FilterSpec(spec), partialUpdates, gone)
        filters[created.ref.value] = created
        session.own(created)
        return moref(created.ref)

    @method
    async def RetrieveProperties(self, session: Session | None, specSet: list[Json]) -> list[Json] | None:
        return retrieve(self.world, session, specSet) or None

    @method
    async def RetrievePropertiesEx(self, session: Session | None, specSet: list[Json], options: Json) -> Json | None:
        page_size = _bound("maxObjects", options.get("maxObjects"), self.world.quirks.max_objects)
        contents = retrieve(self.world, session, specSet)
        # without a session, the remaining pages have no owner
        retrieval = Retrieval(contents, page_size if session else None)
        if session:
            self._use(session).retrieval = retrieval
        return retrieval.page() if contents else self._nothing()

    def _nothing(self) -> Json | None:
        return {**data("RetrieveResult"), "objects": None} if self.world.quirks.null_lists else None

    @method
    async def ContinueRetrievePropertiesEx(self, session: Session, token: str) -> Json:
        return self._retrieval(session, token).page()

    @method
    async def CancelRetrievePropertiesEx(self, session: Session, token: str) -> None:
        self._retrieval(session, token)
        self._use(session).retrieval = None

    def _retrieval(self, session: Session, token: str) -> Retrieval:
        """The retrieval that continues with a token. Only the last token of this collector and session is valid."""
        retrieval = self._use(session).retrieval
        if retrieval is None or retrieval.token != token:
            raise invalid_argument("token")
        return retrieval

    @method
    async def WaitForUpdatesEx(
        self, session: Session, version: str = INITIAL, options: Json | None = None
    ) -> Json | None:
        wanted = options or {}
        seconds = wanted.get("maxWaitSeconds")
        if seconds is not None and seconds < 0:
            raise invalid_argument("maxWaitSeconds")
        limit = _bound("maxObjectUpdates", wanted.get("maxObjectUpdates"), self.world.quirks.page_updates)
        return await self._wait(session, version, math.inf if seconds is None else seconds, limit, resume=True)

    @method
    async def WaitForUpdates(self, session: Session, version: str = INITIAL) -> Json | None:
        return await self._wait(session, version, math.inf)

    @method
    async def CheckForUpdates(self, session: Session, version: str = INITIAL) -> Json | None:
        return await self._wait(session, version, 0)

    @method
    async def CancelWaitForUpdates(self, session: Session) -> None:
        self._use(session).cancel()

    async def _wait(
        self, session: Session, version: str, seconds: float, limit: int | None = None, resume: bool = False
    ) -> Json | None:
        """The next UpdateSet; None if nothing changes within `seconds` of the call."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        use = self._use(session)

        async def next_updates() -> Json | None:
            while True:
                revision = self.world.revision
                updates = use.updates.since(version, revision, limit, resume)
                remaining = deadline - loop.time()
                if updates is not None or remaining <= 0:
                    return updates
                await self.world.wait_for_change(revision, remaining)
                if session.ended:
                    raise canceled()

        return await use.serve(next_updates)
