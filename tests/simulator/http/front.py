# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front of the server: counts and logs each request, and injects faults."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .damage import abort, proxy_response, send, send_damaged
from .injection import Injector
from .listener import Listener
from .responses import Response

LOG_KEPT = 2000


class Record:
    """Request counts by operation, and a log of the last requests with headers and bodies, for tests only."""

    def __init__(self, logging: bool) -> None:
        self.logging = logging
        self.requests: Counter[str] = Counter()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_KEPT)
        self.violations: list[str] = []

    async def add(self, request: web.Request, operation: str, response: Response) -> None:
        if self.logging:
            self.log.append(
                {
                    "method": request.method,
                    "path": request.raw_path,
                    "operation": operation,
                    "headers": dict(request.headers),
                    "body": _json_or_text(await request.text()),
                    "status": response.status,
                    "response": _json_or_text(response.text),
                }
            )


def _json_or_text(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


class Front:
    def __init__(self, record: Record, injector: Injector, listener: Listener) -> None:
        self._record = record
        self._injector = injector
        self._listener = listener

    async def serve(
        self,
        request: web.Request,
        operation: str,
        run: Callable[[], Awaitable[Response]],
        expire_session: Callable[[], None],
    ) -> web.StreamResponse:
        """Send the response of `run`, damaged if a rule applies."""
        self._record.requests[operation] += 1
        rule = self._injector.next(operation)
        if rule is None:
            whole = await run()
            await self._record.add(request, operation, whole)
            return await send(request, whole)
        if rule.fault in ("refused", "cut_before"):
            if rule.fault == "refused":
                await self._listener.pause(rule.seconds)
            return abort(request)
        if rule.fault == "session_expired":
            expire_session()
        from_proxy = proxy_response(rule)
        from_server = await run() if from_proxy is None or rule.after else None
        response = from_proxy or from_server
        assert response is not None
        await self._record.add(request, operation, response)
        return await send_damaged(request, response, rule)
