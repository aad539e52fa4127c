# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SearchIndex: entities by inventory path, DNS name, IP address or UUID."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .inventory import HostSystem, VirtualMachine
from .managed_entity import ManagedEntity
from .managed_object import ManagedObject, method
from .wire import moref, ref_of

if TYPE_CHECKING:
    from .sessions import Session

Reference = dict[str, Any]


def _reference(entity: ManagedEntity | None) -> Reference | None:
    return moref(entity.ref) if entity else None


def _same_case(escaped_name: str) -> str:
    """The name with its escapes in lower case, because `%2F` and `%2f` are equal."""
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), escaped_name)


class SearchIndex(ManagedObject):
    TYPE = "SearchIndex"

    @method
    async def FindByInventoryPath(self, session: Session, inventoryPath: str) -> Reference | None:
        entity = self.world.objects[self.world.root.value]
        for name in inventoryPath.strip("/").split("/") if inventoryPath.strip("/") else ():
            children = entity.children if isinstance(entity, ManagedEntity) else []
            found = next((child for child in children if child.label == _same_case(name)), None)
            if found is None:
                return None
            entity = found
        return moref(entity.ref)

    @method
    async def FindByDnsName(
        self, session: Session, dnsName: str, vmSearch: bool, datacenter: Reference | None = None
    ) -> Reference | None:
        return _reference(self._first(session, datacenter, vmSearch, "dns", dnsName))

    @method
    async def FindByIp(
        self, session: Session, ip: str, vmSearch: bool, datacenter: Reference | None = None
    ) -> Reference | None:
        return _reference(self._first(session, datacenter, vmSearch, "ip", ip))

    @method
    async def FindByUuid(
        self,
        session: Session,
        uuid: str,
        vmSearch: bool,
        instanceUuid: bool = False,
        datacenter: Reference | None = None,
    ) -> Reference | None:
        return _reference(
            self._first(session, datacenter, vmSearch, "instance_uuid" if instanceUuid else "uuid", uuid.lower())
        )

    def _first(
        self, session: Session, datacenter: Reference | None, vm_search: bool, key: str, value: str
    ) -> ManagedEntity | None:
        kind = VirtualMachine if vm_search else HostSystem
        return next(
            (e for e in self._below(session, datacenter) if isinstance(e, kind) and e.found_by.get(key) == value), None
        )

    def _below(self, session: Session, datacenter: Reference | None) -> Iterable[ManagedEntity]:
        top = self.world.find(ref_of(datacenter) if datacenter else self.world.root, session)
        return top.descendants() if isinstance(top, ManagedEntity) else ()
