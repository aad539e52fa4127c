# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed objects of which a vCenter has exactly one, such as the TaskManager."""

from __future__ import annotations

from typing import Any, Union

from .._errors import FaultError, ViError
from .exchange import Exchange
from .wire import Reference, expect_object, expect_reference

SERVICE = Reference("ServiceInstance", "ServiceInstance")

# These ids are the same on every vCenter. If an object does not exist, its id is read from the service content.
_REFERENCES = {
    "authorizationManager": Reference("AuthorizationManager", "AuthorizationManager"),
    "customFieldsManager": Reference("CustomFieldsManager", "CustomFieldsManager"),
    "extensionManager": Reference("ExtensionManager", "ExtensionManager"),
    "propertyCollector": Reference("PropertyCollector", "propertyCollector"),
    "searchIndex": Reference("SearchIndex", "SearchIndex"),
    "setting": Reference("OptionManager", "VpxSettings"),
    "sessionManager": Reference("SessionManager", "SessionManager"),
    "taskManager": Reference("TaskManager", "TaskManager"),
    "viewManager": Reference("ViewManager", "ViewManager"),
}

Target = Union[str, Reference]
"""A reference, or the name of a singleton as in ServiceContent."""


class Singletons:
    """The references of one server's singletons. Requests can name them."""

    def __init__(self, exchange: Exchange):
        self._exchange = exchange
        self._references = dict(_REFERENCES)

    def request(self, verb: str, target: Target, member: str, params: dict[str, Any] | None, **how: Any) -> Any:
        """As :meth:`Exchange.request`. If a singleton has another id on this server, the request is sent again."""
        known = self._references[target] if isinstance(target, str) else target
        try:
            return self._exchange.request(verb, known, member, params, **how)
        except FaultError as error:
            if not isinstance(target, str) or not error.names(known.moid):
                raise
            actual = self.read(target)
            if actual == known:
                raise
        return self._exchange.request(verb, actual, member, params, **how)

    def content(self) -> dict[str, Any]:
        """The ServiceContent. Needs no session."""
        return expect_object(self._exchange.request("GET", SERVICE, "content", None), "content")

    def known(self, name: str) -> Reference:
        """The reference of a singleton, without a request. The object may not exist under this id."""
        return self._references[name]

    def read(self, name: str) -> Reference:
        """The reference of a singleton such as ``taskManager`` or ``rootFolder``, read from the ServiceContent.

        :raises ViError: the server has no such object
        """
        found = self.content().get(name)
        if found is None:
            host = self._exchange.endpoint.hostname
            raise ViError(f"{host} has no {name}. For an ESXi host, use the vCenter that manages it")
        self._references[name] = expect_reference(found, f"content.{name}")
        return self._references[name]
