# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/sdk/vim25/{release}/{Type}/{moId}/{member}`: dispatch requests to managed objects."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import unquote

from aiohttp import web

from ..caller import Caller, set_caller
from ..contract import Operation, operations
from ..releases import FIRST_JSON, OLDEST, parse_release
from ..sessions import Session, TooManySessions
from ..validation import check_request, check_response
from ..wire import SECOND, Fault, JsonText, Ref, box_infos, moref
from ..world import World
from .front import Front, Record
from .responses import SESSION_HEADER, Response, fault_response, hide_newer_fields, value_response

PREFIX = "/sdk/vim25/"


class Target(NamedTuple):
    release: tuple[int, ...]
    ref: Ref
    member: str


def parse_path(raw_path: str) -> Target | None:
    """The parts of a path. Brackets in the id may be literal or percent-encoded."""
    parts = raw_path.partition("?")[0].removeprefix(PREFIX).split("/")
    if len(parts) != 4 or not all(parts):
        return None
    release, type_name, moid, member = map(unquote, parts)
    numbers = parse_release(release)
    return Target(numbers, Ref(type_name, moid), member) if numbers else None


class Sdk:
    """`check` validates every response against the contract, for tests."""

    def __init__(self, world: World, front: Front, record: Record, release: str, check: bool) -> None:
        self._world = world
        self._front = front
        self._record = record
        self._release = parse_release(release) or OLDEST
        self._check = check

    async def handle(self, request: web.Request) -> web.StreamResponse:
        target = parse_path(request.raw_path)
        operation = target and operations().get((request.method, target.ref.type, target.member))
        if target is None or operation is None or self._release < FIRST_JSON or operation.since > target.release:
            raise web.HTTPNotFound
        if self._world.quirks.release_404 and not self._supports(target.release):
            raise web.HTTPNotFound
        await request.read()
        session = self._world.sessions.find(request.headers.get(SESSION_HEADER), is_rest=False)

        async def run() -> Response:
            return await self._respond(request, target, operation)

        def expire_session() -> None:
            if session is not None:
                self._world.sessions.end(session)

        return await self._front.serve(request, operation.name, run, expire_session)

    async def _respond(self, request: web.Request, target: Target, operation: Operation) -> Response:
        session = self._world.sessions.find(request.headers.get(SESSION_HEADER), is_rest=False)
        caller = Caller(request.remote or "", request.headers.get("User-Agent", ""), target.release)
        set_caller(caller)
        if session is not None:
            session.in_flight += 1
            session.call_count += 1
        try:
            self._check_release(target.release)
            value = await self._run(request, target, operation, session)
            if self._world.quirks.box_everything and not isinstance(value, JsonText):
                value = box_infos(value)
            self._check_value(operation, value)
            response = value_response(operation, value, self._world.quirks)
        except Fault as fault:
            response = fault_response(fault)
        except TooManySessions:
            response = Response(503, "The maximum number of sessions has been exceeded.", "text/plain")
        finally:
            if session is not None:
                session.in_flight -= 1
                self._world.sessions.mark_active(session)
        hide_newer_fields(response, target.release)
        self._add_session_header(response, session, caller.opened)
        response.headers["Date"] = formatdate(self._world.now_ns() / SECOND, usegmt=True)
        return response

    def _supports(self, release: tuple[int, ...]) -> bool:
        return OLDEST <= release <= self._release

    def _check_release(self, release: tuple[int, ...]) -> None:
        if not self._supports(release):
            text = ".".join(map(str, release))
            raise Fault("InvalidRequest", f'Unsupported version URI "urn:vim25/{text}"')

    async def _run(self, request: web.Request, target: Target, operation: Operation, session: Session | None) -> Any:
        ref = target.ref
        if operation.needs_session and session is None:
            privilege = operation.privilege or "System.View"
            message = "The session is not authenticated."
            raise Fault("NotAuthenticated", message, object=moref(ref), privilegeId=privilege)
        if operation.http_method == "GET":
            return self._world.find(ref, session).get(operation.member, session)
        parameters = check_request(operation.parameters, await _body(request, operation), target.release)
        return await self._world.find(ref, session).invoke(operation.member, session, parameters)

    def _check_value(self, operation: Operation, value: Any) -> None:
        if not self._check or operation.result is None:
            return
        try:
            quirks = self._world.quirks
            plain = json.loads(value) if isinstance(value, JsonText) else value
            nulls = quirks.null_fields or quirks.null_lists
            check_response(operation.result, plain, nulls=nulls, boxed=quirks.box_everything)
        except Fault as fault:
            self._record.violations.append(f"{operation.name}: {fault.message}")
            raise Fault("SystemError", fault.message, reason="The response breaks the contract") from fault

    def _add_session_header(self, response: Response, session: Session | None, opened: Session | None) -> None:
        if opened is not None:
            response.headers[SESSION_HEADER] = opened.ids[-1]
        elif session is not None and not session.ended and response.status < 300 and self._rotates(session):
            response.headers[SESSION_HEADER] = self._world.sessions.rotate(session)

    def _rotates(self, session: Session) -> bool:
        every = self._world.quirks.rotate_session
        return bool(every) and session.call_count - session.rotated_at >= every


async def _body(request: web.Request, operation: Operation) -> dict[str, Any]:
    text = await request.text()
    try:
        body = json.loads(text) if text.strip() else None
    except ValueError as error:
        raise Fault("InvalidRequest", f"The body is not valid JSON: {error}") from error
    if body is None and not operation.body_required:
        return {}
    if not isinstance(body, dict):
        raise Fault("InvalidRequest", "The body is not a JSON object.")
    return body
