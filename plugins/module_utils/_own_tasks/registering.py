# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering, updating and unregistering an extension, each once."""

from __future__ import annotations

from .._errors import BadResponse, FaultError, InputError
from .._times import format_rfc3339
from .._vijson.client import Client
from .._vijson.privileges import require_root_privilege
from .._vijson.recovery import send_once
from .._vijson.wire import expect_object
from .extension import Extension, WantedExtension

_MANAGER = "extensionManager"


def find_extension(client: Client, key: str) -> Extension | None:
    """The Extension with this key."""
    found = client.call(_MANAGER, "FindExtension", {"extensionKey": key})
    if found is None:
        return None
    if expect_object(found, "FindExtension").get("key") != key:
        raise BadResponse(f"FindExtension answered another extension than {key}")
    return found


def refuse_foreign_extension(extension: Extension, wanted: WantedExtension, *, whole: bool) -> None:
    """InputError for an extension of another company; to remove it as a ``whole``, the company has to be told."""
    owner = extension.get("company") or ""
    if wanted.company == owner or not (owner or whole):
        return
    belongs = f"belongs to the company {owner!r}" if owner else "names no company"
    raise InputError(f"company: the extension {wanted.key} {belongs}. If it is yours, say company: {owner or repr('')}")


def extension_heartbeat(client: Client, extension: Extension | None) -> str:
    """The ``lastHeartbeatTime`` of an extension, for a new one the server's clock."""
    known = (extension or {}).get("lastHeartbeatTime")
    return str(known) if known else format_rfc3339(client.current_time())


def put_extension(client: Client, before: Extension | None, after: Extension | None, *, check_mode: bool) -> None:
    """Register, update or unregister, so that ``after`` is what there is; in check mode, see whether the user may."""
    if check_mode:
        require_root_privilege(client, f"Extension.{_verb(before, after)}")
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
    """RegisterExtension fails where the extension exists, so without a response the extension is looked up."""

    def send() -> Extension:
        client.call(_MANAGER, "RegisterExtension", {"extension": extension}, repeatable=False)
        return extension

    send_once(send, lambda: find_extension(client, extension["key"]))


def _unregister(client: Client, extension: Extension) -> None:
    try:
        client.call(_MANAGER, "UnregisterExtension", {"extensionKey": extension["key"]})
    except FaultError as error:
        # It may have run already, and only its answer was lost.
        if error.type != "NotFound":
            raise
