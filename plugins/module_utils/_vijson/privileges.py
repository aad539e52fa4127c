# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking privileges without changing anything, for check mode."""

from __future__ import annotations

from collections.abc import Iterable

from .._errors import BadResponse, FaultError, ViError
from .client import Client
from .faults import missing_privilege_text
from .wire import Reference, expect_objects, expect_reference


def require_privilege(client: Client, privilege: str, entities: Iterable[Reference]) -> None:
    """Require that the user has a privilege on each entity; ViError about the first where it is not granted."""
    for text in missing_privileges(client, privilege, entities).values():
        raise ViError(f"Check mode: {text}")


def missing_privileges(client: Client, privilege: str, entities: Iterable[Reference]) -> dict[Reference, str]:
    """The entities on which the user lacks a privilege, with a text for each (HasPrivilegeOnEntities).

    If the vCenter does not report it, the privilege is assumed to be granted.
    """
    wanted = list(dict.fromkeys(entities))
    if not wanted:
        return {}
    try:
        params = {
            "entity": [entity.wire() for entity in wanted],
            "sessionId": client.session_key(),
            "privId": [privilege],
        }
        value = client.call("authorizationManager", "HasPrivilegeOnEntities", params)
        entries = expect_objects(value, "HasPrivilegeOnEntities")
    except (FaultError, BadResponse):
        return {}
    missing = {}
    for entry in entries:
        granted = [item.get("isGranted") for item in expect_objects(entry.get("privAvailability"), "privAvailability")]
        if False in granted:
            entity = expect_reference(entry.get("entity"), "HasPrivilegeOnEntities")
            missing[entity] = missing_privilege_text(privilege, entry.get("entity"))
    return missing


def require_root_privilege(client: Client, privilege: str) -> None:
    """Require a privilege on the root folder; ViError as in :func:`require_privilege`."""
    require_privilege(client, privilege, [client.singleton("rootFolder")])
