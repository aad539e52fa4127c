# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection, turned into a client."""

from __future__ import annotations

import math
import re
from ipaddress import IPv6Address
from typing import Any, Callable

from .._errors import InputError, ignore
from .._vijson.client import Client, Credentials
from .._vijson.release import RELEASES
from .._vijson.transport import Endpoint

_HOST = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_SESSION_ID = re.compile(r"[!-~]+")
_DAY = 86400
_RELEASE = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)


def connect_client(
    params: dict[str, Any], warn: Callable[[str], None] = ignore, *, patience: float = math.inf
) -> Client:
    """The client that the options of the connection describe. It sends nothing yet; InputError.

    :param patience: seconds for all tries of one request
    """
    where = parse_endpoint(params)._replace(patience=patience)
    return Client(where, parse_credentials(params), api_release=_release(params["api_release"]), warn=warn)


def parse_credentials(params: dict[str, Any]) -> Credentials:
    """A session id wins over what there is to log in with; InputError where there is neither."""
    if params["session_id"]:
        if not _SESSION_ID.fullmatch(params["session_id"]):
            raise InputError(
                "session_id (or VMWARE_SESSION_ID): this is none. Accepted: the session_id that vi_session answered"
            )
        return Credentials(session_id=params["session_id"])
    missing = [name for name in ("username", "password") if not params[name]]
    if missing:
        raise InputError(
            f"{' and '.join(missing)} missing: give username and password (or VMWARE_USER and VMWARE_PASSWORD in the"
            " environment), or the session_id of a live session (VMWARE_SESSION_ID)"
        )
    return Credentials(params["username"], params["password"])


def parse_endpoint(params: dict[str, Any]) -> Endpoint:
    """Where and how to connect; InputError."""
    hostname = _host(params["hostname"], "hostname", "vcenter.example.com")
    for option in ("port", "proxy_port"):
        if params[option] is not None and not 1 <= params[option] <= 65535:
            raise InputError(f"{option}: {params[option]} is no port. Accepted: 1 to 65535")
    if not 0 < params["request_timeout"] <= _DAY:
        raise InputError(
            f"request_timeout: {params['request_timeout']:g} is no time limit. Accepted: seconds, above 0, up to {_DAY}"
        )
    verify = (params["ca_path"] or None) if params["validate_certs"] else False
    return Endpoint(hostname, params["port"], verify, _proxy(params), params["request_timeout"])


def _host(value: str, option: str, example: str) -> str:
    host = value.strip()
    if ":" in host:
        host = host[1:-1] if host[0] + host[-1] == "[]" else host
    if not _HOST.fullmatch(host) and not _is_ipv6(host):
        # What is no host may be a URL with a password in it.
        shown = "this" if "@" in value else repr(value)
        raise InputError(
            f"{option}: {shown} is no host. Accepted: a name or an address such as {example},"
            " without https:// and path; the port has an option of its own"
        )
    return host


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text))
    except ValueError:
        return False


def _proxy(params: dict[str, Any]) -> str | None:
    if not params["proxy_host"]:
        return None
    if params["proxy_port"] is None:
        raise InputError("proxy_port is missing: proxy_host needs it (or VMWARE_PROXY_PORT in the environment)")
    host = _host(params["proxy_host"], "proxy_host", "proxy.example.com")
    host = f"[{host}]" if ":" in host else host
    return f"{params['proxy_protocol']}://{host}:{params['proxy_port']}"


def _release(value: str) -> str:
    if value != "auto" and not _RELEASE.fullmatch(value):
        raise InputError(f"api_release: {value!r} is no release. Accepted: auto, or one such as {', '.join(RELEASES)}")
    return value
