# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, their privileges, and the faults for what they may not do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .wire import Fault, Ref, data, moref

if TYPE_CHECKING:
    from .sessions import Session

DEFAULT_DOMAIN = "vsphere.local"
ANONYMOUS = "System.Anonymous"
SYSTEM = frozenset({ANONYMOUS, "System.View", "System.Read"})


@dataclass(frozen=True)
class User:
    """`name` is the login name (`bob@example.com`), `shown` the name in responses (`EXAMPLE.COM\\bob`)."""

    name: str
    password: str
    privileges: frozenset[str] | None

    @classmethod
    def parse(cls, text: str) -> User:
        """`NAME:PASSWORD[:ROLE]`; ROLE is admin (the default), readonly, none, or privileges joined by `+`."""
        name, separator, rest = text.partition(":")
        password, _colon, role = rest.partition(":")
        if not (name and separator and password):
            raise ValueError(f"not NAME:PASSWORD[:ROLE]: {text}")
        return cls(_with_domain(name), password, _privileges(role or "admin"))

    @property
    def shown(self) -> str:
        user, _at, domain = self.name.partition("@")
        return f"{domain.upper()}\\{'Administrator' if user == 'administrator' else user}"

    def is_named(self, login: str) -> bool:
        return _with_domain(login).casefold() == self.name.casefold()

    def may(self, privilege: str) -> bool:
        return self.privileges is None or privilege in self.privileges


def _with_domain(login: str) -> str:
    domain, separator, user = login.partition("\\")
    if separator:
        return f"{user}@{domain.lower()}"
    return login if "@" in login else f"{login}@{DEFAULT_DOMAIN}"


def _privileges(role: str) -> frozenset[str] | None:
    if role == "admin":
        return None
    if role == "none":
        return frozenset()
    return SYSTEM if role == "readonly" else SYSTEM | frozenset(role.split("+"))


def authorize(session: Session | None, privilege: str, entity: Ref) -> None:
    """Raises Fault: NotAuthenticated without a session, NoPermission when its user lacks the privilege."""
    if privilege == ANONYMOUS:
        return
    if session is None:
        message = "The session is not authenticated."
        raise Fault("NotAuthenticated", message, object=moref(entity), privilegeId=privilege)
    if not session.user.may(privilege):
        raise no_permission({entity: [privilege]})


def no_permission(missing: dict[Ref, Iterable[str]]) -> Fault:
    """NoPermission with all missing privileges. The older fields hold the first of them."""
    entities = [
        data("NoPermissionEntityPrivileges", entity=moref(entity), privilegeIds=list(privileges))
        for entity, privileges in missing.items()
    ]
    return Fault(
        "NoPermission",
        "Permission to perform this operation was denied.",
        object=entities[0]["entity"],
        privilegeId=entities[0]["privilegeIds"][0],
        missingPrivileges=entities,
    )
