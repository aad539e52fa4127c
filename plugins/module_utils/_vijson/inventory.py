# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding managed entities in the inventory."""

from __future__ import annotations

from typing import Any

from .._errors import FaultError, InputError
from .client import Client
from .property_reader import read_object_properties
from .wire import Entity, Reference, expect_reference


def find_entity(client: Client, entity: Entity, option: str = "entity") -> Reference:
    """The reference of an entity. An inventory path is looked up (SearchIndex.FindByInventoryPath).

    A reference is returned as it is: see :func:`require_entity`.

    :param option: the option that names the entity, for the message
    :raises InputError: there is no object at the path
    """
    if isinstance(entity, Reference):
        return entity
    found = client.call("searchIndex", "FindByInventoryPath", {"inventoryPath": entity})
    if found is None:
        raise InputError(
            f"{option}: there is no object at the inventory path /{entity}, or the user has no permission to see it."
            " Use a path that begins with a datacenter or a folder, such as /DC0/vm/web01. Write a / in a name as %2f"
        )
    return expect_reference(found, "FindByInventoryPath")


def require_entity(client: Client, entity: Reference, option: str = "entity") -> None:
    """Require that an entity exists, in one request.

    :param option: the option that names the entity, for the message
    :raises InputError: it does not exist
    """
    try:
        read_object_properties(client, entity, ["name"])
    except FaultError as error:
        if error.names(entity.moid):
            raise no_such_entity_error(client, entity, option, fault=error.fault) from error
        # The user may not read the name, or the object has none. Either way it exists.


def no_such_entity_error(
    client: Client, entity: Reference, option: str = "entity", *, fault: dict[str, Any] | None = None
) -> InputError:
    """The error for an entity that has to exist and does not."""
    text = f"{option}: {entity} does not exist, or no longer exists, on {client.endpoint.hostname}"
    return InputError(text, fault=fault)
