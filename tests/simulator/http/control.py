# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/control`: the control interface, with which tests inspect and change the simulator.

Each request needs the header `Authorization: Bearer TOKEN`, because the port is open to all users of the machine.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ..managed_entity import ManagedEntity
from ..seed_inventory import add_machines
from ..task import Task
from ..wire import Fault
from ..world import World
from .control_tasks import change_task, create_tasks, expire_object, expire_task
from .front import Record
from .injection import Injector, Rule

COUNTED = {
    "collectors": ("TaskHistoryCollector",),
    "filters": ("PropertyFilter",),
    "views": ("ListView", "ContainerView"),
    "property_collectors": ("PropertyCollector",),
}

UNAUTHORIZED = (
    "The control interface needs the header 'Authorization: Bearer TOKEN'."
    " The simulator prints the token at its start, as VIJSON_SIMULATOR_TOKEN"
)

Json = Any
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    def __init__(self, world: World, injector: Injector, record: Record, token: str) -> None:
        self._authorization = f"Bearer {token}".encode()
        self._world = world
        self._injector = injector
        self._record = record

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/state", self._route(self._state)),
            web.post("/control/reset", self._route(self._reset)),
            web.get("/control/log", self._route(self._log)),
            web.post("/control/log", self._route(self._switch_log)),
            web.delete("/control/log", self._route(self._clear_log)),
            web.get("/control/faults", self._route(self._faults)),
            web.post("/control/faults", self._route(self._add_fault)),
            web.delete("/control/faults", self._route(self._clear_faults)),
            web.post("/control/tasks", self._route(self._create_tasks)),
            web.delete("/control/tasks", self._route(self._expire_tasks)),
            web.patch("/control/tasks/{id}", self._route(self._change_task)),
            web.delete("/control/tasks/{id}", self._route(self._expire_task)),
            web.delete("/control/tasks/{id}/object", self._route(self._expire_object)),
            web.post("/control/entities", self._route(self._create_machines)),
            web.patch("/control/entities/{id}", self._route(self._rename_entity)),
            web.post("/control/sessions/expire", self._route(self._end_sessions)),
            web.post("/control/restart", self._route(self._end_sessions)),
            web.get("/control/quirks", self._route(self._quirks)),
            web.post("/control/quirks", self._route(self._set_quirks)),
        ]

    def _route(self, handler: Callable[[web.Request], Awaitable[Json]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            given = request.headers.get("Authorization", "").encode(errors="replace")
            if not hmac.compare_digest(given, self._authorization):
                return web.json_response({"error": UNAUTHORIZED}, status=401, headers={"WWW-Authenticate": "Bearer"})
            try:
                return web.json_response(await handler(request))
            except (Fault, ValueError, TypeError, KeyError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return handle

    async def _state(self, request: web.Request) -> Json:
        sessions = self._world.sessions.live()
        owned = Counter(opened.TYPE for session in sessions for opened in session.owned.values())
        return {
            "sessions": len(sessions),
            **_by_kind(owned),
            "opened": {"sessions": self._world.opened["Session"], **_by_kind(self._world.opened)},
            "requests": dict(self._record.requests),
            "total": self._record.requests.total(),
            "violations": self._record.violations,
        }

    async def _reset(self, request: web.Request) -> Json:
        self._record.requests.clear()
        self._record.violations.clear()
        self._world.opened.clear()

    async def _log(self, request: web.Request) -> Json:
        return list(self._record.log)

    async def _switch_log(self, request: web.Request) -> Json:
        self._record.logging = bool((await request.json())["on"])

    async def _clear_log(self, request: web.Request) -> Json:
        self._record.log.clear()

    async def _faults(self, request: web.Request) -> Json:
        return self._injector.describe()

    async def _add_fault(self, request: web.Request) -> Json:
        self._injector.add(Rule(**await request.json()))

    async def _clear_faults(self, request: web.Request) -> Json:
        self._injector.clear()

    async def _create_tasks(self, request: web.Request) -> Json:
        return {"tasks": [task.key for task in create_tasks(self._world, await request.json())]}

    async def _expire_tasks(self, request: web.Request) -> Json:
        for task in list(self._world.tasks.in_order):
            expire_task(task)

    async def _change_task(self, request: web.Request) -> Json:
        task = self._task(request)
        change_task(task, await request.json())
        return task.info(None)

    async def _expire_task(self, request: web.Request) -> Json:
        expire_task(self._task(request))

    async def _expire_object(self, request: web.Request) -> Json:
        expire_object(self._task(request))

    def _task(self, request: web.Request) -> Task:
        found = self._world.tasks.row(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound
        return found

    async def _create_machines(self, request: web.Request) -> Json:
        spec = await request.json()
        return {"entities": add_machines(self._world, spec["count"], spec.get("name", "load"))}

    async def _rename_entity(self, request: web.Request) -> Json:
        found = self._world.objects.get(request.match_info["id"])
        if not isinstance(found, ManagedEntity):
            raise web.HTTPNotFound
        found.label = (await request.json())["name"]
        self._forget_texts()

    async def _end_sessions(self, request: web.Request) -> Json:
        self._world.sessions.end_all()

    async def _quirks(self, request: web.Request) -> Json:
        return vars(self._world.quirks)

    async def _set_quirks(self, request: web.Request) -> Json:
        self._world.quirks.update(await request.json())
        self._forget_texts()
        return vars(self._world.quirks)

    def _forget_texts(self) -> None:
        for task in self._world.tasks.in_order:
            task.forget_text()


def _by_kind(counts: Counter[str]) -> dict[str, int]:
    return {name: sum(counts[kind] for kind in kinds) for name, kinds in COUNTED.items()}
