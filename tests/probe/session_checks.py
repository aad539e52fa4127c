# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of sessions and releases."""

from __future__ import annotations

import json
import time
from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.release import is_since
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import data_object
from ansible_collections.vijson.tasks.tests.probe.findings import NotObserved, Observation
from ansible_collections.vijson.tasks.tests.probe.recording import SESSION_HEADER
from ansible_collections.vijson.tasks.tests.probe.server import Server

MINUTE = 60
UNKNOWN_RELEASE = "99.0.0.0"
CURRENT_SESSION = "SessionManager/SessionManager/currentSession"


def check_clock(server: Server) -> Observation:
    """Compare the clocks."""
    ahead = round(server.client.current_time() / SECOND - time.time())
    text = "the same time" if abs(ahead) < MINUTE else f"about {ahead // MINUTE} minutes ahead"
    return Observation(abs(ahead) < MINUTE, text)


def check_hello(server: Server) -> Observation:
    """Look at the status of release negotiation."""
    if not server.hello_status:
        raise NotObserved("no response")
    expected = 200 if is_since(server.version or "8.0.2.0", "8.0.2.0") else 404
    if server.hello_status == 404 and not server.version:
        expected = 404
    return Observation(server.hello_status == expected, f"HTTP {server.hello_status}")


def check_unknown_release(server: Server) -> Observation:
    """Ask for a release that does not exist."""
    response = server.send_anonymously("GET", "ServiceInstance/ServiceInstance/content", release=UNKNOWN_RELEASE)
    return Observation(response.status == 500, f"HTTP {response.status}")


def check_anonymous_read(server: Server) -> Observation:
    """Read properties without a session."""
    reference = server.client.reference("taskManager")
    spec = data_object(
        "PropertyFilterSpec",
        propSet=[data_object("PropertySpec", type=reference.type, all=False, pathSet=["recentTask"])],
        objectSet=[data_object("ObjectSpec", obj=reference.wire(), skip=False)],
    )
    body = {"specSet": [spec], "options": data_object("RetrieveOptions")}
    collector = server.client.reference("propertyCollector")
    response = server.send_anonymously("POST", f"{collector.type}/{collector.moid}/RetrievePropertiesEx", body)
    text = response.body.decode("utf-8", "replace")
    if "NotAuthenticated" in text:
        return Observation(True, "NotAuthenticated")
    if response.status in (200, 204) and not _objects(text):
        return Observation(False, "the object is left out")
    raise NotObserved(f"HTTP {response.status} without NotAuthenticated")


def _objects(text: str) -> Any:
    value = json.loads(text or "null")
    return value.get("objects") if isinstance(value, dict) else None


def check_rest_id(server: Server) -> Observation:
    """Use the id of a session of the REST API, and end that session."""
    if not server.version:
        raise NotObserved("the server does not tell its version")
    response = server.send("POST", "/api/session", Authorization=server.basic_login())
    if response.status not in (200, 201):
        raise NotObserved(f"the REST API responds with HTTP {response.status}")
    session = {SESSION_HEADER: str(json.loads(response.body))}
    try:
        used = server.send("GET", f"/sdk/vim25/{server.release}/{CURRENT_SESSION}", **session)
        session[SESSION_HEADER] = used.headers.get(SESSION_HEADER) or session[SESSION_HEADER]
    finally:
        server.send("DELETE", "/api/session", **session)
    if used.status not in (200, 204) and b"NotAuthenticated" not in used.body:
        raise NotObserved(f"the current session is HTTP {used.status}")
    accepted = used.status == 200 and used.body.strip() not in (b"", b"null")
    expected = is_since(server.version, "8.0.3.0")
    return Observation(accepted == expected, "accepted" if accepted else "not accepted")


def check_session_id(server: Server) -> Observation:
    """Look for responses that replaced the session id. Runs after the other checks."""
    changes = sum(exchange.new_session_id for exchange in server.transport.exchanges)
    return Observation(not changes, f"{changes} changes")
