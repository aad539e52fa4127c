# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ServiceInstance: the entry point, with references to the singletons."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .wire import Ref, data, format_time, moref

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

SERVICE_INSTANCE = Ref("ServiceInstance", "ServiceInstance")

# The simulated singletons by their field in ServiceContent: (on a vCenter, on an ESXi host).
SINGLETONS = {
    "propertyCollector": (
        Ref("PropertyCollector", "propertyCollector"),
        Ref("PropertyCollector", "ha-property-collector"),
    ),
    "viewManager": (Ref("ViewManager", "ViewManager"), Ref("ViewManager", "ViewManager")),
    "sessionManager": (Ref("SessionManager", "SessionManager"), Ref("SessionManager", "ha-sessionmgr")),
    "authorizationManager": (
        Ref("AuthorizationManager", "AuthorizationManager"),
        Ref("AuthorizationManager", "ha-authmgr"),
    ),
    "taskManager": (Ref("TaskManager", "TaskManager"), Ref("TaskManager", "ha-taskmgr")),
    "extensionManager": (Ref("ExtensionManager", "ExtensionManager"), None),
    "customFieldsManager": (Ref("CustomFieldsManager", "CustomFieldsManager"), None),
    "searchIndex": (Ref("SearchIndex", "SearchIndex"), Ref("SearchIndex", "ha-searchindex")),
    "setting": (Ref("OptionManager", "VpxSettings"), None),
}

# Part of a real vCenter's content, but not needed for tasks and not simulated.
UNSERVED = {
    "userDirectory": Ref("UserDirectory", "UserDirectory"),
    "serviceManager": Ref("ServiceManager", "ServiceMgr"),
    "perfManager": Ref("PerformanceManager", "PerfMgr"),
    "scheduledTaskManager": Ref("ScheduledTaskManager", "ScheduledTaskManager"),
    "alarmManager": Ref("AlarmManager", "AlarmManager"),
    "eventManager": Ref("EventManager", "EventManager"),
    "customizationSpecManager": Ref("CustomizationSpecManager", "CustomizationSpecManager"),
    "diagnosticManager": Ref("DiagnosticManager", "DiagMgr"),
    "licenseManager": Ref("LicenseManager", "LicenseManager"),
    "fileManager": Ref("FileManager", "FileManager"),
    "virtualDiskManager": Ref("VirtualDiskManager", "virtualDiskManager"),
    "ovfManager": Ref("OvfManager", "OvfManager"),
    "dvSwitchManager": Ref("DistributedVirtualSwitchManager", "DVSManager"),
    "localizationManager": Ref("LocalizationManager", "LocalizationManager"),
    "storageResourceManager": Ref("StorageResourceManager", "StorageResourceManager"),
    "guestOperationsManager": Ref("GuestOperationsManager", "guestOperationsManager"),
    "directPathProfileManager": Ref("DirectPathProfileManager", "DirectPathProfileManager"),
    "tenantManager": Ref("TenantTenantManager", "TenantManager"),
}


class ServiceInstance(ManagedObject):
    TYPE = "ServiceInstance"

    def __init__(self, world: World, singletons: dict[str, Ref], release: str, api_type: str) -> None:
        super().__init__(world, SERVICE_INSTANCE)
        self._content = _content(world.root, singletons, release, api_type)

    @prop("ServiceContent")
    def content(self, session: Session | None) -> dict[str, Any]:
        return self._content

    @prop("dateTime")
    def serverClock(self, session: Session) -> str:
        return format_time(self.world.now_ns())

    @method
    async def RetrieveServiceContent(self, session: Session | None) -> dict[str, Any]:
        return self._content

    @method
    async def CurrentTime(self, session: Session) -> str:
        return format_time(self.world.now_ns())


def _content(root: Ref, singletons: dict[str, Ref], release: str, api_type: str) -> dict[str, Any]:
    references = {name: moref(ref) for name, ref in ({} if api_type == "HostAgent" else UNSERVED).items()}
    references.update({name: moref(ref) for name, ref in singletons.items()})
    return data("ServiceContent", rootFolder=moref(root), about=_about(release, api_type), **references)


def _about(release: str, api_type: str) -> dict[str, Any]:
    version = ".".join(release.split(".")[:3])
    is_host = api_type == "HostAgent"
    product = "VMware ESXi" if is_host else "VMware vCenter Server"
    return data(
        "AboutInfo",
        name=product,
        fullName=f"{product} {version} build-24022515 (simulator)",
        vendor="VMware, Inc.",
        version=version,
        build="24022515",
        localeVersion="INTL",
        localeBuild="000",
        osType="vmnix-x86" if is_host else "linux-x64",
        productLineId="embeddedEsx" if is_host else "vpx",
        apiType=api_type,
        apiVersion=release,
        instanceUuid=None if is_host else str(uuid.uuid5(uuid.NAMESPACE_DNS, "simulator.example.com")),
        licenseProductName="VMware ESX Server" if is_host else "VMware VirtualCenter Server",
        licenseProductVersion=version.rsplit(".", 2)[0] + ".0",
    )
