# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ExtensibleManagedObject: the base of tasks and entities, which have custom values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .authorization import authorize
from .managed_object import ManagedObject, method, prop
from .wire import Ref, data, invalid_argument

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Field = dict[str, Any]
SET_PRIVILEGE = "Global.SetCustomField"


class ExtensibleManagedObject(ManagedObject):
    """An object with custom values: field key -> text."""

    TYPE = "ExtensibleManagedObject"

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self.custom_values: dict[int, str] = {}

    def custom_value_entity(self) -> Ref:
        """The entity on which the privilege to set a value is checked."""
        return self.ref

    def set_value(self, session: Session, field: Field, text: str) -> None:
        privilege = field.get("fieldInstancePrivileges", {}).get("updatePrivilege", SET_PRIVILEGE)
        authorize(session, privilege, self.custom_value_entity())
        self.custom_values[field["key"]] = text
        self.world.touch(self, "value")

    @prop("ArrayOfCustomFieldValue")
    def value(self, session: Session | None) -> list[dict[str, Any]]:
        return [data("CustomFieldStringValue", key=key, value=text) for key, text in sorted(self.custom_values.items())]

    @prop("ArrayOfCustomFieldDef")
    def availableField(self, session: Session | None) -> list[Field]:
        return sorted(self.world.custom_fields.of_type(self.TYPE), key=lambda field: field["name"])

    @method
    async def setCustomValue(self, session: Session, key: str, value: str) -> None:
        field = next((f for f in self.world.custom_fields.of_type(self.TYPE) if f["name"] == key), None)
        if field is None:
            raise invalid_argument("key")
        self.set_value(session, field, value)
