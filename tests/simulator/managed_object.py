# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ManagedObject: properties, methods, and the privileges to use them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from . import contract
from .authorization import authorize
from .wire import Fault, Ref, moref

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Getter = TypeVar("Getter", bound=Callable[..., Any])
Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])


def prop(declared: str) -> Callable[[Getter], Getter]:
    """Make `def name(self, session)` the property `name` of a wire type (`TaskInfo`, `int`, `ArrayOfString`, …)."""

    def register(getter: Getter) -> Getter:
        getter.declared_type = declared  # type: ignore[attr-defined]
        return getter

    return register


def method(function: Method) -> Method:
    """Make `async def Name(self, session, **parameters)` the method `Name`. Unset parameters are not passed."""
    function.is_method = True  # type: ignore[attr-defined]
    return function


class ManagedObject:
    """An object with a reference. It takes and returns wire values."""

    TYPE: ClassVar[str] = "ManagedObject"
    BASES: ClassVar[tuple[str, ...]] = ("ManagedObject",)
    PROPERTIES: ClassVar[dict[str, str]] = {}
    METHODS: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        members = {name: getattr(cls, name) for name in dir(cls)}
        cls.PROPERTIES = {n: m.declared_type for n, m in members.items() if hasattr(m, "declared_type")}
        cls.METHODS = frozenset(n for n, m in members.items() if hasattr(m, "is_method"))

    def __init__(self, world: World, ref: Ref) -> None:
        self.world = world
        self.ref = ref

    @classmethod
    def is_kind_of(cls, type_name: str) -> bool:
        """Whether a PropertySpec or TraversalSpec of that type applies."""
        return type_name == cls.TYPE or type_name in cls.BASES

    def privilege_entity(self) -> Ref:
        """The entity on which the privileges of the contract are checked."""
        return self.world.root

    def closed(self) -> None:
        """Called when the session that owns the object ends."""

    def get(self, name: str, session: Session | None) -> Any:
        """A property's wire value, None if unset. Raises Fault: InvalidProperty, NotAuthenticated, NoPermission."""
        if name not in self.PROPERTIES or self._is_taken_out(name):
            raise Fault("InvalidProperty", f"{self.TYPE} has no property {name}", name=name)
        self._authorize(name, session)
        return getattr(self, name)(session)

    async def invoke(self, name: str, session: Session | None, parameters: dict[str, Any]) -> Any:
        """The wire value that a method returns, None for void. Raises Fault."""
        if name not in self.METHODS or self._is_taken_out(name):
            raise Fault("MethodNotFound", f"{self.TYPE}.{name}", receiver=moref(self.ref), method=name)
        self._authorize(name, session)
        return await getattr(self, name)(session, **parameters)

    def _is_taken_out(self, member: str) -> bool:
        taken_out = self.world.quirks.taken_out
        return bool(taken_out) and taken_out == f"{self.TYPE}.{member}"

    def _authorize(self, member: str, session: Session | None) -> None:
        privilege = contract.privilege_of(self.TYPE, member) or "System.View"
        authorize(session, privilege, self.ref if session is None else self.privilege_entity())
