# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/api`: the parts of the vSphere REST API that VI JSON clients use: sessions and release negotiation."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BasicAuth, web

from ..releases import FIRST_HELLO, OLDEST, common_release, parse_release
from ..sessions import TooManySessions
from ..wire import Fault, format_time, to_json
from ..world import World
from .front import Front
from .responses import SESSION_HEADER, Response

MOST_RELEASES = 128


def _error(status: int, kind: str, text: str) -> Response:
    message = {"args": [], "default_message": text, "id": f"com.vmware.vapi.{kind.lower()}"}
    return Response(status, to_json({"error_type": kind, "messages": [message]}))


UNAUTHENTICATED = _error(401, "UNAUTHENTICATED", "Authentication required.")


class Api:
    def __init__(self, world: World, front: Front, release: str) -> None:
        self._world = world
        self._front = front
        self._release = parse_release(release) or OLDEST

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/session", self._route("api.session.create", self._create)),
            web.get("/api/session", self._route("api.session.get", self._get), allow_head=False),
            web.delete("/api/session", self._route("api.session.delete", self._delete)),
            web.post("/api/vcenter/system", self._route("api.system.hello", self._hello)),
        ]

    def _route(
        self, operation: str, handler: Callable[[web.Request], Awaitable[Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            await request.read()

            async def run() -> Response:
                return await handler(request)

            return await self._front.serve(request, operation, run, lambda: self._expire(request))

        return handle

    def _expire(self, request: web.Request) -> None:
        session = self._world.sessions.find(request.headers.get(SESSION_HEADER), is_rest=True)
        if session is not None:
            self._world.sessions.end(session)

    async def _create(self, request: web.Request) -> Response:
        try:
            auth = BasicAuth.decode(request.headers.get("Authorization", ""), "utf-8")
            agent = request.headers.get("User-Agent", "")
            session = self._world.sessions.login(auth.login, auth.password, request.remote or "", agent, is_rest=True)
        except (ValueError, Fault):
            return UNAUTHENTICATED
        except TooManySessions:
            return _error(503, "SERVICE_UNAVAILABLE", "The maximum number of sessions has been exceeded.")
        return Response(201, to_json(session.ids[-1]), headers={SESSION_HEADER: session.ids[-1]})

    async def _get(self, request: web.Request) -> Response:
        session = self._world.sessions.find(request.headers.get(SESSION_HEADER), is_rest=True)
        if session is None:
            return UNAUTHENTICATED
        times = {"created_time": session.login_ns, "last_accessed_time": session.active_ns}
        return Response(200, to_json({"user": session.user.shown, **{k: format_time(t, 3) for k, t in times.items()}}))

    async def _delete(self, request: web.Request) -> Response:
        session = self._world.sessions.find(request.headers.get(SESSION_HEADER), is_rest=True)
        if session is None:
            return UNAUTHENTICATED
        self._world.sessions.end(session)
        return Response(204)

    async def _hello(self, request: web.Request) -> Response:
        refused = self._world.quirks.hello_status
        if refused:
            return _error(refused, "UNAUTHENTICATED" if refused == 401 else "UNAUTHORIZED", "Access denied.")
        if request.query.get("action") != "hello" or self._release < FIRST_HELLO:
            return _error(404, "NOT_FOUND", "Not found.")
        wanted = _wanted_releases(await request.text())
        if wanted is None:
            return _error(400, "INVALID_ARGUMENT", "api_releases: 1 to 128 releases.")
        return Response(200, to_json({"api_release": common_release(wanted, self._release)}))


def _wanted_releases(text: str) -> list[str] | None:
    try:
        body: Any = json.loads(text)
    except ValueError:
        return None
    wanted = body.get("api_releases") if isinstance(body, dict) else None
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_RELEASES:
        return None
    return wanted if all(isinstance(release, str) for release in wanted) else None
