# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers, updates and unregisters an extension."""

from __future__ import annotations

from .._errors import BadResponse, FaultError, InputError, ViError
from .._times import format_rfc3339
from .._vijson.client import Client
from .._vijson.privileges import require_root_privilege
from .._vijson.recovery import send_once
from .._vijson.wire import expect_object, unboxed_fields, unboxed_value
from .extension import Extension, WantedExtension

_MANAGER = "extensionManager"


def find_extension(client: Client, key: str) -> Extension | None:
    """The Extension with this key, or ``None`` (FindExtension)."""
    found = client.call(_MANAGER, "FindExtension", {"extensionKey": key})
    if found is None:
        return None
    extension = unboxed_fields(expect_object(found, "FindExtension"))
    if extension.get("key") != key:
        raise BadResponse(f"FindExtension returned another extension than {key}")
    return extension


def refuse_foreign_extension(extension: Extension, wanted: WantedExtension, *, whole: bool) -> None:
    """InputError if the extension belongs to a company that ``wanted`` does not name.

    :param whole: whether to remove the extension itself. Then even one without a company requires ``company: ''``
    """
    owner = extension.get("company") or ""
    if wanted.company == owner or not (owner or whole):
        return
    belongs = f"belongs to the company {owner!r}" if owner else "has no company"
    raise InputError(f"company: the extension {wanted.key} {belongs}. If it is yours, set company: {owner or repr('')}")


def extension_heartbeat(client: Client, extension: Extension | None) -> str:
    """The ``lastHeartbeatTime`` of an extension, RFC 3339; for a new extension, the server's clock (CurrentTime)."""
    known = (extension or {}).get("lastHeartbeatTime")
    return str(unboxed_value(known)) if known else format_rfc3339(client.current_time())


def find_whole_extension(client: Client, key: str) -> Extension | None:
    """The Extension with this key in the newest release, so that an update keeps the fields that it added.

    UpdateExtension replaces the extension. A field that the release of the request does not have is erased, such as
    ``serverCertificate`` of a server, which came with 8.0.2.0.

    :raises ViError: the vCenter has a newer release that this client does not know, and the extension has servers
    """
    is_newest = client.use_newest_release()
    extension = find_extension(client, key)
    if extension is not None and extension.get("server") and not is_newest:
        raise ViError(
            f"extension: {key} has servers, and {client.endpoint.hostname} has a newer release of the API than"
            f" {client.release}, the newest that could be negotiated. An update in this release might erase fields of"
            " the servers. Update this collection, make /api/vcenter/system reachable, or use another extension"
        )
    return extension


def put_extension(client: Client, before: Extension | None, after: Extension | None, *, check_mode: bool) -> None:
    """Replace ``before`` with ``after`` (RegisterExtension, UpdateExtension, UnregisterExtension).

    :param check_mode: only verify the privilege that the request needs
    :raises ViError: the user lacks the privilege, or a request failed
    """
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
    """RegisterExtension fails if the extension exists. So after a lost response, look for the extension first."""

    def send() -> Extension:
        client.call(_MANAGER, "RegisterExtension", {"extension": extension}, repeatable=False)
        return extension

    send_once(send, lambda: find_extension(client, extension["key"]))


def _unregister(client: Client, extension: Extension) -> None:
    try:
        client.call(_MANAGER, "UnregisterExtension", {"extensionKey": extension["key"]})
    except FaultError as error:
        # The request may have run before, with its response lost.
        if error.type != "NotFound":
            raise
