# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating a client from the connection options."""

from __future__ import annotations

import json
import math
import re
from ipaddress import IPv6Address
from typing import Any, Callable, Optional

from .._errors import InputError, ignore
from .._vijson.client import Client
from .._vijson.client_session import Credentials
from .._vijson.release import RELEASES, is_release
from .._vijson.session import LentSession, Session, SessionSource, borrow_session, is_lent, lend_session
from .._vijson.transport import MEBIBYTE, Endpoint
from .connection_spec import CONNECTION_SPEC
from .parsing import parse_duration

Share = Callable[[Endpoint, Credentials], Optional[SessionSource]]
"""Returns the source of sessions for a client that would otherwise log in; ``None`` if there is none."""

_HOST = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_SESSION_ID = re.compile(r"[!-~]+")
_DAY = 86400
_MAX_MEBIBYTES = 4096


def connect_client(
    params: dict[str, Any],
    warn: Callable[[str], None] = ignore,
    *,
    patience: float = math.inf,
    share: Share = ignore,
) -> Client:
    """A client for the connection options. It sends nothing yet.

    :param patience: seconds for all attempts of one request
    :raises InputError: an option is missing or not valid
    """
    params, lent = _borrow(params)
    where = parse_endpoint(params)._replace(patience=patience)
    credentials = parse_credentials(params)
    release = _release(params["api_release"])
    source = lent or (share(where, credentials) if credentials.session_id is None else None)
    return Client(where, credentials, api_release=release, warn=warn, source=source)


def lend(session: Session, params: dict[str, Any]) -> str:
    """A session as a value of ``session_id`` for a module whose other options of the connection are the same."""
    return lend_session(session, _purpose(params))


def _borrow(params: dict[str, Any]) -> tuple[dict[str, Any], LentSession | None]:
    """The options without the lent session, and the lent session if it was lent for these options."""
    value = params["session_id"]
    if not value or not is_lent(value):
        return params, None
    session = borrow_session(value, _purpose(params))
    return {**params, "session_id": None}, session and LentSession(session)


def _purpose(params: dict[str, Any]) -> str:
    # Timeouts and releases change neither the user of the session nor who can read it.
    names = sorted(CONNECTION_SPEC.keys() - {"session_id", "request_timeout", "api_release"})
    return json.dumps([params[name] for name in names])


def parse_credentials(params: dict[str, Any]) -> Credentials:
    """The credentials. ``session_id`` takes precedence over ``username`` and ``password``.

    :raises InputError: there is neither, or the session id is not valid
    """
    if params["session_id"]:
        if not _SESSION_ID.fullmatch(params["session_id"]):
            raise InputError(
                "session_id (or VMWARE_SESSION_ID): the value is not a valid session id."
                " Use the session_id that vi_session returned"
            )
        return Credentials(session_id=params["session_id"])
    missing = [name for name in ("username", "password") if not params[name]]
    if missing:
        raise InputError(
            f"{' and '.join(missing)}: missing. Set username and password (or VMWARE_USER and VMWARE_PASSWORD in the"
            " environment), or session_id (or VMWARE_SESSION_ID)"
        )
    return Credentials(params["username"], params["password"])


def parse_endpoint(params: dict[str, Any]) -> Endpoint:
    """Where and how to connect.

    :raises InputError: an option is missing or not valid
    """
    if params["hostname"] is None:
        raise InputError("hostname: missing. Set the option (or VMWARE_HOST in the environment)")
    hostname = _host(params["hostname"], "hostname", "vcenter.example.com")
    for option in ("port", "proxy_port"):
        if params[option] is not None and not 1 <= params[option] <= 65535:
            raise InputError(f"{option}: {params[option]} is not a valid port. Use 1 to 65535")
    size = params["max_response_size"]
    if not 1 <= size <= _MAX_MEBIBYTES:
        raise InputError(f"max_response_size: {size} is not a valid size. Use MiB from 1 to {_MAX_MEBIBYTES}")
    verify = (params["ca_path"] or None) if params["validate_certs"] else False
    return Endpoint(
        hostname,
        params["port"],
        verify,
        _proxy(params),
        _request_timeout(str(params["request_timeout"])),
        max_response_size=size * MEBIBYTE,
    )


def _host(value: str, option: str, example: str) -> str:
    host = value.strip()
    if ":" in host:
        host = host[1:-1] if host[0] + host[-1] == "[]" else host
    if not _HOST.fullmatch(host) and not _is_ipv6(host):
        # The value may be a URL with a password in it.
        shown = "the value" if "@" in value else repr(value)
        raise InputError(
            f"{option}: {shown} is not a valid host. Use a name or an address such as {example},"
            " without https:// and path. The port is a separate option"
        )
    return host


def _request_timeout(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = parse_duration(value, "request_timeout")
    if not 0 < seconds <= _DAY:
        raise InputError(
            f"request_timeout: {value} is not a valid timeout. Use a duration above 0, up to 1d, such as 30s or 2m"
        )
    return seconds


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text))
    except ValueError:
        return False


def _proxy(params: dict[str, Any]) -> str | None:
    if not params["proxy_host"]:
        return None
    if params["proxy_port"] is None:
        raise InputError("proxy_port: missing. Set it (or VMWARE_PROXY_PORT in the environment) with proxy_host")
    host = _host(params["proxy_host"], "proxy_host", "proxy.example.com")
    host = f"[{host}]" if ":" in host else host
    return f"{params['proxy_protocol']}://{host}:{params['proxy_port']}"


def _release(value: str) -> str:
    if value != "auto" and not is_release(value):
        raise InputError(f"api_release: {value!r} is not a valid release. Use auto, or one of {', '.join(RELEASES)}")
    return value
