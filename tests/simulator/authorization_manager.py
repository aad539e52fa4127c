# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AuthorizationManager: which privileges a session or a user has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method
from .wire import Fault, data, invalid_argument, moref, ref_of

if TYPE_CHECKING:
    from .authorization import User
    from .sessions import Session


class AuthorizationManager(ManagedObject):
    """Roles are assigned at the root folder and propagate, so the entity makes no difference."""

    TYPE = "AuthorizationManager"

    @method
    async def HasPrivilegeOnEntity(
        self, session: Session, entity: dict[str, Any], sessionId: str, privId: list[str] | None = None
    ) -> list[bool]:
        user = self._session_user(sessionId)
        self.world.find(ref_of(entity), session)
        return [user.may(privilege) for privilege in privId or ()]

    @method
    async def HasPrivilegeOnEntities(
        self, session: Session, entity: list[dict[str, Any]], sessionId: str, privId: list[str] | None = None
    ) -> list[dict[str, Any]]:
        return self._on_entities(session, entity, self._session_user(sessionId), privId or [])

    @method
    async def HasUserPrivilegeOnEntities(
        self, session: Session, entities: list[dict[str, Any]], userName: str, privId: list[str] | None = None
    ) -> list[dict[str, Any]]:
        user = self.world.sessions.user(userName)
        if user is None:
            raise Fault("NotFound", f"There is no user {userName}.")
        return self._on_entities(session, entities, user, privId or [])

    def _session_user(self, key: str) -> User:
        found = self.world.sessions.by_key(key)
        if found is None:
            raise invalid_argument("sessionId")
        return found.user

    def _on_entities(
        self, session: Session, entities: list[dict[str, Any]], user: User, privileges: list[str]
    ) -> list[dict[str, Any]]:
        refs = [self.world.find(ref_of(entity), session).ref for entity in entities]
        granted = [data("PrivilegeAvailability", privId=p, isGranted=user.may(p)) for p in privileges]
        return [data("EntityPrivilege", entity=moref(ref), privAvailability=granted) for ref in refs]
