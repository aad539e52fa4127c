# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job: what a module's ``run()`` works with, whichever way it is started."""

from __future__ import annotations

import math
import re
from ipaddress import IPv6Address
from typing import Any, Callable

from ansible_collections.vijson.tasks.plugins.module_utils._client import RELEASES, Client, Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    InputError,
    Interrupted,
    ViError,
    ignore,
    one_line,
)
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import interruptible
from ansible_collections.vijson.tasks.plugins.module_utils._names import (
    CHECK_MODE_TASK,
    Entity,
    parse_entity,
    parse_task,
    parse_tasks,
)
from ansible_collections.vijson.tasks.plugins.module_utils._transport import Endpoint

_HOST = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_SESSION_ID = re.compile(r"[!-~]+")
_DAY = 86400
_RELEASE = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)

Result = dict[str, Any]


class Job:
    """One run of a module: the client, the validated parameters, check mode, and ways to speak to the user.

    :ivar client: logs in at its first request that needs a session
    :ivar params: the options by name, as the argument specification left them
    """

    def __init__(
        self,
        params: dict[str, Any],
        *,
        check_mode: bool = False,
        diff_mode: bool = False,
        warn: Callable[[str], None] = ignore,
        progress: Callable[[str], None] = ignore,
    ):
        self.params = params
        self.check_mode = check_mode
        self.diff_mode = diff_mode
        self.warn = _safe(warn)
        self.progress = _safe(progress)
        self.client = connect(params, self.warn)

    def tasks(self) -> list[str]:
        """The moIds that the option ``tasks`` names, each once."""
        return parse_tasks(self.params["tasks"] or [], "tasks", check_mode=self.check_mode)

    def task(self) -> str:
        """The moId that the option ``task`` names."""
        return parse_task(self.params["task"], "task", check_mode=self.check_mode)

    def is_planned(self, moid: str) -> bool:
        """Whether this is a task that an earlier module would have created, were this not check mode."""
        return self.check_mode and moid == CHECK_MODE_TASK

    def entity(self) -> Entity | None:
        """What the option ``entity`` names, checked but not looked up yet."""
        value = self.params["entity"]
        return None if value is None else parse_entity(value)


def _safe(show: Callable[[str], None]) -> Callable[[str], None]:
    """Names and descriptions in a line are texts of others, and the line goes to a terminal."""
    return lambda line: show(one_line(line))


def attempt(run: Callable[[Job], Result], job: Job) -> Result:
    """Run a job to its result, or to a failed one. Whatever happens, what it opened on the server is closed."""
    with interruptible():
        try:
            result = _perform(run, job)
        except ViError as error:
            return {"failed": True, **error.failure()}
        except Interrupted as error:
            return {"failed": True, "msg": str(error)}
    if not job.diff_mode:
        result.pop("diff", None)
    return result


def _perform(run: Callable[[Job], Result], job: Job) -> Result:
    try:
        return run(job)
    finally:
        job.client.close()


def connect(params: dict[str, Any], warn: Callable[[str], None] = ignore, *, patience: float = math.inf) -> Client:
    """The client that the options of the connection describe. It sends nothing yet; InputError.

    :param patience: seconds for all tries of one request
    """
    where = endpoint(params)._replace(patience=patience)
    return Client(where, credentials(params), api_release=_release(params["api_release"]), warn=warn)


def credentials(params: dict[str, Any]) -> Credentials:
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


def endpoint(params: dict[str, Any]) -> Endpoint:
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
