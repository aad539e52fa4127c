# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering, updating and unregistering an extension, each once."""

from __future__ import annotations

from ansible_collections.vijson.tasks.plugins.module_utils._client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._codec import obj
from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadAnswer, FaultError, InputError, NoAnswer
from ansible_collections.vijson.tasks.plugins.module_utils._extensions import Extension, WantedExtension
from ansible_collections.vijson.tasks.plugins.module_utils._privileges import require_on_root
from ansible_collections.vijson.tasks.plugins.module_utils._times import format_rfc3339

_MANAGER = "extensionManager"


def find_extension(client: Client, key: str) -> Extension | None:
    """The Extension with this key."""
    found = client.call(_MANAGER, "FindExtension", {"extensionKey": key})
    if found is None:
        return None
    if obj(found, "FindExtension").get("key") != key:
        raise BadAnswer(f"FindExtension answered another extension than {key}")
    return found


def refuse_foreign(extension: Extension, wanted: WantedExtension, *, whole: bool) -> None:
    """InputError for an extension of another company; to remove it as a ``whole``, the company has to be told."""
    owner = extension.get("company") or ""
    if wanted.company == owner or not (owner or whole):
        return
    belongs = f"belongs to the company {owner!r}" if owner else "names no company"
    raise InputError(f"company: the extension {wanted.key} {belongs}. If it is yours, say company: {owner or repr('')}")


def heartbeat(client: Client, extension: Extension | None) -> str:
    """The ``lastHeartbeatTime`` of an extension, for a new one the server's clock."""
    known = (extension or {}).get("lastHeartbeatTime")
    return str(known) if known else format_rfc3339(client.current_time())


def put(client: Client, before: Extension | None, after: Extension | None, *, check_mode: bool) -> None:
    """Register, update or unregister, so that ``after`` is what there is; in check mode, see whether the user may."""
    if check_mode:
        require_on_root(client, f"Extension.{_verb(before, after)}")
    elif after is None:
        _unregister(client, before or {})
    elif before is None:
        _register(client, after)
    else:
        client.call(_MANAGER, "UpdateExtension", {"extension": after})


def _verb(before: Extension | None, after: Extension | None) -> str:
    if after is None:
        return "Unregister"
    return "Register" if before is None else "Update"


def _register(client: Client, extension: Extension) -> None:
    """RegisterExtension fails where there is one already, so after a lost answer the extension is asked for."""
    try:
        client.call(_MANAGER, "RegisterExtension", {"extension": extension}, repeatable=False)
    except NoAnswer:
        if find_extension(client, extension["key"]) is None:
            _register_again(client, extension)


def _register_again(client: Client, extension: Extension) -> None:
    try:
        client.call(_MANAGER, "RegisterExtension", {"extension": extension}, repeatable=False)
    except FaultError:
        # The first request may have arrived just after the extension was asked for.
        if find_extension(client, extension["key"]) is None:
            raise


def _unregister(client: Client, extension: Extension) -> None:
    try:
        client.call(_MANAGER, "UnregisterExtension", {"extensionKey": extension["key"]})
    except FaultError as error:
        # It may have run already, and only its answer was lost.
        if error.type != "NotFound":
            raise
