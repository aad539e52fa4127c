# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending answers, whole or damaged, down to the socket."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from .answers import Answer
from .injection import Rule

PROXY_TEXTS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
SOMETHING = "{}"


def proxy_answer(rule: Rule) -> Answer | None:
    """The HTML of a reverse proxy, for the faults that are one."""
    if not rule.fault.startswith("http_"):
        return None
    status = int(rule.fault.removeprefix("http_"))
    title = f"{status} {PROXY_TEXTS[status]}"
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>\r\n"
    return Answer(status, page, "text/html")


async def send(request: web.Request, answer: Answer) -> web.StreamResponse:
    if answer.text is None:
        return web.Response(status=answer.status, headers=answer.headers)
    return web.Response(
        status=answer.status, body=answer.text.encode(), content_type=answer.content_type, headers=answer.headers
    )


async def send_damaged(request: web.Request, answer: Answer, rule: Rule) -> web.StreamResponse:
    """The operation has run; what happens to its answer on the way."""
    if rule.fault == "delay":
        await asyncio.sleep(rule.seconds)
    elif rule.fault == "cut_after":
        return await _send_part(request, answer, 1) if rule.status_before else abort(request)
    elif rule.fault == "truncated":
        return await _send_part(request, answer, len((answer.text or SOMETHING).encode()) // 2)
    elif rule.fault == "invalid_json":
        return await send(request, _as_ok(answer, '{"_typeName": "TaskInfo", "key": '))
    elif rule.fault == "wrong_type":
        return await send(request, _as_ok(answer, _of_wrong_type(answer.text)))
    return await send(request, answer)


def abort(request: web.Request) -> web.StreamResponse:
    """Cut the connection; the response that the framework needs goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_part(request: web.Request, answer: Answer, count: int) -> web.StreamResponse:
    """Promise the whole body, send so many bytes of it, and close the connection."""
    body = (answer.text or SOMETHING).encode()
    response = web.StreamResponse(status=answer.status if answer.text else 200, headers=answer.headers)
    response.content_type = answer.content_type
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: max(count, 1)])
    if request.transport is not None:
        request.transport.close()
    return response


def _as_ok(answer: Answer, text: str) -> Answer:
    return Answer(200 if answer.text is None else answer.status, text, headers=answer.headers)


def _of_wrong_type(text: str | None) -> str:
    value = json.loads(text) if text else None
    return '"unexpected"' if isinstance(value, (dict, list)) else '[{"_typeName": "KeyValue"}]'
