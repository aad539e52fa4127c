# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions: who is logged in, with which ids, and which objects end with a session."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .authorization import no_permission
from .wire import Fault, Ref, data, format_time

if TYPE_CHECKING:
    from .authorization import User
    from .managed_object import ManagedObject
    from .world import World

SESSIONS_PER_USER = 550


class TooManySessions(Exception):
    """The server is at its session limit: HTTP 503."""


class Session:
    """One login. `owned` holds its collectors, views, filters and property collectors, which end with it."""

    def __init__(self, world: World, user: User, address: str, agent: str, locale: str, is_rest: bool) -> None:
        self.world = world
        self.user = user
        self.address = address
        self.agent = agent
        self.locale = locale
        self.is_rest = is_rest
        self.key = str(uuid.uuid4())
        self.ids = [uuid.uuid4().hex]
        self.owned: dict[str, ManagedObject] = {}
        self.call_count = 0
        self.rotated_at = 0
        self.in_flight = 0
        self.login_ns = self.active_ns = world.now_ns()
        self.active_clock = time.monotonic()
        self.ended = False

    def new_ref(self, type_name: str) -> Ref:
        """The reference of a new object of this session."""
        return Ref(type_name, f"session[{self.key}]{uuid.uuid4()}")

    def own(self, opened: ManagedObject) -> None:
        self.owned[opened.ref.value] = opened
        self.world.opened[opened.TYPE] += 1

    def disown(self, closed: ManagedObject) -> None:
        """Forget an object that was destroyed."""
        self.owned.pop(closed.ref.value, None)
        self.world.touch(closed, "")

    def describe(self) -> dict[str, Any]:
        return data(
            "UserSession",
            key=self.key,
            userName=self.user.shown,
            fullName=self.user.name.partition("@")[0],
            loginTime=format_time(self.login_ns),
            lastActiveTime=format_time(self.active_ns, 9),
            locale=self.locale,
            messageLocale=self.locale,
            extensionSession=False,
            ipAddress=self.address,
            userAgent=self.agent,
            callCount=self.call_count,
        )


class Sessions:
    """All live sessions, the longest idle first. `shared`: both APIs accept the ids of either."""

    def __init__(self, world: World, users: Sequence[User], maximum: int, idle_seconds: float, shared: bool) -> None:
        self._shared = shared
        self._world = world
        self._users = users
        self._maximum = maximum
        self._idle_seconds = idle_seconds
        self._live: OrderedDict[str, Session] = OrderedDict()
        self._by_id: dict[str, Session] = {}

    def live(self) -> list[Session]:
        self._expire_idle()
        return list(self._live.values())

    def user(self, login: str) -> User | None:
        return next((user for user in self._users if user.is_named(login)), None)

    def login(
        self,
        login: str,
        password: str,
        address: str,
        agent: str,
        locale: str = "en_US",
        is_rest: bool = False,
    ) -> Session:
        """Raises Fault InvalidLogin or NoPermission, or TooManySessions.

        :param is_rest: for a login at /api/session, which has a limit per user
        """
        user = self.user(login)
        if user is None or user.password != password:
            raise Fault("InvalidLogin", "Cannot complete login due to an incorrect user name or password.")
        if not user.may("System.View"):
            raise no_permission({self._world.root: ["System.View"]})
        if is_rest and self._count_of(user) >= SESSIONS_PER_USER:
            raise TooManySessions
        return self.open(user, address, agent, locale, is_rest)

    def open(self, user: User, address: str, agent: str, locale: str = "en_US", is_rest: bool = False) -> Session:
        self._expire_idle()
        if len(self._live) >= self._maximum:
            raise TooManySessions
        session = Session(self._world, user, address, agent, locale, is_rest)
        self._live[session.key] = session
        self._by_id[session.ids[0]] = session
        self._world.opened["Session"] += 1
        return session

    def _count_of(self, user: User) -> int:
        return sum(session.user is user for session in self.live())

    def find(self, session_id: str | None, is_rest: bool) -> Session | None:
        """The live session of an id as one of the two APIs sees it. This marks it as active."""
        self._expire_idle()
        session = self._by_id.get(session_id or "")
        if session is None or (session.is_rest != is_rest and not self._are_shared()):
            return None
        self.mark_active(session)
        return session

    def _are_shared(self) -> bool:
        forced = self._world.quirks.rest_ids
        return forced == "shared" if forced else self._shared

    def by_key(self, key: str) -> Session | None:
        self._expire_idle()
        return self._live.get(key)

    def mark_active(self, session: Session) -> None:
        if not session.ended:
            session.active_clock = time.monotonic()
            session.active_ns = self._world.now_ns()
            self._live.move_to_end(session.key)

    def rotate(self, session: Session) -> str:
        """A new id. The previous one stays valid for requests that were sent before."""
        session.rotated_at = session.call_count
        session.ids.append(uuid.uuid4().hex)
        self._by_id[session.ids[-1]] = session
        while len(session.ids) > 2:
            del self._by_id[session.ids.pop(0)]
        return session.ids[-1]

    def end(self, session: Session) -> None:
        if session.ended:
            return
        session.ended = True
        del self._live[session.key]
        for session_id in session.ids:
            del self._by_id[session_id]
        for owned in list(session.owned.values()):
            owned.closed()
        self._world.wake()

    def end_all(self) -> None:
        for session in list(self._live.values()):
            self.end(session)

    def _expire_idle(self) -> None:
        oldest = time.monotonic() - self._idle_seconds
        idle = []
        for session in self._live.values():
            if session.active_clock > oldest:
                break
            if not session.in_flight:
                idle.append(session)
        for session in idle:
            self.end(session)
