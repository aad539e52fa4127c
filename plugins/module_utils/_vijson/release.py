# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of the VI JSON API, and negotiating the newest that both sides support."""

from __future__ import annotations

import json
import re
from typing import Any, Callable

from .._errors import ViError
from .response import NEGOTIATED, Response, read_response
from .wire import expect_object

_RELEASE = re.compile(r"\d{1,9}(\.\d{1,9}){3}", re.ASCII)

FIRST_RELEASE = "8.0.1.0"
"""The first release that supports VI JSON."""

RELEASES = ("9.1.1.0", "9.1.0.0", "9.0.0.0", "8.0.3.1", "8.0.3.0", "8.0.2.0", FIRST_RELEASE)
"""The releases that ``auto`` offers to the server, newest first."""


def is_release(text: str) -> bool:
    """Whether the text has the form of a release, such as ``8.0.1.0``."""
    return _RELEASE.fullmatch(text) is not None


def is_since(release: str, first: str) -> bool:
    """Whether a release has what came with the release ``first``."""
    return _numbers(release) >= _numbers(first)


def _numbers(release: str) -> list[int]:
    return [int(number) for number in release.split(".")]


_WITHOUT_HELLO = (401, 403, 404)
"""Statuses with which servers, or proxies in front of them, respond to a ``hello`` that they do not know."""


def negotiate_release(send: Callable[..., Response], hostname: str) -> str:
    """The newest release that both sides support, negotiated with ``hello``. 8.0.1 has no ``hello`` yet.

    :param send: sends a request: ``send(verb, path, body=text)``
    :raises ViError: there is none
    """
    body = json.dumps({"api_releases": list(RELEASES)})
    response = send("POST", "/api/vcenter/system?action=hello", body=body)
    if response.status in _WITHOUT_HELLO:
        return FIRST_RELEASE
    value: Any = read_response(response, "hello", hostname, NEGOTIATED)
    release = expect_object(value, "hello").get("api_release")
    if release not in RELEASES:
        raise ViError(f"{hostname} supports none of the releases {', '.join(RELEASES)}.")
    return str(release)
