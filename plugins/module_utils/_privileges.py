# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode can know of privileges without changing anything."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import Reference, objects
from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadAnswer, FaultError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._faults import lack


def require(client: Client, privilege: str, entities: Iterable[Reference]) -> None:
    """ViError if the user has not got the privilege on each entity. What the server does not say is taken as had."""
    wanted = list(dict.fromkeys(entities))
    if not wanted:
        return
    try:
        params = {
            "entity": [entity.wire() for entity in wanted],
            "sessionId": client.session_key(),
            "privId": [privilege],
        }
        answer = client.call("authorizationManager", "HasPrivilegeOnEntities", params)
        entries = objects(answer, "HasPrivilegeOnEntities")
    except (FaultError, BadAnswer):
        return
    for entry in entries:
        granted = [item.get("isGranted") for item in objects(entry.get("privAvailability"), "privAvailability")]
        if False in granted:
            raise ViError(f"Check mode: {lack(privilege, entry.get('entity'))}")


def require_on_root(client: Client, privilege: str) -> None:
    """The same for a privilege that counts on the root folder."""
    require(client, privilege, [client.singleton("rootFolder")])
