# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SessionManager: log in, log out, list sessions."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from .caller import caller
from .managed_object import ManagedObject, method, prop
from .wire import Fault, Ref, invalid_argument

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

LOCALES = frozenset({"en", "en_US", "de_DE", "fr_FR", "ja_JP", "ko_KR", "zh_CN"})


class SessionManager(ManagedObject):
    TYPE = "SessionManager"

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self._tickets: dict[str, Session] = {}

    @prop("UserSession")
    def currentSession(self, session: Session | None) -> dict[str, Any] | None:
        return session.describe() if session else None

    @prop("ArrayOfUserSession")
    def sessionList(self, session: Session) -> list[dict[str, Any]]:
        return [live.describe() for live in self.world.sessions.live()]

    @method
    async def Login(
        self, session: Session | None, userName: str, password: str, locale: str = "en_US"
    ) -> dict[str, Any]:
        if locale not in LOCALES:
            raise Fault("InvalidLocale", f"The locale {locale} is not supported.")
        if session is not None:
            raise Fault("InvalidLogin", "This session is logged in already.")
        opened = self.world.sessions.login(userName, password, caller().address, caller().agent, locale)
        return self._describe_opened(opened)

    @method
    async def LoginByToken(self, session: Session | None, locale: str = "en_US") -> dict[str, Any]:
        raise Fault("InvalidLogin", "The request carries no SAML token.")

    @method
    async def Logout(self, session: Session) -> None:
        self.world.sessions.end(session)

    @method
    async def AcquireCloneTicket(self, session: Session) -> str:
        ticket = f"cst-VCT-{uuid.uuid4()}"
        self._tickets[ticket] = session
        return ticket

    @method
    async def CloneSession(self, session: Session | None, cloneTicket: str) -> dict[str, Any]:
        source = self._tickets.pop(cloneTicket, None)
        if source is None or source.ended:
            raise Fault("InvalidLogin", "The ticket is not valid.")
        opened = self.world.sessions.open(source.user, caller().address, caller().agent, source.locale)
        return self._describe_opened(opened)

    @method
    async def SessionIsActive(self, session: Session, sessionID: str, userName: str) -> bool:
        found = self.world.sessions.by_key(sessionID)
        return found is not None and found.user.is_named(userName)

    @method
    async def TerminateSession(self, session: Session, sessionId: list[str]) -> None:
        if session.key in sessionId:
            raise invalid_argument("sessionId", "A session cannot terminate itself")
        found = [self.world.sessions.by_key(key) for key in sessionId]
        for other in found:
            if other is None:
                raise Fault("NotFound", "No such session.")
            self.world.sessions.end(other)

    def _describe_opened(self, opened: Session) -> dict[str, Any]:
        caller().opened = opened
        opened.call_count = 1
        return opened.describe()
