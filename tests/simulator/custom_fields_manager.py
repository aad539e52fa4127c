# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CustomFieldsManager: define custom fields, and set values by key."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import contract
from .extensible_managed_object import ExtensibleManagedObject, Field
from .managed_object import ManagedObject, method, prop
from .wire import Fault, Ref, data, invalid_argument, moref, ref_of

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World


class CustomFieldsManager(ManagedObject):
    TYPE = "CustomFieldsManager"

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        self.fields: dict[int, Field] = {}
        self._keys = itertools.count(101)
        self.define("Ticket")
        self.define("Owner", "Task")
        self.define("Cost centre", "VirtualMachine")
        self.define("Approved by", "Task", fieldInstancePrivileges=_policy("Task.Update"))

    def define(self, name: str, type_name: str | None = None, **policies: dict[str, Any] | None) -> Field:
        key = next(self._keys)
        field = data("CustomFieldDef", key=key, name=name, type="string", managedObjectType=type_name, **policies)
        self.fields[key] = field
        return field

    def of_type(self, type_name: str) -> Iterable[Field]:
        return (f for f in self.fields.values() if f.get("managedObjectType") in (None, type_name))

    @prop("ArrayOfCustomFieldDef")
    def field(self, session: Session | None) -> list[Field]:
        return list(self.fields.values())

    @method
    async def AddCustomFieldDef(
        self,
        session: Session,
        name: str,
        moType: str | None = None,
        fieldDefPolicy: dict[str, Any] | None = None,
        fieldPolicy: dict[str, Any] | None = None,
    ) -> Field:
        if not name:
            raise invalid_argument("name")
        if moType is not None and moType not in contract.schemas()["MoTypesEnum"]["enum"]:
            raise invalid_argument("moType")
        self._refuse_double(name, moType)
        added = self.define(name, moType, fieldDefPrivileges=fieldDefPolicy, fieldInstancePrivileges=fieldPolicy)
        self.world.touch(self, "field")
        return added

    @method
    async def RenameCustomFieldDef(self, session: Session, key: int, name: str) -> None:
        field = self._field(key)
        if field["name"] != name:
            self._refuse_double(name, field.get("managedObjectType"))
        self.fields[key] = {**field, "name": name}
        self.world.touch(self, "field")

    @method
    async def RemoveCustomFieldDef(self, session: Session, key: int) -> None:
        self._field(key)
        del self.fields[key]
        for holder in self.world.objects.values():
            if isinstance(holder, ExtensibleManagedObject) and holder.custom_values.pop(key, None) is not None:
                self.world.touch(holder, "value")
        self.world.touch(self, "field")

    @method
    async def SetField(self, session: Session, entity: dict[str, Any], key: int, value: str) -> None:
        holder = self.world.find(ref_of(entity), session)
        field = self._field(key)
        if not isinstance(holder, ExtensibleManagedObject) or field not in self.of_type(holder.TYPE):
            raise invalid_argument("entity")
        holder.set_value(session, field, value)

    def _field(self, key: int) -> Field:
        if key not in self.fields:
            raise invalid_argument("key")
        return self.fields[key]

    def _refuse_double(self, name: str, type_name: str | None) -> None:
        if any(f["name"] == name and f.get("managedObjectType") == type_name for f in self.fields.values()):
            raise Fault("DuplicateName", f"The name '{name}' already exists.", name=name, object=moref(self.ref))


def _policy(privilege: str) -> dict[str, Any]:
    return data(
        "PrivilegePolicyDef",
        createPrivilege=privilege,
        readPrivilege="System.View",
        updatePrivilege=privilege,
        deletePrivilege=privilege,
    )
