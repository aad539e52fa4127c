# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding managed entities in the inventory."""

from __future__ import annotations

from .._errors import InputError
from .client import Client
from .wire import Entity, Reference, expect_reference


def find_entity(client: Client, entity: Entity, option: str = "entity") -> Reference:
    """The reference of an entity. An inventory path is looked up (SearchIndex.FindByInventoryPath).

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
